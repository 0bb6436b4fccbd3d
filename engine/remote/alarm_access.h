// What clients see of alarms and their rules, and what they may change. The probe stands behind it.
#pragma once

#include "shared/calls/alarm_rule.h"

#include <string>

namespace callmon {

// Any thread.
class AlarmAccess {
public:
    virtual ~AlarmAccess() = default;

    virtual AlarmDelta openAlarms(std::uint64_t since) const = 0; // from a version of that list; 0: all of it
    virtual bool isOpen(AlarmId id) const = 0;
    virtual void acknowledge(const AlarmAcknowledgement& acknowledgement) = 0; // of one that is open, or is stored

    // Of one that is open, for that long from now on; none: it is taken back.
    virtual Result<void> shelve(
        AlarmId alarm, std::chrono::seconds time, const std::string& user, const std::string& comment) = 0;

    virtual std::vector<AlarmRule> rules() const = 0; // in force
    virtual Result<std::vector<AlarmRuleChange>> ruleChanges() const = 0; // oldest first
    // Both are kept when they return, with who and when. A rule that makes no sense is refused.
    virtual Result<void> putRule(AlarmRule rule, const std::string& user) = 0; // in the place of the one of its name
    virtual Result<void> removeRule(const std::string& name, const std::string& user) = 0; // see AlarmRuleChange
};

}
