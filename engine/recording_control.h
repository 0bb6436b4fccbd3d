// Which calls are recorded, as users change it while the engine runs.
#pragma once

#include "engine/remote/recording_access.h"
#include "engine/storage/recording_rule_store.h"
#include "shared/calls/recording_policy.h"

#include <functional>
#include <memory>
#include <mutex>

namespace callmon {

// Any thread. The rules in force are those that users left, else those of the configuration.
class RecordingControl final : public RecordingAccess {
public:
    struct Setting { // of the configuration
        std::vector<RecordingRule> rules;
        CallGroups trunks;
        bool keepsMedia = true;
    };
    using Apply = std::function<void(RecordingPolicy)>; // outlives this

    // Of a directory that the caller writes to. `apply` is given what is in force, at once and with each change.
    static Result<std::unique_ptr<RecordingControl>> open(
        const std::filesystem::path& directory, Setting setting, Apply apply);
    const std::vector<std::string>& notes() const { return m_notes; } // sentences for the user's log

    RecordingRules rules() const override;
    Result<void> putRules(RecordingRules rules, const std::string& user) override;
    std::string wordsOf(const RecordingRules& rules) const override;

private:
    RecordingControl(Setting setting, Apply apply, RecordingRuleStore store);
    void takeStored(RecordingRuleStore::Stored stored);
    void applyRules();

    const Setting m_setting;
    const Apply m_apply;
    mutable std::mutex m_mutex; // a change at a time: to the store, then to the calls
    RecordingRuleStore m_store;
    RecordingRules m_rules;
    std::vector<std::string> m_notes;
};

}
