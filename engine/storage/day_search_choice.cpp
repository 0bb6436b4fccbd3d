// DaySearch: how a quarter is looked at. By an index, or all of its rows, by SQLite or straight from the pages.
#include "engine/storage/day_search.h"

#include <algorithm>
#include <utility>

namespace callmon {

namespace {

// More candidates in a quarter than this, and reading all its rows in their order costs less than fetching them one by
// one. bench: records_bench.
constexpr int mostCandidates = 4000;

// So many calls tell which of several conditions few calls meet.
constexpr int sampledCalls = 500;

}

Result<const SearchPlan::Driver*> DaySearch::chooseDriver(const SearchQuarter& quarter)
{
    const SearchPlan::Driver* best = nullptr;
    if (!m_indexed || quarter.first < 0) // before 1970 quarters are no quarters
        return best;
    std::int64_t least = mostCandidates;
    for (const SearchPlan::Driver& driver : m_plan.drivers) {
        if (driver.exact)
            return &driver; // the exact ones are in front
        auto counting =
            statement("SELECT count(*) FROM (" + driver.candidates + " LIMIT " + std::to_string(mostCandidates) + ')');
        if (!counting)
            return counting.error();
        bindQuarter(*counting.value(), quarter);
        if (!counting.value()->stepToRow())
            return fail();
        const std::int64_t found = counting.value()->integer(0);
        counting.value()->reset();
        if (found < least) {
            least = found;
            best = &driver;
        }
    }
    return best;
}

// SQLite evaluates conditions as they are written, up to the first that fails, and each costs about the same: where all
// rows are looked at, those come first that a sample says fewest calls meet. bench: records_bench.
Result<void> DaySearch::orderConditions(const SearchQuarter& quarter)
{
    if (std::exchange(m_ordered, true) || m_plan.conditions.size() < 2)
        return {};
    std::string sql;
    for (const std::string& condition : m_plan.conditions)
        sql += (sql.empty() ? "SELECT total(" : ", total(") + condition + ')';
    sql += " FROM (SELECT * FROM calls NOT INDEXED WHERE call_key>=?1 AND call_key<?2 LIMIT "
        + std::to_string(sampledCalls) + ") AS calls"; // as conditions on streams name them
    auto asked = statement(sql);
    if (!asked)
        return asked.error();
    bindQuarter(*asked.value(), quarter);
    if (!asked.value()->stepToRow())
        return fail();
    std::vector<std::pair<double, std::size_t>> order; // how many meet it; which
    for (std::size_t i = 0; i < m_plan.conditions.size(); ++i)
        order.emplace_back(asked.value()->column(static_cast<int>(i)).real, i);
    asked.value()->reset();
    std::ranges::sort(order);
    m_order.clear();
    for (const auto& [met, which] : order)
        m_order.push_back(which);
    return {};
}

Result<const SearchPlan::Driver*> DaySearch::prepare(const SearchQuarter& quarter)
{
    const auto driver = chooseDriver(quarter);
    if (driver && !driver.value())
        if (const auto ordered = orderConditions(quarter); !ordered)
            return ordered.error();
    return driver;
}

bool DaySearch::canScanPages(const SearchQuarter& quarter, const SearchPlan::Driver* driver)
{
    if (driver || quarter.cut)
        return false;
    if (!m_canScanPages)
        m_canScanPages = m_pageScan.begin(m_reader->database(), m_snapshot ? &*m_snapshot : nullptr);
    return *m_canScanPages;
}

std::string DaySearch::explained(const SearchQuarter& quarter)
{
    const auto driver = chooseDriver(quarter);
    if (!driver)
        return driver.error().what;
    if (canScanPages(quarter, driver.value()))
        return "PAGES";
    auto plan = statement("EXPLAIN QUERY PLAN " + textOf(Give::Records, driver.value(), quarter.cut));
    if (!plan)
        return plan.error().what;
    std::string text;
    while (plan.value()->stepToRow())
        text += plan.value()->column(3).text + '\n';
    return text;
}

}
