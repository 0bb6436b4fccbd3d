// The structures under T1, T2 and L, against the standard library's.
#include "engine/tracking/activity_list.h"
#include "engine/tracking/codec_names.h"
#include "engine/tracking/index_table.h"

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

QTEST_APPLESS_MAIN(TablesTest)
#include "tst_tables.moc"
