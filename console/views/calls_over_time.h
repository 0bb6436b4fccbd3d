// Calls at once and new calls a second over the last hours, minute by minute: of all probes together, as far back as
// they kept it, also from before this console was started.
#pragma once

#include "console/models/call_source.h"
#include "console/models/probe_clocks.h"
#include "console/views/theme.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QStackedWidget;

namespace callmon {

class EmptyState;
class PlotExport;
class TimeSeriesPlot;

class CallsOverTime : public QWidget {
    Q_OBJECT

public:
    explicit CallsOverTime(CallSource& source, QWidget* parent = nullptr);

    void refresh(); // asks for the hours that end now; by itself each minute while it is seen
    bool isLoading() const { return m_request.has_value(); }
    TimeSeriesPlot& plot() { return *m_plot; }
    QComboBox& hours() { return *m_hours; }
    QString state() const; // why there is no line, or that some of it is missing
    void setTheme(const Theme& theme);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void ended(quint64 request, const QString& failure);
    void say(const QString& title, const QString& what);

    CallSource& m_source;
    QComboBox* m_hours;
    QLabel* m_note;
    QStackedWidget* m_stack;
    TimeSeriesPlot* m_plot;
    PlotExport* m_pictures;
    EmptyState* m_empty;
    std::optional<quint64> m_request;
    std::vector<ServiceRow> m_rows; // of the answer that is coming
    QStringList m_missing; // of it
    ServiceQuery m_asked;
    ProbeClocks m_clocks;
    Timestamp m_now {};
    QString m_said; // where the lines would be
    bool m_any = false; // a line is shown
};

}
