// Deletion on request: after it the bytes of a number and of its calls are nowhere in the data directory, and all else
// is as it was.
#include "engine/storage/alarm_shelf_store.h"
#include "tests/engine/storage/kept_directory.h"

#include <atomic>
#include <future>
#include <thread>

using namespace callmon;
using namespace std::chrono_literals;
using sample::KeptDirectory;

namespace {

const Timestamp start = sample::at("2026-02-20T10:00:00Z");
const std::string number = "+34666123456";
const std::string payload = "DISTINCTIVE-PAYLOAD-7310";

const DeletedCall& rowOf(const DeletionReport& report, CallKey call)
{
    for (const DeletedCall& row : report.calls)
        if (row.call == call)
            return row;
    qFatal("the report has no such call");
}

}

class TestDeletion : public QObject {
    Q_OBJECT

private slots:
    void nothingOfTheNumberIsLeftAndAllElseIs()
    {
        KeptDirectory directory;
        directory.openKept();
        std::vector<CallRecord> theirs, others;
        for (int i = 0; i < 40; ++i) { // many, so that pages of the databases split and rows move
            theirs.push_back(directory.put(start + i * 25h, "theirs-" + std::to_string(i), number, payload, i % 3 + 1));
            others.push_back(directory.put(start + i * 25h + 1min, "others-" + std::to_string(i), "200", "OTHER", 2));
        }
        CallRecord asserted = sample::ended(sample::call(start + 1h, "asserted"));
        asserted.assertedIdentity = number;
        directory.writer->callEnded(asserted);
        CallRecord called = sample::ended(sample::call(start + 2h, "called"));
        called.callee = number;
        directory.writer->callEnded(called);
        Alarm alarm;
        alarm.id = { nanosecondsSinceEpoch(start) };
        alarm.raisedAt = alarm.since = start;
        alarm.call = theirs[0].key;
        alarm.caller = number;
        alarm.text = "MOS of a call from " + number;
        directory.writer->alarm(alarm);
        QVERIFY(directory.writer->commit().has_value());
        QVERIFY(!directory.filesWith(number).empty());
        QVERIFY(!directory.filesWith(payload).empty());

        DeletionRequest request { number, {}, {}, true };
        const auto dry = directory.keeper->deleteNumber(request);
        QVERIFY(dry.has_value());
        QCOMPARE(dry.value().calls.size(), 42u);
        QVERIFY(rowOf(dry.value(), theirs[1].key).state == DeletionState::WouldGo);
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.calls().size(), 82u);
        QCOMPARE(directory.packetsOf({ theirs[1].key, 0 }), 80u);

        request.dryRun = false;
        const auto report = directory.keeper->deleteNumber(request);
        QVERIFY2(report.has_value(), report ? "" : report.error().what.c_str());
        QCOMPARE(report.value().calls.size(), 42u);
        const DeletedCall& row = rowOf(report.value(), theirs[1].key);
        QVERIFY(row.state == DeletionState::Deleted);
        QCOMPARE(row.streams, 2u);
        QCOMPARE(row.qualityBlocks, 4u);
        QCOMPARE(row.messages, 4u);
        QCOMPARE(row.mediaChunks, 4u);
        QVERIFY(row.mediaBytes > 80 * 2 * 172);
        QCOMPARE(rowOf(report.value(), theirs[0].key).alarms, 1u);
        for (const Sentence& note : report.value().notes)
            QFAIL(toText(note).c_str());
        QCOMPARE(directory.firstFileWith(number), std::string());
        QCOMPARE(directory.firstFileWith(payload), std::string());
        QCOMPARE(directory.firstFileWith("theirs-"), std::string());
        QCOMPARE(directory.kept("calls_deleted"), 42u);

        QCOMPARE(directory.calls().size(), 40u);
        for (const CallRecord& other : others) {
            QCOMPARE(directory.packetNumbers({ other.key, 1 }), sample::upTo(80));
            std::string error;
            QCOMPARE(directory.messagesOf(other.key, &error), 4u);
            QCOMPARE(error, std::string());
            QCOMPARE(directory.query->quality(other.key).value().size(), 140u);
        }
        CallQuery one;
        one.key = theirs[3].key;
        const auto gone = directory.query->calls(one, [](const CallRecord&) { return true; });
        QVERIFY(!gone && gone.error().what.find("was deleted on request at 2026-03-02") != std::string::npos);
        directory.closeKept();
        QCOMPARE(directory.firstFileWith(number), std::string());
        QCOMPARE(directory.firstFileWith(payload), std::string());
    }

    void recoveryAfterAKillFindsNoDamageInWhatWasErased()
    {
        KeptDirectory directory;
        directory.openKept();
        for (int i = 0; i < 6; ++i)
            directory.put(start + i * 1min, "call-" + std::to_string(i), i % 2 == 0 ? number : "200", payload);
        directory.put(start + 1h, "last", number, payload);
        QVERIFY(directory.keeper->deleteNumber({ number, {}, {}, false }).has_value());
        directory.writer->liveCall(sample::call(start + 2h, "on"));
        QVERIFY(directory.writer->commit().has_value());
        KeptDirectory next;
        next.path = directory.copyAsKilled();
        next.openKept();
        for (const std::string& note : next.writer->recoveryNotes())
            QVERIFY2(note.find("damaged") == std::string::npos && note.find("torn") == std::string::npos, note.c_str());
        const CallRecord later = next.put(start + 3h, "later", "300", "LATER");
        next.openQuery();
        QCOMPARE(next.calls().size(), 5u);
        QCOMPARE(next.packetsOf({ later.key, 0 }), 120u);
        QCOMPARE(next.packetsOf({ sample::call(start + 1min, "call-1").key, 1 }), 120u);
        next.closeKept();
        directory.closeKept();
    }

    void heldAndLiveCallsAreKeptAndNamed()
    {
        KeptDirectory directory;
        directory.openKept();
        const CallRecord held = directory.put(start, "held", number, payload);
        const CallRecord free = directory.put(start + 1min, "free", number, payload);
        CallRecord on = sample::call(start + 2min, "on");
        on.callee = number;
        directory.writer->liveCall(on);
        QVERIFY(directory.writer->commit().has_value());
        QVERIFY(directory.keeper->hold(held.key, "case 17", "ada").has_value());
        const auto report = directory.keeper->deleteNumber({ number, {}, {}, false });
        QVERIFY(report.has_value());
        QCOMPARE(report.value().calls.size(), 3u);
        QVERIFY(rowOf(report.value(), held.key).state == DeletionState::Held);
        QVERIFY(!rowOf(report.value(), held.key).why.words.empty());
        QVERIFY(rowOf(report.value(), free.key).state == DeletionState::Deleted);
        QVERIFY(rowOf(report.value(), on.key).state == DeletionState::On);
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.calls().size(), 1u);
        QCOMPARE(directory.packetsOf({ held.key, 0 }), 120u);
        QVERIFY(directory.keeper->release(held.key, "closed", "ada").has_value());
        directory.writer->callEnded(sample::ended(on));
        QVERIFY(directory.writer->commit().has_value());
        QVERIFY(directory.keeper->deleteNumber({ number, {}, {}, false }).has_value());
        QCOMPARE(directory.firstFileWith(number), std::string());
        QCOMPARE(directory.firstFileWith(payload), std::string());
        directory.closeKept();
    }

    void aPeriodAndTheWholeNumberChoose()
    {
        KeptDirectory directory;
        directory.openKept();
        directory.put(start, "early", number, payload);
        directory.put(start + 1h, "middle", number, payload);
        directory.put(start + 2h, "late", number, payload);
        directory.put(start + 1h + 1min, "longer", number + "7", payload);
        QVERIFY(!directory.keeper->deleteNumber({ "+34666*", {}, {}, false }));
        QVERIFY(!directory.keeper->deleteNumber({ "", {}, {}, false }));
        const auto report = directory.keeper->deleteNumber({ number, start + 30min, start + 2h, false });
        QCOMPARE(report.value().calls.size(), 1u);
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.calls().size(), 3u);
        directory.closeKept();
    }

    void aNumberThatWasDialledWithAStarIsDeletedToo()
    {
        KeptDirectory directory;
        directory.openKept();
        const std::string dialled = "*31#0612345678";
        directory.put(start, "theirs", dialled, payload);
        directory.put(start + 1min, "other", "31#0612345678", "OTHER");
        QCOMPARE(directory.keeper->deleteNumber({ dialled, {}, {}, false }).value().calls.size(), 1u);
        QCOMPARE(directory.firstFileWith(dialled), std::string());
        QCOMPARE(directory.firstFileWith(payload), std::string());
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.calls().size(), 1u);
        directory.closeKept();
    }

    // RFC 3966 4: separators say nothing. Of a number that is kept as an older engine kept it, too.
    void aNumberIsDeletedInWhicheverFormItIsTyped_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<int>("gone");
        QTest::newRow("without separators") << "5550123" << 3;
        QTest::newRow("with them") << "(555)0123" << 3;
        QTest::newRow("one that may be a name") << "100-1" << 1;
        QTest::newRow("a name") << "1001" << 1;
        QTest::newRow("what may be an address") << "10101010" << 0;
    }
    void aNumberIsDeletedInWhicheverFormItIsTyped()
    {
        QFETCH(const QString, typed);
        QFETCH(const int, gone);
        KeptDirectory directory;
        directory.openKept();
        int minutes = 0;
        for (const char* caller : { "5550123", "555-0123", "555.01-23", "100-1", "1001", "10.10.10.10" })
            directory.put(start + ++minutes * 1min, caller, caller, payload);
        CallRecord on = sample::call(start + 1h, "on");
        on.caller = "5550123";
        directory.writer->liveCall(on);
        QVERIFY(directory.writer->commit().has_value());
        const auto report = directory.keeper->deleteNumber({ typed.toStdString(), {}, {}, false });
        QVERIFY(report.has_value());
        const auto isDeleted = [](const DeletedCall& call) { return call.state == DeletionState::Deleted; };
        QCOMPARE(std::ranges::count_if(report.value().calls, isDeleted), gone);
        QCOMPARE(report.value().calls.size(), std::size_t(gone == 3 ? 4 : gone)); // and the one that is on
        directory.closeKept();
    }

    // Nobody but their authors can say whether these words may go.
    void whatUsersWroteOfTheNumberStaysAndIsSaid()
    {
        KeptDirectory directory;
        directory.openKept();
        const CallRecord other = directory.put(start, "other", "200", "OTHER");
        directory.put(start + 1min, "theirs", number, payload);
        QVERIFY(directory.keeper->hold(other.key, "case of " + number, "ada").has_value());
        {
            AlarmShelf shelf;
            shelf.rule = "mos-low";
            shelf.shelving.comment = number + " is known";
            auto store = AlarmShelfStore::open(directory.path);
            QVERIFY(store.value().put(shelf).has_value());
        }
        const auto report = directory.keeper->deleteNumber({ number, {}, {}, false });
        QVERIFY(report.has_value());
        std::string said;
        for (const Sentence& note : report.value().notes)
            said += toText(note) + '\n';
        for (const std::string& file : directory.filesWith(number)) // whatever has it is named
            QVERIFY2(said.find(std::filesystem::path(file).stem().string()) != std::string::npos, file.c_str());
        QVERIFY2(said.find("shelf.sqlite names") != std::string::npos, said.c_str());
        QVERIFY2(said.find("retention.sqlite names") != std::string::npos, said.c_str());
        QVERIFY2(said.find("recording.sqlite") == std::string::npos, said.c_str());
        directory.closeKept();
    }

    // What goes by age, and who sets a hold, waits for some calls of it only.
    void aLongDeletionLetsOthersHaveTheirTurn()
    {
        constexpr std::uint64_t all = 200;
        KeptDirectory directory;
        directory.openKept();
        std::vector<CallKey> calls;
        for (std::uint64_t i = 0; i < all; ++i) {
            CallRecord call = sample::ended(sample::call(start + i * 1s, std::to_string(i)));
            call.caller = number;
            calls.push_back(call.key);
            directory.writer->callEnded(call);
        }
        QVERIFY(directory.writer->commit().has_value());
        std::atomic<bool> asked { false }, served { false };
        directory.onClock = [&] { // each call that goes: until the other has asked, and long enough for its turn
            asked = true;
            if (!served)
                std::this_thread::sleep_for(20ms);
        };
        auto deletion = std::async(std::launch::async, [&] {
            return directory.keeper->deleteNumber({ number, {}, {}, false });
        });
        while (!asked)
            std::this_thread::sleep_for(1ms);
        const auto held = directory.keeper->hold(calls.back(), "case 17", "ada");
        const std::uint64_t goneByThen = directory.kept("calls_deleted");
        served = true;
        const auto report = deletion.get();
        directory.onClock = {};
        QVERIFY2(held.has_value(), held ? "" : held.error().what.c_str());
        QVERIFY2(goneByThen < all - 1, std::to_string(goneByThen).c_str());
        QVERIFY(report.has_value());
        QVERIFY(rowOf(report.value(), calls.back()).state == DeletionState::Held); // set while it was going on
        QCOMPARE(directory.kept("calls_deleted"), all - 1);
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.calls().size(), 1u);
        directory.closeKept();
    }

    void whatAReaderKeepsInSqlitesLogGoesWithALaterStep()
    {
        KeptDirectory directory;
        directory.openKept();
        directory.put(start, "one", number, payload);
        directory.put(start + 1min, "two", "200", "OTHER");
        auto reader = Database::open(directory.path / "2026-02-20.sqlite", Database::Mode::ReadOnly);
        QVERIFY(reader.has_value());
        QVERIFY(reader.value().execute("BEGIN; SELECT count(*) FROM calls"));
        const auto report = directory.keeper->deleteNumber({ number, {}, {}, false });
        QVERIFY2(report.has_value(), report ? "" : report.error().what.c_str());
        QVERIFY(rowOf(report.value(), sample::call(start, "one").key).state == DeletionState::Deleted);
        QCOMPARE(report.value().notes.size(), 1u);
        QVERIFY(toText(report.value().notes[0]).find("is being read") != std::string::npos);
        QVERIFY(!directory.filesWith(number).empty());
        directory.steps();
        QVERIFY(!directory.filesWith(number).empty());
        QVERIFY(reader.value().execute("COMMIT"));
        directory.steps();
        QCOMPARE(directory.firstFileWith(number), std::string());
        directory.closeKept();
    }

    void whoDivertedACallOrWasToBeTransferredToTakesPartInIt()
    {
        KeptDirectory directory;
        directory.openKept();
        CallRecord diverted = sample::ended(sample::call(start, "diverted"));
        diverted.diversion = number;
        CallRecord transferred = sample::ended(sample::call(start + 1min, "transferred"));
        transferred.transferTarget = number;
        CallRecord on = sample::call(start + 2min, "on");
        on.diversion = number;
        directory.writer->callEnded(diverted);
        directory.writer->callEnded(transferred);
        directory.writer->callEnded(sample::ended(sample::call(start + 3min, "other")));
        directory.writer->liveCall(on);
        QVERIFY(directory.writer->commit().has_value());
        const auto report = directory.keeper->deleteNumber({ number, {}, {}, false });
        QVERIFY(rowOf(report.value(), diverted.key).state == DeletionState::Deleted);
        QVERIFY(rowOf(report.value(), transferred.key).state == DeletionState::Deleted);
        QVERIFY(rowOf(report.value(), on.key).state == DeletionState::On);
        QCOMPARE(report.value().calls.size(), 3u);
        directory.closeKept();
    }

    // An engine that has read its capture stays, and its clients go on asking.
    void deletionNeedsNoCommitOfAWriterThatWasClosed()
    {
        KeptDirectory directory;
        directory.openKept();
        directory.put(start, "one", number, payload);
        directory.put(start, "two", "200", "OTHER");
        directory.keeper.reset();
        directory.openKeeper({}, false);
        QVERIFY(directory.writer->close().has_value());
        auto deletion = std::async(std::launch::async, [&] {
            return directory.keeper->deleteNumber({ number, {}, {}, false });
        });
        const bool came = deletion.wait_for(30s) == std::future_status::ready;
        if (!came)
            directory.keeper->stop();
        const auto report = deletion.get();
        QVERIFY(came);
        QVERIFY2(report.has_value(), report ? "" : report.error().what.c_str());
        QCOMPARE(report.value().calls.size(), 1u);
        for (const Sentence& note : report.value().notes)
            QFAIL(toText(note).c_str());
        QCOMPARE(directory.firstFileWith(number), std::string());
        QCOMPARE(directory.firstFileWith(payload), std::string());
        directory.keeper.reset();
    }

    void erasingDoesNotMakeASegmentYoung()
    {
        KeptDirectory directory;
        directory.openKept();
        directory.put(start, "one", number, payload);
        directory.put(start, "two", "200", "OTHER");
        const auto media = segmentPath(directory.path / "media", 1);
        const auto messages = segmentPath(directory.path / "messages", 1);
        for (const auto& file : { media, messages })
            directory.setLastWrite(file, directory.wall - 50h);
        QVERIFY(directory.keeper->deleteNumber({ number, {}, {}, false }).has_value());
        for (const auto& file : { media, messages }) {
            struct stat status { };
            QCOMPARE(::stat(file.c_str(), &status), 0);
            QCOMPARE(status.st_mtim.tv_sec, nanosecondsSinceEpoch(directory.wall - 50h) / 1'000'000'000);
        }
        directory.closeKept();
    }
};

QTEST_GUILESS_MAIN(TestDeletion)
#include "tst_deletion.moc"
