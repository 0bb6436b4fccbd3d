#include "engine/alarm_control.h"

#include <algorithm>

namespace callmon {

namespace {

Timestamp clockNow() // packets may be of another day, a user is of this one
{
    return std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
}

bool isUsers(const AlarmRule& rule)
{
    return rule.changedAt != Timestamp {};
}

}

Result<std::unique_ptr<AlarmControl>> AlarmControl::open(
    const std::filesystem::path& directory, AlarmDesk& desk, std::vector<AlarmRule> configured, IsGroup isGroup)
{
    auto store = AlarmRuleStore::open(directory);
    if (!store)
        return store.error();
    auto shelf = AlarmShelfStore::open(directory);
    if (!shelf)
        return shelf.error();
    const auto shelved = shelf.value().inForce(clockNow());
    if (!shelved)
        return shelved.error();
    for (const AlarmShelf& one : shelved.value())
        desk.book().putShelf(one);
    const auto changed = store.value().rules();
    if (!changed)
        return changed.error();
    std::vector<AlarmRule> rules = configured;
    for (const AlarmRule& rule : changed.value())
        callmon::putRule(rules, rule);
    desk.setRules(std::move(rules));
    std::unique_ptr<AlarmControl> control(
        new AlarmControl(desk, std::move(configured), std::move(store.value()), std::move(shelf.value())));
    control->m_isGroup = std::move(isGroup);
    return control;
}

AlarmControl::AlarmControl(
    AlarmDesk& desk, std::vector<AlarmRule> configured, AlarmRuleStore store, AlarmShelfStore shelf)
    : m_desk(desk)
    , m_configured(std::move(configured))
    , m_store(std::move(store))
    , m_shelf(std::move(shelf))
{
}

std::vector<std::string> AlarmControl::notes() const
{
    std::vector<std::string> notes { m_store.note(), m_shelf.note() };
    std::erase(notes, std::string());
    return notes;
}

// Whoever looks finds what is on the shelf now; while nobody does, nobody needs to know that a time is over.
AlarmDelta AlarmControl::openAlarms(std::uint64_t since) const
{
    m_desk.book().endShelves(clockNow());
    return m_desk.book().delta(since);
}

Result<void> AlarmControl::shelve(
    AlarmId alarm, std::chrono::seconds time, const std::string& user, const std::string& comment)
{
    const std::lock_guard lock(m_mutex);
    const Timestamp now = clockNow();
    AlarmBook& book = m_desk.book();
    book.endShelves(now);
    const auto shelf = book.shelfFor({ alarm, std::string_view(user), now + time, std::string_view(comment) }, now);
    if (!shelf)
        return Error { sentence(TR("Engine", "that alarm has ended meanwhile: there is nothing to shelve")) };
    if (!book.hasRoomFor(*shelf))
        return Error { sentence(TR("Engine", "the shelf is full: change the rules that raise so many alarms")) };
    if (auto stored = m_shelf.put(*shelf); !stored)
        return stored;
    book.putShelf(*shelf);
    return {};
}

void AlarmControl::acknowledge(const AlarmAcknowledgement& acknowledgement)
{
    m_desk.book().acknowledge(acknowledgement);
}

Result<std::vector<AlarmRuleChange>> AlarmControl::ruleChanges() const
{
    const std::lock_guard lock(m_mutex);
    return m_store.changes();
}

Result<void> AlarmControl::putRule(AlarmRule rule, const std::string& user)
{
    if (auto checked = checkRule(rule); !checked)
        return checked;
    if (rule.enabled && m_isGroup && !m_isGroup(rule.group)) // one that was left over can still be disabled
        return Error { sentence(TR("Engine",
                                    "alarm rule '%1': nothing is measured of '%2'; groups are total, \"trunk NAME\" "
                                    "and \"prefix DIGITS\" of the engine's configuration, and \"codec NAME\""),
            rule.name.str(), rule.group.str()) };
    const std::lock_guard lock(m_mutex);
    std::vector<AlarmRule> rules = m_desk.rules();
    if (rules.size() >= mostAlarmRules && findRule(rules, rule.name) == nullptr)
        return Error { sentence(TR("Engine", "there are %1 alarm rules, and there can be no more"), mostAlarmRules) };
    rule.changedBy = user;
    rule.changedAt = clockNow();
    if (auto stored = m_store.put({ rule }); !stored)
        return stored;
    callmon::putRule(rules, rule);
    m_desk.setRules(std::move(rules));
    return {};
}

Result<void> AlarmControl::removeRule(const std::string& name, const std::string& user)
{
    const std::lock_guard lock(m_mutex);
    std::vector<AlarmRule> rules = m_desk.rules();
    const AlarmRule* const found = findRule(rules, name);
    if (found == nullptr)
        return Error { sentence(TR("Engine", "there is no alarm rule '%1'"), name) };
    if (!isUsers(*found))
        return Error { sentence(
            TR("Engine", "alarm rule '%1' is as configured: disable it, or change the configuration"), name) };
    AlarmRuleChange change { *found, true };
    change.rule.changedBy = user;
    change.rule.changedAt = clockNow();
    if (auto stored = m_store.put(change); !stored)
        return stored;
    if (const AlarmRule* const configured = findRule(m_configured, name))
        callmon::putRule(rules, *configured);
    else
        std::erase_if(rules, [&](const AlarmRule& rule) { return rule.name == std::string_view(name); });
    m_desk.setRules(std::move(rules));
    return {};
}

}
