#include "console/views/service_page.h"

#include "console/plots/time_series_plot.h"
#include "console/views/empty_state.h"
#include "console/views/message_bar.h"
#include "console/views/mos_bar.h"
#include "console/views/plot_export.h"
#include "console/views/progress_line.h"
#include "console/views/service_group_table.h"
#include "console/zone/display_zone.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

namespace callmon {

namespace {

using namespace std::chrono_literals;

struct Period {
    const char* name;
    std::chrono::minutes length;
    std::chrono::minutes step; // 60 to 170 of them
};
constexpr std::array periods { Period { QT_TRANSLATE_NOOP("callmon::ServicePage", "Last hour"), 1h, 1min },
    Period { QT_TRANSLATE_NOOP("callmon::ServicePage", "Last 6 hours"), 6h, 5min },
    Period { QT_TRANSLATE_NOOP("callmon::ServicePage", "Last 24 hours"), 24h, 15min },
    Period { QT_TRANSLATE_NOOP("callmon::ServicePage", "Last 7 days"), 168h, 60min } };

constexpr auto renewedEvery = 1min; // as often as there is a new minute

std::vector<PlotPanel> panels()
{
    return { { ServicePage::tr("Calls per minute"), 0, 1, 1, {},
                 { ServicePage::tr("attempts"), ServicePage::tr("answered") } },
        { ServicePage::tr("ASR and NER, %"), 0, 100, 1, { 0, 50, 100 },
            { ServicePage::tr("ASR"), ServicePage::tr("NER") } },
        { ServicePage::tr("Calls at once"), 0, 1, 1, {}, { ServicePage::tr("peak"), ServicePage::tr("mean") } },
        { ServicePage::tr("Mean duration (ACD), s"), 0, 1, 0, {}, { ServicePage::tr("ACD") } },
        { ServicePage::tr("MOS"), 1, 4.5, 2, { 1, 2, 3, 4, 4.5 }, { ServicePage::tr("mean") } } };
}

}

ServicePage::ServicePage(CallSource& source, QWidget* parent)
    : QWidget(parent)
    , m_source(source)
    , m_grouping(new QComboBox(this))
    , m_period(new QComboBox(this))
    , m_refresh(new QToolButton(this))
    , m_count(new QLabel(this))
    , m_error(new MessageBar(this))
    , m_loading(new ProgressLine(this))
    , m_stack(new QStackedWidget(this))
    , m_groups(new ServiceGroupTable(this))
    , m_plot(new TimeSeriesPlot(panels(), this))
    , m_pictures(new PlotExport(*m_plot, QStringLiteral("service"), this))
    , m_mos(new MosBar(this))
    , m_empty(new EmptyState(this))
{
    m_grouping->addItems({ tr("All calls"), tr("By trunk"), tr("By prefix"), tr("By codec") }); // as ServiceGrouping
    m_grouping->setAccessibleName(tr("Groups of calls"));
    for (const Period& period : periods)
        m_period->addItem(tr(period.name));
    m_period->setAccessibleName(tr("Period"));
    m_refresh->setText(tr("Reload"));
    m_refresh->setToolTip(tr("Ask the engine again (F5); it is done by itself each minute"));
    m_refresh->setFocusPolicy(Qt::TabFocus);

    m_plot->setAccessibleName(tr("Service metrics over time"));

    auto* row = new QHBoxLayout;
    row->setContentsMargins(10, 6, 10, 6);
    row->setSpacing(8);
    row->addWidget(m_grouping);
    row->addWidget(m_period);
    row->addWidget(m_refresh);
    row->addWidget(m_count);
    row->addStretch(1);
    auto* shown = new QWidget(this);
    auto* inside = new QVBoxLayout(shown);
    inside->setContentsMargins(0, 0, 0, 0);
    inside->setSpacing(0);
    inside->addWidget(m_groups);
    inside->addWidget(m_plot, 1);
    inside->addWidget(m_pictures);
    inside->addWidget(m_mos);
    m_stack->addWidget(shown);
    m_stack->addWidget(m_empty);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(row);
    layout->addWidget(m_error);
    layout->addWidget(m_loading);
    layout->addWidget(m_stack, 1);

    connect(m_grouping, &QComboBox::currentIndexChanged, this, &ServicePage::refresh);
    connect(m_period, &QComboBox::currentIndexChanged, this, &ServicePage::refresh);
    connect(m_refresh, &QToolButton::clicked, this, &ServicePage::refresh);
    connect(m_loading, &ProgressLine::cancelled, this, &ServicePage::cancel);
    connect(m_groups, &QTableWidget::currentCellChanged, this, &ServicePage::showGroup);
    connect(m_groups, &QTableWidget::activated, this, &ServicePage::wantCalls);
    connect(&source, &CallSource::statusChanged, this, [this](const ProbeStatus& status, ProbeId probe) {
        const bool first = m_now == Timestamp {};
        m_now = m_clocks.take(m_source, status, probe);
        if (isVisible() && !m_request && (first || !m_asked.to || m_now - *m_asked.to >= renewedEvery))
            refresh();
    });
    connect(&source, &CallSource::serviceFound, this, [this](quint64 request, const std::vector<ServiceRow>& rows) {
        if (m_request == request)
            m_rows.insert(m_rows.end(), rows.begin(), rows.end());
    });
    connect(&source, &CallSource::finished, this, [this](quint64 request) { ended(request, nullptr); });
    connect(&source, &CallSource::failed, this,
        [this](quint64 request, const QString& message) { ended(request, &message); });
    connect(&source, &CallSource::partMissing, this, [this](quint64 request, const QString& message) {
        if (m_request == request)
            m_error->add(message);
    });
    connect(&source, &CallSource::remarked, this, [this](quint64 request, const QStringList& remarks) {
        if (m_request == request)
            for (const QString& remark : remarks)
                m_error->add(remark);
    });
    showPhase(Phase::Before);
}

std::chrono::minutes ServicePage::step() const
{
    return periods[static_cast<std::size_t>(m_period->currentIndex())].step;
}

ServiceGrouping ServicePage::grouping() const
{
    return static_cast<ServiceGrouping>(m_grouping->currentIndex());
}

void ServicePage::setGrouping(ServiceGrouping grouping)
{
    m_grouping->setCurrentIndex(static_cast<int>(grouping));
}

void ServicePage::choosePeriod(int index)
{
    m_period->setCurrentIndex(index);
}

void ServicePage::focusGroups()
{
    m_groups->isVisible() ? m_groups->setFocus() : m_grouping->setFocus();
    m_focusWhenThere = !m_groups->isVisible();
}

QString ServicePage::lastError() const
{
    return m_error->message();
}

void ServicePage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (!m_request && m_now != Timestamp {} && (!m_asked.to || m_now - *m_asked.to >= renewedEvery))
        refresh();
}

// Up to the last whole step: the one that is being filled would look like a fall.
void ServicePage::refresh()
{
    if (m_request)
        m_source.cancel(*m_request);
    m_request.reset();
    m_rows.clear();
    m_error->clear();
    if (m_source.state() != CallSource::State::Connected || m_now == Timestamp {}) {
        if (m_phase != Phase::Before)
            m_error->say(MessageBar::Kind::Error, tr("Not connected to an engine: the metrics cannot be fetched now."));
        showPhase(m_phase);
        return;
    }
    const Period& period = periods[static_cast<std::size_t>(m_period->currentIndex())];
    const Timestamp day = std::chrono::floor<std::chrono::days>(m_now);
    m_asked.to = day + (m_now - day) / period.step * period.step;
    m_asked.from = *m_asked.to - period.length;
    m_asked.grouping = grouping();
    m_asked.stepMinutes = static_cast<std::uint32_t>(period.step.count());
    m_request = m_source.serviceHistory(m_asked);
    showPhase(Phase::Loading);
}

bool ServicePage::cancel()
{
    if (!m_request)
        return false;
    m_source.cancel(*m_request);
    m_request.reset();
    m_rows.clear();
    showPhase(Phase::Cancelled);
    return true;
}

void ServicePage::ended(quint64 request, const QString* failure)
{
    if (m_request != request)
        return;
    m_request.reset();
    if (failure != nullptr) {
        m_error->say(MessageBar::Kind::Error, tr("The metrics could not be fetched: %1").arg(*failure));
        showPhase(Phase::Failed);
        return;
    }
    takeAnswer();
    showPhase(Phase::Done);
    if (std::exchange(m_focusWhenThere, false) && m_grouping->hasFocus()) // nobody went elsewhere meanwhile
        m_groups->setFocus();
}

void ServicePage::takeAnswer()
{
    const QString kept = m_groups->currentRow() >= 0 ? m_groups->item(m_groups->currentRow(), 0)->text() : QString();
    m_series = buildServiceSeries(m_rows);
    m_rows.clear();
    m_groups->showGroups(m_series);
    const auto found = std::ranges::find(
        m_series, kept, [](const ServiceSeries& s) { return ServiceGroupTable::nameOf(s.whole.group); });
    if (!m_series.empty())
        m_groups->setCurrentCell(found == m_series.end() ? 0 : static_cast<int>(found - m_series.begin()), 0);
    showGroup();
}

std::vector<std::vector<FieldValue>> ServicePage::report() const
{
    std::vector<std::vector<FieldValue>> rows;
    for (const ServiceSeries& series : m_series)
        rows.push_back(serviceRowFields(series.whole));
    return rows;
}

QTableWidget& ServicePage::groups()
{
    return *m_groups;
}

void ServicePage::wantCalls()
{
    const int current = m_groups->currentRow();
    if (current < 0 || static_cast<std::size_t>(current) >= m_series.size() || !m_asked.from || !m_asked.to)
        return;
    QString whyNot;
    if (const auto figure =
            callsBehindRow(m_series, static_cast<std::size_t>(current), *m_asked.from, *m_asked.to, whyNot))
        emit callsWanted(*figure);
    else
        m_error->say(MessageBar::Kind::Note, whyNot);
}

void ServicePage::showGroup()
{
    const int current = m_groups->currentRow();
    if (current < 0 || static_cast<std::size_t>(current) >= m_series.size() || !m_asked.from)
        return;
    const ServiceSeries& series = m_series[static_cast<std::size_t>(current)];
    const Timestamp epoch = *m_asked.from;
    const double holds = std::chrono::duration<double>(step()).count();
    const auto line = [&](std::size_t kind, double (*value)(const ServiceRow&)) {
        SeriesLine one = lineOf(series, step(), epoch, value);
        return PlotLine { kind, std::move(one.seconds), std::move(one.values), holds };
    };
    m_plot->setTimeOfDay(std::chrono::duration<double>(epoch.time_since_epoch()).count());
    m_plot->setDuration(std::chrono::duration<double>(*m_asked.to - epoch).count());
    m_plot->setLines(0, { line(0, service::attemptsPerMinute), line(1, service::answeredPerMinute) });
    m_plot->setLines(1, { line(0, service::asr), line(1, service::ner) });
    m_plot->setLines(2, { line(0, service::peakCalls), line(1, service::meanCalls) });
    m_plot->setLines(3, { line(0, service::meanDurationSeconds) });
    m_plot->setLines(4, { line(0, service::mos) });
    m_mos->setFigures(series.whole.sums.figures);
}

void ServicePage::showPhase(Phase phase)
{
    m_phase = phase;
    if (phase == Phase::Loading)
        m_loading->begin(tr("Fetching the metrics…"));
    else
        m_loading->end();
    m_count->setText(phase == Phase::Cancelled ? tr("Cancelled: F5 asks again.")
            : phase == Phase::Loading          ? tr("Fetching…")
            : m_asked.from && phase == Phase::Done
            ? withZone(tr("%1 to %2 UTC")).arg(dateTimeText(*m_asked.from), dateTimeText(*m_asked.to))
            : QString());
    const bool any = !m_series.empty() && phase != Phase::Before;
    m_stack->setCurrentIndex(any ? 0 : 1);
    switch (phase) {
    case Phase::Before:
        m_empty->say(
            tr("Service metrics"), tr("They are shown as soon as an engine is connected and has told its time."));
        break;
    case Phase::Loading:
        m_empty->say(tr("Fetching…"), tr("The engine reads the minutes that it kept."));
        break;
    case Phase::Cancelled:
        m_empty->say(tr("Cancelled"), tr("Press F5 to ask again."));
        break;
    case Phase::Failed:
        m_empty->say(tr("There was no answer"), tr("See the message above, then press F5."));
        break;
    case Phase::Done:
        m_empty->say(tr("Nothing was measured in this period"),
            grouping() == ServiceGrouping::Trunk
                ? tr("No call, or no trunk: name trunks as [[trunk]] in the engine's configuration.")
                : grouping() == ServiceGrouping::Prefix
                ? tr("No call, or no prefix: list prefixes in the engine's configuration.")
                : tr(
                    "The engine keeps metrics minute by minute: choose a longer period, or wait for the next minute."));
        break;
    }
}

void ServicePage::setTheme(const Theme& theme)
{
    m_theme = theme;
    m_error->setTheme(theme);
    m_groups->setTheme(theme);
    m_mos->setTheme(theme);
    m_plot->setColours({ theme.base, theme.text, theme.quiet, theme.line });
    m_plot->setKinds({ { QString(), theme.caller, Qt::SolidLine }, { QString(), theme.callee, Qt::DashLine } });
}

}
