#include "console/models/call_events.h"
#include "shared/calls/media_chunk.h"

#include <QtTest>

using namespace callmon;

namespace {

const Timestamp epoch = timestampFromNanoseconds(1'795'413'723'000'000'000);

Endpoint host(int last)
{
    return { IpAddress::v4(0x0a140000U + static_cast<std::uint32_t>(last)), 5060 };
}

CallMessage sip(
    double at, int from, int to, const std::string& first, const std::string& cseq, const std::string& sdp = {})
{
    CallMessage message;
    message.head.arrival = epoch + std::chrono::milliseconds(static_cast<int>(at * 1000));
    message.head.flow = { host(from), host(to) };
    message.text = first + "\r\nCall-ID: 7@a\r\nCSeq: " + cseq + "\r\n"
        + (sdp.empty()
                ? "\r\n"
                : "Content-Type: application/sdp\r\nContent-Length: " + std::to_string(sdp.size()) + "\r\n\r\n" + sdp);
    message.head.wireSize = static_cast<std::uint32_t>(message.text.size());
    return message;
}

std::string sdp(const std::string& direction, const std::string& address = "10.20.0.1")
{
    return "v=0\r\no=- 1 1 IN IP4 10.20.0.1\r\ns=-\r\nc=IN IP4 " + address + "\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"
        + (direction.empty() ? "" : "a=" + direction + "\r\n");
}

std::vector<CallMessage> setUp()
{
    return { sip(0, 1, 2, "INVITE sip:2@b SIP/2.0", "1 INVITE", sdp("")),
        sip(2, 2, 1, "SIP/2.0 200 OK", "1 INVITE", sdp("")), sip(2.1, 1, 2, "ACK sip:2@b SIP/2.0", "1 ACK") };
}

void add(std::vector<CallMessage>& messages, std::vector<CallMessage> more)
{
    messages.insert(messages.end(), more.begin(), more.end());
}

// RFC 4733 2.3: event, end and volume, duration.
void press(MediaChunk& chunk, double at, std::uint32_t timestamp, std::uint8_t event, int packets)
{
    for (int i = 0; i < packets; ++i) {
        std::array<std::byte, 16> packet {};
        packet[0] = std::byte { 0x80 };
        packet[1] = std::byte { 101 };
        packet[3] = static_cast<std::byte>(i);
        for (unsigned b = 0; b < 4; ++b)
            packet[4 + b] = static_cast<std::byte>(timestamp >> (24 - 8 * b));
        packet[12] = static_cast<std::byte>(event);
        packet[15] = static_cast<std::byte>(80 * (i + 1));
        RecordedPacket recorded;
        recorded.arrival = epoch + std::chrono::milliseconds(static_cast<int>(at * 1000) + 20 * i);
        recorded.wireSize = packet.size();
        recorded.datagram = packet;
        QVERIFY(chunk.append(recorded));
    }
}

}

class TestCallEvents : public QObject {
    Q_OBJECT

private slots:
    void aHoldLastsFromTheAcceptedOfferToTheNextOne()
    {
        auto messages = setUp();
        add(messages,
            { sip(10, 1, 2, "INVITE sip:2@b SIP/2.0", "2 INVITE", sdp("sendonly")),
                sip(10.5, 2, 1, "SIP/2.0 200 OK", "2 INVITE", sdp("recvonly")),
                sip(30, 1, 2, "INVITE sip:2@b SIP/2.0", "3 INVITE", sdp("")),
                sip(30.2, 2, 1, "SIP/2.0 200 OK", "3 INVITE", sdp("")) });
        const auto spans = holdSpans(messages, epoch, 60, false);
        QCOMPARE(spans.size(), 1u);
        QCOMPARE(spans[0].begin, 10.5);
        QCOMPARE(spans[0].end, 30.2);
        QVERIFY(!spans[0].open);
    }

    void aRefusedOfferHoldsNothing()
    {
        auto messages = setUp();
        add(messages,
            { sip(10, 1, 2, "INVITE sip:2@b SIP/2.0", "2 INVITE", sdp("inactive")),
                sip(10.1, 2, 1, "SIP/2.0 491 Request Pending", "2 INVITE") });
        QVERIFY(holdSpans(messages, epoch, 60, false).empty());
    }

    void theOldWayOfHoldingByAddressCounts()
    {
        auto messages = setUp();
        add(messages,
            { sip(10, 1, 2, "INVITE sip:2@b SIP/2.0", "2 INVITE", sdp("", "0.0.0.0")),
                sip(11, 2, 1, "SIP/2.0 200 OK", "2 INVITE", sdp("")) });
        const auto spans = holdSpans(messages, epoch, 42, true);
        QCOMPARE(spans.size(), 1u);
        QCOMPARE(spans[0].begin, 11.0);
        QCOMPARE(spans[0].end, 42.0);
        QVERIFY(spans[0].open);
    }

    void copiesAreOneEventAndFailuresAreMarked()
    {
        auto messages = setUp();
        messages.insert(messages.begin() + 1, messages[0]);
        messages[1].head.arrival += std::chrono::milliseconds(500);
        messages[1].head.repeated = true;
        add(messages,
            { sip(20, 1, 2, "INFO sip:2@b SIP/2.0", "2 INFO"),
                sip(20.1, 2, 1, "SIP/2.0 415 Unsupported Media Type", "2 INFO") });
        const auto events = messageEvents(messages, epoch);
        QCOMPARE(events.size(), 5u);
        QCOMPARE(events[0].label, QString("INVITE ×2"));
        QCOMPARE(events[0].seconds, 0.0);
        QVERIFY(events[1].sort == CallEvent::Sort::Response);
        QCOMPARE(events[1].message, std::size_t { 2 });
        QVERIFY(events.back().sort == CallEvent::Sort::Failure);
        QCOMPARE(events.back().label, QString("415 Unsupported Media Type"));
    }

    void aKeyIsOneEventHoweverManyPacketsItTakes()
    {
        auto chunk = std::make_unique<MediaChunk>();
        StreamRecord stream;
        stream.direction = Party::Callee;
        stream.codec = "PCMA";
        stream.payloadType = 8;
        chunk->clear(stream.key);
        press(*chunk, 12, 8'000, 5, 7);
        press(*chunk, 14, 24'000, 11, 5);
        std::vector<std::byte> bytes;
        unpackPackets(*chunk, bytes);
        const std::array<Bytes, 1> pieces { bytes };
        auto keys = keyEvents(stream, pieces, epoch);
        QCOMPARE(keys.size(), 2u);
        QCOMPARE(keys[0].seconds, 12.0);
        QCOMPARE(keys[1].seconds, 14.0);
        QVERIFY(keys[0].by == Party::Callee);
        QCOMPARE(keys[0].label, QString("•")); // which one is not kept, though the packet says it
        stream.dtmf = "**";
        QCOMPARE(keyEvents(stream, pieces, epoch)[0].label, QString("*"));
        stream.dtmf = "5#";
        QCOMPARE(keyEvents(stream, pieces, epoch)[1].label, QString("#"));
        const std::array<Bytes, 2> twice { bytes, bytes }; // a press goes on in the piece behind
        QCOMPARE(keyEvents(stream, twice, epoch).size(), 2u);
    }

    void aKeyThatIsRepeatedInOtherPacketsIsOneEvent()
    {
        auto chunk = std::make_unique<MediaChunk>();
        StreamRecord stream;
        stream.codec = "PCMA";
        stream.payloadType = 8;
        stream.payloads.add(99, "red", { 8000 }, epoch);
        stream.payloads.add(8, "PCMA", { 8000 }, epoch);
        stream.payloads.add(101, "telephone-event", { 8000 }, epoch);
        chunk->clear(stream.key);
        const auto append = [&](double seconds, const QByteArray& hex) {
            const QByteArray packet = QByteArray::fromHex(hex);
            chunk->append({ epoch + std::chrono::milliseconds(std::lround(seconds * 1000)), {},
                static_cast<std::uint16_t>(packet.size()),
                std::as_bytes(std::span(packet.data(), static_cast<std::size_t>(packet.size()))) });
        };
        append(1, "80630001 00001f40 00000001 65 058a0320"); // the key alone
        append(2, "80630002 00003e80 00000001 e57d0004 08 058a0320 d5d5d5d5"); // behind speech: 16,000 - 8,000
        append(3, "80630003 00005dc0 00000001 e5690004 65 078a0320 0b0a0320"); // 24,000 - 6,720, and a new one
        append(4, "80630004 00005dc0 00000001 e5"); // cut
        std::vector<std::byte> bytes;
        unpackPackets(*chunk, bytes);
        const std::array<Bytes, 1> pieces { bytes };
        const auto keys = keyEvents(stream, pieces, epoch);
        QCOMPARE(keys.size(), 3u);
        QCOMPARE(keys[0].seconds, 1.0);
        QCOMPARE(keys[2].seconds, 3.0);
    }

    void anOpenAlarmReachesTheEnd()
    {
        Alarm cleared;
        cleared.raisedAt = epoch + std::chrono::seconds(20);
        cleared.clearedAt = epoch + std::chrono::seconds(30);
        cleared.text = "Jitter 64 ms";
        Alarm open = cleared;
        open.raisedAt = epoch + std::chrono::seconds(10);
        open.clearedAt.reset();
        const auto spans = alarmSpans({ cleared, open }, epoch, 50);
        QCOMPARE(spans.size(), 2u);
        QVERIFY(spans[0].open && spans[0].begin == 10 && spans[0].end == 50);
        QVERIFY(!spans[1].open && spans[1].end == 30);
        QVERIFY(spans[1].label.contains("Jitter 64 ms"));
    }
};

QTEST_MAIN(TestCallEvents)
#include "tst_call_events.moc"
