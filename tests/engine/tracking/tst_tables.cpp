// The structures under T1, T2 and L, against the standard library's.
#include "engine/tracking/activity_list.h"
#include "engine/tracking/call_media.h"
#include "engine/tracking/codec_names.h"
#include "engine/tracking/index_table.h"
#include "engine/tracking/loss_ledger.h"
#include "engine/tracking/tick_wheel.h"
#include "shared/base/seeded_hash.h"

#include <QTest>

#include <algorithm>
#include <list>
#include <map>
#include <random>

using namespace callmon;

class TablesTest : public QObject {
    Q_OBJECT

private slots:
    void tableHoldsWhatAMapHolds_data();
    void tableHoldsWhatAMapHolds();
    void tableIsAtMostFortyPercentFull();
    void replacedKeyFindsTheNewObject();
    void poolGivesEachIndexOnce();
    void listKeepsTheOrderOfActivity();
    void codecNamesAreKeptOnceAndBounded();
    void callComesWhenItsTickHasCome();
    void wheelThatRestartsKeepsEverything();
    void hashesDependOnEveryByteAndOnTheSeed();
    void headsTellStreamsApartThatDifferInAnyBit();
    void longestGapSinceAReportIsFound();
};

void TablesTest::tableHoldsWhatAMapHolds_data()
{
    QTest::addColumn<std::uint64_t>("hashMask");
    QTest::newRow("spread") << ~std::uint64_t { 0 };
    QTest::newRow("crowded") << std::uint64_t { 0x3f };
    QTest::newRow("all collide, at the end of the table") << std::uint64_t { 0 };
}

void TablesTest::tableHoldsWhatAMapHolds()
{
    QFETCH(std::uint64_t, hashMask);
    constexpr std::uint32_t entries = 500;
    IndexTable table(entries);
    std::vector<std::uint64_t> keys(entries);
    std::map<std::uint64_t, std::uint32_t> map; // key to index
    std::vector<std::uint32_t> free;
    for (std::uint32_t i = 0; i < entries; ++i)
        free.push_back(i);
    std::mt19937_64 random(7);
    const auto hashOfKey = [&](std::uint64_t key) {
        return hashMask == 0 ? 0xffffffffu : key * 0x9e3779b97f4a7c15ULL & hashMask;
    };
    const auto find = [&](std::uint64_t key) {
        return table.find(hashOfKey(key), [&](std::uint32_t index) { return keys[index] == key; });
    };
    for (int step = 0; step < 20'000; ++step) {
        const std::uint64_t key = random() % 700;
        const auto in = map.find(key);
        QCOMPARE(find(key), in == map.end() ? noIndex : in->second);
        if (in != map.end()) {
            QVERIFY(table.erase(hashOfKey(key), in->second));
            free.push_back(in->second);
            map.erase(in);
        } else if (!free.empty()) {
            const std::uint32_t index = free.back();
            free.pop_back();
            keys[index] = key;
            table.insert(hashOfKey(key), index);
            map[key] = index;
        }
        QCOMPARE(std::size_t { table.size() }, map.size());
    }
    for (std::uint64_t key = 0; key < 700; ++key)
        QCOMPARE(find(key), map.contains(key) ? map[key] : noIndex);
}

void TablesTest::tableIsAtMostFortyPercentFull()
{
    for (const std::uint32_t entries : { 1u, 3u, 100u, 131'072u })
        QVERIFY(entries <= 0.4 * static_cast<double>(IndexTable(entries).slotCount()));
}

void TablesTest::replacedKeyFindsTheNewObject()
{
    IndexTable table(4);
    table.insert(42, 1);
    QVERIFY(table.replace(42, 1, 2));
    QVERIFY(!table.replace(42, 1, 3));
    QVERIFY(!table.erase(42, 1));
    QCOMPARE(table.find(42, [](std::uint32_t) { return true; }), 2u);
}

void TablesTest::poolGivesEachIndexOnce()
{
    ObjectPool<int> pool(3);
    QCOMPARE(pool.acquire(), 0u);
    QCOMPARE(pool.acquire(), 1u);
    QCOMPARE(pool.acquire(), 2u);
    QCOMPARE(pool.acquire(), noIndex);
    pool[1] = 7;
    pool.release(1);
    QCOMPARE(pool.acquire(), 1u);
    QCOMPARE(pool[1], 0); // made anew
    QCOMPARE(pool.used(), 3u);
}

void TablesTest::listKeepsTheOrderOfActivity()
{
    constexpr std::uint32_t count = 50;
    LazyArray<ListLink> links(count);
    ActivityList list;
    std::list<std::uint32_t> truth;
    std::mt19937 random(3);
    for (int step = 0; step < 10'000; ++step) {
        const auto i = static_cast<std::uint32_t>(random() % count);
        const auto in = std::find(truth.begin(), truth.end(), i);
        if (in == truth.end()) {
            list.append(links, i);
            truth.push_back(i);
        } else if (step % 3 == 0) {
            list.remove(links, i);
            truth.erase(in);
        } else {
            list.moveToNewest(links, i);
            truth.erase(in);
            truth.push_back(i);
        }
        QCOMPARE(list.oldest(), truth.empty() ? noIndex : truth.front());
        QCOMPARE(list.empty(), truth.empty());
    }
    std::list<std::uint32_t> listed;
    for (std::uint32_t i = list.oldest(); i != noIndex; i = links[i].after)
        listed.push_back(i);
    QCOMPARE(listed, truth);
}

void TablesTest::codecNamesAreKeptOnceAndBounded()
{
    const auto names = std::make_unique<CodecNames>();
    const std::uint16_t pcma = names->indexOf("PCMA");
    QVERIFY(pcma != 0);
    QCOMPARE(names->indexOf("PCMA"), pcma);
    QCOMPARE(names->indexOf(""), std::uint16_t { 0 });
    for (int i = 0; i < 5000; ++i)
        names->indexOf("x" + std::to_string(i));
    QCOMPARE(names->indexOf("PCMA"), pcma);
    QCOMPARE(names->indexOf("one too many"), std::uint16_t { 0 });
    QVERIFY(names->name(pcma) == std::string_view("PCMA"));
}

// Against a map; a tick too far ahead comes early, and is armed again by whoever looks.
void TablesTest::callComesWhenItsTickHasCome()
{
    constexpr std::uint32_t count = 200;
    const auto wheel = std::make_unique<TickWheel>(count);
    std::map<std::uint32_t, std::int64_t> due;
    std::mt19937 random(5);
    std::int64_t now = 1'000'000;
    wheel->advance(now, [](std::uint32_t) {});
    for (int step = 0; step < 5'000; ++step) {
        const auto index = static_cast<std::uint32_t>(random() % count);
        if (due.contains(index)) {
            wheel->disarm(index);
            due.erase(index);
        } else {
            due[index] = now + 1 + static_cast<std::int64_t>(random() % (step % 10 == 0 ? 20'000 : 300));
            wheel->arm(index, due[index]);
        }
        now += static_cast<std::int64_t>(step % 100 == 0 ? random() % 9'000 : random() % 10);
        std::vector<std::uint32_t> came;
        wheel->advance(now, [&](std::uint32_t i) {
            QVERIFY(due.contains(i));
            if (due[i] > now) {
                wheel->arm(i, due[i]);
                return;
            }
            due.erase(i);
        });
        for (const auto& [i, tick] : due)
            QVERIFY(tick > now);
    }
}

void TablesTest::wheelThatRestartsKeepsEverything()
{
    const auto wheel = std::make_unique<TickWheel>(10);
    wheel->advance(50'000, [](std::uint32_t) {});
    for (std::uint32_t i = 0; i < 10; ++i)
        wheel->arm(i, 50'000 + 10 - i);
    std::vector<std::uint32_t> order;
    wheel->restart(300, [&](std::uint32_t i) {
        order.push_back(i);
        wheel->arm(i, 305);
    });
    QCOMPARE(order, (std::vector<std::uint32_t> { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 }));
    order.clear();
    wheel->advance(304, [&](std::uint32_t i) { order.push_back(i); });
    QVERIFY(order.empty());
    wheel->advance(305, [&](std::uint32_t i) { order.push_back(i); });
    QCOMPARE(order.size(), std::size_t { 10 });
}

void TablesTest::hashesDependOnEveryByteAndOnTheSeed()
{
    const SeededHash hash(1);
    StreamIdentity identity { { { IpAddress::v4(0x0a000001), 10'000 }, { IpAddress::v4(0x0a000002), 20'000 } }, { 7 } };
    std::map<std::uint64_t, int> seen { { hash(identity), 0 } };
    auto* bytes = reinterpret_cast<unsigned char*>(&identity);
    for (std::size_t i = 0; i < sizeof identity; ++i) {
        for (int bit = 0; bit < 8; ++bit) {
            bytes[i] = static_cast<unsigned char>(bytes[i] ^ 1 << bit);
            QVERIFY(seen.emplace(hash(identity), 0).second);
            bytes[i] = static_cast<unsigned char>(bytes[i] ^ 1 << bit);
        }
    }
    QVERIFY(hash(identity) != SeededHash(2)(identity));
    QVERIFY(hash(identity.flow.src) != SeededHash(2)(identity.flow.src));
}

void TablesTest::headsTellStreamsApartThatDifferInAnyBit()
{
    const SeededHash hash(1);
    const auto v6 = [](const char* text) { return IpAddress::parse(text).value(); };
    StreamIdentity identities[] = {
        { { { IpAddress::v4(0x0a000001), 10'000 }, { IpAddress::v4(0x0a000002), 20'000 } }, { 7 } },
        { { { v6("2001:db8::1"), 10'000 }, { v6("2001:db8::2"), 20'000 } }, { 7 } },
        { { { IpAddress::v4(0x0a000001), 10'000 }, { v6("2001:db8::2"), 20'000 } }, { 7 } },
    };
    const auto shortly = [&](const StreamIdentity& identity) {
        return ShortIdentity(identity.flow, identity.ssrc, hash(identity));
    };
    for (StreamIdentity& identity : identities) {
        const ShortIdentity whole = shortly(identity);
        QCOMPARE(whole.isWhole, &identity == &identities[0]);
        StreamHead head;
        head.addresses = whole.addresses;
        head.portsAndSsrc = whole.portsAndSsrc;
        head.isWhole = whole.isWhole;
        QVERIFY(head.is(shortly(identity)));
        auto* bytes = reinterpret_cast<unsigned char*>(&identity);
        for (std::size_t i = 0; i < sizeof identity; ++i) {
            for (int bit = 0; bit < 8; ++bit) {
                bytes[i] = static_cast<unsigned char>(bytes[i] ^ 1 << bit);
                QVERIFY(!head.is(shortly(identity)));
                bytes[i] = static_cast<unsigned char>(bytes[i] ^ 1 << bit);
            }
        }
    }
}

void TablesTest::longestGapSinceAReportIsFound()
{
    LossLedger ledger;
    std::vector<std::int64_t> gaps { 0 }; // by number of the report
    std::mt19937 random(9);
    for (int i = 0; i < 3'000; ++i) {
        const std::int64_t gap = random() % 5 == 0 ? 0 : static_cast<std::int64_t>(random() % 1'000'000);
        ledger.add({ random() % 3, Nanoseconds(gap) });
        gaps.push_back(gap);
        const std::size_t since = random() % gaps.size();
        const auto longest = since + 1 == gaps.size()
            ? 0
            : *std::max_element(gaps.begin() + static_cast<std::ptrdiff_t>(since) + 1, gaps.end());
        QCOMPARE(ledger.longestGapAfter(since).count(), longest);
    }
    LossLedger falling; // more gaps, each shorter than the one before, than are told apart: never too short
    for (int i = 0; i < 1'000; ++i)
        falling.add({ 0, Nanoseconds(10'000 - i) });
    for (std::uint64_t since = 0; since < 1'000; ++since)
        QVERIFY(falling.longestGapAfter(since).count() >= 10'000 - static_cast<int>(since));
    QCOMPARE(falling.longestGapAfter(1'000).count(), 0);
}

QTEST_APPLESS_MAIN(TablesTest)
#include "tst_tables.moc"
