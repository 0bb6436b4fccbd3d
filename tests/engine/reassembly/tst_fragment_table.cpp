#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "tests/engine/reassembly/pieces.h"

using namespace callmon;
using namespace callmon::pieces;

namespace {

std::string payloadOf(std::size_t size)
{
    std::string text;
    for (std::size_t i = 0; text.size() < size; ++i)
        text += std::to_string(i) + ",";
    text.resize(size);
    return text;
}

std::string addAll(FragmentTable& table, const std::vector<IpPacket>& all, std::int64_t milliseconds = 0)
{
    std::string whole;
    for (const IpPacket& fragment : all)
        if (const auto datagram = table.add(fragment, stampAt(milliseconds++)))
            whole += textOf(datagram->packet.payload);
    return whole;
}

}

class TestFragmentTable : public QObject {
    Q_OBJECT
private slots:
    void anyOrderGivesTheDatagram_data();
    void anyOrderGivesTheDatagram();
    void theLongestDatagramInTheSmallestPiecesIsWhole();
    void itsTimeIsThatOfTheFragmentThatCompletesIt();
    void itsBytesAreAPacketThatTheDecoderReads();
    void extensionHeadersBehindTheFragmentHeaderArePassedOver();
    void duplicatesChangeNothing();
    void theLastFragmentAgainAfterItIsWholeOpensNothing();
    void anOverlapThatAgreesIsTakenInIpv4AndEndsADatagramOfIpv6();
    void anOverlapThatDisagreesEndsTheDatagram();
    void aSecondEndOrBytesBehindTheEndEndTheDatagram_data();
    void aSecondEndOrBytesBehindTheEndEndTheDatagram();
    void anEndBeforeWhatHasComeEndsTheDatagram();
    void whatNoDatagramIsCutIntoIsMalformed_data();
    void whatNoDatagramIsCutIntoIsMalformed();
    void datagramsOfOneIdAreToldApartByAddressesAndProtocol();
    void whatLacksAFragmentTimesOutAndItsMemoryIsFree();
    void beyondTheLimitsTheNewestIsRefused();
    void anIdUsedAgainAfterTheTimeoutIsANewDatagram();
};

void TestFragmentTable::anyOrderGivesTheDatagram_data()
{
    QTest::addColumn<int>("size");
    QTest::addColumn<int>("piece");
    QTest::addColumn<bool>("isV6");
    for (const bool isV6 : { false, true })
        for (const auto& [size, piece] :
            { std::pair { 3000, 1480 }, { 24, 8 }, { 9, 8 }, { 60'001, 1432 }, { 4096, 2048 } })
            QTest::addRow("%d in %d, IPv%d", size, piece, isV6 ? 6 : 4) << size << piece << isV6;
}

void TestFragmentTable::anyOrderGivesTheDatagram()
{
    QFETCH(int, size);
    QFETCH(int, piece);
    QFETCH(bool, isV6);
    const std::string payload = payloadOf(static_cast<std::size_t>(size));
    Random random(static_cast<std::uint64_t>(size));
    FragmentTable table;
    for (std::uint32_t id = 0; id < 50; ++id) {
        auto all = fragments(payload, static_cast<std::size_t>(piece), isV6, id);
        random.shuffle(all);
        QVERIFY(addAll(table, all) == payload);
    }
    QCOMPARE(table.counters().datagrams, 50u);
    QCOMPARE(table.pagesUsed(), 0u);
}

void TestFragmentTable::theLongestDatagramInTheSmallestPiecesIsWhole()
{
    const std::string payload = payloadOf(65'515);
    auto all = fragments(payload, 8);
    QCOMPARE(all.size(), 8190u);
    std::reverse(all.begin(), all.end());
    FragmentTable table;
    QVERIFY(addAll(table, all, 0) == payload);
}

void TestFragmentTable::itsTimeIsThatOfTheFragmentThatCompletesIt()
{
    const std::string payload = payloadOf(3000);
    const auto all = fragments(payload, 1480);
    FragmentTable table;
    QVERIFY(!table.add(all[2], stampAt(5, 50)));
    QVERIFY(!table.add(all[0], stampAt(9, 51)));
    const auto whole = table.add(all[1], stampAt(70, 52));
    QVERIFY(whole);
    QVERIFY(whole->stamp.arrival == at(70));
    QCOMPARE(whole->stamp.sequence, 52u);
    QCOMPARE(whole->packet.protocol, std::uint8_t { 17 });
    QCOMPARE(whole->packet.size, std::uint16_t { 3020 });
    QVERIFY(!whole->packet.isFragment());
}

void TestFragmentTable::itsBytesAreAPacketThatTheDecoderReads()
{
    for (const bool isV6 : { false, true }) {
        const std::string payload = payloadOf(2000);
        FragmentTable table;
        const auto all = fragments(payload, 1000, isV6);
        QVERIFY(!table.add(all[0], stampAt(0)));
        const auto whole = table.add(all[1], stampAt(0));
        QVERIFY(whole);
        const auto parsed = parseIp(whole->bytes);
        const auto* ip = std::get_if<IpPacket>(&parsed);
        QVERIFY(ip != nullptr);
        QVERIFY(ip->src == all[0].src);
        QVERIFY(ip->dst == all[0].dst);
        QCOMPARE(ip->protocol, std::uint8_t { 17 });
        QVERIFY(textOf(ip->payload) == payload);
    }
}

// RFC 8200 4.5: destination options for the receiver are part of what is fragmented.
void TestFragmentTable::extensionHeadersBehindTheFragmentHeaderArePassedOver()
{
    const std::string payload = payloadOf(2000);
    const std::string options = std::string("\x11\x00\x01\x04", 4) + std::string(4, '\0'); // next: UDP; PadN
    const std::string fragmented = options + payload;
    FragmentTable table;
    const auto all = fragments(fragmented, 1000, true, 7, 60);
    for (std::size_t i = 0; i + 1 < all.size(); ++i)
        QVERIFY(!table.add(all[i], stampAt(0)));
    const auto whole = table.add(all.back(), stampAt(0));
    QVERIFY(whole);
    QCOMPARE(whole->packet.protocol, std::uint8_t { 17 });
    QVERIFY(textOf(whole->packet.payload) == payload);
}

void TestFragmentTable::duplicatesChangeNothing()
{
    for (const bool isV6 : { false, true }) {
        const std::string payload = payloadOf(5000);
        FragmentTable table;
        std::vector<IpPacket> twice;
        for (const IpPacket& fragment : fragments(payload, 1000, isV6))
            twice.insert(twice.end(), { fragment, fragment });
        QVERIFY(addAll(table, twice) == payload);
        QCOMPARE(table.counters().duplicates, 5u);
        QCOMPARE(table.counters().abandoned, 0u);
    }
}

void TestFragmentTable::theLastFragmentAgainAfterItIsWholeOpensNothing()
{
    const std::string payload = payloadOf(2000);
    const auto all = fragments(payload, 1000);
    FragmentTable table;
    QVERIFY(addAll(table, all) == payload);
    QVERIFY(!table.add(all[1], stampAt(2)));
    QCOMPARE(table.counters().duplicates, 1u);
    table.expire(at(40'000));
    QCOMPARE(table.counters().timedOut, 0u);
    QCOMPARE(table.datagramsHeld(), 0u);
}

void TestFragmentTable::anOverlapThatAgreesIsTakenInIpv4AndEndsADatagramOfIpv6()
{
    for (const bool isV6 : { false, true }) {
        const std::string payload = payloadOf(2400);
        const auto thousands = fragments(payload, 1000, isV6); // 0-1000 1000-2000 2000-2400
        const auto eights = fragments(payload, 800, isV6); // 0-800 800-1600 1600-2400
        FragmentTable table;
        const std::string whole = addAll(table, { thousands[0], eights[1], thousands[1], thousands[2] });
        QVERIFY(whole == (isV6 ? std::string() : payload));
        QCOMPARE(table.counters().overlaps, isV6 ? 0u : 2u);
        QCOMPARE(table.counters().abandoned, isV6 ? 1u : 0u);
        QCOMPARE(table.counters().ofAbandoned, isV6 ? 2u : 0u);
    }
}

void TestFragmentTable::anOverlapThatDisagreesEndsTheDatagram()
{
    for (const bool isV6 : { false, true }) {
        const std::string payload = payloadOf(2400);
        const std::string other = std::string(1000, 'x') + payload.substr(1000);
        FragmentTable table;
        const auto all = fragments(payload, 1000, isV6);
        QVERIFY(addAll(table, { all[0], fragments(other, 1000, isV6)[0], all[1], all[2] }).empty());
        QCOMPARE(table.counters().abandoned, 1u);
        QCOMPARE(table.pagesUsed(), 0u);
    }
}

void TestFragmentTable::aSecondEndOrBytesBehindTheEndEndTheDatagram_data()
{
    QTest::addColumn<int>("secondOffset");
    QTest::addColumn<int>("secondSize");
    QTest::addColumn<bool>("more");
    QTest::newRow("ends earlier") << 1600 << 8 << false;
    QTest::newRow("ends later") << 2400 << 9 << false;
    QTest::newRow("goes on behind the end") << 2400 << 8 << true;
    QTest::newRow("reaches the end and wants more") << 1992 << 8 << true;
}

void TestFragmentTable::aSecondEndOrBytesBehindTheEndEndTheDatagram()
{
    QFETCH(int, secondOffset);
    QFETCH(int, secondSize);
    QFETCH(bool, more);
    const std::string payload = payloadOf(2000);
    const auto all = fragments(payload, 1000);
    IpPacket second = all[1];
    second.fragmentOffset = static_cast<std::uint16_t>(secondOffset);
    second.payload = second.payload.first(static_cast<std::size_t>(secondSize));
    second.wirePayloadSize = static_cast<std::uint16_t>(secondSize);
    second.moreFragments = more;
    FragmentTable table;
    QVERIFY(addAll(table, { all[1], second, all[0] }).empty());
    QCOMPARE(table.counters().abandoned, 1u);
}

void TestFragmentTable::anEndBeforeWhatHasComeEndsTheDatagram()
{
    const std::string payload = payloadOf(3000);
    const auto all = fragments(payload, 1000); // the middle one says that more follows
    const std::string shorter = payload.substr(0, 1008);
    FragmentTable table;
    QVERIFY(addAll(table, { all[1], fragments(shorter, 1000)[1], all[0] }).empty());
    QCOMPARE(table.counters().abandoned, 1u);
}

void TestFragmentTable::whatNoDatagramIsCutIntoIsMalformed_data()
{
    QTest::addColumn<int>("offset");
    QTest::addColumn<int>("size");
    QTest::addColumn<bool>("more");
    QTest::newRow("empty") << 8 << 0 << false;
    QTest::newRow("not in units of 8 bytes") << 0 << 1001 << true;
    QTest::newRow("longer than a datagram can be") << 65'528 << 8 << false;
}

void TestFragmentTable::whatNoDatagramIsCutIntoIsMalformed()
{
    QFETCH(int, offset);
    QFETCH(int, size);
    QFETCH(bool, more);
    const std::string payload = payloadOf(3000);
    IpPacket fragment = fragments(payload, 1504)[0];
    fragment.fragmentOffset = static_cast<std::uint16_t>(offset);
    fragment.payload = fragment.payload.first(static_cast<std::size_t>(size));
    fragment.wirePayloadSize = static_cast<std::uint16_t>(size);
    fragment.moreFragments = more;
    FragmentTable table;
    QVERIFY(!table.add(fragment, stampAt(0)));
    QCOMPARE(table.counters().malformed, 1u);
    fragment.wirePayloadSize = 1500;
    QVERIFY(!table.add(fragment, stampAt(0)));
    QCOMPARE(table.counters().cut, 1u);
    QCOMPARE(table.datagramsHeld(), 0u);
}

void TestFragmentTable::datagramsOfOneIdAreToldApartByAddressesAndProtocol()
{
    const std::string payload = payloadOf(2000);
    std::vector<std::vector<IpPacket>> datagrams(4, fragments(payload, 1000));
    for (int i = 0; i < 2; ++i) {
        datagrams[1][static_cast<std::size_t>(i)].src = v4Address(9);
        datagrams[2][static_cast<std::size_t>(i)].dst = v4Address(9);
        datagrams[3][static_cast<std::size_t>(i)].protocol = 132;
    }
    FragmentTable table;
    for (const auto& datagram : datagrams)
        QVERIFY(!table.add(datagram[0], stampAt(0)));
    QCOMPARE(table.datagramsHeld(), 4u);
    for (const auto& datagram : datagrams) {
        const auto whole = table.add(datagram[1], stampAt(0));
        QVERIFY(whole);
        QCOMPARE(whole->packet.protocol, datagram[0].protocol);
    }
}

void TestFragmentTable::whatLacksAFragmentTimesOutAndItsMemoryIsFree()
{
    for (const bool isV6 : { false, true }) {
        const std::string payload = payloadOf(3000);
        FragmentTable table;
        table.add(fragments(payload, 1000, isV6)[0], stampAt(0));
        table.add(fragments(payload, 1000, isV6)[1], stampAt(20'000)); // the time runs from the first
        table.expire(at(isV6 ? 60'000 : 30'000));
        QCOMPARE(table.datagramsHeld(), 1u);
        table.expire(at(isV6 ? 60'001 : 30'001));
        QCOMPARE(table.datagramsHeld(), 0u);
        QCOMPARE(table.pagesUsed(), 0u);
        QCOMPARE(table.counters().timedOut, 1u);
    }
}

void TestFragmentTable::beyondTheLimitsTheNewestIsRefused()
{
    const std::string payload = payloadOf(4000);
    FragmentOptions options;
    options.maxDatagrams = 2;
    FragmentTable few(options);
    for (std::uint32_t id = 0; id < 3; ++id)
        few.add(fragments(payload, 2000, false, id)[0], stampAt(0));
    QCOMPARE(few.counters().refused, 1u);
    QVERIFY(few.add(fragments(payload, 2000, false, 0)[1], stampAt(0)));
    few.add(fragments(payload, 2000, false, 5)[0], stampAt(0)); // in place of the one that is whole
    QCOMPARE(few.counters().refused, 1u);

    options = {};
    options.maxFragments = 3;
    FragmentTable coarse(options);
    QVERIFY(addAll(coarse, fragments(payload, 1000)).empty());
    QCOMPARE(coarse.counters().refused, 1u);
    QVERIFY(addAll(coarse, fragments(payload, 1600, false, 8)) == payload);

    options = {};
    options.maxBytes = 4096;
    FragmentTable small(options);
    QVERIFY(addAll(small, fragments(payload, 1000)) == payload);
    small.add(fragments(payload, 2000, false, 1)[0], stampAt(0));
    QVERIFY(addAll(small, fragments(payload, 1000, false, 2)).empty());
    QCOMPARE(small.counters().refused, 1u);
    QCOMPARE(small.pagesUsed(), 1u);
}

void TestFragmentTable::anIdUsedAgainAfterTheTimeoutIsANewDatagram()
{
    const std::string first(2000, 'a');
    const std::string second(2000, 'b');
    FragmentTable table;
    table.add(fragments(first, 1000)[0], stampAt(0));
    QVERIFY(!table.add(fragments(second, 1000)[1], stampAt(31'000)));
    const auto whole = table.add(fragments(second, 1000)[0], stampAt(31'000));
    QVERIFY(whole);
    QVERIFY(textOf(whole->packet.payload) == second);
}

QTEST_GUILESS_MAIN(TestFragmentTable)
#include "tst_fragment_table.moc"
