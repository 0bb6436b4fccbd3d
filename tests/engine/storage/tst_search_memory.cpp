// A search holds as much memory for a long answer as for a short one.
#include "engine/storage/day_files.h"
#include "engine/storage/search_schema.h"
#include "engine/storage/sqlite.h"
#include "tests/engine/storage/test_directory.h"
#include "tests/peak_memory.h"

#include <malloc.h>

using namespace callmon;
using namespace std::chrono_literals;
using sample::Directory;
using test::forgetPeak;
using test::peakKiB;

namespace {

constexpr int days = 4;
constexpr int written = 500; // calls of a day that the writer stores; the others are copies of these
constexpr std::uint64_t page = 10'000;

void execute(Database& database, const std::string& sql)
{
    if (!database.execute(sql.c_str()))
        qFatal("%s", database.error("cannot").what.c_str());
}

// `copies` of each call, spread over its day, each with an agent of its own. In place of the writer, which would take
// minutes.
void multiply(const std::filesystem::path& file, int copies)
{
    auto opened = Database::open(file, Database::Mode::ReadWrite);
    if (!opened)
        qFatal("%s", opened.error().what.c_str());
    Database& database = opened.value();
    std::vector<std::string> indexes, columns;
    const auto list = [&](const char* sql, std::vector<std::string>& names) {
        auto rows = database.prepare(sql);
        while (rows.value().stepToRow())
            names.push_back(rows.value().column(0).text);
    };
    list("SELECT name FROM sqlite_master WHERE type='index' AND name LIKE 'calls_in_quarter%'", indexes);
    list("SELECT name FROM pragma_table_info('calls')", columns); // without those that are computed
    std::string names, values;
    for (const std::string& column : columns) {
        names += (names.empty() ? "" : ",") + column;
        values += (values.empty() ? "" : ",") + column;
        if (column == "call_key" || column == "started_at_ns")
            values += "+k*100000000"; // a tenth of a second
    }
    execute(database, "PRAGMA synchronous=OFF; PRAGMA cache_size=-49152");
    for (const std::string& index : indexes)
        execute(database, "DROP INDEX " + index);
    execute(database,
        "WITH RECURSIVE copy(k) AS (SELECT 1 UNION ALL SELECT k+1 FROM copy WHERE k<" + std::to_string(copies - 1)
            + ") INSERT INTO calls(" + names + ") SELECT " + values + " FROM calls, copy");
    execute(database, "UPDATE calls SET caller_agent='telephone number '||(call_key*7919%1000003)");
    execute(database, searchIndexSql());
}

struct Stored : Directory {
    explicit Stored(int copies)
    {
        open();
        for (int day = 0; day < days; ++day)
            for (int i = 0; i < written; ++i)
                writer->callEnded(sample::ended(sample::call(
                    sample::at("2026-03-01T00:10:00Z") + day * 24h + i * 150s, std::to_string(day * written + i))));
        closeWriter();
        for (int day = 0; day < days; ++day)
            multiply(dayDatabasePath(path, dayOf(sample::at("2026-03-01T00:10:00Z") + day * 24h)), copies);
        openQuery();
    }
};

// How much more is held at once than before, in KiB, while all calls are asked for by caller_agent, which has no index.
// `limit`: of a page; 0: all in one.
long grownWhileRead(Directory& directory, std::uint64_t limit, std::uint64_t expected)
{
    ::malloc_trim(0); // what was freed before is not to be used again unnoticed
    if (!forgetPeak())
        return -1;
    const long before = peakKiB();
    CallQuery query;
    query.from = sample::at("2026-03-01T00:00:00Z");
    query.to = sample::at("2026-03-05T00:00:00Z");
    query.conditions = { { "caller", Comparison::Equal, "+34*" } };
    query.sortBy = "caller_agent";
    query.limit = limit;
    std::uint64_t given = 0;
    for (std::uint64_t here = 1; here > 0;) {
        here = 0;
        const auto matches = directory.query->calls(query, [&](const CallRecord& call) {
            CallCursor cursor = cursorAt(call, query.sortBy);
            if (query.after && !comesBefore(*query.after, cursor, false))
                qFatal("call %lld is out of order", static_cast<long long>(call.key.value));
            query.after = std::move(cursor);
            return ++here > 0;
        });
        if (!matches || matches.value() != expected)
            qFatal("%s", matches ? std::to_string(matches.value()).c_str() : matches.error().what.c_str());
        given += here;
    }
    if (given != expected)
        qFatal("%llu calls", static_cast<unsigned long long>(given));
    return peakKiB() - before;
}

}

class TestSearchMemory : public QObject {
    Q_OBJECT

private slots:
    void aLongAnswerHoldsAsMuchAsAShortOne_data()
    {
        QTest::addColumn<quint64>("limit");
        QTest::addColumn<int>("mostMiB"); // more for the long one
        QTest::newRow("page by page") << quint64 { page } << 16; // what SQLite keeps of larger files
        QTest::newRow("all in one") << quint64 { 0 } << 32; // the places of 100,000 calls at once, too
    }
    void aLongAnswerHoldsAsMuchAsAShortOne()
    {
        QFETCH(quint64, limit);
        QFETCH(int, mostMiB);
        const long small = grownWhileRead(*m_short, limit, page);
        const long large = grownWhileRead(*m_long, limit, 40 * page);
        if (small < 0)
            QSKIP("this kernel does not let a process forget its peak");
        qInfo("%ld KiB for %llu calls, %ld KiB for %llu", small, static_cast<unsigned long long>(page), large,
            static_cast<unsigned long long>(40 * page));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // they hold more than the program does
        QVERIFY(large < small + mostMiB * 1024);
#endif
    }
    void initTestCase()
    {
        m_short.emplace(static_cast<int>(page) / days / written);
        m_long.emplace(static_cast<int>(40 * page) / days / written);
    }

private:
    std::optional<Stored> m_short, m_long;
};

QTEST_GUILESS_MAIN(TestSearchMemory)
#include "tst_search_memory.moc"
