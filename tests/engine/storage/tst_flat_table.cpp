#include "engine/storage/flat_table.h"

#include <QtTest>

#include <map>
#include <random>
#include <utility>

using namespace callmon;

class TestFlatTable : public QObject {
    Q_OBJECT

private slots:
    // Held against std::map through growth and through runs that wrap around the end, with keys as calls have them:
    // close together, and whole seconds apart.
    void findsWhatWasPutInAndNothingThatWasErased()
    {
        std::mt19937_64 random(7);
        FlatTable<StreamKey, std::uint32_t> table(4);
        std::map<StreamKey, std::uint32_t> expected;
        const auto anyKey = [&] {
            const auto call = static_cast<std::int64_t>(random() % 64) * (random() % 2 == 0 ? 1 : 1'000'000'000);
            return StreamKey { { call }, static_cast<std::uint32_t>(random() % 3) };
        };
        for (std::uint32_t step = 0; step < 200'000; ++step) {
            const StreamKey key = anyKey();
            if (random() % 2 == 0)
                table[key] = expected[key] = step;
            else {
                table.erase(key);
                expected.erase(key);
            }
            const StreamKey asked = anyKey();
            const auto found = expected.find(asked);
            const std::uint32_t* const value = table.find(asked);
            QCOMPARE(value != nullptr, found != expected.end());
            if (value != nullptr)
                QCOMPARE(*value, found->second);
            QCOMPARE(table.size(), expected.size());
        }
    }

    void findsCallsAsAMapDoesWhileTheyComeAndGo()
    {
        FlatTable<CallKey, std::uint32_t> places(512);
        std::map<std::int64_t, std::uint32_t> truth;
        std::mt19937_64 random(3);
        std::uint32_t next = 0;
        constexpr std::uint32_t none = 0xffffffff;
        const auto find = [&places = std::as_const(places)](std::int64_t key) {
            const std::uint32_t* const place = places.find({ key });
            return place != nullptr ? *place : none;
        };
        for (int step = 0; step < 200'000; ++step) {
            // As keys are, in order of time; and few enough that each comes again. First more come than go, then fewer.
            const std::int64_t key = 1'795'413'600'000'000'000 + static_cast<std::int64_t>(random() % 6000) * 1024;
            const bool comes = random() % 10 < (step < 100'000 ? 7u : 3u);
            if (const auto known = truth.find(key); known != truth.end() && !comes) {
                places.erase({ key });
                truth.erase(known);
            } else if (known == truth.end() && comes) {
                truth[key] = places[{ key }] = next++;
            }
            QCOMPARE(find(key), truth.contains(key) ? truth[key] : none);
            if (step % 10'000 == 0)
                for (const auto& [each, place] : truth)
                    QCOMPARE(find(each), place);
        }
        QCOMPARE(places.size(), truth.size());
        for (const auto& [key, place] : truth)
            QCOMPARE(find(key), place);
        QCOMPARE(find(1), none);
    }
};

QTEST_GUILESS_MAIN(TestFlatTable)
#include "tst_flat_table.moc"
