#include "engine/storage/recording_rule_store.h"

#include "engine/storage/user_database.h"

namespace callmon {

namespace {

constexpr const char* rulesSql = R"sql(
PRAGMA journal_mode=WAL;
CREATE TABLE IF NOT EXISTS changes(
  version INTEGER PRIMARY KEY,              -- of the list that it led to
  changed_at_ns INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  change TEXT NOT NULL                      -- in words
);
CREATE TABLE IF NOT EXISTS rules(           -- none of a version: as configured
  version INTEGER NOT NULL,
  place INTEGER NOT NULL,                   -- 0, 1, 2...: the first that fits a call decides
  name TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  percent REAL NOT NULL,                    -- of the calls that it fits so many are recorded
  caller TEXT NOT NULL,                     -- this and the next five: '' any
  callee TEXT NOT NULL,
  number TEXT NOT NULL,
  address TEXT NOT NULL,
  trunk TEXT NOT NULL,
  header TEXT NOT NULL,
  changed_by TEXT NOT NULL,                 -- who last changed this one
  changed_at_ns INTEGER NOT NULL,
  PRIMARY KEY(version, place)
);
)sql";

template <typename Rule, typename Visit> void visitRuleFields(Rule& rule, Visit&& visit)
{
    visit("name", rule.name);
    visit("enabled", rule.enabled);
    visit("percent", rule.percent);
    visit("caller", rule.caller);
    visit("callee", rule.callee);
    visit("number", rule.number);
    visit("address", rule.address);
    visit("trunk", rule.trunk);
    visit("header", rule.header);
    visit("changed_by", rule.changedBy);
    visit("changed_at_ns", rule.changedAt);
}

}

Result<RecordingRuleStore> RecordingRuleStore::open(const std::filesystem::path& directory)
{
    auto opened = openUserDatabase(
        directory / "recording.sqlite", [](Database& database) { return database.execute(rulesSql); },
        "the changes of recording rules were damaged; they are kept as ",
        ", and the rules are those of the configuration");
    if (!opened)
        return opened.error();
    RecordingRuleStore store(std::move(opened.value().database));
    store.m_note = opened.value().note;
    return store;
}

Result<RecordingRuleStore::Stored> RecordingRuleStore::rules()
{
    Stored stored;
    RecordingRules& found = stored.list;
    bool whole = true;
    auto last =
        m_database.prepare("SELECT version, changed_by, changed_at_ns FROM changes ORDER BY version DESC LIMIT 1");
    if (!last)
        return last.error();
    if (last.value().stepToRow())
        whole = fromStored(last.value().column(0), found.version)
            && fromStored(last.value().column(1), stored.changedBy)
            && fromStored(last.value().column(2), stored.changedAt);
    if (last.value().failed())
        return m_database.error(TR("Engine", "cannot read"));
    last.value().reset();

    std::string columns;
    const RecordingRule any;
    visitRuleFields(
        any, [&](const char* name, const auto&) { columns += (columns.empty() ? "" : ",") + std::string(name); });
    auto rows = m_database.prepare("SELECT " + columns + " FROM rules WHERE version=?1 ORDER BY place");
    if (!rows)
        return rows.error();
    rows.value().bind(1, static_cast<std::int64_t>(found.version));
    while (rows.value().stepToRow()) {
        RecordingRule& rule = found.rules.emplace_back();
        int column = 0;
        visitRuleFields(
            rule, [&](const char*, auto& field) { whole = fromStored(rows.value().column(column++), field) && whole; });
    }
    if (rows.value().failed())
        return m_database.error(TR("Engine", "cannot read"));
    if (!whole) // a list that lacks one rule would record what nobody wanted
        return Error { sentence(TR("Engine",
                                    "a recording rule in %1 is damaged; move that file away to begin again with the "
                                    "rules of the configuration"),
            m_database.file().string()) };
    return stored;
}

Result<void> RecordingRuleStore::put(
    const RecordingRules& rules, Timestamp at, const std::string& user, const std::string& change)
{
    if (m_database.execute("BEGIN IMMEDIATE") && insert(rules, at, user, change) && m_database.execute("COMMIT"))
        return {};
    const Error error = m_database.error(TR("Engine", "cannot write"));
    m_database.execute("ROLLBACK");
    return error;
}

bool RecordingRuleStore::insert(
    const RecordingRules& rules, Timestamp at, const std::string& user, const std::string& change)
{
    auto said = m_database.prepare("INSERT INTO changes VALUES(?1,?2,?3,?4)");
    if (!said)
        return false;
    said.value().bind(1, static_cast<std::int64_t>(rules.version));
    said.value().bind(2, toStored(at));
    said.value().bind(3, user);
    said.value().bind(4, change);
    if (!said.value().run())
        return false;
    std::string columns = "version,place";
    std::string marks = "?1,?2";
    const RecordingRule any;
    visitRuleFields(any, [&](const char* name, const auto&) {
        columns += ',' + std::string(name);
        marks += ",?";
    });
    auto row = m_database.prepare("INSERT INTO rules(" + columns + ") VALUES(" + marks + ')');
    if (!row)
        return false;
    std::int64_t place = 0;
    for (const RecordingRule& rule : rules.rules) {
        int parameter = 0;
        row.value().bind(++parameter, static_cast<std::int64_t>(rules.version));
        row.value().bind(++parameter, place++);
        visitRuleFields(rule, [&](const char*, const auto& field) { row.value().bind(++parameter, toStored(field)); });
        if (!row.value().run())
            return false;
    }
    return true;
}

}
