#include "engine/storage/flat_table.h"

#include <QtTest>

#include <map>
#include <random>

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
};

QTEST_GUILESS_MAIN(TestFlatTable)
#include "tst_flat_table.moc"
