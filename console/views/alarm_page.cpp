#include "console/views/alarm_page.h"

#include "console/models/least_role.h"
#include "console/views/alarm_actions.h"
#include "console/views/alarm_choices.h"
#include "console/views/alarm_detail.h"
#include "console/views/call_table.h"
#include "console/views/empty_state.h"
#include "console/views/message_bar.h"
#include "console/views/progress_line.h"
#include "console/views/rules_dialog.h"

#include <QAction>
#include <QHBoxLayout>
#include <QItemSelectionModel>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace callmon {

namespace {

constexpr int longestSentence = 110; // characters: cut, it says what is wrong and not how much

std::vector<CallColumn> columnsOf(bool past)
{
    using M = AlarmModel;
    const QString time = QStringLiteral("0000-00-00 00:00:00+2"); // where a clock shows it twice
    const QString party = QStringLiteral("+34910123456789");
    return { { M::Severity, QStringLiteral("■ critical0"), true }, { M::RaisedAt, time, true },
        { M::ClearedAt, time, past },
        { M::Text,
            past ? QStringLiteral("Nothing heard from the callee")
                 : QStringLiteral("Nothing heard from the callee for 21 s"),
            true, true, longestSentence },
        { M::Worst, QStringLiteral("00,000 ms"), true }, { M::Calls, QStringLiteral("00,000"), true },
        { .column = M::Caller, .sample = party, .growsLater = true },
        { .column = M::Callee, .sample = party, .growsLater = true },
        { .column = M::AcknowledgedBy, .sample = QStringLiteral("operator00"), .growsLater = true },
        { M::End, QStringLiteral("probe restarted"), past }, { M::Comment, QStringLiteral("operator00"), past, past },
        { M::Kind, QStringLiteral("Buffer nearly full"), false },
        { M::Rule, QStringLiteral("buffer-nearly-full"), false }, { M::Since, time, false },
        { M::Figure, QStringLiteral("00,000 ms"), false }, { M::Threshold, QStringLiteral("00,000 ms"), false },
        { M::Unit, QStringLiteral("frames/s"), false }, { M::Direction, QStringLiteral("callee00"), false },
        { M::Metric, QStringLiteral("concurrent"), false }, { M::Group, party, false },
        { M::AcknowledgedAt, time, false }, { M::ShelvedUntil, time, false },
        { M::ShelvedBy, QStringLiteral("operator00"), false }, { M::ShelfComment, party, false },
        { M::Call, QStringLiteral("0000000000000000000"), false },
        { M::Id, QStringLiteral("0000000000000000000"), false }, { M::Probe, QStringLiteral("madrid-1000"), false } };
}

}

AlarmPage::AlarmPage(CallSource& source, QWidget* parent)
    : QWidget(parent)
    , m_source(source)
    , m_open(new AlarmModel(this))
    , m_past(new AlarmModel(this))
    , m_choices(new AlarmChoices(this))
    , m_count(new QLabel(this))
    , m_error(new MessageBar(this))
    , m_searching(new ProgressLine(this))
    , m_actions(new AlarmActions(
          source, [this] { return selected(); }, *this))
    , m_openCall(new QAction(tr("Open the &call"), this))
    , m_rules(new QAction(tr("&Rules…"), this))
    , m_columns(new QToolButton(this))
    , m_export(new QToolButton(this))
    , m_stack(new QStackedWidget(this))
    , m_openTable(new CallTable(QStringLiteral("openAlarms"), this))
    , m_pastTable(new CallTable(QStringLiteral("pastAlarms"), this))
    , m_empty(new EmptyState(this))
    , m_detail(new AlarmDetail(this))
{
    m_rules->setShortcut(Qt::CTRL | Qt::Key_R);
    m_openCall->setToolTip(tr("The call that the alarm is about (Enter)"));
    arrange();

    for (auto [table, model] : { std::pair(m_openTable, m_open), std::pair(m_pastTable, m_past) }) {
        const bool past = model == m_past;
        table->setList(model, columnsOf(past));
        table->setAccessibleName(past ? tr("Past alarms") : tr("Open alarms"));
        table->sortByColumn(
            past ? AlarmModel::RaisedAt : AlarmModel::Severity, past ? Qt::DescendingOrder : Qt::AscendingOrder);
        table->restoreColumns();
        table->installEventFilter(this);
        connect(table, &CallTable::callActivated, this, [this](CallKey call, ProbeId probe) {
            if (call.value != 0)
                emit callActivated(call, probe);
        });
        connect(table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &AlarmPage::showState);
        connect(model, &AlarmModel::changed, this, &AlarmPage::showState);
    }
    connect(m_open, &AlarmModel::changed, this, &AlarmPage::unacknowledgedChanged);
    connect(&source, &CallSource::alarmsChanged, m_open, &AlarmModel::apply);
    connect(&source, &CallSource::statusChanged, this,
        [this](const ProbeStatus& status, ProbeId probe) { m_now = m_clocks.take(m_source, status, probe); });
    connect(&source, &CallSource::stateChanged, this, &AlarmPage::showState);
    connect(&source, &CallSource::alarmsFound, this,
        [this](quint64 request, const std::vector<Alarm>& alarms, quint64 matches, ProbeId probe) {
            if (m_search == request)
                m_past->append(alarms, matches, probe);
        });
    connect(&source, &CallSource::finished, this, [this](quint64 request) {
        if (m_search == request)
            m_search.reset();
        showState();
    });
    connect(&source, &CallSource::failed, this, [this](quint64 request, const QString& message) {
        if (m_search == request) {
            m_search.reset();
            m_error->say(MessageBar::Kind::Error, tr("The search failed: %1").arg(message));
        }
        showState();
    });
    connect(m_actions, &AlarmActions::asked, m_error, &MessageBar::clear);
    connect(m_actions, &AlarmActions::refused, this,
        [this](const QString& sentence) { m_error->say(MessageBar::Kind::Error, sentence); });
    connect(m_actions, &AlarmActions::done, this, [this] {
        if (showsPast())
            reload(); // the open ones come by themselves
    });
    connect(m_choices, &AlarmChoices::viewChanged, this, [this] {
        m_error->clear();
        applyFilter();
        if (showsPast())
            reload();
        emit listChanged();
    });
    connect(m_choices, &AlarmChoices::periodChanged, this, &AlarmPage::reload);
    connect(m_choices, &AlarmChoices::filterChanged, this, &AlarmPage::applyFilter);
    connect(m_choices, &AlarmChoices::listWanted, this, &AlarmPage::focusList);
    connect(m_searching, &ProgressLine::cancelled, this, &AlarmPage::cancel);
    connect(m_rules, &QAction::triggered, this, &AlarmPage::showRules);
    connect(m_openCall, &QAction::triggered, this, [this] {
        if (const auto call = table().currentCall(); call && call->key.value != 0)
            emit callActivated(call->key, call->probe);
    });
    connect(&source, &CallSource::partMissing, this, [this](quint64 request, const QString& message) {
        if (m_search == request)
            m_error->add(message);
    });
    connect(&source, &CallSource::remarked, this, [this](quint64 request, const QStringList& remarks) {
        if (m_search == request)
            for (const QString& remark : remarks)
                m_error->add(remark);
    });
    connect(&source, &CallSource::probesChanged, this, &AlarmPage::showProbes);
    showProbes();
    showState();
}

void AlarmPage::showProbes()
{
    const ProbeLabels probes = labelsOf(m_source);
    for (AlarmModel* model : { m_open, m_past })
        model->setProbes(probes);
    for (CallTable* table : { m_openTable, m_pastTable })
        table->setProbeColumn(AlarmModel::Probe, probes.size() > 1);
    followRoles(m_source, this, &AlarmPage::showState);
}

QToolButton* AlarmPage::button(QAction* action)
{
    auto* made = new QToolButton(this);
    made->setDefaultAction(action);
    made->setFocusPolicy(Qt::TabFocus);
    return made;
}

void AlarmPage::arrange()
{
    m_columns->setText(tr("Columns ▾"));
    m_columns->setFocusPolicy(Qt::TabFocus);
    connect(m_columns, &QToolButton::clicked, this, [this] {
        QMenu menu(this);
        table().fillColumnMenu(&menu);
        menu.exec(m_columns->mapToGlobal(QPoint(0, m_columns->height())));
    });
    m_export->setFocusPolicy(Qt::TabFocus);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(10, 8, 10, 6);
    row->setSpacing(8);
    row->addWidget(m_choices, 1);
    row->addWidget(m_count);
    row->addWidget(button(m_rules));
    row->addWidget(m_columns);
    row->addWidget(m_export);
    auto* actions = new QHBoxLayout;
    actions->setContentsMargins(10, 6, 10, 0);
    actions->setSpacing(8);
    for (QAction* action : { acknowledgeAction(), shelveAction(), m_openCall })
        actions->addWidget(button(action));
    actions->addStretch(1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(row);
    layout->addWidget(m_error);
    layout->addWidget(m_searching);
    layout->addWidget(m_stack, 1);
    layout->addLayout(actions);
    layout->addWidget(m_detail);
    m_stack->addWidget(m_openTable);
    m_stack->addWidget(m_pastTable);
    m_stack->addWidget(m_empty);
}

void AlarmPage::addExportAction(QAction* action)
{
    m_export->setDefaultAction(action);
}

void AlarmPage::saveColumns() const
{
    m_openTable->saveColumns();
    m_pastTable->saveColumns();
}

bool AlarmPage::showsPast() const
{
    return m_choices->view() == AlarmChoices::Past;
}

void AlarmPage::showPast(bool past)
{
    m_choices->setView(past ? AlarmChoices::Past : AlarmChoices::Open);
}

QString AlarmPage::lastError() const
{
    return m_error->message();
}

void AlarmPage::setFilterText(const QString& text)
{
    m_choices->setFilterText(text);
}

QAction* AlarmPage::acknowledgeAction() const
{
    return m_actions->acknowledgeAction();
}

QAction* AlarmPage::shelveAction() const
{
    return m_actions->shelveAction();
}

// Every engine has rules of its own.
void AlarmPage::showRules()
{
    const std::vector<CallSource::Probe> probes = m_source.probes();
    if (probes.size() < 2)
        return showRulesOf(probes.empty() ? ProbeId {} : probes.front().id, {});
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("rulesOfWhichProbe"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (const CallSource::Probe& probe : probes)
        connect(menu->addAction(tr("Rules of %1…").arg(probe.name)), &QAction::triggered, this,
            [this, probe] { showRulesOf(probe.id, probe.name); });
    menu->setActiveAction(menu->actions().front());
    menu->popup(mapToGlobal(QPoint(width() / 3, height() / 8)));
}

void AlarmPage::showRulesOf(ProbeId probe, const QString& name)
{
    auto* dialog = new RulesDialog(m_source.of(probe), this);
    if (!name.isEmpty())
        dialog->setWindowTitle(tr("%1 – %2").arg(dialog->windowTitle(), name));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setTheme(m_theme);
    dialog->open();
}

void AlarmPage::focusFilter()
{
    m_choices->focusFilter();
}

void AlarmPage::focusList()
{
    if (!table().isVisibleTo(this)) // or the box beside it would get the keyboard, and the arrows another view
        return m_choices->focusFilter();
    table().setFocus(Qt::ShortcutFocusReason);
    // The view that gets the keyboard has a current row, which is not a chosen one: there is something to acknowledge.
    if (!table().selectionModel()->hasSelection() && table().model()->rowCount() > 0)
        table().selectRow(0); // the worst, or the newest
}

// Alarms come and go by themselves. When the chosen one has gone an arrow chooses the row that has its place, and does
// not pass it over.
bool AlarmPage::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::KeyPress && watched == &table()) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const QModelIndex current = table().currentIndex();
        if ((key == Qt::Key_Down || key == Qt::Key_Up) && current.isValid()
            && !table().selectionModel()->hasSelection()) {
            table().selectRow(current.row());
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

bool AlarmPage::clearFilter()
{
    return m_choices->clearFilter();
}

void AlarmPage::setTheme(const Theme& theme)
{
    m_theme = theme;
    m_openTable->setTheme(theme);
    m_pastTable->setTheme(theme);
    m_error->setTheme(theme);
}

}
