#include "engine/remote/call_places.h"

#include <QTest>
#include <map>
#include <random>

using namespace callmon;

namespace {

class CallPlacesTest : public QObject {
    Q_OBJECT

private slots:
    void findsWhatAMapFinds()
    {
        CallPlaces places;
        std::map<std::int64_t, std::uint32_t> truth;
        std::map<std::uint32_t, std::int64_t> keyAt;
        std::mt19937_64 random(3);
        std::uint32_t next = 0;
        const auto find = [&](std::int64_t key) {
            return places.find({ key }, [&](std::uint32_t place) { return keyAt.at(place) == key; });
        };
        for (int step = 0; step < 200'000; ++step) {
            // As keys are, in order of time; and few enough that each comes again. First more come than go, then fewer.
            const std::int64_t key = 1'795'413'600'000'000'000 + static_cast<std::int64_t>(random() % 6000) * 1024;
            const bool comes = random() % 10 < (step < 100'000 ? 7u : 3u);
            if (const auto known = truth.find(key); known != truth.end() && !comes) {
                places.erase({ key }, known->second);
                keyAt.erase(known->second);
                truth.erase(known);
            } else if (known == truth.end() && comes) {
                places.insert({ key }, next);
                truth[key] = next;
                keyAt[next++] = key;
            }
            QCOMPARE(find(key), truth.contains(key) ? truth[key] : CallPlaces::none);
            if (step % 10'000 == 0)
                for (const auto& [each, place] : truth)
                    QCOMPARE(find(each), place);
        }
        QCOMPARE(places.size(), truth.size());
        for (const auto& [key, place] : truth) {
            QCOMPARE(find(key), place);
            QVERIFY(places.likely({ key }) != CallPlaces::none);
        }
        QCOMPARE(places.likely({ 1 }), CallPlaces::none);
    }
};

}

QTEST_GUILESS_MAIN(CallPlacesTest)
#include "tst_call_places.moc"
