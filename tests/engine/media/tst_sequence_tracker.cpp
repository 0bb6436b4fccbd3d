#include "engine/media/sequence_tracker.h"

#include <QTest>

#include <algorithm>
#include <random>
#include <set>

using namespace callmon;

class SequenceTrackerTest : public QObject {
    Q_OBJECT

private slots:
    void countsWhatCame_data();
    void countsWhatCame();
    void agreesWithASetOverRandomTraffic();
    void isRememberedOverAGapOfAnyLength();
    void wrapsManyTimes();
};

void SequenceTrackerTest::countsWhatCame_data()
{
    QTest::addColumn<QList<int>>("sequence");
    QTest::addColumn<QList<int>>("figures"); // expected, received, lost, duplicates, reordered, restarts
    const auto row = [](const char* name, QList<int> sequence, QList<int> figures) {
        QTest::newRow(name) << sequence << figures;
    };
    row("one", { 7 }, { 1, 1, 0, 0, 0, 0 });
    row("in order", { 7, 8, 9 }, { 3, 3, 0, 0, 0, 0 });
    row("one lost", { 7, 9 }, { 3, 2, 1, 0, 0, 0 });
    row("a burst lost", { 7, 8, 19, 20 }, { 14, 4, 10, 0, 0, 0 });
    row("reordered, not lost", { 7, 9, 8, 10 }, { 4, 4, 0, 0, 1, 0 });
    row("each twice", { 7, 7, 8, 8, 9, 9 }, { 3, 3, 0, 3, 0, 0 });
    row("three times", { 7, 7, 7 }, { 1, 1, 0, 2, 0, 0 });
    row("late, then its copy", { 7, 9, 8, 8 }, { 3, 3, 0, 1, 1, 0 });
    row("duplicates hide no loss", { 7, 7, 9, 9, 11, 11 }, { 5, 3, 2, 3, 0, 0 });
    row("before the first: never negative", { 7, 6, 8 }, { 2, 3, 0, 0, 1, 0 });
    row("around the wrap", { 65534, 65535, 0, 1 }, { 4, 4, 0, 0, 0, 0 });
    row("lost around the wrap", { 65533, 2 }, { 6, 2, 4, 0, 0, 0 });
    row("reordered around the wrap", { 65535, 1, 0, 65534 }, { 3, 4, 0, 0, 2, 0 });
    row("late by 127", { 0, 200, 73 }, { 201, 3, 198, 0, 1, 0 });
    row("2,999 ahead is loss", { 0, 2999 }, { 3000, 2, 2998, 0, 0, 0 });
    row("3,000 ahead, alone, is a stray one", { 0, 3000 }, { 2, 2, 0, 0, 1, 0 });
    row("late by 128 is more than is remembered", { 0, 200, 72 }, { 202, 3, 199, 0, 1, 0 });
    // RFC 3550 A.3: highest - first + 1, however long the gap; one packet alone is a stray one (A.1).
    row("a long gap is loss", { 100, 101, 30000, 30001, 30002 }, { 29903, 5, 29898, 0, 0, 0 });
    row("a long gap over the wrap is loss", { 65000, 4465, 4466 }, { 5003, 3, 5000, 0, 0, 0 });
    row("loss right after a long gap", { 100, 5100, 5103, 5104 }, { 5005, 4, 5001, 0, 0, 0 });
    row("disorder right after a long gap", { 100, 5101, 5100, 5102 }, { 5003, 4, 4999, 0, 1, 0 });
    row("63 beyond a long gap goes on there", { 100, 5100, 5163 }, { 5064, 3, 5061, 0, 0, 0 });
    row("64 beyond is another stray one", { 100, 5100, 5164 }, { 3, 3, 0, 0, 2, 0 });
    row("64 before it is disorder there", { 100, 5100, 5036 }, { 5001, 3, 4998, 0, 1, 0 });
    row("65 before is another stray one", { 100, 5100, 5035 }, { 3, 3, 0, 0, 2, 0 });
    row("a stray one is forgotten as others follow", { 100, 5100, 101, 5101, 102 }, { 5, 5, 0, 0, 2, 0 });
    // What was seen before a long gap or a restart is of other packets than those that come late behind it.
    QList<int> before;
    for (int number = 30000; number < 30200; ++number)
        before.append(number);
    row("late behind a long gap", before + QList<int> { 40000, 39999, 39900 }, { 10001, 203, 9798, 0, 2, 0 });
    row("late behind a restart", before + QList<int> { 101, 102, 30 }, { 202, 203, 0, 0, 1, 1 });
    // RFC 3550 A.1: two in a row, further back than packets are late, are a restart of the source.
    row("a restart is not loss", { 30000, 30001, 101, 102, 103 }, { 5, 5, 0, 0, 0, 1 });
    row("a stray packet is not loss", { 100, 101, 30000, 102, 103 }, { 5, 5, 0, 0, 1, 0 });
    row("a stray packet's copy", { 100, 30000, 30000, 101 }, { 3, 3, 0, 1, 1, 0 });
    row("loss before a restart stays", { 30100, 30103, 100, 101 }, { 6, 4, 2, 0, 0, 1 });
}

void SequenceTrackerTest::countsWhatCame()
{
    QFETCH(QList<int>, sequence);
    QFETCH(QList<int>, figures);
    SequenceTracker tracker;
    for (const int number : sequence)
        tracker.add(static_cast<std::uint16_t>(number));
    QCOMPARE((QList<int> { static_cast<int>(tracker.expected()), static_cast<int>(tracker.received()),
                 static_cast<int>(tracker.lost()), static_cast<int>(tracker.duplicates()),
                 static_cast<int>(tracker.reordered()), static_cast<int>(tracker.restarts()) }),
        figures);
    QCOMPARE(tracker.packets(), static_cast<std::uint64_t>(sequence.size()));
}

// Loss, copies and lateness of up to 100 packets, over three wraps.
void SequenceTrackerTest::agreesWithASetOverRandomTraffic()
{
    std::mt19937 random(11);
    std::vector<std::pair<std::uint64_t, std::uint32_t>> arrivals; // when, number
    for (std::uint32_t i = 0; i < 200'000; ++i) {
        if (i > 0 && random() % 50 == 0)
            continue;
        const std::uint64_t at = i + (i > 0 && random() % 20 == 0 ? random() % 100 : 0);
        arrivals.push_back({ at, i });
        if (random() % 10 == 0)
            arrivals.push_back({ at + random() % 20, i });
    }
    std::stable_sort(arrivals.begin(), arrivals.end(), [](auto& a, auto& b) { return a.first < b.first; });
    SequenceTracker tracker;
    std::set<std::uint32_t> seen;
    std::uint64_t duplicates = 0;
    std::uint64_t reordered = 0;
    std::uint32_t highest = 0;
    for (const auto& [at, number] : arrivals) {
        const Arrival arrival = tracker.add(static_cast<std::uint16_t>(number + 60'000));
        const bool fresh = seen.insert(number).second;
        duplicates += !fresh;
        reordered += fresh && number < highest;
        QCOMPARE(arrival, !fresh ? Arrival::Duplicate : number < highest ? Arrival::Reordered : Arrival::InOrder);
        highest = std::max(highest, number);
    }
    QCOMPARE(tracker.received(), static_cast<std::uint64_t>(seen.size()));
    QCOMPARE(tracker.expected(), std::uint64_t { highest } + 1);
    QCOMPARE(tracker.lost(), highest + 1 - seen.size());
    QCOMPARE(tracker.duplicates(), duplicates);
    QCOMPARE(tracker.reordered(), reordered);
}

// Behind a gap of up to 127 packets, those before it are known one by one: the second copy of one that came from one
// that comes late.
void SequenceTrackerTest::isRememberedOverAGapOfAnyLength()
{
    for (std::uint16_t gap = 1; gap < 128; ++gap) {
        SequenceTracker tracker;
        for (std::uint16_t number = 0; number < 200; ++number)
            if (number % 3 != 1)
                tracker.add(number);
        const std::uint16_t highest = 199 + gap;
        tracker.add(highest);
        for (std::uint16_t number = static_cast<std::uint16_t>(highest - 127); number < 200; ++number) {
            const Arrival order = tracker.add(number);
            QVERIFY2(order == (number % 3 != 1 ? Arrival::Duplicate : Arrival::Reordered),
                qPrintable(QString("%1, behind a gap of %2").arg(number).arg(gap)));
        }
    }
}

void SequenceTrackerTest::wrapsManyTimes()
{
    SequenceTracker tracker;
    for (std::uint32_t i = 0; i < 10 * 65'536; ++i)
        tracker.add(static_cast<std::uint16_t>(i + 1));
    QCOMPARE(tracker.expected(), 655'360u);
    QCOMPARE(tracker.lost(), 0u);
}

QTEST_APPLESS_MAIN(SequenceTrackerTest)
#include "tst_sequence_tracker.moc"
