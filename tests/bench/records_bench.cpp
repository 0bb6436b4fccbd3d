// What it costs to keep the records of calls and to find them again: rows with all their fields and every index that
// searches need, put in as the engine does; single calls found by number, by its first and by its last digits; a search
// that no index serves; and searches while rows come in. Beside it the naive way: one flat table without an index, a
// transaction for each row, and LIKE. The paper's figures (a day of 10,000,000 calls) stand in brackets.
#include "bench_machine.h"
#include "engine/storage/day_files.h"
#include "engine/storage/directory_search.h"
#include "engine/storage/directory_writer.h"
#include "engine/storage/record_query.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <random>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
    std::uint64_t records = 200'000;
    std::uint64_t first = 0;
    std::uint64_t recordsPerCommit = 50'000;
    std::uint64_t naiveRecords = 200'000;
    std::uint64_t sustainedSeconds = 10;
    std::uint64_t daysOf = 0;
    unsigned days = 30;
    unsigned pageSize = 4096;
    std::string folder = "records_bench.data";
};

double since(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

struct Spread {
    double median = 0, least = 0, most = 0;
};

Spread spreadOf(std::vector<double> values)
{
    if (values.empty())
        return {};
    std::ranges::sort(values);
    return { values[values.size() / 2], values.front(), values.back() };
}

[[noreturn]] void fail(const std::string& what)
{
    std::fprintf(stderr, "records_bench: %s\n", what.c_str());
    std::exit(1);
}

template <typename T> T must(Result<T> result)
{
    if (!result)
        fail(result.error().what);
    return std::move(result.value());
}
void must(const Result<void>& result)
{
    if (!result)
        fail(result.error().what);
}

std::uint64_t mixed(std::uint64_t number) // SplitMix64: the same calls on every machine
{
    number += 0x9e3779b97f4a7c15ULL;
    number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9ULL;
    number = (number ^ number >> 27) * 0x94d049bb133111ebULL;
    return number ^ number >> 31;
}

std::string numberOf(std::uint64_t seed)
{
    char text[24];
    std::snprintf(text, sizeof text, "+34%09llu", static_cast<unsigned long long>(mixed(seed) % 1'000'000'000));
    return text;
}
std::string callerOf(std::uint64_t call) // a third of the calls are by one of 50,000 who call often
{
    return numberOf(call % 3 == 0 ? mixed(call) % 50'000 : call * 2 + 1'000'000);
}
std::string calleeOf(std::uint64_t call)
{
    return numberOf(call * 2 + 1'000'001);
}

const Timestamp firstDay { 1'772'323'200s }; // 2026-03-01

// As a SIP trunk's calls are: 65 % answered, most with texts in a third of their fields.
CallRecord callOf(std::uint64_t number, Timestamp start)
{
    const std::uint64_t random = mixed(number ^ 0x5eed);
    CallRecord call;
    char id[64];
    std::snprintf(id, sizeof id, "%016llx%08x@10.%u.0.1", static_cast<unsigned long long>(mixed(number + 77)),
        static_cast<unsigned>(random), static_cast<unsigned>(random >> 40 & 7));
    call.callId = std::string_view(id);
    call.key = makeCallKey(start, id, {});
    call.startedAt = start;
    call.state = CallState::Ended;
    call.caller = callerOf(number);
    call.callee = calleeOf(number);
    call.callerAddress = { IpAddress::v4(static_cast<std::uint32_t>(0x0a000000 + random % 4096)), 5060 };
    call.calleeAddress = { IpAddress::v4(static_cast<std::uint32_t>(0x0a800000 + (random >> 12) % 64)), 5060 };
    call.ringingAt = start + 800ms;
    call.postDialDelay = Milliseconds(800.0 + static_cast<double>(random % 1'000'000) / 1000);
    call.signallingRtt = Milliseconds(20.0 + static_cast<double>(random % 9'000) / 1000);
    call.endedBy = random % 2 ? EndedBy::Caller : EndedBy::Callee;
    call.endedAt = call.lastPacketAt = start + 10s + std::chrono::nanoseconds(random % 200'000'000'000);
    if (random % 100 < 65) {
        call.outcome = CallOutcome::Answered;
        call.finalCode = call.lastCode = 200;
        call.answeredAt = start + 6s;
        call.answerDelay = Milliseconds(6000);
        call.mosMean = 2.0 + static_cast<double>((random >> 20) % 2'400) / 1000;
        call.mosMin = *call.mosMean - 0.5;
        call.streamCount = 2;
        call.mediaAfterAnswer = MediaAfterAnswer::Both;
        call.q850Cause = 16;
        call.endReason = "Normal call clearing";
    } else {
        call.outcome = static_cast<CallOutcome>(1 + random % 6);
        call.finalCode = call.lastCode = 486;
        call.endReason = "Busy Here";
    }
    call.messages = 8;
    call.assertedIdentity = call.caller.view();
    call.callerAgent = "Asterisk PBX 18.12.1";
    call.calleeAgent = "Cisco-SIPGateway/IOS-16.9";
    call.sessionExpiresSeconds = 1800;
    call.branches = 1;
    call.mediaKinds = { 1 };
    call.countedAt = std::chrono::floor<std::chrono::seconds>(call.answeredAt.value_or(*call.endedAt));
    return call;
}

Timestamp startOf(std::uint64_t call, std::uint64_t ofCalls, unsigned day = 0) // evenly over the day
{
    return firstDay + 24h * day
        + Nanoseconds(static_cast<std::int64_t>(86'400'000'000'000.0 / double(ofCalls) * double(call)));
}

// A database keeps the page size that it began with, so an empty one is there before the engine's code opens it.
void beginDay(const std::filesystem::path& folder, const Options& options, unsigned day)
{
    std::filesystem::create_directories(folder);
    auto database =
        must(Database::open(dayDatabasePath(folder, dayOf(firstDay + 24h * day)), Database::Mode::ReadWrite));
    if (!database.execute(("PRAGMA page_size=" + std::to_string(options.pageSize)
            + "; CREATE TABLE page_size_is_set(x); DROP TABLE page_size_is_set")
                              .c_str()))
        fail(database.error("cannot write").what);
}

void insertDay(RecordWriter& writer, const Options& options, std::uint64_t calls, unsigned day, std::uint64_t first = 0)
{
    for (std::uint64_t i = 0; i < (first ? first : calls); ++i) {
        writer.callEnded(callOf(day * calls + i, startOf(i, calls, day)));
        if ((i + 1) % options.recordsPerCommit == 0)
            must(writer.commit());
    }
    must(writer.commit());
}

double fileBytes(const std::filesystem::path& folder)
{
    double bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".sqlite")
            bytes += static_cast<double>(entry.file_size());
    return bytes;
}

struct Timed {
    double seconds = 0;
    std::uint64_t matches = 0;
    double firstRecord = 0;
};
Timed search(const std::filesystem::path& folder, const CallQuery& query)
{
    Timed timed;
    std::vector<Sentence> notes;
    std::uint64_t seen = 0;
    const auto begin = Clock::now();
    timed.matches = must(searchDirectory(
        folder, query,
        [&](const CallRecord&) {
            if (seen++ == 0)
                timed.firstRecord = since(begin);
            return true;
        },
        nullptr, notes));
    timed.seconds = since(begin);
    if (!notes.empty())
        fail(toText(notes.front()));
    return timed;
}

template <typename Make>
void printSearches(const char* what, const std::filesystem::path& folder, int count, Make&& make, const char* paper)
{
    std::vector<double> seconds;
    std::uint64_t matches = 0;
    for (int i = 0; i < count; ++i) {
        const Timed timed = search(folder, make(static_cast<std::uint64_t>(i)));
        seconds.push_back(timed.seconds * 1000);
        matches += timed.matches;
    }
    const Spread spread = spreadOf(seconds);
    std::printf("%-58s %10.3f [%.3f, %.3f] ms, %.1f matches each%s\n", what, spread.median, spread.least, spread.most,
        double(matches) / count, paper);
    std::fflush(stdout);
}

CallQuery having(std::initializer_list<const char*> conditions)
{
    CallQuery query;
    for (const char* condition : conditions)
        query.conditions.push_back(must(parseCondition(condition)));
    query.limit = 100;
    return query;
}

// A condition on every field that has a value in most calls: answered ones meet them all, so that nothing of their rows
// is left unread, and no order of the conditions helps.
CallQuery everyFieldQuery()
{
    return having({ "call_key>0", "call_id>!", "signalling=sip", "transport=udp", "state=ended", "caller>+", "callee>+",
        "caller_ip!=10.9.9.9", "caller_port>0", "callee_ip!=10.9.9.9", "callee_port>0", "started_at>2020-01-01",
        "ringing_at>2020-01-01", "ended_at>2020-01-01", "duration_s!=-1", "outcome!=incomplete", "final_code>0",
        "ended_by=*", "post_dial_delay_ms>0", "signalling_rtt_ms>0", "streams>=0", "messages>0", "retransmissions>=0",
        "media_packets_not_stored>=0", "probe_frames_lost>=0", "poll_gap_longest_ms>=0", "trust=whole", "q850_cause!=1",
        "end_reason>A", "asserted_identity>+",
        "diversion=", "leg_id=", "transfer_target=", "replaced_call_id=", "caller_agent>A", "callee_agent>A",
        "session_expires_s>0", "branches>0", "offers>=0", "holds>=0", "hold_time_s>=0", "media_kinds=audio",
        "secure_media=0", "began_before_probe=0", "encapsulation=", "messages_not_stored>=0", "answer_delay_ms>0",
        "mos_mean>=0", "mos_min>=0", "media_after_answer=both", "answered_at>2020-01-01" });
}

// And on the last one, which no call meets.
CallQuery everyFieldOfNobody()
{
    CallQuery query = everyFieldQuery();
    query.conditions.push_back(must(parseCondition("media_after_end_ms>=0")));
    return query;
}

void benchDay(const Options& options)
{
    const std::filesystem::path folder = options.folder + "/day";
    const std::uint64_t records = options.first ? options.first : options.records;
    double writing = 0;
    beginDay(folder, options, 0);
    {
        auto writer = must(RecordWriter::open(folder));
        const auto begin = Clock::now();
        insertDay(*writer, options, options.records, 0, options.first);
        must(writer->close());
        writing = since(begin);
    }
    std::printf("%-58s %10.1f s, %.0f a second, %.0f bytes each [paper: 900 s for 10,000,000; 420-510 bytes]\n",
        "records put in, with all indexes, to the last checkpoint", writing, double(records) / writing,
        fileBytes(folder) / double(records));
    std::fflush(stdout);

    std::mt19937_64 random(3);
    const auto any = [&] { return random() % records; };
    constexpr int times = 51;
    CallQuery number;
    number.limit = 100;
    const auto find = [&](const char* what, auto&& set) {
        printSearches(
            what, folder, times,
            [&](std::uint64_t) {
                CallQuery query = number;
                set(query);
                return query;
            },
            "");
    };
    find("found by caller", [&](CallQuery& query) { query.caller = callerOf(any()); });
    find("found by callee", [&](CallQuery& query) { query.callee = calleeOf(any()); });
    find("found by either", [&](CallQuery& query) { query.number = calleeOf(any()); });
    find("found by the callee's last 8 digits",
        [&](CallQuery& query) { query.callee = '*' + calleeOf(any()).substr(4); });
    find("found by the last 8 digits of either",
        [&](CallQuery& query) { query.number = '*' + calleeOf(any()).substr(4); });
    find("found by the callee's first 10 characters",
        [&](CallQuery& query) { query.callee = calleeOf(any()).substr(0, 10) + '*'; });
    find("found by Call-ID", [&](CallQuery& query) { query.callId = callOf(any(), firstDay).callId.str(); });
    find("a number that nobody has", [&](CallQuery& query) { query.number = "+35" + numberOf(any()).substr(3); });

    const auto few = [&](const char* what, const CallQuery& query, const char* paper = "") {
        printSearches(
            what, folder, 5, [&](std::uint64_t) { return query; }, paper);
    };
    few("first 100 calls, all counted", having({}));
    few("outcome and MOS: first 100, all counted", having({ "outcome=answered", "mos_mean<2.01" }));
    few("one address: first 100, all counted", having({ "caller_ip=10.0.1.7" }));
    CallQuery worst = having({ "mos_mean<3", "caller_agent=Asterisk*" });
    worst.sortBy = "mos_mean";
    few("half of all, the 100 of lowest MOS, all counted", worst);
    few("looked at one by one: a text in a field without index", having({ "callee_agent=*nobody*" }));
    few("looked at one by one: every field, two in three calls", everyFieldQuery(), " [paper: 6 s]");
    few("looked at one by one: every field, nobody", everyFieldOfNobody(), " [paper: 6 s]");
    // With something in the write-ahead log, whose pages page_scan has to find there.
    auto written = must(Database::open(dayDatabasePath(folder, dayOf(firstDay)), Database::Mode::ReadWrite));
    if (!written.execute("PRAGMA wal_autocheckpoint=0; INSERT INTO meta VALUES('bench',1); "
                         "UPDATE calls SET messages=messages WHERE call_key % 97 = 0 AND "
                         "call_key < (SELECT min(call_key) FROM calls) + 3600000000000"))
        fail(written.error("cannot write").what);
    few("in a day being written: every field, two in three calls", everyFieldQuery(), " [paper: 6 s]");
}

void benchSustained(const Options& options)
{
    const std::filesystem::path folder = options.folder + "/day";
    constexpr std::uint64_t perSecond = 5000;
    auto writer = must(RecordWriter::open(folder));
    std::atomic<bool> over { false };
    std::vector<double> searching;
    std::thread searcher([&] {
        std::mt19937_64 random(5);
        while (!over) {
            CallQuery query;
            query.limit = 100;
            query.number = (random() % 2 ? "*" : "+34") + calleeOf(random() % options.records).substr(3);
            searching.push_back(search(folder, query).seconds * 1000);
            std::this_thread::sleep_for(20ms);
        }
    });
    std::vector<double> commits;
    std::uint64_t late = 0;
    const auto begin = Clock::now();
    for (std::uint64_t second = 0; second < options.sustainedSeconds; ++second) {
        const auto work = Clock::now();
        for (std::uint64_t i = 0; i < perSecond; ++i) {
            const std::uint64_t number = second * perSecond + i;
            writer->callEnded(callOf(1'000'000'000 + number,
                firstDay + 23h + 59min + Nanoseconds(1s) / 5000 * static_cast<int>(number % 250'000)));
        }
        must(writer->commit());
        commits.push_back(since(work) * 1000);
        late += since(begin) > static_cast<double>(second + 1);
        std::this_thread::sleep_until(begin + std::chrono::seconds(second + 1));
    }
    const double seconds = since(begin);
    over = true;
    searcher.join();
    must(writer->close());
    const Spread commit = spreadOf(commits), found = spreadOf(searching);
    std::printf("%-58s %10.0f a second; a second's work %.0f [%.0f, %.0f] ms, %llu of %llu late\n",
        "records put in, 5,000 a second, while searched", double(perSecond * options.sustainedSeconds) / seconds,
        commit.median, commit.least, commit.most, static_cast<unsigned long long>(late),
        static_cast<unsigned long long>(options.sustainedSeconds));
    std::printf("%-58s %10.3f [%.3f, %.3f] ms, %zu of them\n", "  by number or its last digits, meanwhile",
        found.median, found.least, found.most, searching.size());
}

void benchDays(const Options& options)
{
    const std::filesystem::path folder = options.folder + "/days";
    for (unsigned day = 0; day < options.days; ++day)
        beginDay(folder, options, day);
    {
        auto writer = must(RecordWriter::open(folder));
        for (unsigned day = 0; day < options.days; ++day)
            insertDay(*writer, options, options.daysOf, day);
        must(writer->close());
    }
    std::printf("%u days of %llu calls [claimed: 30 of 1,000,000, by number <= 100 ms]; %.0f bytes a record\n",
        options.days, static_cast<unsigned long long>(options.daysOf),
        fileBytes(folder) / double(options.daysOf * options.days));
    std::mt19937_64 random(3);
    const std::uint64_t all = options.daysOf * options.days;
    CallQuery query;
    query.limit = 100;
    printSearches(
        "found by number in all days", folder, 21,
        [&](std::uint64_t) {
            query.number = callerOf(random() % all);
            return query;
        },
        "");
    printSearches(
        "found by the last 8 digits in all days", folder, 21,
        [&](std::uint64_t) {
            query.number = '*' + calleeOf(random() % all).substr(4);
            return query;
        },
        "");
}

// One flat table: a transaction for each row, then all rows without one, and LIKE.
void benchNaive(const Options& options)
{
    const std::filesystem::path folder = options.folder + "/naive";
    std::filesystem::create_directories(folder);
    auto database = must(Database::open(folder / "flat.sqlite", Database::Mode::ReadWrite));
    std::string names;
    for (const std::string& column : callColumns())
        names += (names.empty() ? "" : ",") + column;
    if (!database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL")
        || !database.execute(("CREATE TABLE flat(" + names + ")").c_str()))
        fail(database.error("cannot write").what);
    auto insert = must(database.prepare(insertSql("flat", callColumns())));
    const auto put = [&](std::uint64_t number) {
        int parameter = 0;
        const CallRecord call = callOf(number, startOf(number, options.naiveRecords));
        visitCallFields(call, [&](const char*, const auto& field) { insert.bind(++parameter, toStored(field)); });
        if (!insert.run())
            fail(database.error("cannot write").what);
    };
    const std::uint64_t single = std::min<std::uint64_t>(options.naiveRecords, 20'000);
    auto begin = Clock::now();
    for (std::uint64_t i = 0; i < single; ++i)
        put(i);
    std::printf(
        "%-58s %10.0f a second\n", "naive: a transaction for each record, no index", double(single) / since(begin));
    database.execute("BEGIN");
    for (std::uint64_t i = single; i < options.naiveRecords; ++i)
        put(i);
    database.execute("COMMIT");
    auto like = must(database.prepare("SELECT count(*) FROM flat WHERE callee LIKE '%' || ?1"));
    std::vector<double> seconds;
    for (std::uint64_t i = 0; i < 5; ++i) {
        begin = Clock::now();
        like.bind(1, std::string_view(calleeOf(i * 7919 % options.naiveRecords)).substr(4));
        if (!like.stepToRow())
            fail("a naive search found nothing");
        like.reset();
        seconds.push_back(since(begin) * 1000);
    }
    std::printf("%-58s %10.3f ms in %llu: %.0f ms in %llu\n", "naive: LIKE '%12345678' over the flat table",
        spreadOf(seconds).median, static_cast<unsigned long long>(options.naiveRecords),
        spreadOf(seconds).median * double(options.records) / double(options.naiveRecords),
        static_cast<unsigned long long>(options.records));
}

}

int main(int argc, char** argv)
{
    Options options;
    CLI::App app("Measures how records of calls are kept and found again.");
    app.add_option("--records", options.records, "Calls of the day; the claims are of 10000000")
        ->check(CLI::PositiveNumber);
    app.add_option("--first", options.first, "Only the first N of them, as dense as all would be");
    app.add_option("--per-commit", options.recordsPerCommit, "Calls of each commit")->check(CLI::PositiveNumber);
    app.add_option("--naive-records", options.naiveRecords, "Calls of the flat table to compare with; 0: none");
    app.add_option("--sustained", options.sustainedSeconds, "Seconds of 5,000 records a second; 0: none");
    app.add_option("--days-of", options.daysOf, "Also 30 days of so many calls each; 0: none");
    app.add_option("--days", options.days, "Or so many days");
    app.add_option("--page-size", options.pageSize, "Bytes of a page of the databases; 4096 as the engine makes them")
        ->check(CLI::IsMember({ 1024, 2048, 4096, 8192, 16384, 32768, 65536 }));
    app.add_option("--folder", options.folder, "Where the databases are made; it must not exist, and is removed");
    CLI11_PARSE(app, argc, argv);
    if (std::filesystem::exists(options.folder))
        fail(options.folder + " exists: give another --folder");
    std::filesystem::create_directories(options.folder);
    printMachine();
    std::printf("%llu records of %zu fields in pages of %u, %llu a commit; searches with %u lanes; medians [least, "
                "most]\n",
        static_cast<unsigned long long>(options.records), callColumns().size(), options.pageSize,
        static_cast<unsigned long long>(options.recordsPerCommit),
        std::clamp(std::thread::hardware_concurrency(), 1u, 4u));
    benchDay(options);
    if (options.sustainedSeconds > 0)
        benchSustained(options);
    if (options.naiveRecords > 0)
        benchNaive(options);
    if (options.daysOf > 0)
        benchDays(options);
    std::filesystem::remove_all(options.folder);
    return 0;
}
