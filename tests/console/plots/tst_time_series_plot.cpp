#include "console/plots/clock_ticker.h"
#include "console/plots/time_series_plot.h"

#include <QSignalSpy>
#include <QtTest>
#include <limits>

using namespace callmon;

namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();

std::unique_ptr<TimeSeriesPlot> samplePlot()
{
    auto plot = std::make_unique<TimeSeriesPlot>(
        std::vector<PlotPanel> { { "MOS", 1, 4.5, 2, {} }, { "Loss, %", 0, 1, 1, {} } });
    plot->setColours({ Qt::white, Qt::black, Qt::gray, Qt::lightGray });
    plot->setKinds({ { "caller", Qt::blue, Qt::SolidLine }, { "callee", Qt::red, Qt::DashLine } });
    plot->setDuration(10);
    plot->setLines(0, { { 0, { 0, 1, 2, 3 }, { 4.2, 4.1, gap, 3.9 } }, { 1, { 5, 6 }, { 2.5, 2.4 } } });
    return plot;
}

int pixelsOf(const QImage& image, const QColor& colour, const QRect& area)
{
    int found = 0;
    for (int y = area.top(); y <= area.bottom(); ++y)
        for (int x = area.left(); x <= area.right(); ++x)
            found += image.pixelColor(x, y) == colour;
    return found;
}

}

class TestTimeSeriesPlot : public QObject {
    Q_OBJECT

private slots:
    void readOutTellsTheValueOfTheSecond()
    {
        const auto plot = samplePlot();
        QVERIFY(plot->readOut(0, 0, 1.4).endsWith("caller 4.10"));
        QVERIFY(plot->readOut(0, 1, 5.2).endsWith("callee 2.50"));
    }

    void readOutOfAGapIsUnknown()
    {
        const auto plot = samplePlot();
        QVERIFY(plot->readOut(0, 0, 2.5).endsWith("caller –"));
        QVERIFY(plot->readOut(0, 0, 9).endsWith("caller –")); // after the stream
        QVERIFY(plot->readOut(0, 1, 4.9).endsWith("callee –")); // before it
        QVERIFY(plot->readOut(1, 0, 1).endsWith("caller –")); // nothing in that panel
    }

    void directionsDifferByMoreThanColour()
    {
        const auto plot = samplePlot();
        QVERIFY(plot->readOut(0, 0, {}).section(' ', 0, 0) != plot->readOut(0, 1, {}).section(' ', 0, 0));
    }

    void aGapIsNotJoined()
    {
        // A line from 0 to 10 s, and the same with its middle unknown: between, nothing of its colour is drawn.
        TimeSeriesPlot plot({ { "MOS", 0, 2, 1, {} } });
        plot.setColours({ Qt::white, Qt::black, Qt::gray, Qt::white });
        plot.setKinds({ { "", Qt::blue, Qt::SolidLine } });
        plot.setDuration(10);
        plot.resize(600, 300);
        plot.show();
        const QRect middle(290, 40, 20, 200);
        plot.setLines(0, { { 0, { 0, 10 }, { 1, 1 } } });
        QTest::qWait(50);
        QVERIFY(pixelsOf(plot.grab().toImage(), Qt::blue, middle) > 0);
        plot.setLines(0, { { 0, { 0, 3, 4, 7, 10 }, { 1, 1, gap, 1, 1 } } });
        QTest::qWait(50);
        QCOMPARE(pixelsOf(plot.grab().toImage(), Qt::blue, middle), 0);
    }

    void aPointStandsForItsWholeSecond()
    {
        // A call of two seconds: its line reaches the axis' end, not only the beginning of the last second.
        TimeSeriesPlot plot({ { "MOS", 0, 2, 1, {} } });
        plot.setColours({ Qt::white, Qt::black, Qt::gray, Qt::white });
        plot.setKinds({ { "", Qt::blue, Qt::SolidLine } });
        plot.setDuration(2);
        plot.resize(600, 300);
        plot.show();
        plot.setLines(0, { { 0, { 0, 1 }, { 1.5, 0.5 } } });
        QTest::qWait(50);
        const QImage image = plot.grab().toImage();
        const QRect lastSecond(400, 40, 150, 200);
        QVERIFY(pixelsOf(image, Qt::blue, lastSecond) >= lastSecond.width()); // a level line through all of it
        QVERIFY(plot.readOut(0, 0, 0.99).endsWith("1.5")); // and no slope from one to the next
        QVERIFY(plot.readOut(0, 0, 1.99).endsWith("0.5"));
        QVERIFY(plot.readOut(0, 0, 2.01).endsWith("–"));
    }

    // The cursor is drawn apart from the lines: what is seen is as if all had been drawn anew.
    void aCursorThatMovedIsWhereItIsAndNowhereElse()
    {
        const auto shown = [](std::initializer_list<double> places) {
            auto plot = samplePlot();
            plot->resize(500, 300);
            plot->show();
            QCoreApplication::processEvents();
            for (const double place : places) {
                plot->placeCursor(place);
                plot->grab();
            }
            QCoreApplication::processEvents();
            return plot->grab().toImage();
        };
        const QImage moved = shown({ 3, 9, 7 });
        QCOMPARE(moved, shown({ 7 }));
        QVERIFY(moved != shown({ 3 }));
    }

    void valueAxesHaveFewRoundTicks()
    {
        for (const double maximum : { 0.3, 1.0, 2.0, 3.7, 10.0, 16.0, 38.0, 100.0, 451.0 }) {
            const double step = valueTickStep(maximum);
            const double steps = std::ceil(maximum / step - 1e-9);
            QVERIFY2(steps >= 2 && steps <= 3, qPrintable(QString::number(maximum)));
        }
        QCOMPARE(valueTickStep(2), 1.0);
        QCOMPARE(valueTickStep(10), 5.0);
    }

    void arrowKeysReadValueAfterValue()
    {
        TimeSeriesPlot plot({ { "Calls", 0, 1, 0, {} } });
        plot.setKinds({ { "calls", Qt::blue, Qt::SolidLine } });
        plot.setDuration(40);
        plot.setTimeOfDay(1'795'413'720); // 2026-11-23 06:02 UTC
        PlotLine line { 0, { 0, 10, 20, 30 }, { 5, 6, 7, 8 } };
        line.last = 10;
        plot.setLines(0, { line });
        QVERIFY(!plot.cursor());
        const auto after = [&](Qt::Key key) {
            QTest::keyClick(&plot, key);
            return plot.accessibleDescription();
        };
        QVERIFY2(after(Qt::Key_Right).endsWith("calls 5"), qPrintable(plot.accessibleDescription()));
        QVERIFY(after(Qt::Key_Right).endsWith("calls 6"));
        QVERIFY(after(Qt::Key_Left).endsWith("calls 5"));
        QVERIFY(after(Qt::Key_Left).endsWith("calls 5")); // not before the beginning
        QVERIFY(after(Qt::Key_End).endsWith("calls 8"));
        QVERIFY(after(Qt::Key_Right).endsWith("calls 8")); // nor after the end
        QVERIFY(plot.accessibleDescription().startsWith("2026-11-23 06:02"));
        QVERIFY(after(Qt::Key_Home).endsWith("calls 5"));
    }

    void timeAxisTicksAreThoseOfAClock()
    {
        QCOMPARE(clockTickStep(95, 9), 15.0);
        QCOMPARE(clockTickStep(3600, 9), 600.0);
        QCOMPARE(clockLabel(65.9), QString("1:05"));
        QCOMPARE(clockLabel(3725), QString("1:02:05"));
    }

    void timeOfDayIsUtcAndMidnightIsADay()
    {
        QCOMPARE(timeOfDayLabel(1'795'413'723), QString("06:02")); // 2026-11-23 06:02:03 UTC
        QCOMPARE(timeOfDayLabel(1'795'392'000), QString("11-23"));
        QCOMPARE(clockTickStep(7 * 86400, 9), 86400.0);
    }

    void panelsMayNameTheirLinesThemselves()
    {
        TimeSeriesPlot plot(
            { { "Calls", 0, 1, 1, {}, { "attempts", "answered" } }, { "MOS", 1, 4.5, 2, {}, { "mean" } } });
        plot.setKinds({ { QString(), Qt::blue, Qt::SolidLine }, { QString(), Qt::red, Qt::DashLine } });
        plot.setDuration(10);
        plot.setLines(0, { { 1, { 0 }, { 7 } } });
        QVERIFY(plot.readOut(0, 1, 0.5).endsWith("answered 7.0"));
        QVERIFY(plot.readOut(1, 0, {}).endsWith("mean"));
        QVERIFY(plot.readOut(1, 1, {}).isEmpty());
    }
};

QTEST_MAIN(TestTimeSeriesPlot)
#include "tst_time_series_plot.moc"
