// What users do to alarms while the engine runs: acknowledge them, and change the rules that they are raised by.
#pragma once

#include "engine/alarms/alarm_desk.h"
#include "engine/remote/alarm_access.h"
#include "engine/storage/alarm_rule_store.h"
#include "engine/storage/alarm_shelf_store.h"

#include <functional>

namespace callmon {

// Any thread. The rules in force are those of the configuration, with the changes that users made put over them.
class AlarmControl final : public AlarmAccess {
public:
    using IsGroup = std::function<bool(std::string_view)>; // any thread

    // Of a directory that the caller writes to. The desk, which outlives this, gets the rules that are in force and
    // what is still on the shelf. `isGroup` tells which groups of calls are measured; without it any may be.
    static Result<std::unique_ptr<AlarmControl>> open(const std::filesystem::path& directory, AlarmDesk& desk,
        std::vector<AlarmRule> configured, IsGroup isGroup = {});
    std::vector<std::string> notes() const; // sentences for the user's log

    AlarmDelta openAlarms(std::uint64_t since) const override;
    bool isOpen(AlarmId id) const override { return m_desk.book().isOpen(id); }
    void acknowledge(const AlarmAcknowledgement& acknowledgement) override;
    Result<void> shelve(
        AlarmId alarm, std::chrono::seconds time, const std::string& user, const std::string& comment) override;
    std::vector<AlarmRule> rules() const override { return m_desk.rules(); }
    Result<std::vector<AlarmRuleChange>> ruleChanges() const override;
    Result<void> putRule(AlarmRule rule, const std::string& user) override;
    Result<void> removeRule(const std::string& name, const std::string& user) override;

private:
    AlarmControl(AlarmDesk& desk, std::vector<AlarmRule> configured, AlarmRuleStore store, AlarmShelfStore shelf);

    AlarmDesk& m_desk;
    std::vector<AlarmRule> m_configured;
    IsGroup m_isGroup;
    mutable std::mutex m_mutex; // a change at a time: to the store, then to the desk
    mutable AlarmRuleStore m_store;
    AlarmShelfStore m_shelf;
};

}
