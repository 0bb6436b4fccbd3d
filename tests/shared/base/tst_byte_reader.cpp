#include "shared/base/byte_reader.h"

#include <QTest>

#include <array>

using namespace callmon;

namespace {

constexpr std::array<unsigned char, 15> raw { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x80, 0x90, 0xa0, 0xb0, 0xc0,
    0xd0, 0xe0, 0xf0 };
const Bytes bytes = std::as_bytes(std::span(raw));

}

class ByteReaderTest : public QObject {
    Q_OBJECT

private slots:
    void fieldsAreReadInNetworkOrder()
    {
        ByteReader in(bytes);
        QCOMPARE(unsigned(in.u8()), 0x01U);
        QCOMPARE(unsigned(in.u16()), 0x0203U);
        QCOMPARE(in.u32(), 0x04050607U);
        QCOMPARE(in.u64(), std::uint64_t(0x8090a0b0c0d0e0f0));
        QVERIFY(in.ok());
        QCOMPARE(in.left(), std::size_t(0));
    }

    void readPastTheEndFailsForGood()
    {
        ByteReader in(bytes.first(3));
        QCOMPARE(in.u32(), 0U);
        QVERIFY(!in.ok());
        QCOMPARE(unsigned(in.u8()), 0U); // the three bytes are gone: half a field is no field
        QVERIFY(!in.ok());
        QVERIFY(in.rest().empty());
    }

    void skipAndTakeStayInside()
    {
        ByteReader in(bytes);
        in.skip(14);
        QCOMPARE(in.take(1).size(), std::size_t(1));
        QVERIFY(in.ok());
        in.skip(static_cast<std::size_t>(-1));
        QVERIFY(!in.ok());
    }

    void limitShortensAndNeverLengthens()
    {
        ByteReader in(bytes);
        in.limit(100);
        QCOMPARE(in.left(), bytes.size());
        in.limit(2);
        QCOMPARE(in.left(), std::size_t(2));
        QCOMPARE(unsigned(in.u16()), 0x0102U);
        QVERIFY(in.ok());
        in.u8();
        QVERIFY(!in.ok());
    }
};

QTEST_GUILESS_MAIN(ByteReaderTest)
#include "tst_byte_reader.moc"
