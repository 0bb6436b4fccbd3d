// The calls behind a figure of the service metrics are found by what their records say: exactly those that counted, in
// each minute and for each trunk.
#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "engine/metrics/service_monitor.h"
#include "engine/records/call_monitor.h"
#include "tests/engine/tracking/sip_script.h"
#include "tests/engine/tracking/skinny_script.h"

#include <algorithm>
#include <map>
#include <random>

using namespace callmon;

namespace {

using Attempts = std::map<std::pair<std::int64_t, std::string>, std::uint64_t>; // by minute and group

// What the storage thread does with records.
class MetricsSink : public RecordSink {
public:
    explicit MetricsSink(ServiceMonitor& service)
        : m_service(service)
    {
    }
    void liveCall(const CallRecord& call) override { m_service.liveCall(call); }
    void stream(const StreamRecord& stream) override { m_service.stream(stream); }
    void quality(const QualityPoint&) override { }
    void callEnded(const CallRecord& call) override
    {
        m_service.callEnded(call);
        ended.push_back(call);
    }
    MediaChunk* takeChunk() override { return nullptr; }
    void media(MediaChunk*) override { }
    void second(Timestamp now) override { m_service.second(now); }

    std::vector<CallRecord> ended;

private:
    ServiceMonitor& m_service;
};

std::int64_t minuteOf(Timestamp time)
{
    return std::chrono::floor<std::chrono::minutes>(time.time_since_epoch()).count();
}

// Hosts of scripts: A 10.0.0.1, B 10.0.0.2, P 10.0.0.9.
CallGroups trunks()
{
    return CallGroups({ { "a", { *IpNetwork::parse("10.0.0.1") } }, { "ab", { *IpNetwork::parse("10.0.0.0/30") } },
                          { "phones", { *IpNetwork::parse("10.1.0.0/16") } } },
        {});
}

struct Bench {
    Bench()
        : service(options())
        , sink(service)
        , monitor(trackerOptions(), std::array<RecordSink*, 1> { &sink }, {}, trunks())
    {
    }
    static ServiceOptions options()
    {
        ServiceOptions options;
        options.groups = trunks();
        options.maxCalls = 4096;
        return options;
    }
    static TrackerOptions trackerOptions()
    {
        TrackerOptions options;
        options.maxCalls = 4096;
        options.maxStreams = 4096;
        options.maxMediaAddresses = 4096;
        options.callsPerSecondOfSource = 1000;
        return options;
    }
    // By the metrics, minute by minute.
    Attempts counted()
    {
        monitor.finish();
        service.stop();
        Attempts attempts;
        for (const ServiceRow& row : service.takeMinutes())
            if (row.group.grouping != ServiceGrouping::Codec && row.sums.figures.attempts > 0)
                attempts[{ minuteOf(row.from), toText(row.group) }] += row.sums.figures.attempts;
        return attempts;
    }
    // By the records alone.
    Attempts recorded() const
    {
        Attempts attempts;
        for (const CallRecord& call : sink.ended) {
            if (!call.countedAt)
                continue;
            ++attempts[{ minuteOf(*call.countedAt), "total" }];
            for (const std::string_view trunk : trunksOf(call))
                if (!trunk.empty())
                    ++attempts[{ minuteOf(*call.countedAt), "trunk " + std::string(trunk) }];
        }
        return attempts;
    }

    ServiceMonitor service;
    MetricsSink sink;
    CallMonitor monitor;
};

QString described(const Attempts& attempts)
{
    QString text;
    for (const auto& [group, count] : attempts)
        text += QString("%1 %2: %3\n").arg(group.first).arg(group.second.c_str()).arg(count);
    return text;
}

}

class TestCallsBehindMetrics : public QObject {
    Q_OBJECT

private slots:
    void everyAttemptOfEveryMinuteIsFoundByItsRecord()
    {
        std::mt19937 random(5);
        const auto below = [&](unsigned end) { return static_cast<int>(random() % end); };
        TestTraffic traffic;
        for (int i = 0; i < 600; ++i) { // of five minutes, with ends of every kind, near whole minutes too
            const int at = below(2) ? below(300'000) : 60'000 * below(5) + below(40);
            const QString hosts[] { "A>B", "B>A", "A>P", "P>A", "P>B" };
            const QString there = hosts[below(5)];
            const QString back = there.right(1) + '>' + there.left(1);
            const QString id = QString(" id=call-%1 branch=b%1").arg(i);
            const auto say = [&](int later, const QString& way, const QString& what) {
                traffic.script(QString("%1 %2 %3").arg(at + later).arg(way, what) + id);
            };
            if (below(20) == 0) { // of before the probe
                say(0, there, "INVITE 2 sdp=sendrecv totag=tb");
                say(10, back, "200 2 sdp=sendrecv");
                say(2'000, there, "BYE 3");
                continue;
            }
            say(0, there, "INVITE 1 sdp=sendrecv");
            const int kind = below(6);
            const int answered = 200 + below(50'000);
            if (kind == 0)
                say(answered, back, "486 1");
            else if (kind == 1)
                say(answered, back, "404 1");
            else if (kind == 2)
                continue; // nobody ever responds
            else
                say(answered, back, "200 1 sdp=sendrecv");
            if (kind > 3)
                say(answered + below(90'000), there, "BYE 2");
        }
        std::ranges::stable_sort(traffic.list(), {}, &Datagram::arrival);
        Bench bench;
        for (const Datagram& datagram : traffic.datagrams())
            bench.monitor.process({ &datagram, 1 });
        bench.monitor.advance(scriptTime(1'000'000)); // packet time goes on
        const Attempts counted = bench.counted(), recorded = bench.recorded();
        QVERIFY2(counted == recorded,
            qPrintable("counted\n" + described(counted) + "by the records\n" + described(recorded)));
        std::map<std::string, std::uint64_t> all;
        for (const auto& [group, count] : recorded)
            all[group.second] += count;
        QVERIFY(all["total"] > 500 && all["total"] < 600); // but those of before the probe
        for (const char* trunk : { "trunk a", "trunk ab" })
            QVERIFY2(all[trunk] > 100 && all[trunk] < all["total"], trunk);
        QVERIFY(!all.contains("trunk other")); // every pair of hosts has one of a trunk
    }

    void aCallOfNoTrunkIsOfOtherAndWithoutTrunksNothingIsSaid()
    {
        CallRecord call;
        call.callerAddress.ip = call.calleeAddress.ip = *IpAddress::parse("192.0.2.1");
        CallGroups().nameTrunks(call);
        QVERIFY(call.callerTrunk.empty() && call.calleeTrunk.empty());
        QCOMPARE(trunksOf(call), (std::array<std::string_view, 2> {}));
        trunks().nameTrunks(call);
        QVERIFY(call.callerTrunk == "other" && call.calleeTrunk == "other");
        QCOMPARE(trunksOf(call), (std::array<std::string_view, 2> { "other", "" }));
        call.calleeAddress.ip = *IpAddress::parse("10.0.0.2");
        trunks().nameTrunks(call);
        QCOMPARE(trunksOf(call), (std::array<std::string_view, 2> { "", "ab" }));
        call.callerAddress.ip = *IpAddress::parse("10.0.0.3");
        trunks().nameTrunks(call);
        QCOMPARE(trunksOf(call), (std::array<std::string_view, 2> { "ab", "" })); // once
        call.callerAddress.ip = *IpAddress::parse("10.0.0.1");
        trunks().nameTrunks(call);
        QCOMPARE(trunksOf(call), (std::array<std::string_view, 2> { "a", "ab" })); // the longest network
    }

    // Its other end is known when it rings; metrics wait for that, and so do the trunks of its record.
    void aCallBySkinnyCountsWhereItsRecordSays()
    {
        SkinnyTraffic traffic;
        talkBySkinny(traffic);
        Bench bench;
        for (const Datagram& datagram : traffic.datagrams())
            if (SkinnyTraffic::isSkinny(datagram))
                bench.monitor.skinnyMessage(datagram);
            else
                bench.monitor.process({ &datagram, 1 });
        const Attempts counted = bench.counted(), recorded = bench.recorded();
        QVERIFY2(counted == recorded,
            qPrintable("counted\n" + described(counted) + "by the records\n" + described(recorded)));
        QVERIFY(!recorded.empty());
        for (const auto& [group, count] :
            recorded) // and not of the call manager's trunk, which the callee had until then
            QVERIFY2(group.second == "total" || group.second == "trunk phones", group.second.c_str());
    }
};

QTEST_GUILESS_MAIN(TestCallsBehindMetrics)
#include "tst_calls_behind_metrics.moc"
