// The minimum over ten seconds, held against all windows counted one by one from what each second was.
#include <QTest>

#include "engine/records/quality_sampler.h"

#include <deque>
#include <random>

using namespace callmon;

namespace {

const std::optional<CodecImpairment> g711 = impairmentOf("PCMA");
constexpr Milliseconds delay { 80 };

double mosOf(const std::deque<LossCount>& seconds)
{
    LossCount sum;
    for (const LossCount& second : seconds) {
        sum.lost += second.lost;
        sum.discarded += second.discarded;
        sum.received += second.received;
        sum.runs += second.runs;
    }
    const auto r = rFactorOf(eModelInputsOf(sum, g711, delay));
    return r ? mosOfR(*r) : 0;
}

}

class QualitySamplerTest : public QObject {
    Q_OBJECT

private slots:
    void minimumIsThatOfTheWorstTenSeconds_data()
    {
        QTest::addColumn<int>("percentOfSecondsWithLoss");
        QTest::addColumn<int>("percentBlind"); // the probe itself lost frames
        QTest::addColumn<int>("percentSilent");
        QTest::newRow("clean") << 0 << 0 << 0;
        QTest::newRow("seldom") << 4 << 0 << 0;
        QTest::newRow("often") << 60 << 0 << 0;
        QTest::newRow("blind and silent between") << 20 << 20 << 20;
    }

    void minimumIsThatOfTheWorstTenSeconds()
    {
        QFETCH(int, percentOfSecondsWithLoss);
        QFETCH(int, percentBlind);
        QFETCH(int, percentSilent);
        std::mt19937 random(7);
        const auto happens = [&](int percent) { return static_cast<int>(random() % 100) < percent; };
        QualitySampler sampler;
        std::deque<LossCount> window;
        std::optional<double> least;
        double sum = 0;
        std::uint32_t judged = 0;
        for (int second = 0; second < 300; ++second) {
            LossCount count;
            if (!happens(percentSilent)) {
                count.received = 50;
                if (happens(percentOfSecondsWithLoss)) {
                    count.lost = 1 + random() % 20;
                    count.received -= count.lost;
                    count.discarded = random() % 5;
                    count.runs = 1 + random() % 3;
                }
            }
            const bool blind = happens(percentBlind);
            window.push_back(blind ? LossCount() : count);
            if (window.size() > 10)
                window.pop_front();
            if (blind) {
                sampler.skip();
                continue;
            }
            SecondFigures figures;
            figures.packets = figures.received = static_cast<std::uint32_t>(count.received);
            figures.lost = static_cast<std::uint32_t>(count.lost);
            figures.discarded = static_cast<std::uint32_t>(count.discarded);
            figures.lossRuns = static_cast<std::uint32_t>(count.runs);
            const double mos = sampler.add(figures, g711, delay);
            QCOMPARE(mos, mosOf({ count }));
            if (mos > 0) {
                sum += mos;
                ++judged;
            }
            if (const double now = mosOf(window); now > 0)
                least = second < 10 || !least ? now : std::min(*least, now);
            QCOMPARE(sampler.mosMin().value_or(0), least.value_or(0));
        }
        QCOMPARE(sampler.mosMean().value_or(0), sum / judged);
    }
};

QTEST_APPLESS_MAIN(QualitySamplerTest)
#include "tst_quality_sampler.moc"
