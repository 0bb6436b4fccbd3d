#include "console/views/probe_page.h"

#include "console/models/figures.h"
#include "console/models/shared_words.h"
#include "console/plots/time_series_plot.h"
#include "console/views/empty_state.h"
#include "console/views/list_header.h"
#include "console/views/message_bar.h"
#include "console/views/plot_export.h"
#include "console/views/probe_watch.h"
#include "console/zone/display_zone.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableWidget>
#include <QVBoxLayout>
#include <limits>

namespace callmon {

namespace {

struct Line {
    const char* title;
    double HealthSample::*value;
    int decimals;
};
constexpr std::array lines { Line { QT_TRANSLATE_NOOP("callmon::ProbePage", "Thousand frames/s"),
                                 &HealthSample::thousandFramesPerSecond, 1 },
    Line { QT_TRANSLATE_NOOP("callmon::ProbePage", "Mb/s"), &HealthSample::megabitsPerSecond, 1 },
    Line { QT_TRANSLATE_NOOP("callmon::ProbePage", "Lost/s"), &HealthSample::lostPerSecond, 0 },
    Line { QT_TRANSLATE_NOOP("callmon::ProbePage", "Longest poll gap, ms"), &HealthSample::pollGapMs, 1 },
    Line {
        QT_TRANSLATE_NOOP("callmon::ProbePage", "Media chunks not yet on the disk"), &HealthSample::chunksWaiting, 0 },
    Line { QT_TRANSLATE_NOOP("callmon::ProbePage", "Live calls"), &HealthSample::liveCalls, 0 } };

std::vector<PlotPanel> panels()
{
    std::vector<PlotPanel> all;
    for (const Line& line : lines)
        all.push_back({ ProbePage::tr(line.title), 0, 1, line.decimals, {}, { QString() } });
    return all;
}

enum Column { Name, Total, PerSecond, Area, Help, ColumnCount };

}

ProbePage::ProbePage(const ProbeWatch& watch, QWidget* parent)
    : QWidget(parent)
    , m_watch(watch)
    , m_probe(new QComboBox(this))
    , m_span(new QComboBox(this))
    , m_head(new QLabel(this))
    , m_losses(new MessageBar(this))
    , m_stack(new QStackedWidget(this))
    , m_counters(new QTableWidget(0, ColumnCount, this))
    , m_plot(new TimeSeriesPlot(panels(), this))
    , m_pictures(new PlotExport(*m_plot, QStringLiteral("probe"), this))
    , m_empty(new EmptyState(this))
{
    m_probe->setAccessibleName(tr("Probe"));
    m_span->setAccessibleName(tr("Period"));
    for (const int minutes : { 5, 15, 60 })
        m_span->addItem(tr("Last %1 minutes").arg(minutes), minutes);
    m_head->setTextFormat(Qt::PlainText);
    m_head->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_counters->setAccessibleName(tr("Counters of the probe"));
    m_counters->setHorizontalHeader(new ListHeader(m_counters));
    m_counters->setHorizontalHeaderLabels(
        { tr("Counter"), tr("Total"), tr("Per second"), tr("Area"), tr("What it counts") });
    m_counters->horizontalHeader()->setStretchLastSection(true);
    for (const int column : { int(Total), int(PerSecond) })
        m_counters->horizontalHeaderItem(column)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_counters->verticalHeader()->hide();
    m_counters->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 7);
    m_counters->setEditTriggers(QTableWidget::NoEditTriggers);
    m_counters->setSelectionBehavior(QTableWidget::SelectRows);
    m_counters->setTabKeyNavigation(false);
    m_counters->setShowGrid(false);
    m_counters->setWordWrap(false);
    m_counters->setAlternatingRowColors(true);
    m_counters->setFrameShape(QFrame::NoFrame);
    const int character = fontMetrics().averageCharWidth();
    m_counters->setColumnWidth(Name, character * 27);
    m_counters->setColumnWidth(Total, character * 17);
    m_counters->setColumnWidth(PerSecond, character * 14);
    m_counters->setColumnWidth(Area, fontMetrics().horizontalAdvance(tr("Not handed on")) + 2 * cellMargin + 4);
    m_plot->setAccessibleName(tr("Health of the probe over time"));

    auto* row = new QHBoxLayout;
    row->setContentsMargins(10, 8, 10, 6);
    row->setSpacing(8);
    row->addWidget(m_probe);
    row->addWidget(m_span);
    row->addWidget(m_head, 1);
    auto* split = new QSplitter(Qt::Horizontal, this);
    auto* left = new QWidget;
    auto* plotAndWord = new QVBoxLayout(left);
    plotAndWord->setContentsMargins(0, 0, 0, 0);
    plotAndWord->setSpacing(0);
    plotAndWord->addWidget(m_plot, 1);
    plotAndWord->addWidget(m_pictures);
    split->addWidget(left);
    split->addWidget(m_counters);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    split->setSizes({ 2'800, 2'800 }); // in this proportion
    split->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(row);
    layout->addWidget(m_losses);
    layout->addWidget(m_stack, 1);
    m_stack->addWidget(split);
    m_stack->addWidget(m_empty);
    m_empty->say(tr("Nothing is known of this probe yet"),
        tr("It tells of itself once a second as soon as it is connected. The line above says why it is not."));
    connect(&watch, &ProbeWatch::listChanged, this, &ProbePage::fillProbes);
    connect(&watch, &ProbeWatch::changed, this, &ProbePage::refresh);
    connect(m_probe, &QComboBox::currentIndexChanged, this, &ProbePage::refresh);
    connect(m_span, &QComboBox::currentIndexChanged, this, &ProbePage::refresh);
    fillProbes();
}

void ProbePage::fillProbes()
{
    const ProbeId before = chosen();
    const QSignalBlocker quiet(m_probe);
    m_probe->clear();
    for (const auto& [probe, entry] : m_watch.entries())
        m_probe->addItem(entry.probe.name, int(probe.value));
    m_probe->setVisible(m_probe->count() > 1);
    choose(before);
    refresh();
}

void ProbePage::choose(ProbeId probe)
{
    const int index = m_probe->findData(int(probe.value));
    m_probe->setCurrentIndex(index < 0 ? 0 : index);
}

ProbeId ProbePage::chosen() const
{
    return { static_cast<std::uint16_t>(m_probe->currentData().toUInt()) };
}

QString ProbePage::lossText() const
{
    return m_losses->message();
}

void ProbePage::focusList()
{
    if (m_counters->isVisible())
        m_counters->setFocus(Qt::ShortcutFocusReason);
    else
        m_span->setFocus(Qt::ShortcutFocusReason);
}

void ProbePage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

void ProbePage::refresh()
{
    if (!isVisible())
        return;
    const auto found = m_watch.entries().find(chosen());
    if (found == m_watch.entries().end() || !found->second.health.status()) {
        m_head->clear();
        m_losses->clear();
        m_stack->setCurrentWidget(m_empty);
        return;
    }
    const auto& [probe, health] = found->second;
    const ProbeStatus& status = *health.status();
    const ProbeHealth::Grade grade = health.grade(m_watch.now());
    QStringList head { tr("%1 %2").arg(glyph(grade), word(grade)) };
    if (grade == ProbeHealth::Grade::Gone || grade == ProbeHealth::Grade::Late)
        head += tr("last heard of %1 s ago").arg(health.sinceHeard(m_watch.now()).count() / 1000);
    head += status.addressesWithheld ? tr("what it reads is for operators")
                                     : tr("reads %1").arg(QString::fromStdString(status.source));
    head += tr("version %1").arg(QString::fromStdString(status.version));
    head += tr("its time %1 %2").arg(dateTimeText(status.now), zoneOf(status.now));
    m_head->setText(head.join(QStringLiteral(" · ")));
    QStringList losses;
    for (const NamedCounter& lost : lossesOf(status)) {
        const CounterMeaning& meaning = meaningOf(lost.name);
        losses += tr("%1: %2, %3 in the last second. %4. What helps: %5.")
                      .arg(titleText(lost), countText(lost.value), countText(lost.perSecond), helpText(meaning),
                          adviceText(meaning));
    }
    m_losses->say(grade == ProbeHealth::Grade::Losing ? MessageBar::Kind::Error : MessageBar::Kind::Warning,
        losses.join(QLatin1Char('\n')));
    m_stack->setCurrentIndex(0);
    showCounters();
    showLines();
}

void ProbePage::showCounters()
{
    const ProbeStatus& status = *m_watch.entries().at(chosen()).health.status();
    QStringList names;
    for (const NamedCounter& counter : status.counters)
        names += QString::fromStdString(counter.name);
    if (names != m_names) {
        m_names = names;
        m_counters->setRowCount(static_cast<int>(names.size()));
        for (int row = 0; row < m_counters->rowCount(); ++row) {
            const NamedCounter& counter = status.counters[static_cast<std::size_t>(row)];
            const CounterMeaning& meaning = meaningOf(counter.name);
            const QStringList texts { titleText(counter), {}, {}, groupText(meaning.group), helpText(meaning) };
            for (int column = 0; column < ColumnCount; ++column) {
                auto* item = new QTableWidgetItem(texts[column]);
                item->setToolTip(column == Name ? names[row] : texts[column]);
                item->setTextAlignment(
                    (column == Total || column == PerSecond ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
                m_counters->setItem(row, column, item);
            }
        }
    }
    for (int row = 0; row < m_counters->rowCount(); ++row) {
        const NamedCounter& counter = status.counters[static_cast<std::size_t>(row)];
        const CounterMeaning& meaning = meaningOf(counter.name);
        const bool loss = meaning.kind == CounterKind::Dropped || meaning.kind == CounterKind::Missed;
        m_counters->item(row, Name)->setText(
            loss && counter.value > 0 ? tr("⚠ %1").arg(titleText(counter)) : titleText(counter));
        m_counters->item(row, Total)->setText(countText(counter.value));
        m_counters->item(row, PerSecond)
            ->setText(meaning.kind == CounterKind::Level ? QString() : countText(counter.perSecond));
    }
}

std::span<const char* const> ProbePage::reportNames()
{
    static constexpr std::array names { "counter", "total", "per_second" };
    return names;
}

std::vector<std::vector<FieldValue>> ProbePage::report() const
{
    std::vector<std::vector<FieldValue>> rows;
    const auto entry = m_watch.entries().find(chosen());
    if (entry == m_watch.entries().end() || !entry->second.health.status())
        return rows;
    for (const NamedCounter& counter : entry->second.health.status()->counters) {
        const bool level = meaningOf(counter.name).kind == CounterKind::Level; // has no rate
        rows.push_back(
            { { FieldValue::Kind::Text, counter.name }, { FieldValue::Kind::Number, std::to_string(counter.value) },
                { level ? FieldValue::Kind::Absent : FieldValue::Kind::Number,
                    level ? std::string() : std::to_string(counter.perSecond) } });
    }
    return rows;
}

void ProbePage::showLines()
{
    const auto& samples = m_watch.entries().at(chosen()).health.samples();
    if (samples.empty())
        return;
    const auto span = std::chrono::minutes(m_span->currentData().toInt());
    const Timestamp end = samples.back().at;
    const Timestamp begin = end - span;
    for (std::size_t panel = 0; panel < lines.size(); ++panel) {
        PlotLine line;
        std::optional<Timestamp> last;
        for (const HealthSample& sample : samples) {
            if (sample.at < begin)
                continue;
            if (last && sample.at - *last > std::chrono::seconds(3)) { // nobody told: a gap, not a line
                line.seconds.push_back(std::chrono::duration<double>(*last - begin).count() + 1);
                line.values.push_back(std::numeric_limits<double>::quiet_NaN());
            }
            line.seconds.push_back(std::chrono::duration<double>(sample.at - begin).count());
            line.values.push_back(sample.*lines[panel].value);
            last = sample.at;
        }
        m_plot->setLines(panel, { line });
    }
    m_plot->setTimeOfDay(std::chrono::duration<double>(begin.time_since_epoch()).count());
    m_plot->setDuration(std::chrono::duration<double>(span).count());
}

void ProbePage::setTheme(const Theme& theme)
{
    m_losses->setTheme(theme);
    m_plot->setColours({ theme.base, theme.text, theme.quiet, theme.line });
    m_plot->setKinds({ { tr("each second"), theme.caller, Qt::SolidLine } });
}

}
