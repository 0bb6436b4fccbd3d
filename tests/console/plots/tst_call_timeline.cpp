#include "console/plots/call_timeline.h"
#include "console/plots/timeline_painter.h"

#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QPainter>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtTest>
#include <limits>
#include <random>

using namespace callmon;

namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();
const QColor callerColour(0, 0, 255);
const QColor calleeColour(255, 0, 0);

TimelineData sample()
{
    TimelineData data;
    data.duration = 100;
    data.epoch = 1'795'413'723; // 2026-11-23 06:02:03 UTC
    data.strips = { { "MOS", {}, 1, 4.5, 2, { 1, 2, 3, 4, 4.5 } }, { "Loss", "%", 0, 2, 1 },
        { "Jitter", "ms", 0, 10, 1 }, { "Delta", "ms", 0, 40, 1 } };
    data.strips[0].lines = { { 0, { 10, 11, 12 }, { 4.2, gap, 3.9 } }, { 1, { 10, 11 }, { 2.5, 2.4 } } };
    data.strips[2].lines = { { 0, { 10, 11 }, { 3.1, 5 }, { 0.4, 0 } } };
    data.events = { { 0, TimelineMark::Request, "INVITE", 0 }, { 3, TimelineMark::Response, "200 OK", 2 },
        { 3, TimelineMark::Request, "ACK", 3 }, { 40, TimelineMark::Key, "5", 0, 1 },
        { 95, TimelineMark::Request, "BYE", 7 } };
    data.spans = { { TimelineShade::Hold, 50, 60, "on hold" },
        { TimelineShade::ProbeLoss, 70, 72, "the probe lost frames" } };
    return data;
}

std::unique_ptr<CallTimeline> sampleTimeline()
{
    auto timeline = std::make_unique<CallTimeline>();
    timeline->setLook({ Qt::white, Qt::white, Qt::black, Qt::darkGray, QColor(230, 230, 230), QColor(0, 120, 0),
        Qt::magenta, Qt::darkYellow, { callerColour, calleeColour }, { "caller", "callee" } });
    timeline->setData(sample());
    timeline->resize(900, 460);
    timeline->show();
    return timeline;
}

int pixelsOf(const QImage& image, const QColor& colour)
{
    int found = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            found += image.pixelColor(x, y) == colour;
    return found;
}

}

class TestCallTimeline : public QObject {
    Q_OBJECT

private slots:
    // A delay of more than ten seconds: its axis ends at "10,000".
    void anAxisHasRoomForFiveDigits()
    {
        QFont font = QApplication::font();
        const QFontMetrics titles(font);
        const TimelineData data = sample();
        const TimelineLayout layout(QSize(1280, 300), data, titles);
        font.setPointSizeF(font.pointSizeF() * 0.85);
        for (const TimelineStrip& strip : data.strips) {
            const int room = layout.left - titles.horizontalAdvance(strip.title + strip.unit)
                - TimelineLayout::titleMargin - TimelineLayout::valueMargin;
            const int needed = QFontMetrics(font).horizontalAdvance(QStringLiteral("10,000"));
            QVERIFY2(room > needed, qPrintable(QString("%1: %2 of %3").arg(strip.title).arg(room).arg(needed)));
        }
    }

    void oneReadOutTellsAllValuesOfBothSides()
    {
        const auto timeline = sampleTimeline();
        const QString said = timeline->readOut(10.5);
        QVERIFY2(said.startsWith("0:10.5, 06:02:13.5 UTC"), qPrintable(said));
        QVERIFY2(said.contains("MOS: caller 4.20, callee 2.50"), qPrintable(said));
        QVERIFY2(said.contains("Jitter ms: caller 3.1 ± 0.4, callee –"), qPrintable(said));
        QVERIFY2(said.contains("Loss %: caller –, callee –"), qPrintable(said));
        QVERIFY(timeline->readOut(11.5).contains("MOS: caller –, callee 2.40")); // a gap is no value
        QVERIFY(timeline->readOut(55).contains("on hold"));
        QVERIFY(timeline->readOut(71).contains("the probe lost frames"));
    }

    void whatIsMissingWithTheProbesOwnLossesIsNotMarkedAsLost()
    {
        const auto timeline = sampleTimeline();
        TimelineData data = sample();
        data.sounds[0].peaks.assign(10'000, 0.5F);
        data.sounds[0].lost = { { 20, 40, true } };
        timeline->setData(data);
        QCOMPARE(pixelsOf(timeline->grab().toImage(), Qt::magenta), 0);
        const int broken = pixelsOf(timeline->grab().toImage(), Qt::darkGray);
        data.sounds[0].lost[0].withProbe = false;
        timeline->setData(data);
        QVERIFY(pixelsOf(timeline->grab().toImage(), Qt::magenta) > 100);
        QVERIFY(pixelsOf(timeline->grab().toImage(), Qt::darkGray) < broken - 100);
    }

    void keysMoveTheCursorAndItsValuesCanBeHeard()
    {
        const auto timeline = sampleTimeline();
        QSignalSpy moved(timeline.get(), &CallTimeline::cursorMoved);
        timeline->moveCursor(10.3);
        QCOMPARE(moved.count(), 0);
        QTest::keyClick(timeline.get(), Qt::Key_Right);
        QCOMPARE(*timeline->cursor(), 11.0); // on a round second from there on
        QTest::keyClick(timeline.get(), Qt::Key_Left);
        QCOMPARE(*timeline->cursor(), 10.0);
        QCOMPARE(moved.count(), 2);
        QVERIFY(timeline->accessibleDescription().contains("caller 4.20"));
        QTest::keyClick(timeline.get(), Qt::Key_C, Qt::ControlModifier);
        QVERIFY(QApplication::clipboard()->text().contains("MOS: caller 4.20, callee 2.50"));
    }

    void controlGoesFromMessageToMessageThoughTwoShareAMoment()
    {
        const auto timeline = sampleTimeline();
        QSignalSpy reached(timeline.get(), &CallTimeline::eventActivated);
        for (int i = 0; i < 5; ++i)
            QTest::keyClick(timeline.get(), Qt::Key_Right, Qt::ControlModifier);
        QCOMPARE(reached.count(), 4); // the key pressed is no message, and after the last there is none
        for (const auto& [call, id] : { std::pair(0, 0u), std::pair(1, 2u), std::pair(2, 3u), std::pair(3, 7u) })
            QCOMPARE(reached.at(call).at(0).value<std::size_t>(), std::size_t { id });
        QCOMPARE(*timeline->cursor(), 95.0);
        QTest::keyClick(timeline.get(), Qt::Key_Left, Qt::ControlModifier);
        QCOMPARE(reached.last().at(0).value<std::size_t>(), std::size_t { 3 });
    }

    void zoomAndPanByKeyKeepAndHomeShowsAll()
    {
        const auto timeline = sampleTimeline();
        timeline->moveCursor(50);
        for (int i = 0; i < 6; ++i)
            QTest::keyClick(timeline.get(), Qt::Key_Plus);
        const double span = timeline->window().span();
        QVERIFY(span < 10);
        QVERIFY(timeline->window().begin() < 50 && timeline->window().end() > 50);
        const double begin = timeline->window().begin();
        QTest::keyClick(timeline.get(), Qt::Key_Right, Qt::ShiftModifier);
        QVERIFY(timeline->window().begin() > begin);
        QCOMPARE(timeline->window().span(), span);
        const double kept = timeline->window().begin();
        TimelineData longer = sample();
        longer.duration = 130;
        timeline->setData(longer); // a call that goes on
        QCOMPARE(timeline->window().begin(), kept);
        QCOMPARE(*timeline->cursor(), 50.0);
        QTest::keyClick(timeline.get(), Qt::Key_Home);
        QVERIFY(timeline->window().showsAll());
    }

    void theWheelZoomsAboutThePointer()
    {
        const auto timeline = sampleTimeline();
        const QPointF at(450, 200);
        QWheelEvent turn(
            at, timeline->mapToGlobal(at), {}, { 0, 480 }, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(timeline.get(), &turn);
        QVERIFY(timeline->window().span() < 25);
        QVERIFY(timeline->window().begin() > 5 && timeline->window().end() < 95);
    }

    void aClickSeeksADragPansADoubleClickPlays()
    {
        const auto timeline = sampleTimeline();
        QSignalSpy seeks(timeline.get(), &CallTimeline::seekRequested);
        QSignalSpy plays(timeline.get(), &CallTimeline::playRequested);
        QTest::mouseClick(timeline.get(), Qt::LeftButton, {}, QPoint(450, 200));
        QCOMPARE(seeks.count(), 1);
        QCOMPARE(seeks.at(0).at(0).toDouble(), *timeline->cursor());
        QTest::mouseDClick(timeline.get(), Qt::LeftButton, {}, QPoint(450, 200));
        QCOMPARE(plays.count(), 1);
        timeline->setFocus();
        QTest::keyClick(timeline.get(), Qt::Key_Return);
        QCOMPARE(plays.count(), 2);
        QCOMPARE(plays.at(1).at(0).toDouble(), *timeline->cursor());
        for (int i = 0; i < 6; ++i)
            QTest::keyClick(timeline.get(), Qt::Key_Plus);
        const double begin = timeline->window().begin();
        const qsizetype before = seeks.count();
        QTest::mousePress(timeline.get(), Qt::LeftButton, {}, QPoint(450, 200));
        QMouseEvent move(QEvent::MouseMove, QPointF(350, 200), timeline->mapToGlobal(QPointF(350, 200)), Qt::NoButton,
            Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(timeline.get(), &move);
        QTest::mouseRelease(timeline.get(), Qt::LeftButton, {}, QPoint(350, 200));
        QVERIFY(timeline->window().begin() > begin);
        QCOMPARE(seeks.count(), before); // a drag is no click
    }

    // What is as it will be on the screen is written pixel by pixel; where the picture is moved, the painter draws it.
    void theFastWayToTheScreenDrawsWhatTheOtherDraws()
    {
        TimelineData data = sample();
        data.strips[2].lines.clear();
        std::mt19937 random(3);
        for (std::size_t side = 0; side < 2; ++side) {
            TimelineLine line { side, {}, {} };
            for (int i = 0; i < 4'000; ++i) {
                line.seconds.push_back(i * data.duration / 4'000);
                line.values.push_back(static_cast<double>(random() % 400) / 100);
                line.errors.push_back(static_cast<double>(random() % 90) / 100);
            }
            for (TimelineStrip& strip : data.strips)
                strip.lines.push_back(line);
            data.sounds[side].binSeconds = data.duration / 3'000;
            data.sounds[side].peaks.clear();
            for (int i = 0; i < 3'000; ++i)
                data.sounds[side].peaks.push_back(static_cast<float>(random() % 100) / 100);
        }
        const QSize size(1237, 702);
        TimeWindow window;
        window.setWhole(data.duration);
        window.zoom(1.7, data.duration / 3);
        const TimelineLook look { Qt::white, Qt::white, Qt::black, Qt::darkGray, QColor(230, 230, 230),
            QColor(0, 120, 0), Qt::magenta, Qt::darkYellow, { callerColour, calleeColour }, { "caller", "callee" } };
        QImage direct(size, QImage::Format_RGB32);
        const QColor untouched(1, 2, 3);
        direct.fill(untouched);
        constexpr int moved = 3;
        QImage other(size + QSize(moved, 0), direct.format());
        other.fill(Qt::white);
        const TimelineLayout layout(size, data, QFontMetrics(QFont()));
        {
            QPainter painter(&direct);
            TimelinePainter(painter, layout, data, look, window).paintLanes(size);
        }
        {
            QPainter painter(&other);
            painter.translate(moved, 0);
            TimelinePainter(painter, layout, data, look, window).paintLanes(size);
        }
        QCOMPARE(pixelsOf(direct, untouched), 0); // the picture of the frame before lies there
        QVERIFY(pixelsOf(direct, look.sides[0]) > 1'000);
        QCOMPARE(direct.copy(layout.plot), other.copy(layout.plot.translated(moved, 0)));
    }

    void bothSidesAreToldApartWithoutColour()
    {
        // The same level line: solid for one side, dashed for the other.
        const auto timeline = sampleTimeline();
        const auto drawn = [&](std::size_t side, const QColor& colour) {
            TimelineData data = sample();
            for (TimelineStrip& strip : data.strips)
                strip.lines.clear();
            data.strips[0].lines = { { side, { 0, 50 }, { 3, 3 } } };
            data.strips[0].lines[0].seconds = { 0, 99 };
            timeline->setData(data);
            return pixelsOf(timeline->grab().toImage(), colour);
        };
        const int solid = drawn(0, callerColour);
        const int dashed = drawn(1, calleeColour);
        QVERIFY2(dashed < solid * 0.85 && dashed > solid * 0.4, qPrintable(QString("%1 %2").arg(solid).arg(dashed)));
    }

    void secondsThatTheProbeMissedAreHatchedInEveryStrip()
    {
        const auto timeline = sampleTimeline();
        TimelineData without = sample();
        without.spans.clear();
        timeline->setData(without);
        const QImage plain = timeline->grab().toImage();
        timeline->setData(sample());
        const QImage marked = timeline->grab().toImage();
        int rows = 0; // in which something differs where 70 to 72 s are
        for (int y = 80; y < marked.height() - 50; ++y) {
            bool differs = false;
            for (int x = 0; x < marked.width(); ++x)
                differs = differs || plain.pixel(x, y) != marked.pixel(x, y);
            rows += differs;
        }
        QVERIFY2(rows > (marked.height() - 130) * 9 / 10, qPrintable(QString::number(rows)));
    }

    // A low window scrolls the lanes, not the time: without it nobody knows when what is seen was.
    void theTimeStaysInSightWhereTheLanesAreScrolled()
    {
        QScrollArea area;
        area.setFrameShape(QFrame::NoFrame);
        area.setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
        area.setWidgetResizable(true);
        auto timeline = sampleTimeline();
        const int axis = 2 * timeline->fontMetrics().height() + 6;
        const int whole = timeline->minimumSizeHint().height();
        area.setWidget(timeline.release());
        area.resize(900, whole - 2 * axis);
        area.show();
        QVERIFY(QTest::qWaitForWindowExposed(&area));
        const auto bottom = [&] {
            QCoreApplication::processEvents();
            const QImage all = area.viewport()->grab().toImage();
            return all.copy(10, all.height() - axis, all.width() - 20, axis - 2); // within the frame
        };
        const QImage atTop = bottom();
        area.verticalScrollBar()->setValue(axis);
        QCOMPARE(bottom(), atTop);
        area.resize(900, whole - 3 * axis);
        QCOMPARE(bottom(), atTop);
    }

    void aPictureIsSharpAndADrawingIsWellFormedSvg()
    {
        const auto timeline = sampleTimeline();
        QCOMPARE(timeline->picture(timeline->size()).width(), 2 * timeline->width());
        QXmlStreamReader xml(timeline->drawing(timeline->size()));
        int texts = 0;
        int paths = 0;
        bool bye = false;
        while (!xml.atEnd()) {
            xml.readNext();
            texts += xml.isStartElement() && xml.name() == QLatin1String("text");
            paths += xml.isStartElement() && xml.name() == QLatin1String("path");
            bye = bye || (xml.isCharacters() && xml.text().contains(QLatin1String("BYE")));
        }
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QVERIFY(texts > 15);
        QVERIFY(paths > 20);
        QVERIFY(bye);
    }
};

QTEST_MAIN(TestCallTimeline)
#include "tst_call_timeline.moc"
