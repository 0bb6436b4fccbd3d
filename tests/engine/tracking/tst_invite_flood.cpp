// A flood of INVITEs, each with a Call-ID of its own, does nothing to the calls that are on: 100,000 a second for ten
// seconds of packet time, beside what the same calls give without it.
#include "tests/engine/tracking/collecting_listener.h"
#include "tests/engine/tracking/sip_script.h"

#include <QTest>

using namespace callmon;

namespace {

constexpr int calls = 20;
constexpr int seconds = 10;
constexpr int floodPerSecond = 100'000;

TestTraffic established()
{
    TestTraffic traffic;
    for (int i = 0; i < calls; ++i) {
        const QString id = QString("id=call%1 port=").arg(i);
        traffic.script(QString("%1 A>B INVITE 1 sdp=sendrecv %2%3\n%1 B>A 200 1 sdp=sendrecv %2%4\n")
                           .arg(i)
                           .arg(id)
                           .arg(10'000 + 2 * i)
                           .arg(20'000 + 2 * i));
    }
    for (int packet = 0; packet < seconds * 50; ++packet) {
        for (int i = 0; i < calls; ++i) {
            const auto sequence = static_cast<std::uint16_t>(packet);
            const auto timestamp = static_cast<std::uint32_t>(160 * packet);
            const auto ssrc = static_cast<std::uint32_t>(i);
            traffic.rtp(1000 + 20 * packet, scriptHost('A', static_cast<std::uint16_t>(10'000 + 2 * i)),
                scriptHost('B', static_cast<std::uint16_t>(20'000 + 2 * i)), { 8, sequence, timestamp, ssrc, false });
        }
    }
    return traffic;
}

// Datagrams that view one text each, made as they are needed: a million of them at once would be memory for nothing.
class Flood {
public:
    explicit Flood(bool manySources)
        : m_manySources(manySources)
    {
    }
    Datagram next(Timestamp at)
    {
        char number[16];
        std::snprintf(number, sizeof number, "%09u", ++m_number);
        std::copy_n(number, 9, m_text.begin() + static_cast<std::ptrdiff_t>(m_numberAt));
        Datagram datagram;
        datagram.arrival = at;
        const std::uint32_t source = m_manySources ? 0x0b000000u + m_number : 0x0b000001u;
        datagram.flow = { { IpAddress::v4(source), 5060 }, scriptHost('B', 5060) };
        datagram.payload = std::as_bytes(std::span(m_text));
        datagram.wirePayloadSize = static_cast<std::uint16_t>(m_text.size());
        return datagram;
    }

private:
    bool m_manySources;
    std::uint32_t m_number = 0;
    std::string m_text =
        "INVITE sip:b@example.org SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\nFrom: <sip:f@h>;tag=1\r\n"
        "To: <sip:b@example.org>\r\nCall-ID: #########\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n";
    std::size_t m_numberAt = m_text.find('#');
};

class InviteFloodTest : public QObject {
    Q_OBJECT

private slots:
    void establishedCallsStayMeasured_data()
    {
        QTest::addColumn<bool>("manySources");
        QTest::addColumn<std::uint32_t>("perSource");
        QTest::newRow("one source, limited") << false << 100u;
        QTest::newRow("one source, no limit") << false << 0u;
        QTest::newRow("a source for each") << true << 100u;
    }
    void establishedCallsStayMeasured()
    {
        QFETCH(bool, manySources);
        QFETCH(std::uint32_t, perSource);
        TrackerOptions options = smallOptions();
        options.maxCalls = 4096;
        options.callsPerSecondOfSource = perSource;
        TestTraffic traffic = established();

        TrackerFixture quiet(options);
        quiet.tracker.process(traffic.datagrams());
        quiet.tracker.finish();
        QCOMPARE(quiet.listener.ended.size(), static_cast<std::size_t>(calls));

        TrackerFixture flooded(options);
        Flood flood(manySources);
        std::uint64_t sent = 0;
        const Timestamp from = scriptTime(1000);
        for (const Datagram& datagram : traffic.datagrams()) {
            for (Timestamp at = from + Nanoseconds(sent * (1'000'000'000 / floodPerSecond)); at < datagram.arrival;
                 at = from + Nanoseconds(++sent * (1'000'000'000 / floodPerSecond))) {
                const Datagram invite = flood.next(at);
                flooded.tracker.process(std::span(&invite, 1));
            }
            flooded.tracker.process(std::span(&datagram, 1));
        }
        flooded.tracker.finish();
        QVERIFY(sent > (seconds - 1) * floodPerSecond);

        std::size_t compared = 0;
        for (const auto& ended : flooded.listener.ended) {
            for (const auto& alone : quiet.listener.ended) {
                if (!(alone.record.callId == ended.record.callId))
                    continue;
                ++compared;
                QCOMPARE(ended.record.outcome, alone.record.outcome);
                QCOMPARE(ended.streams.size(), 1u);
                QCOMPARE(ended.streams[0].packets, static_cast<std::uint64_t>(seconds * 50));
                QCOMPARE(ended.streams[0].packets, alone.streams[0].packets);
                QCOMPARE(ended.streams[0].lost, 0u);
            }
        }
        QCOMPARE(compared, static_cast<std::size_t>(calls));
        const std::uint64_t refused =
            flooded.counter("calls_refused_source_rate") + flooded.counter("calls_refused_pool_full");
        QCOMPARE(refused + flooded.counter("calls_started"), sent + calls);
        if (!manySources && perSource > 0)
            QVERIFY(flooded.counter("calls_started") <= calls + (seconds + 1) * perSource);
    }
};

}

QTEST_GUILESS_MAIN(InviteFloodTest)
#include "tst_invite_flood.moc"
