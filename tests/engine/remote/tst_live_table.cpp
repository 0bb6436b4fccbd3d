#include "engine/remote/live_table.h"

#include <QTest>
#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <random>

using namespace callmon;

namespace {

CallRecord callOf(std::int64_t key)
{
    CallRecord call;
    call.key = { key };
    call.caller = "alice";
    return call;
}

StreamRecord streamOf(std::int64_t key, std::uint32_t index, Party direction)
{
    StreamRecord stream;
    stream.key = { { key }, index };
    stream.direction = direction;
    return stream;
}

QualityPoint pointOf(std::int64_t key, std::uint32_t index, float mos, float jitterMs)
{
    QualityPoint point;
    point.stream = { { key }, index };
    point.mos = mos;
    point.jitterMs = jitterMs;
    return point;
}

// What the table says of one call, written down as it is explained: of all its streams, in order of their index.
struct PlainCall {
    struct Stream {
        std::optional<Party> direction;
        std::string codec;
        LiveDirection figures;
    };
    std::map<std::uint32_t, Stream> streams;
    std::string codec;

    void take(const StreamRecord& record)
    {
        Stream& stream = streams[record.key.index];
        stream.direction = record.direction;
        stream.codec = record.codec.str();
        stream.figures.seen = true;
        stream.figures.lossPercent = static_cast<float>(record.lossPercent);
        stream.figures.mosMin = static_cast<float>(record.mosMin.value_or(0));
        for (const auto& [index, each] : streams)
            if (!each.codec.empty())
                codec = each.codec;
    }
    void take(const QualityPoint& point)
    {
        LiveDirection& figures = streams[point.stream.index].figures;
        figures.seen = true;
        figures.mosNow = point.mos;
        figures.jitterMs = point.jitterMs;
    }
    LiveDirection sentBy(Party party) const
    {
        LiveDirection sent;
        for (const auto& [index, stream] : streams) {
            if (stream.direction != party)
                continue;
            const float worst = sent.mosMin;
            sent = stream.figures;
            if (worst > 0 && (sent.mosMin <= 0 || worst < sent.mosMin))
                sent.mosMin = worst;
        }
        return sent;
    }
};

const LiveCall& only(const LiveDelta& delta)
{
    Q_ASSERT(delta.changed.size() == 1);
    return delta.changed.front();
}

class LiveTableTest : public QObject {
    Q_OBJECT

private slots:
    void deltaHasOnlyWhatChangedSince()
    {
        LiveTable table;
        table.update(callOf(1));
        table.update(callOf(2));
        const std::uint64_t before = table.version();
        table.update(callOf(2));
        const LiveDelta delta = table.delta(before);
        QVERIFY(!delta.snapshot);
        QCOMPARE(delta.fromVersion, before);
        QCOMPARE(delta.toVersion, table.version());
        QCOMPARE(only(delta).key, CallKey { 2 });
        const std::uint64_t told = table.version(); // with the second call's last change
        table.update(callOf(1));
        QCOMPARE(only(table.delta(told)).key, CallKey { 1 });
        QVERIFY(table.delta(told).figures.empty());
        QVERIFY(table.delta(table.version()).changed.empty());
    }

    void callCountsWhereAndWhenItsRecordSays()
    {
        LiveTable table;
        CallRecord record = callOf(1);
        table.update(record);
        QVERIFY(!only(table.delta(0)).countedAt && only(table.delta(0)).callerTrunk.empty());
        record.callerTrunk = "north";
        record.calleeTrunk = "other";
        record.countedAt = timestampFromNanoseconds(1'795'413'600LL * 1'000'000'000);
        table.update(record);
        const LiveDelta delta = table.delta(0);
        QCOMPARE(only(delta).countedAt, record.countedAt);
        QVERIFY(only(delta).callerTrunk == "north" && only(delta).calleeTrunk == "other");
    }

    void callWithNewFiguresAloneIsNotTold()
    {
        LiveTable table;
        table.update(callOf(1));
        table.update(streamOf(1, 0, Party::Caller));
        const std::uint64_t before = table.version();
        table.update(pointOf(1, 0, 3.5F, 12.F));
        const LiveDelta figures = table.delta(before);
        QVERIFY(figures.changed.empty());
        QCOMPARE(figures.figures.size(), 1u);
        QCOMPARE(figures.figures[0].key, CallKey { 1 });
        QCOMPARE(figures.figures[0].sent[0].mosNow, 3.5F);
        QCOMPARE(only(table.delta(before - 2)).sent[0].mosNow, 3.5F); // who does not know the call gets all of it
        StreamRecord stream = streamOf(1, 0, Party::Caller);
        stream.codec = "G722";
        table.update(stream);
        const LiveDelta codec = table.delta(before);
        QVERIFY(codec.figures.empty());
        QCOMPARE(codec.changed.size(), 1u);
        QCOMPARE(codec.changed[0].codec.view(), std::string_view("G722"));
    }

    void changeThatNobodySeesIsNone()
    {
        LiveTable table;
        table.update(callOf(1));
        table.update(streamOf(1, 0, Party::Caller));
        const auto changes = [&](float mos, float jitterMs) {
            const std::uint64_t before = table.version();
            table.update(pointOf(1, 0, mos, jitterMs));
            return table.version() != before;
        };
        QVERIFY(changes(3.511F, 12.01F));
        QVERIFY(!changes(3.511F, 12.01F));
        QVERIFY(!changes(3.512F, 12.04F)); // 3.51 and 12.0, as before
        QVERIFY(changes(3.512F, 12.06F)); // 12.1
        QVERIFY(changes(3.516F, 12.06F)); // 3.52
        QVERIFY(changes(0.F, 12.06F)); // not known
        QVERIFY(changes(0.F, 0.F));
        QVERIFY(changes(0.F, 0.01F)); // a filter tells it from none
        int told = 0;
        for (int step = 0; step < 1000; ++step)
            told += changes(0.F, 1.F + 0.001F * static_cast<float>(step));
        QCOMPARE(told, 11); // 1.0 to 2.0: what creeps is told when it has come far enough
        QCOMPARE(only(table.snapshot()).sent[0].jitterMs, table.delta(table.version() - 1).figures[0].sent[0].jitterMs);
        StreamRecord stream = streamOf(1, 0, Party::Caller);
        stream.lossPercent = 0.001;
        const std::uint64_t before = table.version();
        table.update(stream);
        QVERIFY(table.version() > before); // likewise
        stream.lossPercent = 0.002;
        table.update(stream);
        QCOMPARE(table.version(), before + 1);
    }

    void callOfManyStreamsShowsThemAsFewStreamsAre()
    {
        constexpr std::array<std::uint32_t, 8> indexes { 0, 1, 2, 3, 254, 255, 256, 70'000 };
        constexpr std::array<const char*, 6> codecs { "", "PCMA", "twelve-chars", "twelve-chars-2", "twelve-chars-3",
            "telephone-event" };
        std::mt19937 random(5);
        for (int round = 0; round < 300; ++round) {
            LiveTable table;
            table.update(callOf(1));
            PlainCall truth;
            const std::size_t few = 1 + random() % indexes.size();
            for (int step = 0; step < 30; ++step) {
                const std::uint32_t index = indexes[random() % few];
                if (random() % 2 == 0) {
                    StreamRecord record = streamOf(1, index, random() % 2 ? Party::Callee : Party::Caller);
                    record.codec = codecs[random() % codecs.size()];
                    record.lossPercent = static_cast<double>(random() % 100);
                    if (random() % 2)
                        record.mosMin = 1 + static_cast<double>(random() % 34) / 10;
                    record.lastPacketAt = Timestamp(std::chrono::seconds(1)); // the points are of before
                    truth.take(record);
                    table.update(record);
                } else {
                    QualityPoint point = pointOf(1, index, static_cast<float>(random() % 5), 1);
                    point.jitterMs = static_cast<float>(random() % 50);
                    truth.take(point);
                    table.update(point);
                }
                const LiveCall shown = only(table.snapshot());
                QCOMPARE(shown.codec.str(), truth.codec);
                for (const Party party : { Party::Caller, Party::Callee }) {
                    const LiveDirection& is = shown.sent[static_cast<std::size_t>(party)];
                    const LiveDirection wanted = truth.sentBy(party);
                    QCOMPARE(is.seen, wanted.seen);
                    QCOMPARE(is.mosNow, wanted.mosNow);
                    QCOMPARE(is.mosMin, wanted.mosMin);
                    QCOMPARE(is.lossPercent, wanted.lossPercent);
                    QCOMPARE(is.jitterMs, wanted.jitterMs);
                }
            }
        }
    }

    void callsThatComeAndGoTakeNoMoreRoomThanThoseThatAreOn()
    {
        LiveRows rows;
        std::deque<CallKey> on;
        for (std::int64_t key = 1; key <= 20'000; ++key) {
            rows.add({ key << 10 });
            on.push_back({ key << 10 });
            if (on.size() > 3000) {
                rows.remove(rows.find(on.front()));
                QCOMPARE(rows.find(on.front()), LiveRows::none);
                on.pop_front();
            }
        }
        QCOMPARE(rows.size(), 3000u);
        QCOMPARE(rows.end(), 3001u);
        for (const CallKey key : on)
            QCOMPARE(rows.head(rows.find(key)).key, key);
    }

    void readersThatKeepUpKnowWhatASnapshotSays()
    {
        LiveTable table;
        std::mt19937 random(11);
        struct Reader {
            std::uint64_t version = 0;
            std::map<CallKey, LiveCall> calls;
        };
        std::array<Reader, 3> readers; // one by one seldom, often, always
        for (int step = 0; step < 5000; ++step) {
            const int call = 1 + static_cast<int>(random() % 40);
            const auto stream = static_cast<std::uint32_t>(random() % 3);
            const std::array<StreamKey, 2> next { StreamKey { { call }, stream }, StreamKey { { 1'000'000 }, 7 } };
            table.expect(next);
            switch (random() % 8) {
            case 0:
                table.update(callOf(call));
                break;
            case 1:
                table.remove({ call });
                break;
            case 2: {
                StreamRecord record = streamOf(call, stream, stream == 1 ? Party::Callee : Party::Caller);
                record.codec = random() % 2 ? "PCMA" : "G729";
                record.lossPercent = static_cast<double>(random() % 100);
                table.update(record);
                break;
            }
            default:
                table.update(pointOf(
                    call, stream, 1.F + static_cast<float>(random() % 34) / 10, static_cast<float>(random() % 50)));
            }
            for (std::size_t i = 0; i < readers.size(); ++i) {
                if (random() % (1 + 7 * i) != 0)
                    continue;
                Reader& reader = readers[i];
                const LiveDelta delta = table.delta(reader.version);
                if (delta.snapshot)
                    reader.calls.clear();
                for (const LiveCall& changed : delta.changed)
                    reader.calls[changed.key] = changed;
                for (const LiveFigures& figures : delta.figures) {
                    QVERIFY(reader.calls.contains(figures.key));
                    reader.calls[figures.key].sent = figures.sent;
                }
                for (const CallKey key : delta.removed)
                    reader.calls.erase(key);
                reader.version = delta.toVersion;
                const LiveDelta all = table.snapshot();
                QCOMPARE(reader.calls.size(), all.changed.size());
                for (const LiveCall& now : all.changed) {
                    const LiveCall& known = reader.calls.at(now.key);
                    QVERIFY(known.codec == now.codec);
                    for (std::size_t side = 0; side < 2; ++side) {
                        QCOMPARE(known.sent[side].seen, now.sent[side].seen);
                        QCOMPARE(known.sent[side].mosNow, now.sent[side].mosNow);
                        QCOMPARE(known.sent[side].mosMin, now.sent[side].mosMin);
                        QCOMPARE(known.sent[side].lossPercent, now.sent[side].lossPercent);
                        QCOMPARE(known.sent[side].jitterMs, now.sent[side].jitterMs);
                    }
                }
            }
        }
    }

    void piecesAndWhatChangedSinceAreTheList()
    {
        LiveTable table;
        std::mt19937 random(17);
        const auto change = [&](int times) {
            for (; times > 0; --times) {
                const int call = 1 + static_cast<int>(random() % 1000);
                switch (random() % 4) {
                case 0:
                    table.remove({ call });
                    break;
                case 1:
                    table.update(callOf(call));
                    break;
                case 2:
                    table.update(streamOf(call, 0, Party::Callee));
                    break;
                default:
                    table.update(pointOf(call, 0, 1.F + static_cast<float>(random() % 3), 5.F));
                }
            }
        };
        for (int call = 1; call <= 1000; ++call)
            table.update(callOf(call));
        change(2000);
        const std::uint64_t version = table.version();
        std::map<CallKey, LiveCall> calls;
        int pieces = 0;
        table.eachPiece([&](std::span<LiveCall> piece) {
            ++pieces;
            for (const LiveCall& call : piece)
                calls[call.key] = call;
            change(100);
        });
        QVERIFY(pieces > 4);
        const LiveDelta delta = table.delta(version);
        QVERIFY(!delta.snapshot && !delta.removed.empty() && !delta.figures.empty());
        for (const LiveCall& changed : delta.changed)
            calls[changed.key] = changed;
        for (const LiveFigures& figures : delta.figures) {
            QVERIFY(calls.contains(figures.key));
            calls[figures.key].sent = figures.sent;
        }
        for (const CallKey key : delta.removed)
            calls.erase(key);
        const LiveDelta all = table.snapshot();
        QCOMPARE(calls.size(), all.changed.size());
        for (const LiveCall& now : all.changed) {
            QVERIFY(calls.contains(now.key));
            QCOMPARE(calls[now.key].sent[1].seen, now.sent[1].seen);
            QCOMPARE(calls[now.key].sent[1].mosNow, now.sent[1].mosNow);
        }
    }

    void trustFollowsTheRecord()
    {
        LiveTable table;
        CallRecord call = callOf(1);
        table.update(call);
        call.trust = CaptureTrust::Lossy;
        table.update(call);
        QCOMPARE(only(table.snapshot()).trust, CaptureTrust::Lossy);
    }

    void firstDeltaIsASnapshot()
    {
        LiveTable table;
        QVERIFY(table.delta(0).snapshot);
        QVERIFY(!table.delta(table.snapshot().toVersion).snapshot); // also of an empty list
        table.update(callOf(1));
        const LiveDelta delta = table.delta(0);
        QVERIFY(delta.snapshot);
        QCOMPARE(delta.fromVersion, 0u);
        QCOMPARE(delta.changed.size(), 1u);
    }

    void versionOfAnotherEngineGetsASnapshot()
    {
        LiveTable table;
        table.update(callOf(1));
        QVERIFY(table.delta(table.version() + 1).snapshot);
    }

    void removedKeysAreToldUntilTheyAreForgotten()
    {
        LiveTable table(2);
        for (int i = 1; i <= 5; ++i)
            table.update(callOf(i));
        const std::uint64_t before = table.version();
        table.remove({ 1 });
        table.remove({ 2 });
        QCOMPARE(table.delta(before).removed.size(), 2u);
        table.remove({ 3 });
        QVERIFY(table.delta(before).snapshot);
        const LiveDelta later = table.delta(before + 1); // knows of the first removal
        QVERIFY(!later.snapshot);
        QCOMPARE(later.removed, (std::vector<CallKey> { { 2 }, { 3 } }));
        QCOMPARE(table.size(), 2u);
    }

    void keyThatComesBackIsNotRemoved()
    {
        LiveTable table;
        table.update(callOf(1));
        const std::uint64_t before = table.version();
        table.remove({ 1 });
        table.update(callOf(1));
        const LiveDelta delta = table.delta(before);
        QVERIFY(delta.removed.empty());
        QCOMPARE(delta.changed.size(), 1u);
    }

    void lateStreamOfARemovedCallDoesNotBringItBack()
    {
        LiveTable table;
        table.update(callOf(1));
        table.remove({ 1 });
        table.update(streamOf(1, 0, Party::Caller));
        table.update(pointOf(1, 0, 4.F, 1.F));
        QCOMPARE(table.size(), 0u);
    }

    void endedCallStaysUntilItIsRemoved()
    {
        LiveTable table;
        CallRecord call = callOf(1);
        call.state = CallState::Ended;
        call.endedAt = Timestamp(Nanoseconds(5));
        table.update(call);
        QCOMPARE(table.size(), 1u);
        QCOMPARE(only(table.snapshot()).state, CallState::Ended);
        QCOMPARE(only(table.snapshot()).endedAt, call.endedAt);
    }

    void figuresGoToTheirDirection()
    {
        LiveTable table;
        table.update(callOf(1));
        table.update(pointOf(1, 1, 3.5F, 12.F)); // may come before its stream's record
        StreamRecord stream = streamOf(1, 1, Party::Callee);
        stream.codec = "G729";
        stream.lossPercent = 2.5;
        stream.mosMin = 3.25;
        table.update(stream);
        const LiveCall call = only(table.snapshot());
        QVERIFY(!call.sent[0].seen);
        QVERIFY(call.sent[1].seen);
        QCOMPARE(call.sent[1].mosNow, 3.5F);
        QCOMPARE(call.sent[1].jitterMs, 12.F);
        QCOMPARE(call.sent[1].lossPercent, 2.5F);
        QCOMPARE(call.sent[1].mosMin, 3.25F);
        QCOMPARE(call.codec.view(), std::string_view("G729"));
    }

    void lossGoesOnFromTheRecordByThePointsAfterIt()
    {
        LiveTable table;
        table.update(callOf(1));
        StreamRecord stream = streamOf(1, 0, Party::Caller);
        stream.lastPacketAt = Timestamp(std::chrono::seconds(100));
        stream.expected = 100;
        stream.lost = 10;
        stream.lossPercent = 10;
        table.update(stream);
        QualityPoint point = pointOf(1, 0, 4.F, 1.F);
        point.packets = 45;
        point.lost = 5;
        point.at = stream.lastPacketAt - std::chrono::milliseconds(980); // the record has it already
        table.update(point);
        QCOMPARE(only(table.snapshot()).sent[0].lossPercent, 10.F);
        point.at = stream.lastPacketAt + std::chrono::milliseconds(20);
        point.duplicates = 10; // of 45 packets: 35 and 5 lost are 40 expected
        table.update(point);
        QCOMPARE(only(table.snapshot()).sent[0].lossPercent, static_cast<float>(100.0 * 15 / 140));
    }

    void newestStreamOfADirectionShowsNowAndTheWorstShowsMinimum()
    {
        LiveTable table;
        table.update(callOf(1));
        StreamRecord first = streamOf(1, 0, Party::Caller);
        first.codec = "PCMA";
        first.mosMin = 1.5;
        StreamRecord second = streamOf(1, 2, Party::Caller);
        second.codec = "PCMU";
        second.mosMin = 4.0;
        table.update(second);
        table.update(first); // order of arrival does not matter
        table.update(pointOf(1, 2, 4.4F, 1.F));
        table.update(pointOf(1, 0, 1.2F, 90.F));
        const LiveCall call = only(table.snapshot());
        QCOMPARE(call.sent[0].mosNow, 4.4F);
        QCOMPARE(call.sent[0].jitterMs, 1.F);
        QCOMPARE(call.sent[0].mosMin, 1.5F);
        QCOMPARE(call.codec.view(), std::string_view("PCMU"));
    }
};

}

QTEST_GUILESS_MAIN(LiveTableTest)
#include "tst_live_table.moc"
