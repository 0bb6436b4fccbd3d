#include "engine/storage/day_search.h"

#include "engine/storage/day_writer.h"
#include "engine/storage/search_schema.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace callmon {

namespace {

constexpr int stepsBetweenLooks = 4000;

std::string joined(const std::vector<std::string>& names)
{
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ",") + name;
    return text;
}

CallCursor readPlace(const Statement& row)
{
    CallCursor place { {}, { row.integer(0) } };
    StoredValue value = row.column(1);
    if (value.kind == StoredValue::Kind::Integer)
        place.value = value.integer;
    else if (value.kind == StoredValue::Kind::Real)
        place.value = value.real;
    else if (value.kind == StoredValue::Kind::Text)
        place.value = std::move(value.text);
    return place;
}

}

Result<std::unique_ptr<DaySearch>> DaySearch::open(
    const std::filesystem::path& file, const SearchPlan& plan, const CallQuery& query, const SearchStop& stop)
{
    auto reader = DayReader::open(file);
    if (!reader)
        return reader.error();
    std::unique_ptr<DaySearch> search(new DaySearch(std::move(reader.value()), plan, query, stop));
    if (!search->makeTagSets())
        return search->fail();
    return search;
}

DaySearch::DaySearch(
    std::unique_ptr<DayReader> reader, const SearchPlan& plan, const CallQuery& query, const SearchStop& stop)
    : m_reader(std::move(reader))
    , m_plan(plan)
    , m_query(query)
    , m_stop(stop)
    , m_indexed(m_reader->hasSearchIndexes())
    , m_order(plan.conditions.size())
    , m_pageScan(plan)
{
    std::iota(m_order.begin(), m_order.end(), std::size_t { 0 });
    sqlite3_progress_handler(
        m_reader->database().handle(), stepsBetweenLooks,
        [](void* asked) { return static_cast<const SearchStop*>(asked)->now() ? 1 : 0; },
        const_cast<SearchStop*>(&stop));
}

DaySearch::~DaySearch()
{
    sqlite3_progress_handler(m_reader->database().handle(), 0, nullptr, nullptr);
    end();
}

void DaySearch::end()
{
    m_canScanPages.reset();
    for (auto& [sql, statement] : m_statements)
        statement.reset();
    m_reader->database().execute("COMMIT");
    m_snapshot.reset();
}

// Of the keys that lie in this day: temporary tables are this connection's own, also where nobody may write.
bool DaySearch::makeTagSets()
{
    if (m_plan.tagSets.empty())
        return true;
    Database& database = m_reader->database();
    const auto first =
        nextKey(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(), false);
    const auto last = nextKey(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(), true);
    if (!first || !last || !database.execute("PRAGMA temp_store=MEMORY; BEGIN"))
        return false;
    for (std::size_t i = 0; i < m_plan.tagSets.size(); ++i) {
        const std::string name = "temp.tagged_" + std::to_string(i);
        if (!database.execute(("CREATE TABLE " + name + "(call_key INTEGER PRIMARY KEY)").c_str()))
            return false;
        auto row = database.prepare("INSERT INTO " + name + " VALUES(?)");
        if (!row)
            return false;
        const auto& keys = m_plan.tagSets[i].keys;
        for (auto key = std::ranges::lower_bound(keys, first.value() ? first.value()->value : 0);
             last.value() && key != keys.end() && *key <= last.value()->value; ++key) {
            row.value().bind(1, *key);
            if (!row.value().run())
                return false;
        }
    }
    return database.execute("COMMIT");
}

Error DaySearch::fail()
{
    return m_reader->database().error(TR("Engine", "cannot read"));
}

Result<Statement*> DaySearch::statement(const std::string& sql)
{
    const auto found = m_statements.find(sql);
    if (found != m_statements.end()) {
        found->second.reset();
        return &found->second;
    }
    auto prepared = m_reader->database().prepare(sql);
    if (!prepared)
        return fail();
    Statement& made = m_statements.emplace(sql, std::move(prepared.value())).first->second;
    for (std::size_t i = 0; i < m_plan.values.size(); ++i)
        made.bind(StartedTo + 1 + static_cast<int>(i), m_plan.values[i]);
    return &made;
}

void DaySearch::bindQuarter(Statement& statement, const SearchQuarter& quarter) const
{
    statement.bind(FirstKey, quarter.first);
    statement.bind(KeyEnd, quarter.end);
    statement.bind(Quarter, quarter.first / quarterNs);
    statement.bind(StartedFrom, toStored(m_query.from.value_or(Timestamp::min())));
    statement.bind(StartedTo, toStored(m_query.to.value_or(Timestamp::max())));
}

std::string DaySearch::textOf(Give give, const SearchPlan::Driver* driver, bool cut) const
{
    static const std::string columns = joined(callColumns());
    std::string sql = "SELECT ";
    switch (give) {
    case Give::Records:
        sql += columns;
        break;
    case Give::Places:
        sql += "call_key, " + m_plan.sortExpression;
        break;
    case Give::Count:
        sql += "count(*)";
        break;
    }
    // Of a day without our indexes SQLite makes the best.
    sql += m_indexed ? " FROM calls NOT INDEXED WHERE " : " FROM calls WHERE ";
    sql += driver ? "call_key IN (" + driver->candidates + ')' : "call_key>=?1 AND call_key<?2";
    if (cut)
        sql += " AND started_at_ns>=?4 AND started_at_ns<?5";
    for (const std::size_t which : m_order)
        sql += " AND " + m_plan.conditions[which];
    if (give == Give::Records)
        sql += m_query.newestFirst ? " ORDER BY call_key DESC" : " ORDER BY call_key";
    return sql;
}

Result<std::optional<CallKey>> DaySearch::nextKey(std::int64_t first, std::int64_t end, bool descending)
{
    auto asked =
        statement(std::string("SELECT call_key FROM calls WHERE call_key>=?1 AND call_key<?2 ORDER BY call_key")
            + (descending ? " DESC LIMIT 1" : " LIMIT 1"));
    if (!asked)
        return asked.error();
    Statement& row = *asked.value();
    bindQuarter(row, { first, end, false });
    std::optional<CallKey> key;
    if (row.stepToRow())
        key = CallKey { row.integer(0) };
    if (row.failed())
        return fail();
    row.reset();
    return key;
}

Result<std::uint64_t> DaySearch::countAll()
{
    auto counting = statement("SELECT count(*) FROM calls");
    if (!counting)
        return counting.error();
    if (!counting.value()->stepToRow())
        return fail();
    const std::int64_t found = counting.value()->integer(0);
    counting.value()->reset();
    return static_cast<std::uint64_t>(found);
}

Result<std::uint64_t> DaySearch::count(const SearchQuarter& whole)
{
    SearchQuarter quarter = whole;
    std::uint64_t found = 0;
    std::string sql;
    if (m_indexed && quarter.first >= 0 && !quarter.cut)
        for (const SearchPlan::Driver& driver : m_plan.drivers)
            if (!driver.count.empty() && sql.empty())
                sql = driver.count;
    if (sql.empty()) {
        const auto driver = prepare(quarter);
        if (!driver)
            return driver.error();
        const auto counted = [&](const PageScan::Match&) { return ++found > 0; };
        if (!m_plan.conditions.empty() && !scanPages(quarter, driver.value(), counted))
            return found;
        sql = textOf(Give::Count, driver.value(), quarter.cut);
    }
    auto counting = statement(sql);
    if (!counting)
        return counting.error();
    bindQuarter(*counting.value(), quarter);
    if (!counting.value()->stepToRow())
        return fail();
    found += static_cast<std::uint64_t>(counting.value()->integer(0));
    counting.value()->reset();
    return found;
}

bool DaySearch::scanPages(
    SearchQuarter& quarter, const SearchPlan::Driver* driver, const std::function<bool(const PageScan::Match&)>& visit)
{
    if (!canScanPages(quarter, driver))
        return true;
    const auto rest = m_pageScan.scan(
        quarter.first, quarter.end, m_query.newestFirst, m_order, visit, [this] { return !m_stop.now(); });
    if (rest)
        (m_query.newestFirst ? quarter.end : quarter.first) = *rest;
    return rest.has_value();
}

Result<Statement*> DaySearch::asked(Give give, const SearchQuarter& quarter, const SearchPlan::Driver* driver)
{
    const auto found = statement(textOf(give, driver, quarter.cut));
    if (found)
        bindQuarter(*found.value(), quarter);
    return found;
}

Result<std::uint64_t> DaySearch::records(const SearchQuarter& whole, const std::function<Want(CallKey)>& want,
    const std::function<bool(const CallRecord&)>& take)
{
    SearchQuarter quarter = whole;
    const auto driver = prepare(quarter);
    if (!driver)
        return driver.error();
    std::uint64_t found = 0;
    bool stopped = false;
    // Pages find the calls, and SQLite gives each one's record: where all are wanted it gives them as fast by itself.
    std::optional<Error> failed;
    const auto visit = [&](const PageScan::Match& match) {
        const Want wanted = want(match.key);
        if (wanted == Want::Nothing)
            return false;
        ++found;
        if (wanted == Want::CountOnly)
            return true;
        auto call = record(match.key);
        if (!call)
            failed = call.error();
        else if (call.value())
            return take(*call.value());
        return call.has_value();
    };
    if (!m_plan.conditions.empty() && m_query.limit != 0 && !scanPages(quarter, driver.value(), visit)) {
        if (failed)
            return *failed;
        return found;
    }
    const auto statement = asked(Give::Records, quarter, driver.value());
    if (!statement)
        return statement.error();
    Statement& rows = *statement.value();
    while (!stopped && rows.stepToRow()) {
        const Want wanted = want({ rows.integer(0) });
        if (wanted == Want::Nothing)
            break;
        ++found;
        if (wanted == Want::CountOnly)
            continue;
        CallRecord call;
        if (readCall(rows, call))
            stopped = !take(call);
    }
    if (rows.failed())
        return fail();
    rows.reset();
    return found;
}

Result<std::uint64_t> DaySearch::places(const SearchQuarter& whole, const std::function<void(const CallCursor&)>& take)
{
    SearchQuarter quarter = whole;
    const auto driver = prepare(quarter);
    if (!driver)
        return driver.error();
    std::uint64_t found = 0;
    const auto visit = [&](const PageScan::Match& match) {
        take({ match.value, match.key });
        return ++found > 0;
    };
    if (!scanPages(quarter, driver.value(), visit))
        return found;
    const auto statement = asked(Give::Places, quarter, driver.value());
    if (!statement)
        return statement.error();
    Statement& rows = *statement.value();
    while (rows.stepToRow()) {
        ++found;
        take(readPlace(rows));
    }
    if (rows.failed())
        return fail();
    return found;
}

Result<std::optional<CallRecord>> DaySearch::record(CallKey key)
{
    static const std::string sql = "SELECT " + joined(callColumns()) + " FROM calls WHERE call_key=?1";
    auto asked = statement(sql);
    if (!asked)
        return asked.error();
    Statement& row = *asked.value();
    row.bind(FirstKey, key.value);
    std::optional<CallRecord> call;
    if (row.stepToRow() && !readCall(row, call.emplace()))
        call.reset();
    if (row.failed())
        return fail();
    row.reset();
    return call;
}

}
