// What clients see and change of which calls are recorded. The probe stands behind it.
#pragma once

#include "shared/calls/recording_rule.h"

#include <string>

namespace callmon {

// Any thread.
class RecordingAccess {
public:
    virtual ~RecordingAccess() = default;

    virtual RecordingRules rules() const = 0; // in force
    // In the place of the list of that version; without rules: that of the configuration. Kept when it returns, with
    // who and when, and for the calls that begin from then on. Refused when it makes no sense, or when somebody else
    // changed the list meanwhile.
    virtual Result<void> putRules(RecordingRules rules, const std::string& user) = 0;
    virtual std::string wordsOf(const RecordingRules& rules) const = 0; // what putting them would change
};

}
