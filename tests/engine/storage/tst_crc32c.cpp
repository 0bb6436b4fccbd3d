// CRC-32C against the values of RFC 3720 appendix B.4.
#include "engine/storage/crc32c.h"

#include <QTest>
#include <vector>

using namespace callmon;

class TestCrc32c : public QObject {
    Q_OBJECT

private slots:
    void theExamplesOfTheRfcComeOut()
    {
        std::vector<std::byte> up;
        std::vector<std::byte> down;
        for (unsigned i = 0; i < 32; ++i) {
            up.push_back(std::byte(i));
            down.push_back(std::byte(31 - i));
        }
        QCOMPARE(crc32c(std::vector(32, std::byte { 0 })), 0x8a9136aau);
        QCOMPARE(crc32c(std::vector(32, std::byte { 0xff })), 0x62a8ab43u);
        QCOMPARE(crc32c(up), 0x46dd794eu);
        QCOMPARE(crc32c(down), 0x113fdb5cu);
    }

    void inPartsItIsTheSame()
    {
        const std::vector<std::byte> bytes(77, std::byte { 0x5a });
        for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
            QCOMPARE(crc32c(Bytes(bytes).subspan(cut), crc32c(Bytes(bytes).first(cut))), crc32c(bytes));
    }

    void longTextsInOneGoAreTheSameAsByteForByte()
    {
        std::vector<std::byte> bytes;
        std::uint32_t state = 1;
        for (int i = 0; i < 20'000; ++i)
            bytes.push_back(std::byte((state = state * 1664525 + 1013904223) >> 24));
        std::uint32_t byByte = 0;
        for (std::size_t size = 1; size <= bytes.size(); ++size) {
            byByte = crc32c(Bytes(bytes).subspan(size - 1, 1), byByte);
            if (size % 100 == 64 || size % 4032 < 3)
                QCOMPARE(crc32c(Bytes(bytes).first(size)), byByte);
        }
    }
};

QTEST_APPLESS_MAIN(TestCrc32c)
#include "tst_crc32c.moc"
