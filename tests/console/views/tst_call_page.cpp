#include "console/plots/call_timeline.h"
#include "console/views/call_exports.h"
#include "console/views/call_page.h"
#include "console/views/command_palette.h"
#include "console/views/elided_label.h"
#include "console/views/main_window.h"
#include "console/views/messages_panel.h"
#include "console/views/mos_waterfall_view.h"
#include "console/views/player_bar.h"
#include "console/views/progress_line.h"
#include "console/views/stream_table.h"
#include "console/views/waveform_slider.h"
#include "demo_source.h"
#include "shared/base/utc_time.h"
#include "shown_window.h"
#include "tests/console/own_settings.h"

#include <QAbstractItemModelTester>
#include <QAbstractItemView>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QSettings>
#include <QSlider>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

using namespace callmon;

class TestCallPage : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { useSettingsIn(m_settings.path()); }

    void init() { QVERIFY(test::openWindow(m_source, m_window)); }

    void cleanup()
    {
        m_window.reset();
        m_source.reset();
    }

    void selectingAMessageMovesTheCursorAndTheCursorSelects()
    {
        CallPage* page = openEnded();
        LadderView& ladder = page->messages().ladder();
        ladder.setFocus();
        QTest::keyClick(&ladder, Qt::Key_End); // the answer to the BYE, 95 s after the first message
        QVERIFY(page->timeline().cursor());
        QVERIFY2(std::abs(*page->timeline().cursor() - 95.02) < 0.01,
            qPrintable(QString::number(*page->timeline().cursor())));
        page->timeline().setFocus();
        page->timeline().moveCursor(61.4);
        QTest::keyClick(&page->timeline(), Qt::Key_Left);
        QVERIFY2(ladder.rowText(ladder.selected()).contains("415 Unsupported"),
            qPrintable(ladder.rowText(ladder.selected())));
        QTest::keyClick(&page->timeline(), Qt::Key_Left, Qt::ControlModifier);
        QTest::keyClick(&page->timeline(), Qt::Key_Left, Qt::ControlModifier);
        QVERIFY2(ladder.rowText(ladder.selected()).contains("INFO"), qPrintable(ladder.rowText(ladder.selected())));
        QVERIFY(page->messages().text().toPlainText().startsWith("INFO"));
    }

    void thePlayerTellsTheNetworksLossFromTheProbesOwn()
    {
        CallAudio audio;
        audio.caller.resize(80'000);
        audio.callee.resize(80'000);
        audio.callerLost = { { 8000, 16'000 }, { 24'000, 32'000, true } };
        audio.calleeLost = { { 40'000, 48'000, true } };
        WaveformSlider slider;
        slider.resize(500, 60);
        Theme theme;
        theme.bad = Qt::magenta;
        theme.quiet = Qt::darkGreen;
        slider.setTheme(theme);
        slider.setSound(audio);
        QCOMPARE(slider.accessibleDescription(),
            QString("1 place with lost packets, 2 places where the probe itself lost frames"));
        const QImage image = slider.grab().toImage();
        const auto is = [&](int x, int y, Qt::GlobalColor colour) { return image.pixelColor(x, y) == QColor(colour); };
        QVERIFY(is(60, 3, Qt::magenta) && is(63, 3, Qt::magenta)); // 50 pixels a second
        QVERIFY(is(151, 3, Qt::darkGreen) && !is(154, 3, Qt::darkGreen) && !is(151, 3, Qt::magenta));
        QVERIFY(is(251, 56, Qt::darkGreen) && !is(254, 56, Qt::darkGreen));
        audio.callerLost.resize(1);
        audio.calleeLost.clear();
        slider.setSound(audio);
        QCOMPARE(slider.accessibleDescription(), QString("1 place with lost packets"));
    }

    void aCallWithoutMediaSaysSoAndPromisesNoSound()
    {
        struct Silent : DemoSource {
            std::vector<StreamRecord> streamsOf(CallKey) const override { return {}; }
        } source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        CallPage* page = window.openCall(source.record(0).key);
        QCOMPARE(page->timeline().data().noSound, QString()); // nobody knows yet
        QTRY_VERIFY2(page->player().message().contains("no media"), qPrintable(page->player().message()));
        QCOMPARE(page->timeline().data().noSound, QString("no media"));
        QVERIFY(offersNoPlay(window, *page, "no media of this call were seen"));
    }

    // Neither at the button, which says why, nor in the menu; Space does nothing.
    void whereNothingCanBeHeardPlayIsNotOffered()
    {
        m_source->recordsFirst = false;
        CallPage* page = m_window->openCall(m_source->record(0).key);
        QTRY_VERIFY2(page->player().message().contains("not recorded"), qPrintable(page->player().message()));
        QVERIFY(offersNoPlay(*m_window, *page, "not recorded"));
        const auto requests = m_source->mediaRequests.size();
        page->timeline().setFocus();
        QTest::keyClick(&page->timeline(), Qt::Key_Space);
        QCOMPARE(m_source->mediaRequests.size(), requests);

        m_source->recordsFirst = true;
        CallPage* heard = m_window->openCall(m_source->record(3).key);
        QTRY_VERIFY(heard->player().hasAudio());
        QVERIFY(button(heard->player(), "Play")->isEnabled());
        QVERIFY(playIsInTheMenu(*m_window));

        m_source->mediaGone = sentence(kept_no_more::media, *parseIso8601("2025-12-29T03:00:00Z"));
        page = m_window->openCall(m_source->record(2).key);
        QTRY_VERIFY2(page->player().message().contains("kept no more"), qPrintable(page->player().message()));
        QVERIFY(offersNoPlay(*m_window, *page, "kept no more"));
        m_source->mediaGone = {}; // what is fetched all the same is offered
        page->reload();
        QTRY_VERIFY(page->player().hasAudio());
        QVERIFY(button(page->player(), "Play")->isEnabled());
    }

    void whatTheReceiversReportIsReadBelowOurFigures()
    {
        CallPage* page = openEnded();
        QTRY_VERIFY(page->hasSeries());
        const QString said = page->timeline().readOut(20);
        const QRegularExpression loss("Loss %: [^.]+\\..*RTCP loss %: \\S+ 1\\.5, \\S+ 1\\.5\\. ");
        QVERIFY2(loss.match(said).hasMatch(), qPrintable(said));
        QVERIFY2(said.contains(QRegularExpression("RTCP jitter ms: \\S+ 6\\.2, \\S+ 6\\.2")), qPrintable(said));
        QVERIFY2(said.contains(QRegularExpression("RTCP RTT ms: \\S+ 83\\.4, \\S+ 83\\.4")), qPrintable(said));
    }

    void aCallThatIsOnKeepsZoomCursorAndSelectionAndFollowsItsEnd()
    {
        m_source->stored = m_source->callThatIsOn();
        m_source->seconds = 30;
        CallPage* page = m_window->openCall(m_source->stored->key);
        QTRY_VERIFY(page->hasSeries() && page->messages().ladder().count() > 0);
        CallTimeline& timeline = page->timeline();
        const double before = timeline.window().whole();
        QVERIFY(timeline.window().showsAll());
        page->messages().ladder().select(4);
        timeline.moveCursor(20);
        for (int i = 0; i < 4; ++i)
            QTest::keyClick(&timeline, Qt::Key_Plus);
        const double begin = timeline.window().begin();
        const double span = timeline.window().span();
        QVERIFY(span < before / 4);
        page->showStreams();
        auto* table = page->findChild<StreamTable*>();
        table->selectRow(1);
        table->horizontalScrollBar()->setValue(3);
        QTableWidgetItem* const cell = table->item(1, 7);
        m_source->seconds = 200;
        QTRY_VERIFY_WITH_TIMEOUT(timeline.window().whole() > before + 100, 3000); // by itself, within seconds
        QCOMPARE(timeline.window().begin(), begin);
        QCOMPARE(timeline.window().span(), span);
        QCOMPARE(*timeline.cursor(), 20.0);
        QCOMPARE(page->messages().ladder().selected(), 4);
        QCOMPARE(table->item(1, 7), cell); // not made anew
        QVERIFY(cell->isSelected());
        QCOMPARE(table->horizontalScrollBar()->value(), 3);
        QTest::keyClick(&timeline, Qt::Key_End);
        m_source->seconds = 260;
        QTRY_VERIFY_WITH_TIMEOUT(timeline.window().whole() > 255, 3000);
        QCOMPARE(timeline.window().end(), timeline.window().whole());
        QCOMPARE(timeline.window().span(), span);
    }

    void controlFFindsInTheMessagesOfTheCall()
    {
        CallPage* page = openEnded();
        page->showMosBreakdown();
        QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier);
        auto* field = qobject_cast<QLineEdit*>(QApplication::focusWidget());
        QVERIFY(field);
        QCOMPARE(m_window->currentCall(), page);
        QTest::keyClicks(field, "415 unsupported");
        const auto said = [&](const QString& words) {
            for (const QLabel* label : page->messages().findChildren<QLabel*>())
                if (label->text() == words)
                    return true;
            return false;
        };
        QVERIFY(said("1 match"));
        QTest::keyClick(field, Qt::Key_Return);
        QVERIFY(said("1 of 1"));
        QVERIFY(std::abs(*page->timeline().cursor() - 60.04) < 0.01); // the timeline goes with it
        field->clear();
        QTest::keyClicks(field, "telephone-EVENT"); // in the SDP of three INVITEs and three answers
        QVERIFY(said("6 matches"));
        QTest::keyClick(field, Qt::Key_F3, Qt::ShiftModifier);
        QVERIFY(said("6 of 6")); // the one before the selected message
        QTest::keyClick(field, Qt::Key_F3);
        QVERIFY(said("1 of 6")); // round and round
    }

    void theLadderIsCopiedAsText()
    {
        CallPage* page = openEnded();
        const QString text = page->messages().ladder().ladderText();
        QCOMPARE(text.count('\n'), page->messages().ladder().count());
        QVERIFY2(text.contains("10.20.0.1:5060 → "), qPrintable(text));
        QVERIFY(text.contains("415 Unsupported Media Type (INFO)"));
        QVERIFY(text.contains("[audio 10.20.0.1:4000 PCMA PCMU telephone-event]"));
    }

    void theMediaTableHasWhatTsharkHasAndHowItWasBound()
    {
        CallPage* page = openEnded();
        page->showStreams();
        auto* table = page->findChild<StreamTable*>();
        const QAbstractItemModelTester tester(table->model());
        table->clearSelection();
        QTest::keyClick(table, Qt::Key_C, Qt::ControlModifier);
        const QStringList lines = QApplication::clipboard()->text().split('\n');
        for (const char* title :
            { "Start s", "Source", "Destination", "SSRC", "Payload", "Packets", "Lost", "Delta ms min", "Delta ms mean",
                "Delta ms max", "Jitter ms mean", "Jitter ms max", "Bound by", "DSCP", "Trust" })
            QVERIFY2(lines[0].split('\t').contains(title), title);
        QVERIFY2(lines[1].contains(
                     "10.20.0.1:30012\t10.20.1.1:40118\t0xdeadbeef\tPCMU\t4,745\t5\t0.11\t3.2\t20.0\t41.3\t1.8\t6.1"),
            qPrintable(lines[1]));
        QVERIFY2(lines[1].contains("advertised, 100 %\t46"), qPrintable(lines[1]));
        QVERIFY2(lines[2].contains("⚠ lossy\tlearnt, 80 %\t0"), qPrintable(lines[2]));
    }

    void everyCauseOfTheMosIsSaidInWords()
    {
        CallPage* page = openEnded();
        page->showMosBreakdown();
        const QString words = page->findChild<MosWaterfallView*>()->accessibleDescription();
        QVERIFY2(
            words.contains("caller's media: best 4.41, codec −0.00 (PCMU: Ie 0, Bpl 25.1 (ITU-T G.113)), loss −0.01"),
            qPrintable(words));
        QVERIFY(words.contains("BurstR 2.30, 24 runs"));
        QVERIFY(words.contains("round trip measured by RTCP"));
    }

    void listeningStartsAtTheCursorThoughTheSoundHasToBeFetchedFirst()
    {
        m_source->stored = m_source->callThatIsOn(); // of which no sound is loaded unasked
        CallPage* page = m_window->openCall(m_source->stored->key);
        QTRY_VERIFY(page->hasSeries());
        QVERIFY(!page->player().hasAudio());
        page->timeline().moveCursor(50);
        QTest::keyClick(&page->timeline(), Qt::Key_Return);
        QTRY_VERIFY(page->player().hasAudio());
        QTRY_VERIFY(page->player().position() > 46); // the sound began 3.2 s after the call
        QVERIFY(page->player().position() < 50);
    }

    void afterListeningLiveTheRecordedSoundBeginsAtItsBeginning()
    {
        useSoundDevice();
        m_source->stored = m_source->callThatIsOn();
        CallPage* page = m_window->openCall(m_source->stored->key);
        QTRY_VERIFY(page->hasSeries());
        m_source->listens = true;
        button(page->player(), "Listen live")->click();
        CallAudio piece;
        piece.sampleRate = 8000;
        piece.caller.assign(24'000, 500);
        piece.callee.assign(24'000, 500);
        page->player().addLive(piece);
        QTRY_VERIFY(page->player().position() > 2); // what has come is played at once by such a device
        m_source->stored = m_source->record(0);
        page->player().endLive("The call is over. Press Space to hear its recording.");
        QSignalSpy loaded(page, &CallPage::soundLoaded);
        page->loadSound();
        QTRY_VERIFY(loaded.count() > 0 && page->player().hasAudio());
        QCOMPARE(page->player().position(), 0.0);
    }

    void whoAskedToHearACallBeforeItsSoundWasStoredHearsItWhenItIs()
    {
        useSoundDevice();
        m_source->stored = m_source->callThatIsOn();
        m_source->soundNotYetStored = 1;
        CallPage* page = m_window->openCall(m_source->stored->key);
        QTRY_VERIFY(page->hasSeries());
        QSignalSpy loaded(page, &CallPage::soundLoaded);
        page->player().toggle();
        QTRY_COMPARE(loaded.count(), 1);
        QVERIFY(!page->player().hasAudio());
        m_source->stored = m_source->record(0); // it ends: the page fetches it anew
        QTRY_VERIFY(page->player().hasAudio());
        QTRY_VERIFY(QFileInfo(played()).size() > 0);
    }

    void aSoundThatIsFetchedAgainWhileItIsHeardGoesOnWhereItWas()
    {
        useSoundDevice();
        CallPage* page = openEnded();
        QTRY_VERIFY(page->player().hasAudio());
        auto* repeat = button(page->player(), "Repeat from here");
        QVERIFY(repeat);
        page->player().seek(30);
        repeat->click();
        page->player().seek(31);
        repeat->click();
        page->player().toggle();
        QTRY_VERIFY(page->player().isPlaying()); // the device takes sound at once: only a passage lasts
        QSignalSpy loaded(page, &CallPage::soundLoaded);
        page->reload();
        page->player().play();
        QTRY_COMPARE(loaded.count(), 1);
        QVERIFY(page->player().isPlaying());
        QVERIFY(page->player().position() >= 29.9);
        button(page->player(), "End repeat")->click();
        QTRY_VERIFY(page->player().position() > 90); // to the end
    }

    void beginAndOutcomeAreReadWholeInANarrowWindowBesideLongNames()
    {
        m_window->resize(1024, 700);
        CallRecord call = m_source->record(0);
        call.caller = std::string(100, 'x');
        call.callee = std::string(100, '9');
        m_source->stored = call;
        CallPage* page = m_window->openCall(call.key);
        QTRY_VERIFY(page->hasFigures());
        QCOMPARE(m_window->size(), QSize(1024, 700));
        int whole = 0;
        for (ElidedLabel* label : page->findChildren<ElidedLabel*>())
            if (label->text().endsWith("answered") || label->objectName() == "Started, UTC")
                whole += label->width() >= label->fontMetrics().horizontalAdvance(label->text());
        QCOMPARE(whole, 2);
        const auto* find = page->messages().findChild<QLineEdit*>();
        QVERIFY(find->width() > find->fontMetrics().horizontalAdvance(find->placeholderText()));
    }

    void escClosesTheListOfAChoiceAndStaysOnThePage()
    {
        CallPage* page = openEnded();
        QComboBox* choice = page->player().findChild<QComboBox*>();
        choice->setFocus();
        QTest::keyClick(choice, Qt::Key_Down, Qt::AltModifier);
        QTRY_VERIFY(QApplication::activePopupWidget());
        QTest::keyClick(choice->view(), Qt::Key_Escape);
        QTRY_VERIFY(!QApplication::activePopupWidget());
        QCOMPARE(m_window->currentCall(), page);
        QTest::keyClick(choice, Qt::Key_Escape);
        QVERIFY(!m_window->currentCall());
    }

    void thePlayerIsTurnedByKeysWhereverTheFocusIs()
    {
        CallPage* page = openEnded();
        page->messages().ladder().setFocus();
        const int row = page->messages().ladder().selected();
        QTest::keyClick(&page->messages().ladder(), Qt::Key_Right, Qt::AltModifier);
        QTest::keyClick(&page->messages().ladder(), Qt::Key_Right, Qt::AltModifier);
        QCOMPARE(page->player().position(), 10.0);
        QTest::keyClick(&page->messages().ladder(), Qt::Key_Left, Qt::AltModifier);
        QCOMPARE(page->player().position(), 5.0);
        const auto* volume = page->player().findChild<QSlider*>();
        QTest::keyClick(&page->messages().ladder(), Qt::Key_Up, Qt::ControlModifier);
        QCOMPARE(volume->value(), 110);
        QTest::keyClick(&page->messages().ladder(), Qt::Key_Down, Qt::ControlModifier);
        QTest::keyClick(&page->messages().ladder(), Qt::Key_Down, Qt::ControlModifier);
        QCOMPARE(volume->value(), 90);
        QCOMPARE(page->messages().ladder().selected(), row);
    }

    void tabGoesThroughThePlayerAsItStands()
    {
        CallPage* page = openEnded();
        button(page->player(), "Play")->setFocus();
        int left = -1;
        for (int i = 0; i < 5; ++i) { // the first row
            const QWidget* focus = QApplication::focusWidget();
            const int x = focus->mapTo(&page->player(), QPoint()).x();
            QVERIFY2(x > left, focus->metaObject()->className());
            left = x;
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        }
        QCOMPARE(qobject_cast<QToolButton*>(QApplication::focusWidget())->text(), QString("−5 s"));
    }

    void aPassageThatIsRepeatedStaysWhenItIsHeardTheOtherWay()
    {
        useSoundDevice();
        CallPage* page = openEnded();
        page->player().seek(30);
        button(page->player(), "Repeat from here")->click();
        page->player().seek(31);
        button(page->player(), "Repeat: to here")->click();
        page->player().toggle();
        QTRY_VERIFY(page->player().isPlaying());
        QSignalSpy loaded(page, &CallPage::soundLoaded);
        page->player().findChild<QCheckBox*>("asHeard")->click();
        QTRY_COMPARE(loaded.count(), 1);
        QVERIFY(button(page->player(), "End repeat"));
        QVERIFY(page->player().isPlaying());
        QTest::qWait(300); // the device takes sound at once: it would have come to the end
        QVERIFY(page->player().isPlaying() && page->player().position() < 31.1);
    }

    void aDeviceThatFailsIsToldInWholeSentencesInTheNarrowestWindow()
    {
        qputenv("ALSA_CONFIG_PATH", "/nowhere/asound.conf");
        CallPage* page = openEnded();
        page->player().toggle();
        QTRY_VERIFY(page->player().hasDeviceProblem());
        auto* problem = page->player().findChild<ElidedLabel*>("deviceProblem");
        QVERIFY(problem && problem->isVisible());
        QVERIFY2(problem->width() >= problem->fontMetrics().horizontalAdvance("⚠ " + page->player().deviceProblem()),
            qPrintable(page->player().deviceProblem()));
    }

    void loadingASoundTellsHowFarItIsAndCanBeCancelledAndBegunAgain()
    {
        m_source->mediaStops = true;
        m_source->stored = m_source->callThatIsOn(); // of which no sound is loaded unasked
        CallPage* page = m_window->openCall(m_source->stored->key);
        QTRY_VERIFY(page->hasSeries());
        const ProgressLine& line = page->player().loading();
        page->player().toggle();
        QVERIFY(line.isRunning() && !line.isVisible()); // what is done at once does not flicker
        QTRY_VERIFY(line.isVisible());
        QTRY_VERIFY(line.done() && *line.done() > 0.45 && *line.done() < 0.55); // one of the two directions
        QVERIFY2(page->player().message().contains("Loading"), qPrintable(page->player().message()));
        page->player().loading().cancelButton().click();
        QVERIFY(!line.isRunning() && !line.isVisible());
        QCOMPARE(m_source->cancelled, m_source->mediaRequests);
        QVERIFY2(page->player().message().contains("cancelled. Press Space"), qPrintable(page->player().message()));
        m_source->mediaStops = false;
        m_source->stored = m_source->record(0); // it ends: short enough to be loaded unasked, but that was cancelled
        QTest::qWait(2'500);
        QCOMPARE(m_source->mediaRequests.size(), std::size_t(1));
        QVERIFY(!page->player().hasAudio());
        page->player().toggle();
        QTRY_VERIFY(page->player().hasAudio());
        QVERIFY(!line.isRunning());
        QCOMPARE(m_source->mediaRequests.size(), std::size_t(2));
    }

    void aSoundThatIsLoadedStaysWhenLoadingItAgainIsCancelled()
    {
        CallPage* page = openEnded();
        m_source->mediaStops = true;
        page->reload();
        QTRY_VERIFY(page->player().loading().isRunning());
        page->player().loading().cancelButton().click();
        QVERIFY(page->player().hasAudio());
        QCOMPARE(page->player().message(), QString("Loading the sound was cancelled."));
    }

    void anExportTellsHowFarItIsAndCanBeCancelled()
    {
        m_source->mediaStops = true;
        m_source->stored = m_source->callThatIsOn();
        CallPage* page = m_window->openCall(m_source->stored->key);
        QTRY_VERIFY(page->hasSeries());
        const QString path = m_settings.filePath("cancelled.pcap");
        page->exportCapture(path);
        QVERIFY(!page->player().captureButton().isEnabled());
        QTRY_VERIFY(page->exports().captureLine().isVisible());
        QVERIFY(page->exports().captureLine().doing().contains("cancelled.pcap"));
        QTRY_VERIFY(page->exports().captureLine().done() && *page->exports().captureLine().done() > 0.4);
        page->exports().captureLine().cancelButton().click();
        QVERIFY(!page->exports().captureLine().isVisible() && page->player().captureButton().isEnabled());
        QVERIFY2(page->said().contains("nothing was written"), qPrintable(page->said()));
        QVERIFY(!QFile::exists(path));
    }

    void theSoundIsSavedAndSaidWhereOrWhyNot()
    {
        CallPage* page = openEnded();
        QSignalSpy saved(&page->exports(), &CallExports::soundSaved);
        const QString path = m_settings.filePath("saved.wav");
        page->saveSound(path);
        QVERIFY(page->exports().soundLine().isRunning());
        QVERIFY2(page->exports().soundLine().doing().contains("saved.wav"), qPrintable(page->said()));
        QVERIFY(!page->player().saveButton().isEnabled());
        page->saveSound(m_settings.filePath("second.wav"));
        QVERIFY2(page->said().contains("cancel it"), qPrintable(page->said()));
        QTRY_COMPARE(saved.size(), 1);
        QVERIFY(saved[0][0].toBool() && page->player().saveButton().isEnabled());
        QCOMPARE(QFileInfo(path).size(), qint64(44 + 4 * page->player().sound().caller.size()));
        QVERIFY(!QFile::exists(m_settings.filePath("second.wav")));
        QCOMPARE(page->said(), "Saved to " + path); // across the page: all of the path is seen
        page->saveSound("/nowhere/at/all.wav");
        QTRY_COMPARE(saved.size(), 2);
        QVERIFY2(page->said().contains("is there such a folder?"), qPrintable(page->said()));
    }

    void theTimelineIsSavedAsPngAndAsSvg()
    {
        CallPage* page = openEnded();
        QSignalSpy saved(&page->exports(), &CallExports::pictureSaved);
        const QSize size = page->timeline().size();
        emit page->timeline().pictureWanted(m_settings.filePath("a.png"));
        QVERIFY(page->exports().pictureLine().isRunning());
        QTRY_COMPARE(saved.size(), 1);
        QCOMPARE(QImage(m_settings.filePath("a.png")).size(), 2 * size);
        const QSize sizeNow = page->timeline().size(); // more of the call may have come meanwhile
        emit page->timeline().pictureWanted(m_settings.filePath("a.svg"));
        QTRY_COMPARE(saved.size(), 2);
        QFile drawing(m_settings.filePath("a.svg"));
        QVERIFY(drawing.open(QIODevice::ReadOnly));
        QCOMPARE(drawing.readAll(), page->timeline().drawing(sizeNow));
        emit page->timeline().pictureWanted("/nowhere/at/all.png");
        QTRY_COMPARE(saved.size(), 3);
        QVERIFY2(page->said().contains("is there such a folder?"), qPrintable(page->said()));
        emit page->timeline().pictureWanted(m_settings.filePath("a.gif"));
        QCOMPARE(saved.size(), 4);
        QVERIFY2(page->said().contains(".png or .svg"), qPrintable(page->said()));
        QCOMPARE(QDir(m_settings.path()).entryList({ "a.*" }, QDir::Files), (QStringList { "a.png", "a.svg" }));
    }

    void whatTheAnswersLackIsSaidOnThePage()
    {
        m_source->remarks = QStringList { "Tags are left out: notes.sqlite is damaged." };
        m_source->mediaRemarks = QStringList { "Media of 2026-11-23 are left out: the disk cannot be read." };
        CallPage* page = m_window->openCall(m_source->record(0).key);
        QTRY_VERIFY2(page->said().contains(m_source->remarks.front()), qPrintable(page->said()));
        QVERIFY2(page->said().contains("Press F5"), qPrintable(page->said()));
        QTRY_VERIFY(page->player().hasAudio());
        QVERIFY2(page->said().contains(m_source->mediaRemarks.front()), qPrintable(page->said()));
        QSignalSpy exported(page, &CallPage::captureExported);
        page->exportCapture(m_settings.filePath("partly.pcap"));
        QTRY_COMPARE(exported.size(), 1);
        QVERIFY(exported[0][0].toBool());
        QVERIFY2(
            page->said().contains("not all of the call: " + m_source->mediaRemarks.front()), qPrintable(page->said()));
        m_source->remarks.clear(); // it was mended
        m_source->mediaRemarks.clear();
        page->reload();
        QTRY_VERIFY2(page->said().isEmpty(), qPrintable(page->said()));
    }

    void ofACallOfLastYearThePageSaysWhatIsKeptNoMoreAndShowsTheRest()
    {
        m_source->qualityGone = sentence(kept_no_more::quality, "2025-11-29", *parseIso8601("2026-02-27T03:00:00Z"));
        m_source->messagesGone = sentence(kept_no_more::messages, *parseIso8601("2026-01-28T03:00:00Z"));
        m_source->mediaGone = sentence("The recording of stream %1 is incomplete: %2.", 0,
            sentence(kept_no_more::media, *parseIso8601("2025-12-29T03:00:00Z")));
        CallPage* page = m_window->openCall(m_source->record(0).key);
        QTRY_VERIFY2(page->said().startsWith("Kept no more: "), qPrintable(page->said()));
        QVERIFY2(page->said().contains("The quality series of 2025-11-29 expired and were deleted at 2026-02-27"),
            qPrintable(page->said()));
        QVERIFY2(page->said().contains("The messages of this call expired and were deleted at 2026-01-28"),
            qPrintable(page->said()));
        QVERIFY2(!page->said().contains("F5"), qPrintable(page->said())); // nothing helps
        QTRY_VERIFY2(page->player().message().startsWith("The sound of this call is kept no more: "),
            qPrintable(page->player().message()));
        QVERIFY2(page->player().message().contains("2025-12-29 03:00:00"), qPrintable(page->player().message()));
        QVERIFY(!page->player().hasAudio() && !page->player().loading().isRunning());
        page->showMessages();
        QVERIFY(std::ranges::any_of(page->messages().findChildren<QLabel*>(),
            [](const QLabel* label) { return label->isVisible() && label->text().contains("kept no more"); }));
        // What is kept: the record, its story and its figures, per stream, and alarms.
        const auto* story = page->findChild<ElidedLabel*>("story");
        QVERIFY(story && story->text().startsWith("Answered after 3.2 s"));
        QVERIFY(page->hasFigures());
        QCOMPARE(page->findChild<StreamTable*>()->rowCount(), 2);
        page->showMosBreakdown();
        QVERIFY(page->findChild<MosWaterfallView*>()->isVisible());
        const auto& spans = page->timeline().data().spans;
        QVERIFY(
            std::ranges::any_of(spans, [](const TimelineSpan& span) { return span.shade == TimelineShade::Alarm; }));
        QTest::qWait(1'500); // nor is it asked for again and again, or said otherwise
        QVERIFY2(page->said().startsWith("Kept no more: "), qPrintable(page->said()));
    }

    void aFailureThatCanBeMendedIsToldFromWhatIsKeptNoMore()
    {
        m_source->qualityGone = sentence(kept_no_more::quality, "2025-11-29", *parseIso8601("2026-02-27T03:00:00Z"));
        m_source->messagesGone = plainText("The disk cannot be read.");
        CallPage* page = m_window->openCall(m_source->record(0).key);
        QTRY_VERIFY2(
            page->said().startsWith(
                "Not all of this call could be fetched: The disk cannot be read. Press F5 to try again. Kept no "
                "more: The quality series"),
            qPrintable(page->said()));
        m_source->messagesGone = {};
        page->reload();
        QTRY_VERIFY2(page->said().startsWith("Kept no more: "), qPrintable(page->said()));
        QVERIFY(page->messages().ladder().count() > 0);
    }

    void bothExportsAreAmongTheCommandsOfACall()
    {
        const auto has = [this](const QString& name) {
            return std::ranges::any_of(
                m_window->commands(), [&](const Command& one) { return one.name.contains(name); });
        };
        QVERIFY(!has("WAV") && !has("pcap")); // no call is in front
        openEnded();
        QVERIFY(has("WAV") && has("pcap"));
    }

    void theHeadTellsWhoEndedItAndWhatTheProbeLost()
    {
        CallPage* page = openEnded();
        const auto said = [&](const QString& name) {
            const auto* label = page->findChild<ElidedLabel*>(name);
            return label ? label->text() : QString();
        };
        QCOMPARE(said("story"), QString("Answered after 3.2 s, talked for 0:01:35. The callee hung up."));
        QVERIFY(said("trust").contains("lost 1,204 frames"));
    }

    void theHeadTellsWhoKeepsItByAHoldAndWhy()
    {
        m_source->legalHold = "kept by hold, ada: case 17";
        const CallPage* page = openEnded();
        const auto says = [&] {
            return std::ranges::any_of(page->findChildren<ElidedLabel*>(),
                [](const ElidedLabel* label) { return label->text().endsWith("; kept by hold, ada: case 17"); });
        };
        QTRY_VERIFY(says());
    }

    // The record says that the call has ended some seconds before its MOS is known.
    void theMosThatComesAfterTheEndIsShown()
    {
        m_source->stored = m_source->record(0);
        m_source->stored->mosMean.reset();
        const CallPage* page = openEnded();
        const auto says = [&] {
            return std::ranges::any_of(page->findChildren<ElidedLabel*>(),
                [](const ElidedLabel* label) { return label->isVisible() && label->text().contains("3.21"); });
        };
        QTest::qWait(2'500); // the page has asked again, once it knew of the end
        QVERIFY(!says());
        m_source->stored->mosMean = 3.21;
        QTRY_VERIFY(says());
    }

    void fSixEnlargesOneHalfAndShowsBothAgain()
    {
        CallPage* page = openEnded();
        const int both = page->timeline().height();
        page->timeline().setFocus();
        QTest::keyClick(&page->timeline(), Qt::Key_F6);
        QTRY_VERIFY(page->timeline().height() > both + 50);
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_F6);
        QTRY_VERIFY(!page->timeline().isVisible() || page->timeline().visibleRegion().isEmpty());
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_F6);
        QTRY_VERIFY(!page->timeline().visibleRegion().isEmpty());
    }

private:
    // ALSA's file device: what is played is written there, as fast as it comes.
    void useSoundDevice()
    {
        QFile config(m_settings.filePath("asound.conf"));
        QVERIFY(config.open(QIODevice::WriteOnly | QIODevice::Truncate));
        QFile::remove(played());
        config.write(QString("pcm.recorder { type file slave.pcm { type null } file \"%1\" format raw }\n"
                             "pcm.!default { type plug slave.pcm recorder }\n")
                         .arg(played())
                         .toUtf8());
        config.close();
        qputenv("ALSA_CONFIG_PATH", config.fileName().toUtf8());
    }
    QString played() const { return m_settings.filePath("played.raw"); }
    static bool playIsInTheMenu(const MainWindow& window)
    {
        return std::ranges::any_of(
            window.commands(), [](const Command& one) { return one.name.contains("Play or pause"); });
    }
    static bool offersNoPlay(const MainWindow& window, CallPage& page, const QString& why)
    {
        const QToolButton* play = button(page.player(), "Play");
        return !play->isEnabled() && play->toolTip().contains(why) && !playIsInTheMenu(window);
    }
    static QToolButton* button(PlayerBar& bar, const QString& text)
    {
        for (QToolButton* one : bar.findChildren<QToolButton*>())
            if (one->text() == text)
                return one;
        return nullptr;
    }

    CallPage* openEnded()
    {
        CallPage* page = m_window->openCall(m_source->record(0).key);
        [&] { QTRY_VERIFY(page->hasSeries() && page->messages().ladder().count() > 0 && page->player().hasAudio()); }();
        return page;
    }

    QTemporaryDir m_settings;
    std::unique_ptr<DemoSource> m_source;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestCallPage)
#include "tst_call_page.moc"
