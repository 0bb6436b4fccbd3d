#include "console/plots/time_window.h"

#include <QtTest>

using namespace callmon;

class TestTimeWindow : public QObject {
    Q_OBJECT

private slots:
    void zoomKeepsTheTimeUnderThePointerInItsPlace()
    {
        TimeWindow window;
        window.setWhole(100);
        window.zoom(4, 25);
        QCOMPARE(window.span(), 25.0);
        QCOMPARE((25 - window.begin()) / window.span(), 0.25);
        window.zoom(0.25, 25);
        QVERIFY(window.showsAll());
    }

    void panStopsAtTheEnds()
    {
        TimeWindow window;
        window.setWhole(100);
        window.zoom(10, 50);
        window.pan(1000);
        QCOMPARE(window.end(), 100.0);
        QCOMPARE(window.span(), 10.0);
        window.pan(-1000);
        QCOMPARE(window.begin(), 0.0);
        QCOMPARE(window.span(), 10.0);
    }

    void zoomStopsAtTheNarrowestAndAtTheWhole()
    {
        TimeWindow window;
        window.setWhole(100);
        for (int i = 0; i < 50; ++i)
            window.zoom(2, 30);
        QCOMPARE(window.span(), TimeWindow::narrowest);
        for (int i = 0; i < 50; ++i)
            window.zoom(0.5, 30);
        QVERIFY(window.showsAll());
        QCOMPARE(window.end(), 100.0);
    }

    void aGrowingCallIsFollowedUnlessOneLooksElsewhere()
    {
        TimeWindow window;
        window.setWhole(100);
        window.setWhole(110); // all of it was shown
        QVERIFY(window.showsAll());
        window.zoom(11, 110); // its end
        QCOMPARE(window.begin(), 100.0);
        window.setWhole(120);
        QCOMPARE(window.begin(), 110.0);
        QCOMPARE(window.end(), 120.0);
        window.pan(-50); // its middle
        const double begin = window.begin();
        window.setWhole(130);
        QCOMPARE(window.begin(), begin);
        QCOMPARE(window.span(), 10.0);
    }

    void whatIsOutOfSightIsRevealed()
    {
        TimeWindow window;
        window.setWhole(100);
        window.zoom(10, 5);
        const double begin = window.begin();
        window.reveal(begin + 1);
        QCOMPARE(window.begin(), begin);
        window.reveal(70);
        QVERIFY(window.begin() < 70 && window.end() > 70);
        window.reveal(20);
        QVERIFY(window.begin() < 20 && window.end() > 20);
    }
};

QTEST_MAIN(TestTimeWindow)
#include "tst_time_window.moc"
