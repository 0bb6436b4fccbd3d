// Capture health over time of one probe: what it receives, what it loses and under which name, gaps and queues.
#pragma once

#include "console/models/probe_id.h"
#include "console/views/theme.h"
#include "shared/calls/call_fields.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QStackedWidget;
class QTableWidget;

namespace callmon {

class EmptyState;
class MessageBar;
class PlotExport;
class ProbeWatch;
class TimeSeriesPlot;

class ProbePage : public QWidget {
    Q_OBJECT

public:
    explicit ProbePage(const ProbeWatch& watch, QWidget* parent = nullptr);
    void choose(ProbeId probe);
    ProbeId chosen() const;
    QTableWidget& counters() { return *m_counters; }
    QString lossText() const;
    PlotExport& pictures() { return *m_pictures; }
    static std::span<const char* const> reportNames();
    std::vector<std::vector<FieldValue>> report() const; // every counter of the chosen probe, for export
    void focusList();
    void setTheme(const Theme& theme);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void fillProbes();
    void refresh();
    void showCounters();
    void showLines();

    const ProbeWatch& m_watch;
    QComboBox* m_probe;
    QComboBox* m_span;
    QLabel* m_head;
    MessageBar* m_losses;
    QStackedWidget* m_stack;
    QTableWidget* m_counters;
    TimeSeriesPlot* m_plot;
    PlotExport* m_pictures;
    EmptyState* m_empty;
    QStringList m_names; // of the counters, row by row
};

}
