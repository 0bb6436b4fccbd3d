// Service metrics over time: attempts, ASR, NER, calls at once, durations and MOS, by group of calls.
#pragma once

#include "console/models/call_source.h"
#include "console/models/calls_behind.h"
#include "console/models/probe_clocks.h"
#include "console/models/service_series.h"
#include "console/views/theme.h"
#include "shared/calls/call_fields.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QStackedWidget;
class QTableWidget;
class QToolButton;

namespace callmon {

class EmptyState;
class MessageBar;
class MosBar;
class PlotExport;
class ProgressLine;
class ServiceGroupTable;
class TimeSeriesPlot;

class ServicePage : public QWidget {
    Q_OBJECT

public:
    ServicePage(CallSource& source, QWidget* parent = nullptr);

    void refresh(); // asks for the period that ends now
    bool cancel(); // false when nothing was being fetched
    bool isLoading() const { return m_request.has_value(); }
    QString lastError() const;
    QTableWidget& groups();
    void focusGroups();
    TimeSeriesPlot& plot() { return *m_plot; }
    PlotExport& pictures() { return *m_pictures; }
    // The table for export: of each group that is shown the sums of the period; as callmonctl prints them.
    std::vector<std::vector<FieldValue>> report() const;
    MosBar& mosBar() { return *m_mos; }
    void setGrouping(ServiceGrouping grouping);
    void choosePeriod(int index); // hour, six hours, day, week
    void setTheme(const Theme& theme);

signals:
    void callsWanted(const callmon::CallsBehind& figure); // of a group in the period that is shown

protected:
    void showEvent(QShowEvent* event) override;

private:
    enum class Phase { Before, Loading, Done, Failed, Cancelled };

    void showPhase(Phase phase);
    void takeAnswer();
    void showGroup();
    void wantCalls();
    void ended(quint64 request, const QString* failure);
    std::chrono::minutes step() const;
    ServiceGrouping grouping() const;

    CallSource& m_source;
    QComboBox* m_grouping;
    QComboBox* m_period;
    QToolButton* m_refresh;
    QLabel* m_count;
    MessageBar* m_error;
    ProgressLine* m_loading;
    QStackedWidget* m_stack;
    ServiceGroupTable* m_groups;
    TimeSeriesPlot* m_plot;
    PlotExport* m_pictures;
    MosBar* m_mos;
    EmptyState* m_empty;
    Theme m_theme = themeOf(ThemeName::Light);
    std::optional<quint64> m_request;
    std::vector<ServiceRow> m_rows; // of the answer that is coming
    std::vector<ServiceSeries> m_series;
    ServiceQuery m_asked;
    ProbeClocks m_clocks;
    Timestamp m_now {};
    Phase m_phase = Phase::Before;
    bool m_focusWhenThere = false; // the table has the keyboard once it has rows
};

}
