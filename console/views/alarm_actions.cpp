#include "console/views/alarm_actions.h"

#include "console/models/alarm_sentence.h"
#include "console/models/alarm_words.h"
#include "console/views/alarm_changes.h"
#include "console/views/comment_dialog.h"
#include "console/views/shelve_dialog.h"

#include <QAction>
#include <utility>

namespace callmon {

namespace {

// The list moves: what a dialog is about, it says itself. Empty of several: their number says it.
QString whichOf(const std::vector<ProbeAlarm>& alarms)
{
    return alarms.size() == 1 ? sentenceOf(alarms.front()) : QString();
}

}

AlarmActions::AlarmActions(CallSource& source, Chosen chosen, QWidget& page)
    : QObject(&page)
    , m_source(source)
    , m_chosen(std::move(chosen))
    , m_page(page)
    , m_acknowledge(new QAction(tr("&Acknowledge…"), this))
    , m_shelve(new QAction(tr("&Shelve…"), this))
    , m_changes(new AlarmChanges(source, this))
{
    m_acknowledge->setShortcut(Qt::CTRL | Qt::Key_K);
    m_acknowledge->setToolTip(tr("Say that the chosen alarms are seen to, with a comment for the others (Ctrl+K)"));
    m_shelve->setShortcut(Qt::CTRL | Qt::Key_J);
    m_shelve->setToolTip(
        tr("Have nobody told of them, and of what the same rule raises about the same call or group, for a time; "
           "again: bring them back (Ctrl+J)"));
    connect(m_acknowledge, &QAction::triggered, this, &AlarmActions::askForComment);
    connect(m_shelve, &QAction::triggered, this, &AlarmActions::shelve);
    connect(m_changes, &AlarmChanges::refused, this, &AlarmActions::refused);
    connect(m_changes, &AlarmChanges::done, this, &AlarmActions::done);
}

void AlarmActions::show(const std::vector<ProbeAlarm>& chosen, bool connected, bool past)
{
    m_acknowledge->setEnabled(!chosen.empty() && connected);
    m_shelve->setVisible(!past);
    m_shelve->setEnabled(!chosen.empty() && connected);
    const bool shelved = !chosen.empty() && chosen.front().shelvedUntil;
    m_shelve->setText(shelved ? tr("Bring &back from the shelf") : tr("&Shelve…"));
}

void AlarmActions::askForComment()
{
    const std::vector<ProbeAlarm> alarms = m_chosen();
    if (alarms.empty())
        return;
    auto* dialog = new CommentDialog(alarmsText(alarms.size()), whichOf(alarms), &m_page);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, alarms, dialog] {
        const QString comment = dialog->comment();
        std::vector<AlarmChanges::Request> requests;
        for (const ProbeAlarm& alarm : alarms)
            requests.push_back({ sentenceOf(alarm), [this, probe = alarm.probe, id = alarm.id, comment] {
                                    return m_source.acknowledgeAlarmOf(probe, id, comment);
                                } });
        emit asked();
        m_changes->ask(std::move(requests), tr("Not acknowledged: %1"));
    });
    dialog->open();
}

void AlarmActions::shelve()
{
    std::vector<ProbeAlarm> alarms = m_chosen();
    if (alarms.empty())
        return;
    if (alarms.front().shelvedUntil) // the others are not on the shelf
        std::erase_if(alarms, [](const ProbeAlarm& alarm) { return !alarm.shelvedUntil; });
    const auto ask = [this, alarms](std::chrono::seconds time, const QString& comment) {
        std::vector<AlarmChanges::Request> requests;
        for (const ProbeAlarm& alarm : alarms)
            requests.push_back({ sentenceOf(alarm), [this, probe = alarm.probe, id = alarm.id, time, comment] {
                                    return m_source.shelveAlarmOf(probe, id, time, comment);
                                } });
        emit asked();
        m_changes->ask(std::move(requests), tr("Not shelved: %1"));
    };
    if (alarms.front().shelvedUntil)
        return ask(std::chrono::seconds(0), {});
    auto* dialog = new ShelveDialog(alarmsText(alarms.size()), whichOf(alarms), &m_page);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [dialog, ask] { ask(dialog->time(), dialog->comment()); });
    dialog->open();
}

}
