// Counters per second come from two readings.
#include "engine/remote/counter_rates.h"

#include <QTest>

using namespace callmon;
using namespace std::chrono_literals;

class CounterRatesTest : public QObject {
    Q_OBJECT

private slots:
    void theFirstReadingHasNoRate()
    {
        CounterRates rates;
        ProbeStatus status = with(1'000);
        rates.apply(status, m_start);
        QCOMPARE(status.counters[0].perSecond, 0u);
    }

    void theRateIsByTheTimeThatPassed()
    {
        CounterRates rates;
        ProbeStatus status = with(1'000);
        rates.apply(status, m_start);
        status = with(2'500);
        rates.apply(status, m_start + 500ms);
        QCOMPARE(status.counters[0].perSecond, 3'000u);
        status = with(2'500);
        rates.apply(status, m_start + 1500ms);
        QCOMPARE(status.counters[0].perSecond, 0u);
    }

    void aCounterThatWentBackOrIsNewHasNone()
    {
        CounterRates rates;
        ProbeStatus status = with(1'000);
        rates.apply(status, m_start);
        status = with(10);
        status.counters.push_back({ "nic_missed", 5 });
        rates.apply(status, m_start + 1s);
        QCOMPARE(status.counters[0].perSecond, 0u);
        QCOMPARE(status.counters[1].perSecond, 0u);
    }

    void aLevelHasNone()
    {
        CounterRates rates;
        ProbeStatus status;
        status.counters = { { "poll_gap_longest_us", 10 } };
        rates.apply(status, m_start);
        status.counters = { { "poll_gap_longest_us", 1'000 } };
        rates.apply(status, m_start + 1s);
        QCOMPARE(status.counters[0].perSecond, 0u);
    }

private:
    static ProbeStatus with(std::uint64_t frames)
    {
        ProbeStatus status;
        status.counters = { { "frames_received", frames } };
        return status;
    }

    const std::chrono::steady_clock::time_point m_start { 100s };
};

QTEST_GUILESS_MAIN(CounterRatesTest)
#include "tst_counter_rates.moc"
