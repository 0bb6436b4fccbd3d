// Searches one day database, a quarter of an hour at a time.
#pragma once

#include "engine/storage/day_reader.h"
#include "engine/storage/page_scan.h"
#include "engine/storage/search_plan.h"

#include <array>
#include <map>

namespace callmon {

// Keys of one quarter, or of the part of it that is asked for.
struct SearchQuarter {
    std::int64_t first = 0;
    std::int64_t end = 0;
    bool cut = false; // a bound on the start of calls may run through it
};

// What stops a search inside SQLite, looked at every few thousand steps of its machine.
struct SearchStop {
    const std::atomic<bool>* cancelled = nullptr; // by whoever asked
    std::atomic<bool> ended { false }; // by the search itself: nothing more is wanted
    bool now() const { return ended.load() || (cancelled && cancelled->load()); }
};

class DaySearch {
public:
    // `plan`, `query` and `stop` outlive this.
    static Result<std::unique_ptr<DaySearch>> open(
        const std::filesystem::path& file, const SearchPlan& plan, const CallQuery& query, const SearchStop& stop);
    ~DaySearch();
    DaySearch(const DaySearch&) = delete;
    DaySearch& operator=(const DaySearch&) = delete;

    // Between the two all is asked of one state of the database, whose lock is taken once.
    void begin() { m_snapshot = LogSnapshot::beginRead(m_reader->database()); }
    void end();
    bool hasIndexes() const { return m_indexed; } // that lead to the candidates of a quarter
    // The first key of [first, end), or with `descending` the last; nullopt when there is none.
    Result<std::optional<CallKey>> nextKey(std::int64_t first, std::int64_t end, bool descending);
    Result<std::uint64_t> countAll(); // calls of the day
    Result<std::uint64_t> count(const SearchQuarter& quarter);

    enum class Want { Record, CountOnly, Nothing };
    // The calls of a quarter that match, by key, up or down as the query says; returns how many. `want` is asked about
    // each one, Nothing ends it; a `take` that is false does, too.
    Result<std::uint64_t> records(const SearchQuarter& quarter, const std::function<Want(CallKey)>& want,
        const std::function<bool(const CallRecord&)>& take);
    // Likewise key and sort value of each, in no order.
    Result<std::uint64_t> places(const SearchQuarter& quarter, const std::function<void(const CallCursor&)>& take);
    Result<std::optional<CallRecord>> record(CallKey key);

    // How records() would look at this quarter: by SQLite's plan, with the index it chose, or PAGES; for tests.
    std::string explained(const SearchQuarter& quarter);

private:
    enum class Give : std::uint8_t { Records, Places, Count };

    DaySearch(
        std::unique_ptr<DayReader> reader, const SearchPlan& plan, const CallQuery& query, const SearchStop& stop);
    bool makeTagSets();
    Result<Statement*> statement(const std::string& sql); // prepared once, its plan's values bound
    std::string textOf(Give give, const SearchPlan::Driver* driver, bool cut) const;
    Result<const SearchPlan::Driver*> chooseDriver(const SearchQuarter& quarter); // nullptr: all rows are looked at
    Result<void> orderConditions(const SearchQuarter& quarter);
    bool canScanPages(const SearchQuarter& quarter, const SearchPlan::Driver* driver);
    // Visits what matches in the pages, where they can be read, and cuts the quarter down to what SQLite has to be
    // asked for. false: nothing is left of it, or the visit stopped.
    bool scanPages(SearchQuarter& quarter, const SearchPlan::Driver* driver,
        const std::function<bool(const PageScan::Match&)>& visit);
    void bindQuarter(Statement& statement, const SearchQuarter& quarter) const;
    // Ready for its rows.
    Result<Statement*> asked(Give give, const SearchQuarter& quarter, const SearchPlan::Driver* driver);
    // By an index, or with the conditions in order.
    Result<const SearchPlan::Driver*> prepare(const SearchQuarter& quarter);
    Error fail();

    std::unique_ptr<DayReader> m_reader;
    const SearchPlan& m_plan;
    const CallQuery& m_query;
    const SearchStop& m_stop;
    bool m_indexed;
    std::vector<std::size_t> m_order; // of the plan's conditions: what most calls fail in front
    bool m_ordered = false;
    PageScan m_pageScan;
    std::optional<LogSnapshot> m_snapshot; // of the state that begin() took
    std::optional<bool> m_canScanPages; // of that state, once it was asked
    std::map<std::string, Statement> m_statements;
};

}
