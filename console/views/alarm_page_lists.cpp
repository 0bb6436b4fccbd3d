// What the lists of the alarms page hold, and what it says of them.
#include "console/models/alarm_words.h"
#include "console/models/figures.h"
#include "console/models/least_role.h"
#include "console/views/alarm_actions.h"
#include "console/views/alarm_choices.h"
#include "console/views/alarm_detail.h"
#include "console/views/alarm_page.h"
#include "console/views/call_table.h"
#include "console/views/empty_state.h"
#include "console/views/message_bar.h"
#include "console/views/progress_line.h"

#include <QAction>
#include <QItemSelectionModel>
#include <QLabel>
#include <QStackedWidget>

namespace callmon {

namespace {

constexpr std::uint64_t mostPastAlarms = 10'000;

}

void AlarmPage::applyFilter()
{
    AlarmModel::Filter filter = m_choices->filter();
    m_open->setFilter(filter);
    filter.shelved = true;
    m_past->setFilter(filter);
}

void AlarmPage::reload()
{
    if (!showsPast())
        return;
    if (m_search)
        m_source.cancel(*m_search);
    m_search.reset();
    m_cancelled = false;
    m_past->clear();
    m_error->clear();
    if (m_source.state() != CallSource::State::Connected) {
        m_error->say(MessageBar::Kind::Error, tr("Not connected to an engine: past alarms cannot be searched now."));
        showState();
        return;
    }
    AlarmQuery query;
    query.newestFirst = true;
    query.limit = mostPastAlarms;
    if (const auto period = m_choices->period(); period && m_now != Timestamp {})
        query.from = m_now - *period;
    m_search = m_source.alarms(query);
    showState();
}

bool AlarmPage::cancel()
{
    if (!m_search)
        return false;
    m_source.cancel(*m_search);
    m_search.reset();
    m_cancelled = true;
    showState();
    return true;
}

void AlarmPage::showState()
{
    if (m_search)
        m_searching->begin(tr("Searching the past alarms…"));
    else
        m_searching->end();
    const bool past = showsPast();
    const AlarmModel& model = past ? *m_past : *m_open;
    const auto shown = static_cast<std::size_t>(model.rowCount());
    const bool connected = m_source.state() == CallSource::State::Connected;
    const bool forbidden = isNowhereAllowed(m_source, ProbeDesk::Role::Operator);
    m_openTable->setStale(!connected);
    m_stack->setCurrentWidget(shown == 0 ? static_cast<QWidget*>(m_empty) : &table());
    QString count =
        shown == model.total() ? alarmsText(shown) : tr("%1 of %2").arg(countText(shown), alarmsText(model.total()));
    if (past && model.matchesInAll() > model.total())
        count += tr(", the newest of %1").arg(countText(model.matchesInAll()));
    if (past && m_cancelled)
        count = tr("Cancelled: %1").arg(count);
    if (m_choices->view() == AlarmChoices::Open && m_open->shelved() > 0) // why there are fewer than there are
        count += tr(" · %1 shelved").arg(countText(m_open->shelved()));
    if (!past && m_open->unacknowledged() > 0)
        count += tr(" · %1 not acknowledged").arg(countText(m_open->unacknowledged()));
    m_count->setText(forbidden ? QString() : count);
    m_rules->setEnabled(!forbidden);
    m_rules->setToolTip(forbidden ? tr("For operators: your certificate says viewer")
                                  : tr("What raises alarms, and who changed it (Ctrl+R)"));
    if (connected && forbidden)
        m_empty->say(tr("Alarms are for operators"),
            tr("Your certificate says viewer, and alarms name calls: whether any is open is not told. Ask whoever "
               "keeps "
               "the certificates for one of an operator."));
    else if (!connected && !past)
        m_empty->say(tr("Not connected to an engine"), tr("The console connects by itself as soon as one answers."));
    else if (past && m_search)
        m_empty->say(tr("Searching…"), tr("Press Esc to cancel."));
    else if (past && m_cancelled && model.total() == 0)
        m_empty->say(tr("Search cancelled"), tr("Nothing had been found yet. Choose a time above to search again."));
    else if (!past && model.total() > 0 && m_open->shelved() == model.total()
        && m_choices->view() == AlarmChoices::Open)
        m_empty->say(tr("All alarms that are open are shelved"), tr("Choose “Open, with shelved” above to see them."));
    else if (model.total() > 0)
        m_empty->say(tr("No alarm matches the filter"),
            past ? tr("Press Esc to clear it.") : tr("Press Esc to clear it, or choose “Open, with shelved” above."));
    else if (past)
        m_empty->say(tr("No alarm was raised in this time"), tr("Choose a longer time above."));
    else
        m_empty->say(tr("No alarm is open"),
            tr("What raises one is in the rules (Ctrl+R). Those that have cleared are among the past alarms, above."));

    const std::vector<ProbeAlarm> chosen = selected();
    m_detail->show(chosen.empty() ? nullptr : &chosen.front());
    m_actions->show(chosen, connected, past);
    m_openCall->setEnabled(!chosen.empty() && chosen.front().call.has_value());
}

std::vector<ProbeAlarm> AlarmPage::selected() const
{
    const bool past = showsPast();
    const QItemSelectionModel* selection = (past ? m_pastTable : m_openTable)->selectionModel();
    std::vector<ProbeAlarm> alarms;
    if (selection == nullptr)
        return alarms;
    for (const QModelIndex& row : selection->selectedRows())
        if (const ProbeAlarm* alarm = (past ? m_past : m_open)->alarmAt(row.row()))
            alarms.push_back(*alarm);
    return alarms;
}

}
