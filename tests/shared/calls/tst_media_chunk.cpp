#include "shared/calls/media_chunk.h"

#include <QTest>

#include <algorithm>
#include <memory>
#include <vector>

using namespace callmon;

namespace {

const std::vector<std::byte> datagram(172, std::byte { 0x5a }); // 20 ms of G.711 with its RTP header

RecordedPacket packetAt(std::int64_t nanoseconds, Bytes bytes = datagram)
{
    RecordedPacket packet;
    packet.arrival = timestampFromNanoseconds(nanoseconds);
    packet.uncertainty = Nanoseconds(1234);
    packet.wireSize = 200;
    packet.datagram = bytes;
    return packet;
}

std::vector<std::byte> recorded(const MediaChunk& chunk)
{
    std::vector<std::byte> bytes;
    unpackPackets(chunk, bytes);
    return bytes;
}

}

class MediaChunkTest : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_chunk = std::make_unique<MediaChunk>();
        m_chunk->clear({ { 7 }, 2 });
    }

    void packetsComeBackAsTheyWere()
    {
        for (int i = 0; i < 3; ++i)
            QVERIFY(m_chunk->append(
                packetAt(1795414495000000000 + i * 20000001, Bytes(datagram).first(std::size_t(12 + i)))));
        QCOMPARE(m_chunk->packets(), 3U);
        QCOMPARE(m_chunk->firstArrival(), timestampFromNanoseconds(1795414495000000000));
        QVERIFY((m_chunk->stream() == StreamKey { { 7 }, 2 }));
        const auto bytes = recorded(*m_chunk);
        MediaReader reader(bytes);
        for (int i = 0; i < 3; ++i) {
            const auto packet = reader.next();
            QVERIFY(packet);
            QCOMPARE(packet->arrival, timestampFromNanoseconds(1795414495000000000 + i * 20000001));
            QCOMPARE(packet->uncertainty, Nanoseconds(1234));
            QCOMPARE(int(packet->wireSize), 200);
            QCOMPARE(packet->datagram.size(), std::size_t(12 + i));
            QVERIFY(std::equal(packet->datagram.begin(), packet->datagram.end(), datagram.begin()));
        }
        QVERIFY(!reader.next());
        QVERIFY(!reader.damaged());
    }

    void layoutIsTheDocumentedOne()
    {
        const std::byte one { 0xab };
        QVERIFY(m_chunk->append(packetAt(0x0102030405060708, Bytes(&one, 1))));
        const unsigned char packed[] { 0, 0, 0, 0, 1, 0x80, 0xd2, 0x04, 200, 0, 0xab };
        QVERIFY(std::ranges::equal(m_chunk->bytes(), std::as_bytes(std::span(packed))));
        const unsigned char expected[] { 8, 7, 6, 5, 4, 3, 2, 1, 0xd2, 0x04, 0, 0, 200, 0, 1, 0, 0xab };
        QVERIFY(std::ranges::equal(recorded(*m_chunk), std::as_bytes(std::span(expected))));
    }

    void anUncertaintyIsKeptWithinAThousandthAndNeverMadeSmaller()
    {
        for (const std::int64_t ns :
            { 0LL, 1LL, 2047LL, 2048LL, 2049LL, 4095LL, 65'535LL, 1'000'001LL, 250'000'000LL, 4'294'967'295LL }) {
            RecordedPacket packet = packetAt(0);
            packet.uncertainty = Nanoseconds(ns);
            m_chunk->clear({});
            QVERIFY(m_chunk->append(packet));
            const auto bytes = recorded(*m_chunk);
            const std::int64_t kept = MediaReader(bytes).next()->uncertainty.count();
            QVERIFY2(kept >= ns && kept <= ns + ns / 1000, qPrintable(QString("%1 of %2").arg(kept).arg(ns)));
        }
    }

    void aClockThatWasSetBackBeginsAnotherChunk()
    {
        QVERIFY(m_chunk->append(packetAt(5'000'000'000)));
        QVERIFY(!m_chunk->append(packetAt(4'999'999'999)));
        QVERIFY(!m_chunk->append(packetAt(5'000'000'000 + 4'294'967'296)));
        QVERIFY(m_chunk->append(packetAt(5'000'000'000 + 4'294'967'295)));
        QCOMPARE(m_chunk->packets(), 2u);
    }

    void theBlockEndsInZerosWhateverTheChunkHeldBefore()
    {
        while (m_chunk->append(packetAt(0)))
            ;
        m_chunk->clear({ { 9 }, 1 });
        QVERIFY(m_chunk->append(packetAt(0)));
        const Bytes block = m_chunk->block(512);
        QCOMPARE(block.size(), std::size_t { 512 });
        QVERIFY(std::ranges::all_of(block.subspan(sizeof(ChunkHeader) + m_chunk->bytes().size()),
            [](std::byte byte) { return byte == std::byte {}; }));
        QCOMPARE(m_chunk->block(4096).size(), std::size_t { 4096 });
    }

    void fullChunkRefusesAndKeepsWhatItHas()
    {
        std::uint32_t packets = 0;
        while (m_chunk->append(packetAt(packets)))
            ++packets;
        QCOMPARE(packets, std::uint32_t(MediaChunk::capacity / (MediaChunk::packetHeaderSize + 2 + datagram.size())));
        QCOMPARE(m_chunk->packets(), packets);
        QVERIFY(m_chunk->bytes().size() <= MediaChunk::capacity);
        m_chunk->clear({});
        QVERIFY(m_chunk->bytes().empty());
        QVERIFY(m_chunk->append(packetAt(0)));
    }

    void datagramThatFitsNoChunkIsCut()
    {
        const std::vector<std::byte> large(65507);
        QVERIFY(m_chunk->append(packetAt(0, large)));
        QCOMPARE(m_chunk->bytes().size(), MediaChunk::capacity);
        const auto bytes = recorded(*m_chunk);
        QCOMPARE(MediaReader(bytes).next()->datagram.size(), MediaChunk::capacity - MediaChunk::packetHeaderSize - 2);
    }

    void uncertaintyBeyondItsFieldIsTheLargest()
    {
        RecordedPacket packet = packetAt(0);
        packet.uncertainty = std::chrono::seconds(10);
        QVERIFY(m_chunk->append(packet));
        const auto bytes = recorded(*m_chunk);
        QCOMPARE(MediaReader(bytes).next()->uncertainty, Nanoseconds(0xffffffff));
    }

    void aCutChunkGivesThePacketsInFrontOfTheCut()
    {
        QVERIFY(m_chunk->append(packetAt(1)) && m_chunk->append(packetAt(2)));
        const Bytes whole = m_chunk->bytes();
        for (std::size_t size = 0; size <= whole.size(); ++size) {
            const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            std::vector<std::byte> bytes;
            QCOMPARE(unpackPackets(cut, {}, bytes), size % (whole.size() / 2) == 0);
            MediaReader reader(bytes);
            std::size_t packets = 0;
            while (reader.next())
                ++packets;
            QCOMPARE(packets, size / (whole.size() / 2));
            QVERIFY(!reader.damaged());
        }
    }

    void cutLogIsReadUpToTheCut()
    {
        QVERIFY(m_chunk->append(packetAt(1)) && m_chunk->append(packetAt(2)));
        const auto whole = recorded(*m_chunk);
        for (std::size_t size = 0; size <= whole.size(); ++size) {
            const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            MediaReader reader { Bytes(cut) };
            std::size_t packets = 0;
            while (reader.next())
                ++packets;
            QCOMPARE(packets, size / (whole.size() / 2));
            QCOMPARE(reader.damaged(), size % (whole.size() / 2) != 0);
            QVERIFY(!reader.next());
        }
    }

private:
    std::unique_ptr<MediaChunk> m_chunk;
};

QTEST_GUILESS_MAIN(MediaChunkTest)
#include "tst_media_chunk.moc"
