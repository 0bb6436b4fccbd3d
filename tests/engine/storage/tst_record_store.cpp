// What goes into a data directory comes out of it again.
#include "engine/storage/sqlite.h"
#include "tests/engine/storage/test_directory.h"

using namespace callmon;
using namespace std::chrono_literals;
using sample::described;
using sample::Directory;
using sample::upTo;

class TestRecordStore : public QObject {
    Q_OBJECT

private slots:
    void everyFieldOfACallSurvives()
    {
        Directory directory;
        directory.open();
        const auto start = sample::at("2026-03-01T12:00:00.123456789Z");
        const CallRecord full = sample::fullCall(start, "full,\"call\"@host");
        const CallRecord bare = sample::call(start + 1s, "bare");
        for (const CallRecord& call : { full, bare })
            directory.writer->callEnded(call);
        QVERIFY(directory.writer->commit().has_value());
        directory.openQuery();
        const auto calls = directory.calls();
        QCOMPARE(calls.size(), 2u);
        QCOMPARE(described(calls[0]), described(full));
        QCOMPARE(described(calls[1]), described(bare));
        QVERIFY(!calls[1].endedAt && !calls[1].mosMean && !calls[1].postDialDelay);
        directory.closeWriter();
        QCOMPARE(described(directory.calls()[0]), described(full));
    }

    // By their names in the database: what is written under a wrong one is read from there again, and nobody sees it.
    void whatTheReceiverSaidStandsInItsColumns()
    {
        Directory directory;
        directory.open();
        const auto start = sample::at("2026-03-01T12:00:00Z");
        const CallRecord call = sample::ended(sample::call(start, "a"));
        directory.writer->liveCall(call);
        directory.writer->stream(sample::fullStream(call.key, 0, start));
        directory.writer->callEnded(call);
        directory.closeWriter();
        auto database = Database::open(directory.path / "2026-03-01.sqlite", Database::Mode::ReadOnly);
        QVERIFY(database.has_value());
        double expected = 1.5; // and one more for each
        for (const char* column : { "lost_percent", "discarded_percent", "burst_density_percent", "gap_density_percent",
                 "burst_duration_ms", "gap_duration_ms", "round_trip_ms", "end_system_ms", "jitter_buffer_ms",
                 "signal_dbm0", "noise_dbm0", "echo_return_loss_db", "r_factor" }) {
            auto row = database.value().prepare(
                std::string("SELECT xr_") + column + "=" + std::to_string(expected++) + " FROM streams");
            QVERIFY2(row.has_value() && row.value().stepToRow(), column);
            QVERIFY2(row.value().integer(0) == 1, column);
        }
    }

    void everyFieldOfAStreamAndAPointSurvives()
    {
        Directory directory;
        directory.open();
        const auto start = sample::at("2026-03-01T12:00:00Z");
        const CallRecord call = sample::ended(sample::call(start, "a"));
        const StreamRecord full = sample::fullStream(call.key, 0, start);
        const StreamRecord bare = sample::stream(call.key, 1, start);
        directory.writer->liveCall(call);
        directory.writer->stream(bare);
        directory.writer->stream(full);
        std::vector<QualityPoint> points;
        for (int i = 0; i < 130; ++i)
            points.push_back(sample::point(full.key, start + i * 1s, static_cast<std::uint32_t>(i)));
        for (int i = 0; i < 130; ++i) // a report each five seconds; a block without
            if (i % 5 != 0 || i >= 120)
                points[static_cast<std::size_t>(i)].farEnd = {};
        points[2].lostWithProbe = points[3].lostWithProbe = 0; // others' frames, and nobody's
        points[3].probeLost = false;
        for (const auto& point : points)
            directory.writer->quality(point);
        directory.writer->callEnded(call);
        directory.closeWriter();
        directory.openQuery();
        const auto streams = directory.query->streams(call.key);
        QVERIFY(streams.has_value());
        QCOMPARE(streams.value().size(), 2u);
        QCOMPARE(described(streams.value()[0]), described(full));
        QCOMPARE(described(streams.value()[1]), described(bare));
        const auto read = directory.query->quality(call.key);
        QVERIFY(read.has_value());
        QCOMPARE(read.value().size(), points.size());
        for (std::size_t i = 0; i < points.size(); ++i) {
            const QualityPoint& got = read.value()[i];
            QVERIFY(got.stream == points[i].stream && got.at == points[i].at);
            QCOMPARE(got.packets, points[i].packets);
            QVERIFY(got.lost == 1 && got.duplicates == 2 && got.reordered == 3);
            QVERIFY(got.jitterMs == 0.5f && got.deltaMaxMs == 21.25f && got.mos == 4.25f);
            QVERIFY(got.lostWithProbe == points[i].lostWithProbe && got.jitterErrorMs == 0.125f);
            QCOMPARE(got.probeLost, points[i].probeLost);
            QCOMPARE(got.farEnd, points[i].farEnd);
        }
    }

    void aCallThatEndsAfterMidnightStaysInTheDayItBegan()
    {
        Directory directory;
        directory.open();
        const auto start = sample::at("2026-03-01T23:59:59.5Z");
        const CallRecord late = sample::ended(sample::call(start, "late"));
        const CallRecord early = sample::ended(sample::call(start + 1s, "early"));
        directory.writer->liveCall(late);
        QVERIFY(directory.writer->commit().has_value());
        directory.writer->callEnded(early);
        directory.writer->callEnded(late);
        directory.closeWriter();
        QVERIFY(std::filesystem::exists(directory.path / "2026-03-01.sqlite"));
        QVERIFY(std::filesystem::exists(directory.path / "2026-03-02.sqlite"));
        directory.openQuery();
        CallQuery query;
        query.to = sample::at("2026-03-02");
        QCOMPARE(directory.calls(query).size(), 1u);
        QCOMPARE(directory.calls(query)[0].callId.str(), std::string("late"));
        query = {};
        query.from = sample::at("2026-03-02");
        QCOMPARE(directory.calls(query)[0].callId.str(), std::string("early"));
        query = {};
        query.newestFirst = true;
        QCOMPARE(directory.calls(query)[0].callId.str(), std::string("early"));
    }

    void aCaptureReadTwiceGivesEachRowOnce()
    {
        Directory directory;
        const auto start = sample::at("2026-03-01T10:00:00Z");
        for (int run = 0; run < 2; ++run) {
            directory.open();
            const CallRecord call = sample::ended(sample::call(start, "again"));
            directory.writer->liveCall(call);
            // The first run saw more: nothing of that may stay.
            for (std::uint32_t index = 0; index < (run == 0 ? 3u : 2u); ++index) {
                const auto stream = sample::stream(call.key, index, start);
                directory.writer->stream(stream);
                for (int second = 0; second < (run == 0 ? 70 : 65); ++second)
                    directory.writer->quality(sample::point(stream.key, start + second * 1s + run * 1ms));
                directory.writer->media(sample::chunk(stream.key, start, 5, 0));
            }
            directory.writer->callEnded(call);
            directory.closeWriter();
        }
        directory.openQuery();
        const auto calls = directory.calls();
        QCOMPARE(calls.size(), 1u);
        QCOMPARE(directory.query->streams(calls[0].key).value().size(), 2u);
        QCOMPARE(directory.query->quality(calls[0].key).value().size(), 130u);
        QCOMPARE(directory.packetNumbers({ calls[0].key, 1 }), upTo(5));
    }

    void anotherCallUnderTheSameKeyIsCounted()
    {
        Directory directory;
        directory.open();
        CallRecord first = sample::ended(sample::call(sample::at("2026-03-01T10:00:00Z"), "one"));
        CallRecord second = first;
        second.callId = "two";
        directory.writer->callEnded(first);
        QVERIFY(directory.writer->commit().has_value());
        QCOMPARE(directory.counter("calls_replaced"), 0u);
        directory.writer->callEnded(second);
        QVERIFY(directory.writer->commit().has_value());
        QCOMPARE(directory.counter("calls_replaced"), 1u);
        directory.openQuery();
        QCOMPARE(directory.calls().size(), 1u);
    }

    void interleavedStreamsReadBackWholeAndInOrder()
    {
        Directory directory;
        DirectoryWriter::Tuning tuning;
        tuning.segmentSize = 40'000; // several segments
        directory.open(tuning);
        const auto start = sample::at("2026-03-01T10:00:00Z");
        std::vector<CallRecord> calls;
        for (int c = 0; c < 5; ++c) {
            calls.push_back(sample::call(start + c * 1s, "call" + std::to_string(c)));
            directory.writer->liveCall(calls.back());
        }
        for (std::uint32_t second = 0; second < 20; ++second) {
            for (const CallRecord& call : calls)
                for (std::uint32_t index = 0; index < 2; ++index)
                    directory.writer->media(sample::chunk({ call.key, index }, start + second * 1s, 10, second * 10));
            QVERIFY(directory.writer->commit().has_value());
        }
        for (const CallRecord& call : calls) {
            for (std::uint32_t index = 0; index < 2; ++index)
                directory.writer->stream(sample::stream(call.key, index, start));
            directory.writer->callEnded(sample::ended(call));
        }
        directory.closeWriter();
        QVERIFY(std::filesystem::exists(directory.path / "media" / "000003.log"));
        directory.openQuery();
        for (const CallRecord& call : calls)
            for (std::uint32_t index = 0; index < 2; ++index)
                QCOMPARE(directory.packetNumbers({ call.key, index }), upTo(200));
    }

    void aMissingSegmentCostsOnlyWhatLayBeforeIt()
    {
        Directory directory;
        DirectoryWriter::Tuning tuning;
        tuning.segmentSize = 5'000;
        directory.open(tuning);
        const auto start = sample::at("2026-03-01T10:00:00Z");
        const CallRecord call = sample::call(start, "a");
        directory.writer->liveCall(call);
        directory.writer->stream(sample::stream(call.key, 0, start));
        for (std::uint32_t second = 0; second < 9; ++second) {
            directory.writer->media(sample::chunk({ call.key, 0 }, start, 10, second * 10));
            QVERIFY(directory.writer->commit().has_value());
        }
        directory.writer->callEnded(sample::ended(call));
        directory.closeWriter();
        std::filesystem::remove(directory.path / "media" / "000001.log");
        directory.openQuery();
        std::size_t chunks = 0;
        const auto result = directory.query->media({ call.key, 0 }, [&](Bytes) { return ++chunks > 0; });
        QVERIFY(!result.has_value());
        QVERIFY(result.error().what.find("segment 1") != std::string::npos);
        QVERIFY(chunks > 0 && chunks < 9);
    }

    void aCallThatIsOnIsReadThroughTheWriter()
    {
        Directory directory;
        directory.open();
        const auto start = sample::at("2026-03-01T10:00:00Z");
        const CallRecord call = sample::call(start, "on");
        directory.writer->liveCall(call);
        directory.writer->stream(sample::stream(call.key, 0, start));
        for (int second = 0; second < 100; ++second) // 60 go to the database, 40 wait
            directory.writer->quality(sample::point({ call.key, 0 }, start + second * 1s));
        directory.writer->media(sample::chunk({ call.key, 0 }, start, 30, 0));
        QVERIFY(directory.writer->commit().has_value());
        directory.openQuery(directory.writer.get());
        QVERIFY(directory.calls().empty());
        CallQuery byName;
        byName.callId = "on";
        std::uint64_t matches = 0;
        QCOMPARE(directory.calls(byName, &matches).size(), 1u);
        QCOMPARE(matches, 1u);
        QCOMPARE(directory.query->streams(call.key).value().size(), 1u);
        QCOMPARE(directory.query->quality(call.key).value().size(), 100u);
        QCOMPARE(directory.packetNumbers({ call.key, 0 }), upTo(30));
    }

    void filters_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("expected");
        QTest::newRow("caller exact") << "caller"
                                      << "+34910"
                                      << "a";
        QTest::newRow("caller prefix") << "caller"
                                       << "+34*"
                                       << "ab";
        QTest::newRow("caller suffix") << "caller"
                                       << "*11"
                                       << "bd";
        QTest::newRow("callee") << "callee"
                                << "300"
                                << "c";
        QTest::newRow("either party") << "number"
                                      << "+34911"
                                      << "bc";
        QTest::newRow("question mark is itself") << "caller"
                                                 << "1?*"
                                                 << "d";
        QTest::newRow("bracket is itself") << "callee"
                                           << "[x]*"
                                           << "d";
        QTest::newRow("no LIKE wildcards") << "caller"
                                           << "+34%"
                                           << "";
        QTest::newRow("outcome") << "outcome"
                                 << "busy"
                                 << "b";
        QTest::newRow("trust") << "trust"
                               << "lossy"
                               << "d";
        QTest::newRow("trust in between") << "trust"
                                          << "delayed"
                                          << "abc";
        QTest::newRow("not recorded") << "recorded"
                                      << "no"
                                      << "b";
        QTest::newRow("recorded partly") << "recorded"
                                         << "partly"
                                         << "";
        QTest::newRow("by which rule") << "recording_rule"
                                       << "default"
                                       << "acd";
        QTest::newRow("min MOS") << "min"
                                 << "4"
                                 << "a";
        QTest::newRow("max MOS") << "max"
                                 << "3.5"
                                 << "b";
        QTest::newRow("from is included") << "from"
                                          << "2026-03-01T10:00:01Z"
                                          << "bcd";
        QTest::newRow("to is not") << "to"
                                   << "2026-03-01T10:00:01Z"
                                   << "a";
        QTest::newRow("Call-ID") << "id"
                                 << "c"
                                 << "c";
        QTest::newRow("legs of one call") << "leg"
                                          << "a"
                                          << "ad";
        QTest::newRow("a call that is no leg") << "leg"
                                               << "b"
                                               << "b";
        QTest::newRow("nobody") << "id"
                                << "z"
                                << "";
    }

    void filters()
    {
        QFETCH(const QString, field);
        QFETCH(const QString, value);
        QFETCH(const QString, expected);
        Directory directory;
        directory.open();
        const auto start = sample::at("2026-03-01T10:00:00Z");
        struct Row {
            const char* id;
            const char* caller;
            const char* callee;
            CallOutcome outcome;
            std::optional<double> mos;
        };
        const Row rows[] { { "a", "+34910", "200", CallOutcome::Answered, 4.2 },
            { "b", "+34911", "200", CallOutcome::Busy, 3.5 }, { "c", "100", "300", CallOutcome::Answered, {} },
            { "d", "1?11", "[x]y", CallOutcome::Failed, 3.9 } };
        int second = 0;
        for (const Row& row : rows) {
            CallRecord call = sample::ended(sample::call(start + second++ * 1s, row.id));
            call.caller = row.caller;
            call.callee = std::string_view(row.id) == "c" ? "300" : row.callee;
            if (std::string_view(row.id) == "c" && field == "number")
                call.callee = "+34911";
            call.outcome = row.outcome;
            call.mosMean = row.mos;
            call.trust = std::string_view(row.id) == "d" ? CaptureTrust::Lossy : CaptureTrust::Delayed;
            call.recorded = std::string_view(row.id) == "b" ? Recording::No : Recording::Yes;
            call.recordingRule = std::string_view(row.id) == "b" ? "board" : "default";
            if (std::string_view(row.id) == "d")
                call.legId = "a";
            directory.writer->callEnded(call);
        }
        directory.closeWriter();
        directory.openQuery();
        CallQuery query;
        const std::string text = value.toStdString();
        if (field == "caller")
            query.caller = text;
        else if (field == "callee")
            query.callee = text;
        else if (field == "number")
            query.number = text;
        else if (field == "outcome")
            query.outcome = parseOutcome(text);
        else if (field == "trust")
            query.trust = parseTrust(text);
        else if (field == "recorded")
            query.recorded = parseRecorded(text);
        else if (field == "recording_rule")
            query.recordingRule = text;
        else if (field == "leg")
            query.leg = text;
        else if (field == "min")
            query.minMos = value.toDouble();
        else if (field == "max")
            query.maxMos = value.toDouble();
        else if (field == "from")
            query.from = parseIso8601(text);
        else if (field == "to")
            query.to = parseIso8601(text);
        else
            query.callId = text;
        QString found;
        for (const CallRecord& call : directory.calls(query))
            found += QString::fromStdString(call.callId.str());
        QCOMPARE(found, expected);
    }

    void aLimitCutsTheAnswerNotTheCount()
    {
        Directory directory;
        directory.open();
        for (int day = 1; day <= 3; ++day)
            for (int i = 0; i < 10; ++i)
                directory.writer->callEnded(sample::ended(sample::call(
                    sample::at("2026-03-01") + day * 24h + i * 1s, std::to_string(day) + "-" + std::to_string(i))));
        directory.closeWriter();
        directory.openQuery();
        CallQuery query;
        query.limit = 12;
        std::uint64_t matches = 0;
        auto calls = directory.calls(query, &matches);
        QCOMPARE(calls.size(), 12u);
        QCOMPARE(matches, 30u);
        QCOMPARE(calls.back().callId.str(), std::string("2-1"));
        query.newestFirst = true;
        calls = directory.calls(query, &matches);
        QCOMPARE(calls.size(), 12u);
        QCOMPARE(matches, 30u);
        QCOMPARE(calls.front().callId.str(), std::string("3-9"));
    }

    void aCallThatIsOnAndAskedForByNameIsInTheListOnce()
    {
        Directory directory;
        directory.open();
        const CallRecord on = sample::call(sample::at("2026-03-01"), "on");
        directory.writer->liveCall(on);
        directory.openQuery(directory.writer.get());
        CallQuery query;
        query.callId = "on";
        std::uint64_t matches = 0;
        QCOMPARE(directory.calls(query, &matches).size(), 1u);
        QCOMPARE(matches, 1u);
        query.caller = "somebody else";
        QCOMPARE(directory.calls(query, &matches).size(), 0u);
        query.caller.clear();
        query.from = on.startedAt + 1s;
        QCOMPARE(directory.calls(query, &matches).size(), 0u);
        query.from.reset();
        query.after = cursorAt(on, {});
        QCOMPARE(directory.calls(query, &matches).size(), 0u); // the next page
        query.after.reset();
        for (const bool newestFirst : { true, false }) {
            query.newestFirst = newestFirst;
            std::size_t given = 0;
            const auto found = directory.query->calls(query, [&](const CallRecord& call) {
                directory.writer->callEnded(sample::ended(call)); // it ends while the list is made
                return directory.writer->commit().has_value() && ++given > 0;
            });
            QCOMPARE(given, 1u);
            QCOMPARE(found.value(), 1u);
        }
        directory.closeWriter();
    }

    void aSearchCanBeCancelled()
    {
        Directory directory;
        directory.open();
        for (int i = 0; i < 5000; ++i)
            directory.writer->callEnded(
                sample::ended(sample::call(sample::at("2026-03-01") + i * 1s, std::to_string(i))));
        directory.closeWriter();
        directory.openQuery();
        std::atomic<bool> cancelled = false;
        std::size_t seen = 0;
        const auto result = directory.query->calls(
            {},
            [&](const CallRecord&) {
                if (++seen == 10)
                    cancelled = true;
                return true;
            },
            &cancelled);
        QVERIFY(seen >= 10);
        cancelled = true;
        QVERIFY(!directory.query
                     ->calls(
                         {}, [](const CallRecord&) { return true; }, &cancelled)
                     .has_value());
    }

    void aReaderSeesWhatIsCommittedWhileTheWriterGoesOn()
    {
        Directory directory;
        directory.open();
        directory.openQuery();
        for (std::uint32_t i = 0; i < 50; ++i) {
            directory.writer->callEnded(
                sample::ended(sample::call(sample::at("2026-03-01") + i * 1s, std::to_string(i))));
            QVERIFY(directory.writer->commit().has_value());
            QCOMPARE(directory.calls().size(), std::size_t { i + 1 });
        }
    }

    void columnsOfTheSchemaAreThoseOfTheRecords()
    {
        Directory directory;
        directory.open();
        directory.writer->callEnded(sample::call(sample::at("2026-03-01"), "a"));
        directory.closeWriter();
        auto database = Database::open(directory.path / "2026-03-01.sqlite", Database::Mode::ReadOnly);
        QVERIFY(database.has_value());
        for (const char* table : { "calls", "streams" }) {
            auto rows = database.value().prepare(std::string("SELECT name FROM pragma_table_info('") + table + "')");
            QVERIFY(rows.has_value());
            std::vector<std::string> columns;
            while (rows.value().stepToRow())
                columns.push_back(rows.value().column(0).text);
            auto expected = std::string_view(table) == "calls" ? callColumns() : streamColumns();
            const std::string log = std::string_view(table) == "calls" ? "message" : "media";
            expected.insert(expected.end(), { log + "_segment", log + "_offset" });
            if (std::string_view(table) == "calls")
                expected.insert(expected.end(), { "caller_reversed", "callee_reversed" });
            QCOMPARE(columns, expected);
        }
    }
};

QTEST_GUILESS_MAIN(TestRecordStore)
#include "tst_record_store.moc"
