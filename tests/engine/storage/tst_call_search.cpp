// Searches for calls give what looking at every record would give: any conditions, any order, page by page, while rows
// come in, from several threads. Other programs read the same files meanwhile.
#include "engine/storage/day_files.h"
#include "engine/storage/directory_search.h"
#include "engine/storage/search_schema.h"
#include "shared/calls/call_fields.h"
#include "shared/calls/call_groups.h"
#include "tests/engine/storage/test_directory.h"
#include "tests/test_folders.h"

#include <QProcess>
#include <QStandardPaths>
#include <algorithm>
#include <fstream>
#include <random>

using namespace callmon;
using namespace std::chrono_literals;
using sample::Directory;

namespace {

constexpr int days = 3;
constexpr int callsPerDay = 220;
const SearchTuning manySlices { .lanes = 3, .bytesPerSlice = 4096, .recordsAhead = 3, .placesAtOnce = 40 };

class Random {
public:
    explicit Random(std::uint64_t seed)
        : m_engine(seed)
    {
    }
    std::size_t below(std::size_t end) { return m_engine() % end; }
    bool one(std::size_t of) { return below(of) == 0; }
    template <typename T> const T& of(const std::vector<T>& list) { return list[below(list.size())]; }

private:
    std::mt19937_64 m_engine;
};

CallRecord randomCall(Random& random, Timestamp start, int number)
{
    static const std::vector<std::string> numbers { "+34910000001", "+34910000002", "+34911", "200", "201", "1?11",
        "[x]y", "0034910000001", "anonymous", "Jos\xc3\xa9", "\xe9\x9b\xbb\xe8\xa9\xb1", "*", "12345678901234567890",
        "" };
    static const std::vector<std::string> trunks { "north", "nord 1", "other", "south" };
    static const std::vector<std::string> agents { "", "Asterisk PBX 18", "Cisco/IOS-16", "Asterisk" };
    CallRecord call = sample::call(start, std::to_string(number) + "@host" + std::to_string(random.below(3)));
    call.state = random.one(9) ? CallState::Answered : CallState::Ended;
    call.outcome = static_cast<CallOutcome>(random.below(7));
    call.endedBy = static_cast<EndedBy>(random.below(5));
    call.transport = static_cast<Transport>(random.below(5));
    call.finalCode = static_cast<std::uint16_t>(random.one(4) ? 0 : 200 + random.below(4) * 100);
    call.caller = random.of(numbers);
    call.callee = random.of(numbers);
    call.callerAddress = { IpAddress::v4(static_cast<std::uint32_t>(0x0a000001 + random.below(4))), 5060 };
    if (random.one(5))
        call.calleeAddress = { *IpAddress::parse("2001:db8::7"), static_cast<std::uint16_t>(random.below(3)) };
    if (random.one(2)) {
        call.ringingAt = start + 1s;
        call.answeredAt = start + std::chrono::milliseconds(random.below(4) * 500);
        call.mosMean = 1.0 + static_cast<double>(random.below(35)) / 10;
        call.postDialDelay = Milliseconds(static_cast<double>(random.below(5)) * 100.5);
    }
    if (!random.one(6))
        call.endedAt = start + std::chrono::seconds(random.below(20));
    call.lastPacketAt = start + 30s;
    call.retransmissions = static_cast<std::uint32_t>(random.below(3));
    call.pollGapLongest = std::chrono::microseconds(random.below(4) * 500);
    call.trust = static_cast<CaptureTrust>(random.below(3));
    call.callerAgent = random.of(agents);
    if (random.one(4))
        call.legId = "leg" + std::to_string(random.below(9));
    call.holdTime = Milliseconds(static_cast<double>(random.below(3)) * 1500);
    call.mediaKinds = { static_cast<std::uint8_t>(random.below(8)) };
    call.secureMedia = random.one(3);
    if (!random.one(4)) {
        call.callerTrunk = random.of(trunks);
        call.calleeTrunk = random.of(trunks);
        call.countedAt = start + std::chrono::seconds(random.below(3));
    }
    return call;
}

bool fitsNaively(std::string_view text, std::string_view pattern)
{
    if (pattern.empty())
        return text.empty();
    if (pattern.front() == '*')
        return fitsNaively(text, pattern.substr(1)) || (!text.empty() && fitsNaively(text.substr(1), pattern));
    return !text.empty() && text.front() == pattern.front() && fitsNaively(text.substr(1), pattern.substr(1));
}

bool holds(const CallCondition& condition, const CallRecord& call)
{
    const SearchField& field = *searchField(condition.field);
    const SearchValue value = field.of(call);
    const bool equal = condition.comparison == Comparison::Equal;
    if (field.kind == SearchField::Kind::Trunk) {
        const std::array<std::string_view, 2> ends { call.callerTrunk, call.calleeTrunk };
        const bool pattern = condition.value.find('*') != std::string::npos;
        const auto counted = trunksOf(call); // "" where its trunks are not known
        const bool fits = pattern
            ? std::ranges::any_of(ends, [&](auto end) { return fitsNaively(end, condition.value); })
            : condition.value.empty() ? counted[0].empty() && counted[1].empty()
                                      : std::ranges::count(counted, condition.value) > 0;
        return fits == equal;
    }
    const auto at = std::ranges::find(
        callFieldNames(), std::string_view(condition.field), [](const char* name) { return std::string_view(name); });
    const std::string shown = callFields(call)[static_cast<std::size_t>(at - callFieldNames().begin())].text;
    if (isBesideRecord(field.kind)) // nobody said anything of these calls, nor holds them
        return condition.value.empty() == equal;
    if (field.kind == SearchField::Kind::Word)
        return fitsNaively(shown, condition.value) == equal;
    if (condition.value.empty())
        return shown.empty() == equal;
    if (field.kind == SearchField::Kind::Text || field.kind == SearchField::Kind::Address) {
        const int compared = shown.compare(condition.value);
        switch (condition.comparison) {
        case Comparison::Equal:
            return fitsNaively(shown, condition.value);
        case Comparison::NotEqual:
            return !fitsNaively(shown, condition.value);
        case Comparison::Less:
            return compared < 0;
        case Comparison::AtMost:
            return compared <= 0;
        case Comparison::AtLeast:
            return compared >= 0;
        case Comparison::Greater:
            return compared > 0;
        }
    }
    if (value.index() == 0)
        return false;
    const auto asNumber = [](const SearchValue& number) {
        const auto* whole = std::get_if<std::int64_t>(&number);
        return whole ? static_cast<long double>(*whole) : static_cast<long double>(std::get<double>(number));
    };
    const long double have = asNumber(value);
    long double other = std::stold(field.kind == SearchField::Kind::Time ? "0" : condition.value);
    if (field.kind == SearchField::Kind::Time)
        other = static_cast<long double>(nanosecondsSinceEpoch(*parseIso8601(condition.value)));
    else if (field.unit != 1 || std::holds_alternative<double>(value))
        other = static_cast<long double>(std::stod(condition.value) * field.unit);
    switch (condition.comparison) {
    case Comparison::Equal:
        return have == other;
    case Comparison::NotEqual:
        return have != other;
    case Comparison::Less:
        return have < other;
    case Comparison::AtMost:
        return have <= other;
    case Comparison::AtLeast:
        return have >= other;
    case Comparison::Greater:
        return have > other;
    }
    return false;
}

bool matches(const CallQuery& query, const CallRecord& call)
{
    const auto fits = [](const FixedText<127>& number, const std::string& pattern) {
        return pattern.empty() || fitsNaively(number.view(), pattern);
    };
    return (!query.from || call.startedAt >= *query.from) && (!query.to || call.startedAt < *query.to)
        && fits(call.caller, query.caller) && fits(call.callee, query.callee)
        && (fits(call.caller, query.number) || fits(call.callee, query.number))
        && (query.callId.empty() || call.callId == query.callId)
        && (query.leg.empty() || call.legId == query.leg || call.callId == query.leg)
        && (!query.outcome || call.outcome == *query.outcome) && (!query.trust || call.trust == *query.trust)
        && (!query.minMos || (call.mosMean && *call.mosMean >= *query.minMos))
        && (!query.maxMos || (call.mosMean && *call.mosMean <= *query.maxMos))
        && std::ranges::all_of(query.conditions, [&](const CallCondition& each) { return holds(each, call); });
}

std::vector<std::int64_t> naively(const CallQuery& query, std::vector<CallRecord> calls)
{
    std::erase_if(calls, [&](const CallRecord& call) { return !matches(query, call); });
    const SearchField* const field = searchField(query.sortBy);
    std::ranges::sort(calls, [&](const CallRecord& a, const CallRecord& b) {
        if (field != nullptr) {
            const SearchValue x = field->of(a), y = field->of(b);
            if ((x.index() == 0) != (y.index() == 0))
                return y.index() == 0; // absent ones are last
            if (x != y)
                return query.newestFirst ? y < x : x < y;
        }
        return query.newestFirst ? b.key < a.key : a.key < b.key;
    });
    std::vector<std::int64_t> keys;
    for (const CallRecord& call : calls)
        keys.push_back(call.key.value);
    return keys;
}

std::string randomPattern(Random& random, const std::string& text)
{
    const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    switch (ascii ? random.below(5) : 0) { // patterns are of whole characters
    case 0:
        return text;
    case 1:
        return text.substr(0, random.below(text.size() + 1)) + '*';
    case 2:
        return '*' + text.substr(random.below(text.size() + 1));
    case 3:
        return text.substr(0, 1) + '*' + text.substr(text.empty() ? 0 : text.size() - 1);
    default:
        return '*' + text.substr(text.size() / 3, 3) + '*';
    }
}

CallCondition randomCondition(Random& random, const CallRecord& like)
{
    while (true) {
        const std::size_t place = random.below(callFieldNames().size());
        CallCondition condition { callFieldNames()[place], static_cast<Comparison>(random.below(6)),
            callFields(like)[place].text };
        if (random.one(10)) {
            condition.field = "trunk";
            condition.value = random.one(2) ? like.callerTrunk.str() : like.calleeTrunk.str();
        }
        if (condition.comparison <= Comparison::NotEqual && random.one(3))
            condition.value = randomPattern(random, condition.value);
        if (operandOf(condition)) // words have no order, numbers no pattern
            return condition;
    }
}

CallQuery randomQuery(Random& random, const std::vector<CallRecord>& calls)
{
    CallQuery query;
    const CallRecord& like = random.of(calls);
    if (random.one(3))
        query.from = like.startedAt;
    if (random.one(3))
        query.to = random.of(calls).startedAt;
    if (random.one(5))
        query.caller = randomPattern(random, like.caller.str());
    if (random.one(6))
        query.callee = randomPattern(random, like.callee.str());
    if (random.one(5))
        query.number = randomPattern(random, like.caller.str());
    if (random.one(20))
        query.callId = like.callId.str();
    if (random.one(12))
        query.leg = random.one(2) ? like.legId.str() : like.callId.str();
    if (random.one(6))
        query.outcome = like.outcome;
    if (random.one(8))
        query.minMos = like.mosMean;
    if (random.one(8))
        query.maxMos = like.mosMean;
    for (std::size_t i = random.below(3); i > 0; --i)
        query.conditions.push_back(randomCondition(random, like));
    query.newestFirst = random.one(2);
    if (random.one(2))
        query.sortBy = callFieldNames()[random.below(callFieldNames().size() - 2)]; // but tags and holds, the last
    return query;
}

QString words(const CallQuery& query)
{
    std::string text = "caller " + query.caller + " callee " + query.callee + " number " + query.number + " id "
        + query.callId + " leg " + query.leg + " sort " + query.sortBy + (query.newestFirst ? " down" : " up");
    for (const CallCondition& condition : query.conditions)
        text += " [" + toText(condition) + ']';
    text += query.outcome ? " outcome" : "";
    text += query.minMos ? " min" : "";
    text += query.maxMos ? " max" : "";
    text += query.from ? " from" : "";
    text += query.to ? " to" : "";
    return QString::fromStdString(text);
}

struct Answer {
    std::vector<std::int64_t> keys;
    std::uint64_t matches = 0;
    std::optional<CallCursor> last;
    std::vector<Sentence> notes;
};

Answer ask(const Directory& directory, const CallQuery& query, const SearchTuning& tuning = manySlices)
{
    Answer answer;
    const auto found = searchDirectory(
        directory.path, query,
        [&](const CallRecord& call) {
            answer.keys.push_back(call.key.value);
            answer.last = cursorAt(call, query.sortBy);
            return true;
        },
        nullptr, answer.notes, tuning);
    if (!found)
        qFatal("%s", found.error().what.c_str());
    answer.matches = found.value();
    return answer;
}

// Of pages of 512 bytes, of which a row with long texts takes more than one.
void beginDayOfSmallPages(const Directory& directory, int day)
{
    std::filesystem::create_directories(directory.path);
    const auto file = dayDatabasePath(directory.path, dayOf(sample::at("2026-03-01") + 24h * day));
    auto database = Database::open(file, Database::Mode::ReadWrite);
    if (!database
        || !database.value().execute("PRAGMA page_size=512; CREATE TABLE page_size_is_set(x); "
                                     "DROP TABLE page_size_is_set"))
        qFatal("cannot write");
}

class TestCallSearch : public QObject {
    Q_OBJECT

private:
    Directory m_directory; // the writer has it open: rows lie in the write-ahead log
    Directory m_closed; // the same: all is in the pages of the files
    Directory m_long; // likewise; some rows go on in other pages
    std::vector<CallRecord> m_calls;
    std::vector<CallRecord> m_longCalls;

    static void kindsOfDirectory()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("being written") << 0;
        QTest::newRow("closed") << 1;
        QTest::newRow("rows of several pages") << 2;
    }
    const Directory& directoryOf(int kind) const { return kind == 0 ? m_directory : kind == 1 ? m_closed : m_long; }
    const std::vector<CallRecord>& callsOf(int kind) const { return kind == 2 ? m_longCalls : m_calls; }
    static void put(Directory& directory, const std::vector<CallRecord>& calls)
    {
        directory.open();
        for (const CallRecord& call : calls)
            directory.writer->callEnded(call);
        QVERIFY(directory.writer->commit().has_value());
    }

    static std::string explained(const Directory& directory, const CallQuery& query)
    {
        const auto plan = planOf(query);
        const SearchStop stop;
        auto day = DaySearch::open(directory.path / "2026-03-01.sqlite", plan.value(), query, stop);
        const std::int64_t begin = nanosecondsSinceEpoch(sample::at("2026-03-01T10:00:00Z"));
        day.value()->begin();
        if (const auto first = day.value()->nextKey(begin, begin + quarterNs, false); !first)
            qFatal("%s", first.error().what.c_str());
        return day.value()->explained({ begin, begin + quarterNs, false });
    }

private slots:
    void initTestCase()
    {
        Random random(7);
        for (int day = 0; day < days; ++day)
            for (int i = 0; i < callsPerDay; ++i) {
                // Over all hours, many at once, and across midnight.
                const auto start = sample::at("2026-03-01") + 24h * day
                    + (i % 5 ? std::chrono::seconds(random.below(86'400)) : std::chrono::seconds(36'000 + i))
                    + std::chrono::nanoseconds(random.below(1000));
                m_calls.push_back(randomCall(random, start, day * callsPerDay + i));
            }
        std::ranges::sort(m_calls, {}, &CallRecord::key);
        m_longCalls = m_calls;
        for (CallRecord& call : m_longCalls)
            if (random.one(3))
                call.endReason = call.assertedIdentity = call.diversion = call.transferTarget = call.replacedCallId =
                    call.calleeAgent = std::string(90 + random.below(38), static_cast<char>('a' + random.below(26)));
        for (int day = 0; day < days; ++day)
            beginDayOfSmallPages(m_long, day);
        put(m_directory, m_calls);
        put(m_closed, m_calls);
        put(m_long, m_longCalls);
        m_closed.closeWriter();
        m_long.closeWriter();
    }

    void everyFieldOfTheExportsCanBeSearchedAndSortedBy_data() { kindsOfDirectory(); }
    void everyFieldOfTheExportsCanBeSearchedAndSortedBy()
    {
        QFETCH(const int, kind);
        QCOMPARE(searchFields().size(), callFieldNames().size() + 2); // and codec, which is of the streams, and trunk
        for (std::size_t i = 0; i < callFieldNames().size(); ++i)
            QCOMPARE(searchFields()[i].name, callFieldNames()[i]);
        for (const SearchField& field : searchFields()) {
            if (isBesideRecord(field.kind) // tst_call_notes, tst_legal_hold, and below
                || field.kind == SearchField::Kind::Trunk) // of which a call may have two
                continue;
            CallQuery query;
            query.sortBy = field.name;
            QCOMPARE(ask(directoryOf(kind), query).keys, naively(query, callsOf(kind)));
            query.newestFirst = true;
            QCOMPARE(ask(directoryOf(kind), query).keys, naively(query, callsOf(kind)));
        }
    }

    void anySearchGivesWhatLookingAtEveryRecordGives_data() { kindsOfDirectory(); }
    void anySearchGivesWhatLookingAtEveryRecordGives()
    {
        QFETCH(const int, kind);
        Random random(11);
        int found = 0;
        for (int i = 0; i < 200; ++i) {
            const CallQuery query = randomQuery(random, callsOf(kind));
            const Answer answer = ask(directoryOf(kind), query);
            const auto expected = naively(query, callsOf(kind));
            QVERIFY2(answer.keys == expected, qPrintable(words(query)));
            QCOMPARE(answer.matches, expected.size());
            QVERIFY(answer.notes.empty());
            found += !expected.empty();
        }
        QVERIFY(found > 60); // else nothing was compared
    }

    void pagesTogetherAreTheWholeList_data() { kindsOfDirectory(); }
    void pagesTogetherAreTheWholeList()
    {
        QFETCH(const int, kind);
        Random random(13);
        for (int i = 0; i < 25; ++i) {
            CallQuery query = randomQuery(random, callsOf(kind));
            const auto expected = naively(query, callsOf(kind));
            query.limit = 1 + random.below(90);
            query.count = random.one(2);
            std::vector<std::int64_t> keys;
            while (true) {
                const Answer page = ask(directoryOf(kind), query);
                keys.insert(keys.end(), page.keys.begin(), page.keys.end());
                if (query.count)
                    QCOMPARE(page.matches, expected.size());
                QVERIFY(page.keys.size() <= query.limit);
                if (page.keys.size() < query.limit)
                    break;
                query.after = parseCursor(toText(*page.last)); // as it travels
                QVERIFY(query.after == page.last);
            }
            QVERIFY2(keys == expected, qPrintable(words(query)));
        }
    }

    void rowsThatComeBetweenPagesNeitherRepeatNorHideOthers_data()
    {
        QTest::addColumn<QString>("sortBy");
        QTest::addColumn<bool>("down");
        for (const char* sortBy : { "", "mos_mean", "caller", "ringing_at" })
            for (const bool down : { false, true })
                QTest::addRow("by %s %s", sortBy, down ? "down" : "up") << sortBy << down;
    }
    void rowsThatComeBetweenPagesNeitherRepeatNorHideOthers()
    {
        QFETCH(const QString, sortBy);
        QFETCH(const bool, down);
        Directory directory;
        directory.open();
        Random random(17);
        std::vector<CallRecord> first;
        const auto put = [&](int number) {
            const auto start = sample::at("2026-03-01") + std::chrono::seconds(random.below(2 * 86'400));
            const CallRecord call = randomCall(random, start, number);
            directory.writer->callEnded(call);
            return call;
        };
        for (int i = 0; i < 120; ++i)
            first.push_back(put(i));
        QVERIFY(directory.writer->commit().has_value());
        CallQuery query;
        query.sortBy = sortBy.toStdString();
        query.newestFirst = down;
        query.limit = 9;
        std::vector<std::int64_t> keys;
        for (int number = 1000;; ++number) {
            const Answer page = ask(directory, query);
            keys.insert(keys.end(), page.keys.begin(), page.keys.end());
            if (page.keys.size() < query.limit)
                break;
            query.after = page.last;
            put(number);
            put(number + 1000);
            QVERIFY(directory.writer->commit().has_value());
        }
        auto once = keys;
        std::ranges::sort(once);
        QVERIFY(std::ranges::adjacent_find(once) == once.end());
        query.limit = 0;
        query.after.reset();
        std::vector<std::int64_t> ofFirst;
        for (const std::int64_t key : keys)
            if (std::ranges::any_of(first, [&](const CallRecord& call) { return call.key.value == key; }))
                ofFirst.push_back(key);
        QCOMPARE(ofFirst, naively(query, first));
    }

    void callsAreFoundByTheCodecsOfTheirStreams_data()
    {
        QTest::addColumn<QString>("conditions");
        QTest::addColumn<QString>("found");
        QTest::newRow("one of two") << "codec=PCMA"
                                    << "0 1";
        QTest::newRow("the other of two") << "codec=G729"
                                          << "1 2";
        QTest::newRow("case means nothing") << "codec=pcma"
                                            << "0 1";
        QTest::newRow("as the description wrote it") << "codec=OPUS"
                                                     << "3";
        QTest::newRow("a pattern") << "codec=g7*"
                                   << "1 2";
        QTest::newRow("without") << "codec!=PCMA"
                                 << "2 3 4 5";
        QTest::newRow("any") << "codec!="
                             << "0 1 2 3";
        QTest::newRow("none is known") << "codec="
                                       << "4 5";
        QTest::newRow("both") << "codec=PCMA codec=G729"
                              << "1";
        QTest::newRow("with a field of the record") << "codec=PCMA caller=+34910000001 callee=200"
                                                    << "0 1";
        QTest::newRow("where an index leads") << "codec=PCMA call_id=1@h"
                                              << "1";
        QTest::newRow("in brackets") << "codec=[GP]*"
                                     << "";
    }
    void callsAreFoundByTheCodecsOfTheirStreams()
    {
        QFETCH(const QString, conditions);
        QFETCH(const QString, found);
        Directory directory;
        directory.open();
        const std::vector<std::vector<const char*>> codecs { { "PCMA", "PCMA" }, { "PCMA", "G729" }, { "G729" },
            { "opus" }, { "" }, {} };
        std::vector<CallRecord> calls;
        for (std::size_t i = 0; i < codecs.size(); ++i) {
            const auto start = sample::at("2026-03-01T10:00:00Z") + 1s * i;
            const CallRecord call = sample::ended(sample::call(start, std::to_string(i) + "@h"));
            for (std::uint32_t index = 0; index < codecs[i].size(); ++index) {
                StreamRecord stream = sample::stream(call.key, index, start);
                stream.codec = codecs[i][index];
                directory.writer->stream(stream);
            }
            directory.writer->callEnded(call);
            calls.push_back(call);
        }
        QVERIFY(directory.writer->commit().has_value());
        CallQuery query;
        for (const QString& condition : conditions.split(' '))
            query.conditions.push_back(parseCondition(condition.toStdString()).value());
        QStringList numbers;
        for (const std::int64_t key : ask(directory, query).keys)
            for (std::size_t i = 0; i < calls.size(); ++i)
                if (calls[i].key.value == key)
                    numbers += QString::number(i);
        QCOMPARE(numbers.join(' '), found);
        QCOMPARE(ask(directory, query).matches, quint64(numbers.size()));
    }

    void aFullListIsThereBeforeItsCount()
    {
        CallQuery query;
        query.caller = "*1*";
        query.limit = 5;
        query.count = false;
        const Answer answer = ask(m_directory, query);
        QCOMPARE(answer.keys.size(), 5u);
        QCOMPARE(answer.matches, 5u);
    }

    void aSearchIsCancelledInTheMidstOfADay_data()
    {
        QTest::addColumn<QString>("sortBy");
        QTest::newRow("by start") << "";
        QTest::newRow("sorted") << "caller_agent";
    }
    void aSearchIsCancelledInTheMidstOfADay()
    {
        QFETCH(const QString, sortBy);
        CallQuery query;
        query.sortBy = sortBy.toStdString();
        std::atomic<bool> cancelled { false };
        std::vector<Sentence> notes;
        std::size_t seen = 0;
        const auto found = searchDirectory(
            m_directory.path, query,
            [&](const CallRecord&) {
                if (++seen == 10)
                    cancelled = true;
                return true;
            },
            &cancelled, notes, manySlices);
        QVERIFY(!found.has_value());
        QVERIFY(seen < m_calls.size());
        QVERIFY(notes.empty());
    }

    void aSinkThatTakesNoMoreEndsIt()
    {
        std::vector<Sentence> notes;
        for (const char* sortBy : { "", "caller" }) {
            CallQuery query;
            query.sortBy = sortBy;
            std::size_t seen = 0;
            const auto found = searchDirectory(
                m_directory.path, query, [&](const CallRecord&) { return ++seen < 7; }, nullptr, notes, manySlices);
            QVERIFY(found.has_value());
            QCOMPARE(seen, 7u);
        }
    }

    void conditionsUseTheirIndex_data()
    {
        QTest::addColumn<QString>("condition");
        QTest::addColumn<QString>("index");
        const auto row = [](const char* condition, const char* index) {
            QTest::newRow(condition) << condition << index;
        };
        row("caller=+34910000001", "calls_in_quarter_by_caller ");
        row("caller=+3491*", "calls_in_quarter_by_caller ");
        row("caller=*0001", "calls_in_quarter_by_caller_reversed ");
        row("caller=+34-910000001", "calls_in_quarter_by_caller ");
        row("caller=(0034)91*", "calls_in_quarter_by_caller ");
        row("caller=*00-0001", "calls_in_quarter_by_caller_reversed ");
        row("callee=200", "calls_in_quarter_by_callee ");
        row("callee=*0001", "calls_in_quarter_by_callee_reversed ");
        row("call_id=1@host", "calls_in_quarter_by_call_id ");
        row("caller_ip=10.0.0.1", "calls_in_quarter_by_caller_ip ");
        row("callee_ip=2001:db8::*", "calls_in_quarter_by_callee_ip ");
        row("outcome=busy", "calls_in_quarter_by_outcome ");
        row("mos_mean<2", "calls_in_quarter_by_outcome ");
    }
    void conditionsUseTheirIndex()
    {
        QFETCH(const QString, condition);
        QFETCH(const QString, index);
        CallQuery query;
        query.conditions = { parseCondition(condition.toStdString()).value() };
        const auto plan = QString::fromStdString(explained(m_directory, query));
        QVERIFY2(plan.contains(index), qPrintable(plan));
        QVERIFY2(plan.contains("SEARCH calls USING INTEGER PRIMARY KEY"), qPrintable(plan));
        query.conditions.push_back(parseCondition("caller_agent!=x").value());
        QVERIFY(QString::fromStdString(explained(m_directory, query)).contains(index));
    }

    void whatNoIndexServesIsReadFromThePages_data()
    {
        QTest::addColumn<QString>("condition");
        QTest::addColumn<bool>("fromPages");
        const auto row = [](const char* condition, bool fromPages) {
            QTest::newRow(condition) << condition << fromPages;
        };
        row("caller_agent=*18*", true);
        row("duration_s>5", true);
        row("final_code=", true);
        row("media_kinds=audio", true);
        row("caller=+34910000001", false); // by its index
        row("codec=G729", false); // of the streams
        row("tags=", false); // of another database
    }
    void whatNoIndexServesIsReadFromThePages()
    {
        QFETCH(const QString, condition);
        QFETCH(const bool, fromPages);
        CallQuery query;
        query.conditions = { parseCondition(condition.toStdString()).value() };
        for (const Directory* directory : { &m_closed, &m_directory })
            QCOMPARE(QString::fromStdString(explained(*directory, query)).startsWith("PAGES"), fromPages);
    }

    void everyStateIsAskedOfItself()
    {
        Directory directory;
        put(directory, { sample::ended(sample::call(sample::at("2026-03-01T10:00:00Z"), "first")) });
        directory.closeWriter();
        CallQuery query;
        query.conditions = { parseCondition("messages>=0").value() };
        const auto plan = planOf(query);
        const SearchStop stop;
        auto day = DaySearch::open(directory.path / "2026-03-01.sqlite", plan.value(), query, stop);
        const std::int64_t begin = nanosecondsSinceEpoch(sample::at("2026-03-01T10:00:00Z"));
        const SearchQuarter quarter { begin, begin + quarterNs, false };
        for (const std::uint64_t calls : { 1u, 2u }) {
            day.value()->begin();
            QVERIFY(day.value()->nextKey(quarter.first, quarter.end, false).has_value());
            QCOMPARE(day.value()->count(quarter).value(), calls);
            day.value()->end();
            if (calls == 1)
                put(directory, { sample::ended(sample::call(sample::at("2026-03-01T10:05:00Z"), "second")) });
        }
    }

    // RFC 3966 4. Numbers are kept without separators; an older engine kept those of its days.
    void aNumberIsFoundWithItsSeparatorsAndWithout_data()
    {
        QTest::addColumn<QString>("condition");
        QTest::addColumn<QStringList>("callers");
        const auto row = [](const char* condition, const QStringList& callers) {
            QTest::newRow(condition) << condition << callers;
        };
        row("caller=5550123", { "5550123" });
        row("caller=555-0123", { "5550123", "555-0123" });
        row("caller=*5550123", { "5550123" });
        row("caller=*555-0123", { "5550123", "555-0123" });
        row("caller=555-*", { "5550123", "555-0123" });
        row("caller=5550*", { "5550123" });
        row("caller=-*0123", { "5550123", "555-0123" }); // one form alone has a beginning for an index
        row("caller!=555-0123", { "+18005550100", "10.0.0.1", "10001", "john-doe", "johndoe" });
        row("caller=+1(800)555-0100", { "+18005550100" });
        row("caller=10.0.0.1", { "10.0.0.1" });
        row("caller=10.0.0.*", { "10.0.0.1" });
        row("caller=john-doe", { "john-doe" });
        row("number=555-0123", { "5550123", "555-0123", "10001" }); // the last one called it
        row("number=*5-0123", { "5550123", "555-0123", "10001" });
        row("asserted_identity=863-1234", { "john-doe" });
        row("diversion=863-*", { "johndoe" });
    }
    void aNumberIsFoundWithItsSeparatorsAndWithout()
    {
        QFETCH(const QString, condition);
        QFETCH(const QStringList, callers);
        Directory directory;
        std::vector<CallRecord> calls;
        for (const char* caller :
            { "5550123", "555-0123", "+18005550100", "10.0.0.1", "10001", "john-doe", "johndoe" }) {
            calls.push_back(sample::ended(
                sample::call(sample::at("2026-03-01T10:00:00Z") + std::chrono::minutes(calls.size()), caller)));
            calls.back().caller = caller;
        }
        calls[4].callee = "5550123";
        calls[5].assertedIdentity = "8631234";
        calls[6].diversion = "8631234";
        put(directory, calls);
        CallQuery query;
        if (condition.startsWith("number="))
            query.number = condition.mid(7).toStdString();
        else if (condition.startsWith("caller="))
            query.caller = condition.mid(7).toStdString();
        else
            query.conditions = { parseCondition(condition.toStdString()).value() };
        directory.openQuery();
        QStringList found;
        for (const CallRecord& call : directory.calls(query))
            found.push_back(QString::fromStdString(call.caller.str()));
        QCOMPARE(found, callers);
    }

    void eitherNumberUsesBothIndexes()
    {
        CallQuery query;
        query.number = "*0001";
        const auto plan = QString::fromStdString(explained(m_directory, query));
        QVERIFY2(plan.contains("by_caller_reversed") && plan.contains("by_callee_reversed"), qPrintable(plan));
    }

    void aDayOfAnEarlierVersionIsSearchedWithWhatItHas()
    {
        Directory directory;
        std::filesystem::create_directories(directory.path);
        {
            QFile schema(projectSource() + "/tests/engine/storage/schema_4.sql");
            QVERIFY(schema.open(QIODevice::ReadOnly));
            auto old = Database::open(directory.path / "2026-03-01.sqlite", Database::Mode::ReadWrite);
            QVERIFY(old.value().execute(schema.readAll().constData()));
            QVERIFY(
                old.value().execute("INSERT INTO meta VALUES('schema_version',4);"
                                    "INSERT INTO calls(call_key,state,outcome,ended_by,signalling,transport,final_code,"
                                    "last_code,call_id,caller,callee,caller_ip,caller_port,callee_ip,callee_port,"
                                    "started_at_ns,last_packet_at_ns,stream_count,messages,retransmissions,"
                                    "media_packets_not_stored) VALUES(1772366400000000000,4,0,1,0,0,200,200,'old',"
                                    "'+34910','200','10.0.0.1',5060,'10.0.0.2',5060,1772366400000000000,"
                                    "1772366400000000000,1,1,0,0)"));
        }
        for (const bool upgraded : { false, true }) {
            if (upgraded) {
                directory.open();
                directory.writer->callEnded(sample::ended(sample::call(sample::at("2026-03-01T13:00:00Z"), "new")));
                directory.closeWriter();
            }
            for (const char* condition : { "caller=+34910", "caller=+349*", "caller=*910", "outcome=answered" }) {
                CallQuery query;
                query.conditions = { parseCondition(condition).value() };
                query.to = sample::at("2026-03-01T12:30:00Z");
                QCOMPARE(ask(directory, query).keys, std::vector<std::int64_t> { 1772366400000000000 });
            }
            QCOMPARE(ask(directory, {}).matches, upgraded ? 2u : 1u);
        }
    }

    void aDamagedDayIsLeftOutAndSaid()
    {
        const auto copy = m_directory.copyAsKilled();
        Directory directory;
        directory.path = copy;
        for (const char* side : { "", "-wal", "-shm" })
            std::filesystem::remove(copy / (std::string("2026-03-02.sqlite") + side));
        std::ofstream(copy / "2026-03-02.sqlite")
            << "this is no database, and long enough for nobody to take it for one";
        auto others = m_calls;
        std::erase_if(others, [](const CallRecord& call) { return toString(dayOfCall(call.key)) == "2026-03-02"; });
        for (const char* sortBy : { "", "callee" }) {
            CallQuery query;
            query.sortBy = sortBy;
            const Answer answer = ask(directory, query);
            QCOMPARE(answer.keys, naively(query, others));
            QCOMPARE(answer.notes.size(), 1u);
            QVERIFY(toText(answer.notes[0]).starts_with("Calls of 2026-03-02 are left out"));
        }
    }

    void whatMakesNoSenseIsSaid_data()
    {
        QTest::addColumn<QString>("condition");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* condition, const char* says) { QTest::newRow(condition) << condition << says; };
        row("caller", "is no condition");
        row("colour=red", "no field of that name");
        row("outcome=lost", "the words of this field are answered, busy");
        row("outcome<busy", "words have no order");
        row("callee_ip>10.0.0.1", "addresses have no order");
        row("mos_mean<good", "that is no number");
        row("mos_mean<", "no value to compare with");
        row("mos_mean=3*", "texts, addresses and words only");
        row("caller<3*", "a pattern goes with");
        row("started_at>yesterday", "that is no time");
        row("caller_ip=host", "that is no address");
        row("codec<G729", "codecs have no order");
    }
    void whatMakesNoSenseIsSaid()
    {
        QFETCH(const QString, condition);
        QFETCH(const QString, says);
        const auto parsed = parseCondition(condition.toStdString());
        QVERIFY(!parsed);
        QVERIFY2(QString::fromStdString(parsed.error().what).contains(says), parsed.error().what.c_str());
    }

    // Python's sqlite3, while rows are committed: it never waits nor fails, sees each commit whole, and its plain
    // conditions use the indexes, which it knows nothing of.
    void otherProgramsReadWhileTheWriterWrites()
    {
        const QString python = QStandardPaths::findExecutable("python3");
        if (python.isEmpty())
            QSKIP("SKIPPED: no python3");
        Directory directory;
        directory.open();
        const auto put = [&](int first) { // ten in each commit
            for (int i = first; i < first + 10; ++i)
                directory.writer->callEnded(
                    sample::ended(sample::call(sample::at("2026-03-01T10:00:00Z") + i * 1s, std::to_string(i) + "@h")));
            QVERIFY(directory.writer->commit().has_value());
        };
        put(0);
        QProcess reader;
        reader.setProcessChannelMode(QProcess::MergedChannels);
        reader.start(python,
            { "-c",
                "import sqlite3, sys\n"
                "db = sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True, timeout=0)\n"
                "plan = lambda where: str(db.execute('EXPLAIN QUERY PLAN SELECT * FROM calls WHERE ' + "
                "where).fetchall())\n"
                "assert 'by_caller ' in plan(\"caller = '200'\"), plan(\"caller = '200'\")\n"
                "assert 'by_callee_reversed' in plan(\"callee_reversed BETWEEN '00' AND '01'\")\n"
                "assert db.execute('SELECT callee_reversed FROM calls').fetchone() == ('002',)\n"
                "print('ready', flush=True)\n"
                "seen = 0\n"
                "while seen < 500:\n"
                "    now = db.execute('SELECT count(*) FROM calls').fetchone()[0]\n"
                "    assert now >= seen and now % 10 == 0, (seen, now)\n"
                "    assert db.execute(\"SELECT count(*) FROM calls WHERE callee = '200'\").fetchone()[0] >= now\n"
                "    seen = now\n"
                "assert db.execute('PRAGMA integrity_check').fetchone() == ('ok',)\n"
                "print('done')\n",
                QString::fromStdString((directory.path / "2026-03-01.sqlite").string()) });
        QByteArray said;
        while (!said.contains("ready") && reader.waitForReadyRead(20'000))
            said += reader.readAll();
        for (int first = 10; first < 500; first += 10)
            put(first);
        QVERIFY(reader.waitForFinished(30'000));
        said += reader.readAll();
        QVERIFY2(said.endsWith("done\n"), said.constData());
    }
};

}

QTEST_GUILESS_MAIN(TestCallSearch)
#include "tst_call_search.moc"
