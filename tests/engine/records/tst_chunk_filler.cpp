// A chunk that was filled from outside reads as what went into it, and is to the byte what its own append() makes.
#include "engine/records/chunk_filler.h"

#include <QTest>

#include <algorithm>
#include <cstring>
#include <memory>

using namespace callmon;

class ChunkFillerTest : public QObject {
    Q_OBJECT

private slots:
    void chunkIsWhatItsOwnAppendMakes()
    {
        const auto filled = std::make_unique<MediaChunk>();
        const auto appended = std::make_unique<MediaChunk>();
        std::memset(filled->memory(), 0xee, MediaChunk::size); // what it held before
        ChunkFiller filler;
        filler.begin();
        appended->clear({ { 7 }, 2 });
        std::array<std::byte, 700> bytes;
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<std::byte>(i * 31);
        RecordedPacket packet;
        std::uint32_t packets = 0;
        for (;; ++packets) {
            packet.arrival = timestampFromNanoseconds(1'795'414'495'000'000'000 + packets * 20'000'001LL);
            packet.uncertainty = Nanoseconds(packets * 100);
            packet.datagram = Bytes(bytes).first(packets * 37 % bytes.size());
            packet.wireSize =
                static_cast<std::uint16_t>(packet.datagram.size() + packets % 2); // every other one is cut
            const bool fits = filler.append(*filled, packet);
            QCOMPARE(appended->append(packet), fits);
            if (!fits)
                break;
        }
        QVERIFY(packets > 20);
        QCOMPARE(filler.packets(), packets);
        filler.finish(*filled, { { 7 }, 2 });
        QCOMPARE(filled->firstArrival(), timestampFromNanoseconds(1'795'414'495'000'000'000));
        const Bytes one = filled->block(512);
        const Bytes other = appended->block(512);
        QVERIFY(std::ranges::equal(one, other));
    }

    void aClockThatWasSetBackBeginsAnotherChunk()
    {
        const auto chunk = std::make_unique<MediaChunk>();
        ChunkFiller filler;
        filler.begin();
        RecordedPacket packet;
        packet.arrival = timestampFromNanoseconds(5'000'000'000);
        QVERIFY(filler.append(*chunk, packet));
        packet.arrival = timestampFromNanoseconds(4'999'999'999);
        QVERIFY(!filler.append(*chunk, packet));
        QCOMPARE(filler.packets(), 1u);
    }
};

QTEST_APPLESS_MAIN(ChunkFillerTest)
#include "tst_chunk_filler.moc"
