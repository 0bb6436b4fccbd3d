// The requests of a QueryRunner that are about alarms and their rules.
#include "engine/remote/answer_pages.h"
#include "engine/remote/query_runner.h"
#include "shared/remote/wire.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr std::size_t alarmsPerPage = remoteMessageBytes / 400; // a text of 100, names, a comment
constexpr std::size_t changesPerPage = remoteMessageBytes / 160;

Timestamp clockNow() // a person's act has the time of the probe's machine, also where packets are replayed
{
    return std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
}

Result<Alarm> endedAlarm(RecordQuery& query, AlarmId id)
{
    AlarmQuery one;
    one.id = id;
    std::optional<Alarm> stored;
    const auto found = query.alarms(one, [&](const Alarm& alarm) {
        stored = alarm;
        return true;
    });
    if (!found)
        return found.error();
    return stored ? Result<Alarm>(*stored)
                  : Error { sentence(TR("Engine", "there is no alarm %1"), std::to_string(id.value)) };
}

// As a list of alarms names it: by its rule, and by what it is about.
std::string nameOf(const Alarm& alarm)
{
    std::string about = alarm.group.str();
    if (about.empty() && !(alarm.caller.empty() && alarm.callee.empty()))
        about = alarm.caller.str() + " \u2192 " + alarm.callee.str();
    if (about.empty())
        about = alarm.part.str();
    return alarm.rule.str() + (about.empty() ? "" : ", " + about);
}

}

// One that is open is stored as it was raised: what it is now, the list of open ones knows.
Result<void> QueryRunner::answerAlarms(RecordQuery& query, const AlarmQuery& wanted, quint64 number, Request& request)
{
    const std::vector<Alarm> open = m_alarms->openAlarms(0).changed; // by id
    FoundAlarms page;
    const auto all = query.alarms(
        wanted,
        [&](const Alarm& stored) {
            const auto now = std::ranges::lower_bound(open, stored.id, {}, &Alarm::id);
            ++page.matchesInAll;
            page.alarms.push_back(now != open.end() && now->id == stored.id ? *now : stored);
            if (page.alarms.size() < alarmsPerPage)
                return true;
            const bool goOn = send(number, request, encode(page));
            page.alarms.clear();
            return goOn;
        },
        &request.cancelled);
    if (!all)
        return all.error();
    page.matchesInAll = all.value();
    send(number, request, encode(page)); // also when it is empty: it has the true count
    return {};
}

Result<void> QueryRunner::answerRules(quint64 number, Request& request)
{
    send(number, request, encode(AlarmRulePage { m_alarms->rules() })); // mostAlarmRules are no large message
    return {};
}

Result<void> QueryRunner::answerRuleChanges(quint64 number, Request& request)
{
    const auto changes = m_alarms->ruleChanges();
    if (!changes)
        return changes.error();
    inPages(changes.value(), changesPerPage, [&](std::vector<AlarmRuleChange> page) {
        return send(number, request, encode(AlarmRuleChangePage { std::move(page) }));
    });
    return {};
}

Result<void> QueryRunner::acknowledge(RecordQuery& query, const AcknowledgeAlarm& wanted)
{
    if (wanted.comment.size() > decltype(AlarmAcknowledgement::comment)::capacity())
        return Error { sentence(TR("Engine", "the comment is too long: 254 bytes are kept")) };
    if (!m_alarms->isOpen(wanted.alarm)) {
        if (const auto ended = endedAlarm(query, wanted.alarm); !ended)
            return ended.error();
    }
    m_alarms->acknowledge({ wanted.alarm, std::string_view(m_user), clockNow(), std::string_view(wanted.comment) });
    return {};
}

Result<void> QueryRunner::shelve(RecordQuery& query, const ShelveAlarm& wanted)
{
    if (wanted.comment.size() > decltype(AlarmShelving::comment)::capacity())
        return Error { sentence(TR("Engine", "the comment is too long: 254 bytes are kept")) };
    if (wanted.time > longestOnShelf)
        return Error { sentence(TR("Engine", "that is too long: an alarm can be shelved for 30 days at most")) };
    if (!m_alarms->isOpen(wanted.alarm)) {
        const auto ended = endedAlarm(query, wanted.alarm);
        return ended ? Error { sentence(TR("Engine", "the alarm '%1' has ended meanwhile: there is nothing to shelve"),
                   nameOf(ended.value())) }
                     : ended.error();
    }
    return m_alarms->shelve(wanted.alarm, wanted.time, m_user, wanted.comment);
}

Result<void> QueryRunner::changeRules(const RemoteJob& job)
{
    if (const auto* put = std::get_if<PutAlarmRule>(&job))
        return m_alarms->putRule(put->rule, m_user);
    return m_alarms->removeRule(std::get<RemoveAlarmRule>(job).name, m_user);
}

}
