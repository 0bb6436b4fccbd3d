#include "console/views/calls_over_time.h"

#include "console/models/service_series.h"
#include "console/plots/time_series_plot.h"
#include "console/views/empty_state.h"
#include "console/views/plot_export.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace callmon {

namespace {

using namespace std::chrono_literals;

constexpr auto renewedEvery = 1min; // as often as there is a new one

// 60 to 288 steps.
std::chrono::minutes stepOf(int hours)
{
    return hours <= 2 ? 1min : hours <= 6 ? 2min : 5min;
}

}

CallsOverTime::CallsOverTime(CallSource& source, QWidget* parent)
    : QWidget(parent)
    , m_source(source)
    , m_hours(new QComboBox(this))
    , m_note(new QLabel(this))
    , m_stack(new QStackedWidget(this))
    , m_plot(new TimeSeriesPlot({ { tr("Calls at once"), 0, 1, 0, {}, { tr("peak"), tr("mean") } },
                                    { tr("New calls/s"), 0, 1, 1, {}, { tr("peak"), tr("mean") } } },
          this))
    , m_pictures(new PlotExport(*m_plot, QStringLiteral("calls-over-time"), this))
    , m_empty(new EmptyState(this))
{
    m_hours->addItem(tr("Last hour"), 1);
    m_hours->addItem(tr("Last 6 hours"), 6);
    m_hours->addItem(tr("Last 24 hours"), 24);
    m_hours->setCurrentIndex(1);
    m_hours->setAccessibleName(tr("How far back"));
    m_plot->setAccessibleName(tr("Calls at once and new calls a second over time"));
    m_note->setWordWrap(true);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(8, 4, 8, 0);
    top->addWidget(m_hours);
    top->addWidget(m_note, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(top);
    layout->addWidget(m_stack, 1);
    layout->addWidget(m_pictures);
    m_stack->addWidget(m_plot);
    m_stack->addWidget(m_empty);

    connect(m_hours, &QComboBox::currentIndexChanged, this, &CallsOverTime::refresh);
    connect(&source, &CallSource::statusChanged, this, [this](const ProbeStatus& status, ProbeId probe) {
        m_now = m_clocks.take(m_source, status, probe);
        if (isVisible() && !m_request && (!m_asked.to || m_now - *m_asked.to >= renewedEvery))
            refresh();
    });
    connect(&source, &CallSource::serviceFound, this, [this](quint64 request, const std::vector<ServiceRow>& rows) {
        if (m_request == request)
            m_rows.insert(m_rows.end(), rows.begin(), rows.end());
    });
    connect(&source, &CallSource::partMissing, this, [this](quint64 request, const QString& message) {
        if (m_request == request)
            m_missing += message;
    });
    connect(&source, &CallSource::remarked, this, [this](quint64 request, const QStringList& remarks) {
        if (m_request == request)
            m_missing += remarks;
    });
    connect(&source, &CallSource::finished, this, [this](quint64 request) { ended(request, {}); });
    connect(&source, &CallSource::failed, this, [this](quint64 request, const QString& message) {
        ended(request, message.isEmpty() ? tr("no reason given") : message);
    });
    say(tr("Calls over time"), tr("They are shown as soon as an engine is connected and has told its time."));
}

void CallsOverTime::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (!m_request && (!m_asked.to || m_now - *m_asked.to >= renewedEvery))
        refresh();
}

void CallsOverTime::refresh()
{
    if (m_request)
        m_source.cancel(*m_request);
    m_request.reset();
    m_rows.clear();
    m_missing.clear();
    if (m_source.state() != CallSource::State::Connected || m_now == Timestamp {})
        return; // what is shown stays
    const int hours = m_hours->currentData().toInt();
    const std::chrono::minutes step = stepOf(hours);
    // Up to the last whole step: the one that is being filled would look like a fall.
    const Timestamp day = std::chrono::floor<std::chrono::days>(m_now);
    m_asked.to = day + (m_now - day) / step * step;
    m_asked.from = *m_asked.to - std::chrono::hours(hours);
    m_asked.grouping = ServiceGrouping::Total;
    m_asked.stepMinutes = static_cast<std::uint32_t>(step.count());
    m_request = m_source.serviceHistory(m_asked);
}

void CallsOverTime::ended(quint64 request, const QString& failure)
{
    if (m_request != request)
        return;
    m_request.reset();
    if (!failure.isEmpty()) {
        m_note->setText(m_any ? tr("Not renewed: %1").arg(failure) : QString());
        if (!m_any)
            say(tr("There was no answer"), failure);
        return;
    }
    m_missing.removeDuplicates();
    m_note->setText(m_missing.size() < 2
            ? m_missing.join(QString())
            : tr("%1 And %2 more.").arg(m_missing.front(), countText(static_cast<quint64>(m_missing.size() - 1))));
    m_note->setToolTip(m_missing.join(QLatin1Char('\n')));
    const std::vector<ServiceSeries> series = buildServiceSeries(m_rows);
    m_rows.clear();
    if (series.empty()) {
        m_any = false;
        return say(tr("Nothing was measured in these hours"),
            tr("The engine keeps calls minute by minute: choose more hours, or wait for the next minute."));
    }
    m_any = true;
    const std::chrono::minutes step(m_asked.stepMinutes);
    const double holds = std::chrono::duration<double>(step).count();
    const auto line = [&](std::size_t kind, double (*value)(const ServiceRow&)) {
        SeriesLine one = lineOf(series.front(), step, *m_asked.from, value);
        return PlotLine { kind, std::move(one.seconds), std::move(one.values), holds };
    };
    m_plot->setTimeOfDay(std::chrono::duration<double>(m_asked.from->time_since_epoch()).count());
    m_plot->setDuration(std::chrono::duration<double>(*m_asked.to - *m_asked.from).count());
    m_plot->setLines(0, { line(0, service::peakCalls), line(1, service::meanCalls) });
    m_plot->setLines(1, { line(0, service::peakNewCallsPerSecond), line(1, service::newCallsPerSecond) });
    m_stack->setCurrentWidget(m_plot);
}

void CallsOverTime::say(const QString& title, const QString& what)
{
    m_said = title;
    m_empty->say(title, what);
    m_stack->setCurrentWidget(m_empty);
}

QString CallsOverTime::state() const
{
    return m_stack->currentWidget() == m_empty ? m_said : m_note->text();
}

void CallsOverTime::setTheme(const Theme& theme)
{
    m_plot->setColours({ theme.base, theme.text, theme.quiet, theme.line });
    m_plot->setKinds({ { QString(), theme.caller, Qt::SolidLine }, { QString(), theme.callee, Qt::DashLine } });
    QPalette palette = theme.palette();
    palette.setColor(QPalette::WindowText, theme.fair);
    m_note->setPalette(palette);
}

}
