#include "console/views/live_page.h"

#include "console/models/figures.h"
#include "console/views/call_table.h"
#include "console/views/empty_state.h"
#include "console/views/filter_completion.h"
#include "console/views/operations_bar.h"
#include "console/views/quick_filters.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <set>
#include <string>

namespace callmon {

namespace {

constexpr int mostOfProbe = 36; // characters: the parties need the room more

std::vector<CallColumn> firstColumns()
{
    using M = LiveCallModel;
    const QString party = QStringLiteral("+349101234567");
    const QString mos = QStringLiteral("▲ 0.00 0");
    return { { M::Probe, QStringLiteral("rome: no answer0"), false, true, mostOfProbe },
        { M::State, QStringLiteral("● answered0"), true }, { M::Start, QStringLiteral("00:00:00"), true },
        { M::Duration, QStringLiteral("00:00:00"), true }, { M::Caller, party, true, true },
        { M::Callee, party, true, true }, { M::Codec, QStringLiteral("PCMA000"), true }, { M::CallerMosNow, mos, true },
        { M::CallerMosMin, mos, true }, { M::CalleeMosNow, mos, true }, { M::CalleeMosMin, mos, true },
        { M::CallerLoss, QStringLiteral("100.00"), true }, { M::CalleeLoss, QStringLiteral("100.00"), true },
        { M::CallerJitter, QStringLiteral("1000.0"), true }, { M::CalleeJitter, QStringLiteral("1000.0"), true },
        { M::Trust, QStringLiteral("⚠ delayed0"), true }, { M::LastCode, QStringLiteral("0000"), true },
        { M::CallId, QStringLiteral("a84b4c7"), true, true }, { M::CallerTrunk, QStringLiteral("carrier-1"), false },
        { M::CalleeTrunk, QStringLiteral("carrier-1"), false } };
}

}

LivePage::LivePage(CallSource& source, QWidget* parent)
    : QWidget(parent)
    , m_source(source)
    , m_model(new LiveCallModel(this))
    , m_operations(new OperationsBar(source, *m_model, this))
    , m_numbers(new QAction(tr("Bi&g numbers"), this))
    , m_filter(new QLineEdit(this))
    , m_quick(new QuickFilters(*m_filter, this))
    , m_completion(nullptr)
    , m_problems(new QLabel(this))
    , m_count(new QLabel(this))
    , m_hold(new QAction(tr("&Hold the list"), this))
    , m_columns(new QToolButton(this))
    , m_export(new QToolButton(this))
    , m_stack(new QStackedWidget(this))
    , m_table(new CallTable(QStringLiteral("liveCalls"), this))
    , m_empty(new EmptyState(this))
{
    m_filter->setObjectName(QStringLiteral("liveFilter"));
    m_filter->setPlaceholderText(
        tr("Filter: number, Call-ID, state or codec, or mos<3.5  loss>2  codec:pcma  from:+34*"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setAccessibleName(tr("Filter of the live calls"));
    m_filter->setToolTip(tr("<p>Every word must be found in caller, callee, Call-ID, state or codec.</p>"
                            "<p><b>from:</b>+34* <b>to:</b> <b>id:</b> <b>codec:</b> <b>state:</b> <b>code:</b> "
                            "<b>trust:</b>lossy <b>probe:</b>madrid look in "
                            "one field, * stands for anything; <b>is:</b>one-way and <b>is:</b>no-media find what "
                            "nobody hears.</p><p><b>mos</b>&lt;3.5 <b>minmos</b> <b>loss</b>&gt;2 "
                            "<b>jitter</b>&gt;=30 <b>duration</b>&gt;600 compare the worse direction's figure.</p>"
                            "<p><b>trunk=</b>north fits the whole name; a minus before one of these, as in "
                            "<b>-to:</b>+34*, leaves out what it finds; <b>counted</b>&gt;=2026-11-23T06:14 and "
                            "<b>counted</b>&lt; find what the service metrics counted then, UTC.</p>"
                            "<p>Ctrl+Space lists what can be typed; Tab takes the first, Down and Enter another.</p>"));
    m_filter->installEventFilter(this);
    m_completion = new FilterCompletion(
        *m_filter, [this] { return filterValues(); }, this); // its keys come first
    m_problems->setVisible(false);
    m_numbers->setCheckable(true);
    m_numbers->setChecked(true);
    connect(m_numbers, &QAction::toggled, m_operations, &QWidget::setVisible);
    m_hold->setCheckable(true);
    m_hold->setShortcut(Qt::CTRL | Qt::Key_H);
    m_hold->setToolTip(tr("Rows and figures stand still until released (Ctrl+H)"));
    auto* hold = new QToolButton(this);
    hold->setDefaultAction(m_hold);
    hold->setFocusPolicy(Qt::TabFocus);
    m_columns->setText(tr("Columns ▾"));
    m_columns->setFocusPolicy(Qt::TabFocus);
    connect(m_columns, &QToolButton::clicked, this, [this] {
        QMenu menu(this);
        m_table->fillColumnMenu(&menu);
        menu.exec(m_columns->mapToGlobal(QPoint(0, m_columns->height())));
    });
    m_export->setFocusPolicy(Qt::TabFocus);

    auto* row = new QHBoxLayout;
    row->setContentsMargins(10, 8, 10, 6);
    row->setSpacing(8);
    row->addWidget(m_filter, 1);
    row->addWidget(m_count);
    row->addSpacing(6);
    row->addWidget(hold);
    row->addWidget(m_columns);
    row->addWidget(m_export);
    m_problems->setContentsMargins(6, 0, 0, 0);
    auto* quick = new QHBoxLayout;
    quick->setContentsMargins(10, 0, 10, 6);
    quick->addWidget(m_quick);
    quick->addWidget(m_problems);
    quick->addStretch(1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_operations);
    layout->addLayout(row);
    layout->addLayout(quick);
    layout->addWidget(m_stack, 1);
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_empty);

    m_table->setList(m_model, firstColumns());
    m_table->setAccessibleName(tr("Live calls"));
    m_table->sortByColumn(LiveCallModel::Start, Qt::AscendingOrder);
    m_table->restoreColumns();

    connect(&source, &CallSource::liveChanged, m_model, &LiveCallModel::apply);
    connect(&source, &CallSource::probesChanged, this, &LivePage::showProbes);
    connect(&source, &CallSource::statusChanged, m_model,
        [this](const ProbeStatus& status, ProbeId probe) { m_model->setNow(status.now, probe); });
    connect(&source, &CallSource::stateChanged, this, [this](CallSource::State state) {
        m_table->setStale(state != CallSource::State::Connected);
        showCount(m_model->rowCount(), m_model->totalCalls());
    });
    connect(m_model, &LiveCallModel::countChanged, this, &LivePage::showCount);
    connect(m_filter, &QLineEdit::textChanged, this, &LivePage::applyFilter);
    connect(m_filter, &QLineEdit::returnPressed, this, &LivePage::focusList);
    connect(m_hold, &QAction::toggled, this, [this](bool held) {
        m_model->setHeld(held);
        showCount(m_model->rowCount(), m_model->totalCalls());
    });
    connect(m_table, &CallTable::callActivated, this, &LivePage::callActivated);
    showProbes();
    showCount(0, 0);
}

// Those of the calls that are on, whether shown or filtered out.
FilterValues LivePage::filterValues() const
{
    std::set<std::string> codecs;
    std::set<std::string> trunks;
    std::set<std::uint16_t> codes;
    m_model->forEach([&](const LiveCall& call, ProbeId) {
        if (!call.codec.empty())
            codecs.insert(call.codec.str());
        if (call.lastCode != 0)
            codes.insert(call.lastCode);
        for (const std::string_view trunk : { call.callerTrunk.view(), call.calleeTrunk.view() })
            if (!trunk.empty())
                trunks.emplace(trunk);
        return true;
    });
    FilterValues values;
    for (const std::string& codec : codecs)
        values.codecs += QString::fromStdString(codec);
    for (const std::string& trunk : trunks)
        values.trunks += QString::fromStdString(trunk);
    for (const std::uint16_t code : codes)
        values.codes += QString::number(code);
    const ProbeLabels probes = labelsOf(m_source);
    if (probes.size() > 1)
        for (const auto& [id, label] : probes)
            values.probes += label.name;
    return values;
}

void LivePage::showProbes()
{
    const ProbeLabels probes = labelsOf(m_source);
    m_model->setProbes(probes);
    m_table->setProbeColumn(LiveCallModel::Probe, probes.size() > 1);
}

void LivePage::addExportAction(QAction* action)
{
    m_export->setDefaultAction(action);
}

void LivePage::addFirstStep(QAction* action)
{
    m_empty->addHelp(action);
    showCount(m_model->rowCount(), m_model->totalCalls());
}

void LivePage::applyFilter(const QString& text)
{
    const CallFilter filter = CallFilter::parse(text);
    m_problems->setText(filter.problems().join(QStringLiteral(" · ")));
    m_problems->setVisible(!filter.problems().isEmpty());
    m_model->setFilter(filter);
    m_table->scrollToTop();
}

void LivePage::showCount(int shown, int total)
{
    QString count = m_model->filter().empty()
        ? callsText(static_cast<quint64>(total))
        : tr("%1 of %2").arg(countText(static_cast<quint64>(shown)), callsText(static_cast<quint64>(total)));
    if (m_model->isHeld())
        count += tr(" · held");
    m_count->setText(count);
    m_stack->setCurrentWidget(shown > 0 ? static_cast<QWidget*>(m_table) : m_empty);
    if (shown > 0)
        return;
    const bool connected = m_source.state() == CallSource::State::Connected;
    m_empty->offerHelp(total == 0 && !connected);
    if (total > 0)
        m_empty->say(tr("No live call matches the filter"), tr("Press Esc to clear it."));
    else if (connected)
        m_empty->say(tr("No calls at the moment"),
            tr("Calls appear here as soon as the probe sees their first message. "
               "If there should be some, check the source and its frames per second in the status line below."));
    else
        m_empty->say(tr("Not connected to an engine"),
            tr("Why, the line above says; the console connects by itself as soon as an engine answers. Where none runs "
               "yet, start callmon-engine on this machine, or say under Probes where it runs.\nA capture file needs no "
               "engine: open it, or drop it on this window."));
}

void LivePage::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

void LivePage::focusList()
{
    m_table->setFocus(Qt::ShortcutFocusReason);
    if (!m_table->currentIndex().isValid() && m_model->rowCount() > 0)
        m_table->setCurrentIndex(m_model->index(0, m_table->shownColumns().front()));
}

bool LivePage::clearFilter()
{
    if (m_filter->text().isEmpty())
        return false;
    m_filter->clear();
    return true;
}

void LivePage::setFilterText(const QString& text)
{
    m_filter->setText(text);
}

void LivePage::setTheme(const Theme& theme)
{
    m_table->setTheme(theme);
    m_operations->setTheme(theme);
    QPalette p = theme.palette();
    p.setColor(QPalette::WindowText, theme.fair);
    m_problems->setPalette(p);
}

bool LivePage::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_filter && event->type() == QEvent::KeyPress
        && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Down) {
        focusList();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

}
