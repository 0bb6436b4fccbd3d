#include "engine/storage/alarm_rule_store.h"

#include "engine/storage/alarm_rows.h"
#include "engine/storage/user_database.h"

#include <array>
#include <utility>

namespace callmon {

namespace {

constexpr const char* rulesSql = R"sql(
PRAGMA journal_mode=WAL;
CREATE TABLE IF NOT EXISTS rule_changes(
  change INTEGER PRIMARY KEY,
  changed_at_ns INTEGER NOT NULL,
  changed_by TEXT NOT NULL,                 -- user of the probe's machine
  name TEXT NOT NULL,
  kind INTEGER NOT NULL,                    -- as in the alarms of a day database
  severity INTEGER NOT NULL,
  enabled INTEGER NOT NULL,
  threshold REAL NOT NULL,
  clear_threshold REAL NOT NULL,
  raise_after_s INTEGER NOT NULL,
  clear_after_s INTEGER NOT NULL,
  together INTEGER NOT NULL,
  metric TEXT NOT NULL,
  call_group TEXT NOT NULL
);
)sql";

// Columns that came later, each with what a change stored before it stands for.
constexpr std::array addedColumns { std::pair { "window_min", "INTEGER NOT NULL DEFAULT 5" },
    std::pair { "least_calls", "INTEGER NOT NULL DEFAULT 20" },
    std::pair { "removed", "INTEGER NOT NULL DEFAULT 0" } }; // 1: the rule is again as configured, or gone

template <typename Change, typename Visit> void visitChangeFields(Change& change, Visit&& visit)
{
    auto& rule = change.rule;
    visit("changed_at_ns", rule.changedAt);
    visit("changed_by", rule.changedBy);
    visit("name", rule.name);
    visit("kind", rule.kind);
    visit("severity", rule.severity);
    visit("enabled", rule.enabled);
    visit("threshold", rule.threshold);
    visit("clear_threshold", rule.clearThreshold);
    visit("raise_after_s", rule.raiseAfter);
    visit("clear_after_s", rule.clearAfter);
    visit("together", rule.together);
    visit("metric", rule.metric);
    visit("call_group", rule.group);
    visit("window_min", rule.windowMinutes);
    visit("least_calls", rule.leastCalls);
    visit("removed", change.removed);
}

bool addColumns(Database& database)
{
    for (const auto& [name, type] : addedColumns) {
        auto there =
            database.prepare("SELECT 1 FROM pragma_table_info('rule_changes') WHERE name='" + std::string(name) + '\'');
        if (!there)
            return false;
        if (!there.value().stepToRow()
            && !database.execute(("ALTER TABLE rule_changes ADD COLUMN " + std::string(name) + ' ' + type).c_str()))
            return false;
    }
    return true;
}

std::string columns()
{
    std::string names;
    const AlarmRuleChange change;
    visitChangeFields(
        change, [&](const char* name, const auto&) { names += (names.empty() ? "" : ",") + std::string(name); });
    return names;
}

}

Result<AlarmRuleStore> AlarmRuleStore::open(const std::filesystem::path& directory)
{
    auto opened = openUserDatabase(
        directory / "rules.sqlite",
        [](Database& database) { return database.execute(rulesSql) && addColumns(database); },
        "the changes of alarm rules were damaged; they are kept as ", ", and the rules are those of the configuration");
    if (!opened)
        return opened.error();
    AlarmRuleStore store(std::move(opened.value().database));
    store.m_note = opened.value().note;
    return store;
}

Result<std::vector<AlarmRuleChange>> AlarmRuleStore::read(const char* which)
{
    auto rows = m_database.prepare(
        "SELECT " + columns() + " FROM rule_changes WHERE change IN (SELECT " + which + ") ORDER BY change");
    if (!rows)
        return rows.error();
    std::vector<AlarmRuleChange> changes;
    while (rows.value().stepToRow()) {
        AlarmRuleChange change;
        int column = 0;
        bool whole = true;
        visitChangeFields(change,
            [&](const char*, auto& field) { whole = fromStored(rows.value().column(column++), field) && whole; });
        if (whole && checkRule(change.rule))
            changes.push_back(change);
    }
    if (rows.value().failed())
        return m_database.error(TR("Engine", "cannot read"));
    return changes;
}

Result<std::vector<AlarmRule>> AlarmRuleStore::rules()
{
    const auto last = read("max(change) FROM rule_changes GROUP BY name");
    if (!last)
        return last.error();
    std::vector<AlarmRule> rules;
    for (const AlarmRuleChange& change : last.value())
        if (!change.removed)
            rules.push_back(change.rule);
    return rules;
}

Result<std::vector<AlarmRuleChange>> AlarmRuleStore::changes()
{
    return read("change FROM rule_changes ORDER BY change DESC LIMIT 10000");
}

Result<void> AlarmRuleStore::put(const AlarmRuleChange& change)
{
    std::string marks;
    std::vector<StoredValue> values;
    visitChangeFields(change, [&](const char*, const auto& field) {
        marks += marks.empty() ? "?" : ",?";
        values.push_back(toStored(field));
    });
    auto insert = m_database.prepare("INSERT INTO rule_changes(" + columns() + ") VALUES(" + marks + ')');
    if (!insert)
        return insert.error();
    for (std::size_t i = 0; i < values.size(); ++i)
        insert.value().bind(static_cast<int>(i) + 1, values[i]);
    if (!insert.value().run())
        return m_database.error(TR("Engine", "cannot write"));
    return {};
}

}
