// A call under legal hold stays whole and readable, whatever expires around it, until somebody releases it.
#include "engine/storage/held_call.h"
#include "engine/storage/held_parties.h"
#include "tests/engine/storage/kept_directory.h"

using namespace callmon;
using namespace std::chrono_literals;
using sample::described;
using sample::KeptDirectory;
using sample::upTo;

namespace {

const Timestamp start = sample::at("2026-02-20T10:00:00.123456789Z");
const KeepPeriods shortPeriods { .records = 1h, .media = 1h, .messages = 1h, .quality = 1h };

DirectoryWriter::Tuning smallSegments()
{
    DirectoryWriter::Tuning tuning;
    tuning.segmentSize = 1u << 20;
    tuning.messageSegmentSize = 4096;
    return tuning;
}

void expireAll(KeptDirectory& directory)
{
    for (int i = 0; segmentsIn(directory.path / "media").size() < 4; ++i) // so that the call's is not among the newest
        directory.put(start + 1h + i * 1s, "filler-" + std::to_string(i), "1", "FILLER", 30);
    for (const char* folder : { "media", "messages" })
        for (const std::uint32_t number : segmentsIn(directory.path / folder))
            directory.setLastWrite(segmentPath(directory.path / folder, number), directory.wall - 100h);
    directory.steps();
}

// With one call, which ada keeps for case 17.
struct HeldDirectory : KeptDirectory {
    CallRecord held;

    HeldDirectory()
    {
        openKept(shortPeriods, smallSegments());
        held = put(start, "held");
        if (const auto hold = keeper->hold(held.key, "case 17", "ada"); !hold)
            qFatal("%s", hold.error().what.c_str());
    }
    QStringList foundBy(const char* condition)
    {
        openQuery(writer.get());
        CallQuery asked;
        asked.conditions = { parseCondition(condition).value() };
        QStringList found;
        for (const CallRecord& call : calls(asked))
            found += QString::fromStdString(call.callId.str() + ": " + toText(query->legalHoldOf(call.key)));
        return found;
    }
};

std::string missingOf(const Hold& hold)
{
    return toText(joined(hold.missing));
}

QString describedAll(KeptDirectory& directory, const CallRecord& call)
{
    directory.openQuery(directory.writer.get());
    CallQuery one;
    one.key = call.key;
    QString text;
    for (const CallRecord& found : directory.calls(one))
        text += described(found);
    const auto streams = directory.query->streams(call.key);
    for (const StreamRecord& stream : streams.value())
        text += described(stream);
    const auto points = directory.query->quality(call.key);
    for (const QualityPoint& point : points.value())
        text += QString("%1 %2 %3;").arg(point.stream.index).arg(nanosecondsSinceEpoch(point.at)).arg(point.packets);
    (void)directory.query->messages(call.key, [&](const CallMessage& message) {
        text += QString::fromStdString(message.text) + QString::number(nanosecondsSinceEpoch(message.head.arrival));
        return true;
    });
    for (std::uint32_t index = 0; index < 2; ++index)
        (void)directory.query->media({ call.key, index }, [&](Bytes bytes) {
            text +=
                QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())).toHex();
            return true;
        });
    return text;
}

}

class TestLegalHold : public QObject {
    Q_OBJECT

private slots:
    void aHeldCallIsReadAsBeforeWhenAllOfItHasExpired()
    {
        KeptDirectory directory;
        directory.openKept(shortPeriods, smallSegments());
        const CallRecord call = directory.put(start, "held");
        const CallRecord other = directory.put(start + 1min, "other");
        const QString before = describedAll(directory, call);
        QVERIFY(before.size() > 10'000);
        const auto hold = directory.keeper->hold(call.key, "case 17", "ada");
        QVERIFY2(hold.has_value(), hold ? "" : hold.error().what.c_str());
        QVERIFY(hold.value().state == HoldState::Held && hold.value().missing.empty());
        QCOMPARE(hold.value().mediaPackets, 240u);
        QCOMPARE(hold.value().messages, 4u);
        expireAll(directory);
        QVERIFY(!std::filesystem::exists(directory.path / "2026-02-20.sqlite"));
        QVERIFY(!std::filesystem::exists(segmentPath(directory.path / "media", 1)));
        QVERIFY(!std::filesystem::exists(segmentPath(directory.path / "messages", 1)));
        QCOMPARE(describedAll(directory, call), before);
        CallQuery gone;
        gone.key = other.key;
        QVERIFY(!directory.query->calls(gone, [](const CallRecord&) { return true; }));
        // Found by a search, too, with nothing else of that day; and by a reader of its own.
        CallQuery byNumber;
        byNumber.number = "+34910000001";
        QCOMPARE(directory.calls(byNumber).size(), 1u);
        QCOMPARE(directory.calls().size(), 1u);
        byNumber.newestFirst = true;
        byNumber.limit = 1;
        QCOMPARE(directory.calls(byNumber).size(), 1u);
        auto alone = RecordQuery::open(heldDirectory(directory.path, call.key));
        QVERIFY(alone.has_value());
        QCOMPARE(alone.value()->quality(call.key).value().size(), 140u);
        // A restart changes nothing.
        directory.closeKept();
        directory.openKept(shortPeriods, smallSegments());
        directory.steps();
        QCOMPARE(describedAll(directory, call), before);
        QCOMPARE(directory.kept("calls_held"), 1u);

        const auto released = directory.keeper->release(call.key, "closed", "grace");
        QVERIFY(released.has_value());
        QVERIFY(!std::filesystem::exists(heldDirectory(directory.path, call.key)));
        QCOMPARE(directory.calls().size(), 0u);
        const auto history = directory.keeper->holds();
        QCOMPARE(history.value().size(), 1u);
        const Hold& past = history.value()[0];
        QVERIFY(past.state == HoldState::Released && past.setBy == "ada" && past.reason == "case 17"
            && past.releasedBy == "grace" && past.releaseReason == "closed" && past.releasedAt == directory.wall);
        QVERIFY(!directory.keeper->release(call.key, "again", "grace"));
        directory.closeKept();
    }

    void listsSayWhoKeepsACallAndWhyAndCanBeSearchedByIt()
    {
        HeldDirectory directory;
        (void)directory.put(start + 1min, "other");
        const auto found = [&](const char* condition) { return directory.foundBy(condition).join('|'); };
        const QString said = "held: kept by hold, ada: case 17";
        QCOMPARE(found("legal_hold!="), said);
        QCOMPARE(found("legal_hold=*case 17*"), said);
        QCOMPARE(found("legal_hold=*case 18*"), QString());
        QCOMPARE(found("legal_hold=kept by hold, ada: case 17"), said);
        QCOMPARE(found("legal_hold="), QString("other: "));
        QCOMPARE(found("legal_hold!=kept*"), QString("other: "));
        CallQuery sorted;
        sorted.sortBy = "legal_hold";
        QVERIFY(!directory.query->calls(sorted, [](const CallRecord&) { return true; }));
        // When its day and its segments are gone, and of another reader.
        expireAll(directory);
        QVERIFY(!std::filesystem::exists(directory.path / "2026-02-20.sqlite"));
        QCOMPARE(found("legal_hold!="), said);
        QVERIFY(directory.keeper->release(directory.held.key, "closed", "grace").has_value());
        QCOMPARE(found("legal_hold!="), QString());

        const CallRecord on = sample::call(start + 2min, "on");
        directory.writer->liveCall(on);
        QVERIFY(directory.writer->commit().has_value());
        QVERIFY(directory.keeper->hold(on.key, "case 18", "ada").has_value());
        directory.openQuery(directory.writer.get());
        CallQuery one;
        one.key = on.key;
        QCOMPARE(directory.calls(one).size(), 1u);
        QCOMPARE(toText(directory.query->legalHoldOf(on.key)), std::string("hold waiting, ada: case 18"));
        directory.closeKept();
    }

    // What is known when the list of holds is lost: that it is kept.
    void aCopyWhoseHoldWasLostIsSaidToBeKept()
    {
        HeldDirectory directory;
        directory.closeKept();
        for (const char* name : { "retention.sqlite", "retention.sqlite-wal", "retention.sqlite-shm" })
            std::filesystem::remove(directory.path / name);
        directory.openQuery();
        QCOMPARE(directory.calls().size(), 1u);
        QCOMPARE(toText(directory.query->legalHoldOf(directory.held.key)), std::string("kept by hold"));
    }

    void aReleasedCallIsListedAsAnyOther()
    {
        HeldDirectory directory;
        QVERIFY(directory.keeper->release(directory.held.key, "closed", "grace").has_value());
        QCOMPARE(directory.foundBy("legal_hold="), QStringList { "held: " });
        QCOMPARE(directory.foundBy("legal_hold!="), QStringList());
        directory.closeKept();
    }

    void whoSearchesByHoldAloneDoesNotNeedTheTags()
    {
        HeldDirectory directory;
        std::filesystem::remove(directory.path / "notes.sqlite");
        std::filesystem::create_directory(directory.path / "notes.sqlite"); // cannot be opened
        QCOMPARE(directory.foundBy("legal_hold!="), QStringList { "held: kept by hold, ada: case 17" });
        directory.closeKept();
    }

    void aHoldNeedsAReasonAndACallAndIsSetOnce()
    {
        KeptDirectory directory;
        directory.openKept();
        const CallRecord call = directory.put(start, "held");
        QVERIFY(!directory.keeper->hold(call.key, "", "ada"));
        QVERIFY(!directory.keeper->hold(call.key, std::string(501, 'x'), "ada"));
        QVERIFY(!directory.keeper->hold({ call.key.value + 1 }, "why", "ada"));
        QVERIFY(directory.keeper->holds().value().empty());
        QVERIFY(directory.keeper->hold(call.key, "why", "ada").has_value());
        const auto twice = directory.keeper->hold(call.key, "why", "grace");
        QVERIFY(!twice && twice.error().what.find("held already, by ada") != std::string::npos);
        directory.closeKept();
    }

    // Its day was moved aside as damaged, and goes on in a new file.
    void aHeldCallIsFoundThoughTheDatabaseOfItsDayWasDamaged()
    {
        HeldDirectory directory;
        directory.closeKept();
        const auto day = directory.path / "2026-02-20.sqlite";
        std::filesystem::remove(day.string() + "-wal");
        std::ofstream(day) << std::string(8192, 'x');
        directory.openQuery();
        QCOMPARE(directory.calls().size(), 1u); // nobody has moved it yet
        directory.openKept(shortPeriods, smallSegments());
        directory.writer->callEnded(sample::ended(sample::call(start + 1min, "other")));
        QVERIFY(!directory.writer->commit()); // the damage is found
        directory.openQuery(directory.writer.get());
        QStringList found;
        for (const CallRecord& call : directory.calls())
            found += QString::fromStdString(call.callId.str());
        QCOMPARE(found, QStringList({ "held", "other" }));
        QCOMPARE(directory.packetNumbers({ directory.held.key, 0 }), upTo(120));
        const auto report = directory.keeper->deleteNumber({ directory.held.caller.str(), {}, {}, false });
        QVERIFY(std::ranges::any_of(report.value().calls, [&](const DeletedCall& call) {
            return call.call == directory.held.key && call.state == DeletionState::Held;
        }));
        directory.closeKept();
    }

    // A release that was killed is finished; a hold whose entry is there is not made up anew.
    void aReleaseThatWasCutOffIsFinishedAtTheNextStart()
    {
        HeldDirectory directory;
        const auto copy = heldDirectory(directory.path, directory.held.key);
        for (const char* left : { "", ".partial" }) {
            KeptDirectory next;
            next.path = directory.copyAsKilled();
            const auto place = heldDirectory(next.path, directory.held.key);
            {
                auto store = RetentionStore::open(next.path);
                Hold hold = store.value().holds(true).value()[0];
                hold.state = HoldState::Released;
                hold.releasedBy = "grace";
                QVERIFY(store.value().update(hold).has_value());
            }
            if (*left)
                std::filesystem::rename(place, place.string() + left);
            next.openKept(shortPeriods, smallSegments());
            QVERIFY(!std::filesystem::exists(place));
            QVERIFY(!std::filesystem::exists(place.string() + ".partial"));
            QCOMPARE(next.keeper->holds().value().size(), 1u);
            QVERIFY(next.keeper->holds().value()[0].state == HoldState::Released);
            QCOMPARE(next.kept("calls_held"), 0u);
            next.closeKept();
        }
        QVERIFY(std::filesystem::exists(copy));
        directory.closeKept();
    }

    // Killed when the copy had its name, and before that was noted.
    void whatACopyLacksIsSaidAlsoWhenAKillKeptItFromBeingNoted()
    {
        HeldDirectory directory;
        for (const bool damaged : { false, true }) {
            KeptDirectory next;
            next.path = directory.copyAsKilled();
            {
                auto store = RetentionStore::open(next.path);
                Hold hold = store.value().holds(true).value()[0];
                hold.state = HoldState::Waiting;
                hold.mediaPackets = hold.messages = 0;
                QVERIFY(store.value().update(hold).has_value());
            }
            if (damaged) {
                const auto media = heldDirectory(next.path, directory.held.key) / "media";
                std::fstream segment(segmentPath(media, 1), std::ios::in | std::ios::out | std::ios::binary);
                segment.seekp(4096 + 200);
                segment << "damage";
            }
            next.openKept(shortPeriods, smallSegments());
            next.steps();
            const Hold hold = next.keeper->holds().value()[0];
            QVERIFY(hold.state == HoldState::Held);
            QCOMPARE(hold.messages, 4u);
            QCOMPARE(hold.mediaPackets == 240u, !damaged);
            QCOMPARE(missingOf(hold).find("is damaged") != std::string::npos, damaged);
            next.closeKept();
        }
        directory.closeKept();
    }

    // Its day is no longer the newest, and goes for its size or age; the points of a call that is on lie in it.
    void pointsOfACallThatIsOnStayForItsHoldWhenItsDayIsOver()
    {
        for (const KeepPeriods& periods : { KeepPeriods { .mostQualityBytes = 1 }, KeepPeriods { .quality = 1h } }) {
            KeptDirectory directory;
            directory.openKept(periods, smallSegments());
            const CallRecord on = sample::call(start, "on");
            directory.writer->liveCall(on);
            directory.writer->stream(sample::stream(on.key, 0, start));
            for (int i = 0; i < 150; ++i)
                directory.writer->quality(sample::point({ on.key, 0 }, start + i * 1s));
            QVERIFY(directory.writer->commit().has_value());
            QVERIFY(directory.keeper->hold(on.key, "now", "ada").has_value());
            (void)directory.put(start + 20h, "next-day");
            directory.steps();
            directory.writer->callEnded(sample::ended(on));
            QVERIFY(directory.writer->commit().has_value());
            directory.steps();
            QVERIFY(directory.keeper->holds().value()[0].state == HoldState::Held);
            directory.openQuery(directory.writer.get());
            QCOMPARE(directory.query->quality(on.key).value().size(), 150u);
            QVERIFY(directory.kept("quality_days_expired") > 0); // then it goes
            directory.closeKept();
        }
    }

    void aCallThatIsOnIsCopiedWhenItIsOver()
    {
        KeptDirectory directory;
        directory.openKept(shortPeriods, smallSegments());
        const CallRecord call = sample::call(start, "on");
        directory.writer->liveCall(call);
        QVERIFY(directory.writer->commit().has_value());
        const auto hold = directory.keeper->hold(call.key, "now", "ada");
        QVERIFY2(hold.has_value() && hold.value().state == HoldState::Waiting, hold ? "" : hold.error().what.c_str());
        directory.steps();
        QVERIFY(heldCallsIn(directory.path).empty());
        directory.writer->stream(sample::stream(call.key, 0, start));
        directory.writer->media(sample::chunk({ call.key, 0 }, start, 5, 0));
        directory.writer->callEnded(sample::ended(call));
        QVERIFY(directory.writer->commit().has_value());
        expireAll(directory);
        QVERIFY(directory.keeper->holds().value()[0].state == HoldState::Held);
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.packetNumbers({ call.key, 0 }), upTo(5));
        directory.closeKept();
    }

    void segmentsWhosePeriodIsOverAreLetGoWhileTheCallIsOn()
    {
        KeptDirectory directory;
        directory.openKept({ .media = 1h }, smallSegments());
        const CallRecord on = sample::call(start, "on");
        directory.writer->liveCall(on);
        directory.writer->stream(sample::stream(on.key, 0, start));
        directory.writer->media(sample::chunk({ on.key, 0 }, start, 5, 0));
        QVERIFY(directory.writer->commit().has_value());
        QVERIFY(directory.keeper->hold(on.key, "now", "ada").has_value());
        directory.steps();
        expireAll(directory);
        QVERIFY(!std::filesystem::exists(segmentPath(directory.path / "media", 1)));
        QVERIFY(directory.kept("media_segments_expired") > 0);
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.packetNumbers({ on.key, 0 }), upTo(5));
        directory.closeKept();
    }

    void aCopyThatWasCutOffIsMadeAnew()
    {
        KeptDirectory directory;
        directory.openKept(shortPeriods, smallSegments());
        const CallRecord call = directory.put(start, "held");
        const QString before = describedAll(directory, call);
        // As a kill in the middle of the copy leaves it: the hold is kept, a part of the copy lies beside its place.
        {
            auto store = RetentionStore::open(directory.path);
            Hold hold;
            hold.call = call.key;
            hold.setBy = "ada";
            hold.reason = "why";
            QVERIFY(store.value().add(hold).has_value());
        }
        const auto partial = heldDirectory(directory.path, call.key).string() + ".partial";
        std::filesystem::create_directories(partial + "/media");
        std::ofstream(partial + "/media/000001.log") << "half a segment";
        std::ofstream(partial + "/live.journal") << "half a journal";
        KeptDirectory next;
        next.path = directory.copyAsKilled();
        next.openKept(shortPeriods, smallSegments());
        expireAll(next);
        QVERIFY(next.keeper->holds().value()[0].state == HoldState::Held);
        QVERIFY(!std::filesystem::exists(heldDirectory(next.path, call.key).string() + ".partial"));
        QVERIFY(!std::filesystem::exists(next.path / "2026-02-20.sqlite"));
        QCOMPARE(describedAll(next, call), before);
        next.closeKept();
        directory.closeKept();
    }

    void whatCannotBeCopiedKeepsEverythingElseFromExpiring()
    {
        KeptDirectory directory;
        directory.openKept(shortPeriods, smallSegments());
        const CallRecord call = directory.put(start, "held");
        std::ofstream(directory.path / "held") << "in the way"; // no folder of that name can be made
        const auto hold = directory.keeper->hold(call.key, "why", "ada");
        QVERIFY(!hold && hold.error().what.find("tried again") != std::string::npos);
        expireAll(directory);
        QVERIFY(std::filesystem::exists(directory.path / "2026-02-20.sqlite"));
        QVERIFY(directory.kept("retention_errors") > 0);
        QVERIFY(directory.wasSaid("could not be copied yet"));
        std::filesystem::remove(directory.path / "held");
        directory.steps();
        QVERIFY(!std::filesystem::exists(directory.path / "2026-02-20.sqlite"));
        QCOMPARE(heldCallsIn(directory.path).size(), 1u);
        directory.closeKept();
    }

    void aDamagedListOfHoldsReleasesNothing()
    {
        HeldDirectory directory;
        directory.closeKept();
        std::filesystem::remove(directory.path / "retention.sqlite-wal");
        std::ofstream(directory.path / "retention.sqlite") << std::string(8192, 'x');
        directory.openKept(shortPeriods, smallSegments());
        QVERIFY(directory.wasSaid("list of legal holds was damaged"));
        QCOMPARE(directory.keeper->holds().value().size(), 1u);
        expireAll(directory);
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.packetsOf({ directory.held.key, 0 }), 120u);
        const auto report = directory.keeper->deleteNumber({ "+34910000001", {}, {}, false });
        QVERIFY(report.value().calls.size() == 1 && report.value().calls[0].state == DeletionState::Held);
        directory.closeKept();
    }

    void theListOfHoldsSaysWhoSpokeAlsoWhenTheDayIsGoneAndOfACallThatIsOn()
    {
        HeldDirectory directory;
        CallRecord on = sample::call(start + 30min, "on");
        on.caller = "+34910000009";
        directory.writer->liveCall(on);
        QVERIFY(directory.writer->commit().has_value());
        QVERIFY(directory.keeper->hold(on.key, "now", "ada").has_value());
        const CallRecord released = directory.put(start + 2min, "released", "+34910000007");
        QVERIFY(directory.keeper->hold(released.key, "a mistake", "ada").has_value());
        QVERIFY(directory.keeper->release(released.key, "a mistake", "ada").has_value());
        const auto parties = [&] {
            directory.openQuery(directory.writer.get());
            auto holds = directory.keeper->holds().value();
            tellParties(holds, *directory.query);
            QStringList texts;
            for (const Hold& hold : holds)
                texts += QString::fromStdString(hold.caller + '>' + hold.callee);
            return texts;
        };
        const QString held = QString::fromStdString(directory.held.caller.str() + '>' + directory.held.callee.str());
        QCOMPARE(parties(),
            QStringList({ held, "+34910000009>200", QString::fromStdString("+34910000007>" + released.callee.str()) }));
        directory.writer->callEnded(sample::ended(on));
        QVERIFY(directory.writer->commit().has_value());
        expireAll(directory);
        QVERIFY(!std::filesystem::exists(directory.path / "2026-02-20.sqlite"));
        QCOMPARE(parties(), QStringList({ held, "+34910000009>200", ">" })); // the copy of what is released went, too
        directory.closeKept();
    }

    void whatWasGoneBeforeTheHoldIsSaid()
    {
        KeptDirectory directory;
        directory.openKept({ .media = 1h }, smallSegments());
        const CallRecord call = directory.put(start, "late");
        expireAll(directory);
        const auto hold = directory.keeper->hold(call.key, "why", "ada");
        QVERIFY(hold.has_value());
        QCOMPARE(hold.value().mediaPackets, 0u);
        QVERIFY2(missingOf(hold.value()).find("expired and was deleted at") != std::string::npos,
            missingOf(hold.value()).c_str());
        directory.closeKept();
    }
};

QTEST_GUILESS_MAIN(TestLegalHold)
#include "tst_legal_hold.moc"
