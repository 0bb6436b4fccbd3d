#include "engine/recording_control.h"

#include "shared/base/utc_time.h"

namespace callmon {

namespace {

Timestamp clockNow() // packets may be of another day, a user is of this one
{
    return std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
}

}

Result<std::unique_ptr<RecordingControl>> RecordingControl::open(
    const std::filesystem::path& directory, Setting setting, Apply apply)
{
    auto store = RecordingRuleStore::open(directory);
    if (!store)
        return store.error();
    auto stored = store.value().rules();
    if (!stored)
        return stored.error();
    std::unique_ptr<RecordingControl> control(
        new RecordingControl(std::move(setting), std::move(apply), std::move(store.value())));
    control->takeStored(std::move(stored.value()));
    control->applyRules();
    return control;
}

RecordingControl::RecordingControl(Setting setting, Apply apply, RecordingRuleStore store)
    : m_setting(std::move(setting))
    , m_apply(std::move(apply))
    , m_store(std::move(store))
{
}

void RecordingControl::takeStored(RecordingRuleStore::Stored stored)
{
    if (!m_store.note().empty())
        m_notes.push_back(m_store.note());
    m_rules = std::move(stored.list);
    if (m_rules.rules.empty()) {
        m_rules.rules = m_setting.rules;
        return;
    }
    m_notes.push_back("which calls are recorded is as " + stored.changedBy.str() + " left it ("
        + toIso8601(stored.changedAt)
        + "), not as configured; callmonctl recording reset goes back to the configuration");
    if (const auto checked = checkRecordingRules(m_rules.rules, m_setting.trunks.trunks()); !checked)
        m_notes.push_back(checked.error().what + ": it fits no call");
}

void RecordingControl::applyRules()
{
    m_apply(RecordingPolicy(m_rules.rules, m_setting.trunks));
}

RecordingRules RecordingControl::rules() const
{
    const std::lock_guard lock(m_mutex);
    return m_rules;
}

Result<void> RecordingControl::putRules(RecordingRules next, const std::string& user)
{
    if (!m_setting.keepsMedia)
        return Error { sentence(TR(
            "Engine", "this engine keeps figures only, whatever the rules say: start it with record-media = true")) };
    const bool asConfigured = next.rules.empty();
    if (!asConfigured)
        if (auto checked = checkRecordingRules(next.rules, m_setting.trunks.trunks()); !checked)
            return checked;
    const std::lock_guard lock(m_mutex);
    if (next.version != m_rules.version)
        return Error { sentence(TR("Engine",
            "somebody else has changed the recording rules meanwhile: look at them, and change them again")) };
    const Timestamp now = clockNow();
    for (RecordingRule& rule : next.rules) {
        const RecordingRule* const was = findRule(m_rules.rules, rule.name);
        const bool same = was != nullptr && saysTheSame(*was, rule);
        rule.changedBy = same ? was->changedBy.view() : std::string_view(user);
        rule.changedAt = same ? was->changedAt : now;
    }
    ++next.version;
    const std::string change = changeText(m_rules.rules, asConfigured ? m_setting.rules : next.rules);
    if (auto stored = m_store.put(next, now, user, change); !stored)
        return stored;
    m_rules = std::move(next);
    if (asConfigured)
        m_rules.rules = m_setting.rules;
    applyRules();
    return {};
}

std::string RecordingControl::wordsOf(const RecordingRules& next) const
{
    const std::lock_guard lock(m_mutex);
    return (next.rules.empty() ? "as configured: " : "")
        + changeText(m_rules.rules, next.rules.empty() ? m_setting.rules : next.rules);
}

}
