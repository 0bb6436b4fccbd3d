// The alarms as a user works with them: by keys alone.
#include "answered.h"
#include "console/models/list_export.h"
#include "console/views/alarm_notice.h"
#include "console/views/alarm_page.h"
#include "console/views/call_page.h"
#include "console/views/call_table.h"
#include "console/views/comment_dialog.h"
#include "console/views/main_window.h"
#include "console/views/message_bar.h"
#include "console/views/rule_form.h"
#include "console/views/rules_dialog.h"
#include "console/views/shelve_dialog.h"
#include "demo_source.h"
#include "shown_window.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QtTest>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace callmon;

namespace {

class AlarmPageTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QCoreApplication::setOrganizationName("VoIPCallMon");
        QCoreApplication::setApplicationName("callmon-console-test-alarms");
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_settings.path());
    }

    void init() { QVERIFY(test::openWindow(m_source, m_window)); }
    void cleanup()
    {
        m_window.reset();
        m_source.reset();
    }

    void theTabTellsHowManyNobodyHasSeenTo()
    {
        auto* tabs = m_window->findChild<QTabWidget*>();
        QCOMPARE(tabs->tabText(2), QString("Alarms"));
        m_source->openAlarms(m_source->alarmsOf(12)); // one of them acknowledged, one critical
        QCOMPARE(tabs->tabText(2), QString("■ Alarms (11)"));
        m_source->openAlarms({});
        QCOMPARE(tabs->tabText(2), QString("Alarms"));
    }

    void enterGoesToTheCallAndEscBack()
    {
        m_source->openAlarms(m_source->alarmsOf(12));
        QTest::keyClick(m_window.get(), Qt::Key_3, Qt::ControlModifier);
        CallTable& table = page().table();
        QTRY_VERIFY(table.hasFocus());
        QTest::keyClick(&table, Qt::Key_Return); // the critical one is the probe's: no call to go to
        QVERIFY(!m_window->currentCall());
        QTest::keyClick(&table, Qt::Key_Down);
        const auto call = page().open().alarmAt(1)->call;
        QVERIFY(call);
        QTest::keyClick(&table, Qt::Key_Return);
        QVERIFY(m_window->currentCall());
        QCOMPARE(m_window->currentCall()->call(), *call);
        QTest::keyClick(m_window.get(), Qt::Key_Escape);
        QVERIFY(table.hasFocus());
        QCOMPARE(table.currentIndex().row(), 1);
    }

    void theKeyThatShowsTheAlarmsChoosesOneToBeAcknowledged()
    {
        m_source->openAlarms(m_source->alarmsOf(12));
        QTest::keyClick(m_window.get(), Qt::Key_3, Qt::ControlModifier);
        QTRY_VERIFY(page().table().hasFocus());
        QVERIFY(page().acknowledgeAction()->isEnabled());
        acknowledge("seen to");
        QTRY_COMPARE(m_source->acknowledged.size(), std::size_t(1));
        QCOMPARE(m_source->acknowledged[0].first, page().open().alarmAt(0)->id);
    }

    // They come while the page is looked at, and a chosen one goes: an arrow chooses, and does not pass over a row.
    void anArrowChoosesWhereNothingIsChosen()
    {
        m_window->showAlarms();
        auto alarms = m_source->alarmsOf(3);
        m_source->openAlarms(alarms);
        QTRY_VERIFY(page().table().isVisible());
        page().table().setFocus();
        QVERIFY(!page().acknowledgeAction()->isEnabled());
        QTest::keyClick(&page().table(), Qt::Key_Down);
        QVERIFY(page().acknowledgeAction()->isEnabled());
        page().table().selectRow(2);
        const AlarmId last = page().open().alarmAt(2)->id;
        AlarmDelta gone;
        gone.removed = { last };
        emit m_source->alarmsChanged(gone);
        QTRY_COMPARE(page().open().rowCount(), 2);
        QVERIFY(!page().acknowledgeAction()->isEnabled()); // nobody chose another
        QTest::keyClick(&page().table(), Qt::Key_Down);
        QVERIFY(page().acknowledgeAction()->isEnabled());
        QCOMPARE(page().table().selectionModel()->selectedRows().front().row(), 1);
    }

    void whereNoAlarmIsOpenNoArrowChoosesAnotherView()
    {
        m_window->showAlarms();
        auto* const view = page().findChild<QComboBox*>("alarmView");
        QVERIFY(!view->hasFocus());
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Down);
        QCOMPARE(view->currentIndex(), 0);
    }

    void whereThereIsRoomTheWholeSentenceIsRead()
    {
        m_source->openAlarms(m_source->alarmsOf(12));
        m_window->showAlarms();
        m_window->resize(2560, 1440);
        for (int row = 0; row < page().open().rowCount(); ++row) {
            const QString sentence = page().open().index(row, AlarmModel::Text).data().toString();
            QTRY_VERIFY2(page().table().columnWidth(AlarmModel::Text)
                    > page().table().fontMetrics().horizontalAdvance(sentence) + 8,
                qPrintable(sentence));
        }
    }

    void whatIsAcknowledgedOrShelvedTheDialogSays()
    {
        m_source->openAlarms(m_source->alarmsOf(12));
        m_window->showAlarms();
        page().focusList();
        const QString sentence = page().open().index(0, AlarmModel::Text).data().toString();
        QVERIFY(!sentence.isEmpty());
        QTest::keyClick(m_window.get(), Qt::Key_K, Qt::ControlModifier);
        const auto isSaidIn = [&](const QWidget& dialog) {
            return std::ranges::any_of(dialog.findChildren<QLabel*>(),
                [&](const QLabel* label) { return label->isVisible() && label->text() == sentence; });
        };
        auto* comment = page().findChild<CommentDialog*>();
        QVERIFY(comment && isSaidIn(*comment));
        comment->reject();
        QTest::keyClick(m_window.get(), Qt::Key_J, Qt::ControlModifier);
        auto* shelf = page().findChild<ShelveDialog*>();
        QVERIFY(shelf && isSaidIn(*shelf));
        shelf->reject();
    }

    // What is written for the others is asked about before Esc throws it away, in the one dialog as in the other.
    void aCommentThatIsWrittenIsNotThrownAwayUnasked()
    {
        m_source->openAlarms(m_source->alarmsOf(3));
        m_window->showAlarms();
        page().focusList();
        const auto open = [this](Qt::Key key) -> QPointer<EditorDialog> {
            m_window->activateWindow(); // as a desktop does when a dialog has gone
            (void)QTest::qWaitForWindowActive(m_window.get());
            QTest::keyClick(m_window.get(), key, Qt::ControlModifier);
            for (auto* dialog : page().findChildren<EditorDialog*>())
                if (dialog->isVisible())
                    return dialog;
            return {};
        };
        for (const Qt::Key key : { Qt::Key_K, Qt::Key_J }) {
            QPointer<EditorDialog> dialog = open(key);
            QVERIFY(dialog);
            const auto escape = [&] { QTest::keyClick(dialog.data(), Qt::Key_Escape); };
            QCOMPARE(test::answered(QMessageBox::RejectRole, escape), 0); // nothing is written
            QTRY_VERIFY(!dialog);
            dialog = open(key);
            QVERIFY(dialog);
            auto* const comment = dialog->findChild<QLineEdit*>();
            QTest::keyClicks(comment, "the link to Lugo");
            QCOMPARE(test::answered(QMessageBox::RejectRole, escape), 1);
            QVERIFY(dialog && dialog->isVisible());
            QCOMPARE(comment->text(), QString("the link to Lugo"));
            QCOMPARE(test::answered(QMessageBox::DestructiveRole, escape), 1);
            QTRY_VERIFY(!dialog);
        }
        QVERIFY(m_source->acknowledged.empty());
    }

    // What was open before is no news, nor is what others see to; what is raised at once is told at once.
    void aNewAlarmIsToldWithASoundUnlessItIsSwitchedOff()
    {
        QFile config(m_settings.filePath("asound.conf"));
        QVERIFY(config.open(QIODevice::WriteOnly | QIODevice::Truncate));
        const QString played = m_settings.filePath("played.raw");
        config.write(QString("pcm.recorder { type file slave.pcm { type null } file \"%1\" format raw }\n"
                             "pcm.!default { type plug slave.pcm recorder }\n")
                         .arg(played)
                         .toUtf8());
        config.close();
        qputenv("ALSA_CONFIG_PATH", config.fileName().toUtf8());
        auto* notice = m_window->findChild<AlarmNotice*>();
        QVERIFY(notice);
        QSignalSpy noticed(notice, &AlarmNotice::noticed);
        m_source->openAlarms(m_source->alarmsOf(3));
        QTest::qWait(500);
        QCOMPARE(noticed.count(), 0);
        QVERIFY(!QFile::exists(played));
        const auto raise = [this](std::int64_t id, AlarmSeverity severity) {
            Alarm alarm = m_source->alarmsOf(1).front();
            alarm.id = { id };
            alarm.severity = severity;
            alarm.acknowledgedAt.reset();
            alarm.shelvedUntil.reset();
            return alarm;
        };
        AlarmDelta delta;
        delta.changed = { raise(9'001, AlarmSeverity::Minor) };
        delta.changed.push_back(raise(9'002, AlarmSeverity::Critical));
        delta.changed.back().shelvedUntil = delta.changed.back().raisedAt;
        emit m_source->alarmsChanged(delta);
        QTest::qWait(500);
        QCOMPARE(noticed.count(), 0);
        delta.changed = { raise(9'003, AlarmSeverity::Major) };
        emit m_source->alarmsChanged(delta);
        delta.changed = { raise(9'004, AlarmSeverity::Critical) };
        emit m_source->alarmsChanged(delta);
        QTRY_COMPARE(noticed.count(), 1);
        QVERIFY2(noticed[0][0].toString().contains("2 alarms, the worst one critical"),
            qPrintable(noticed[0][0].toString()));
        const auto heard = [&] {
            QFile file(played);
            return file.open(QIODevice::ReadOnly) && file.readAll().count('\0') < file.size() / 2;
        };
        QTRY_VERIFY(heard());
        emit m_source->alarmsChanged(delta); // it is known
        notice->soundAction()->setChecked(false);
        delta.changed = { raise(9'005, AlarmSeverity::Critical) };
        QFile::remove(played);
        emit m_source->alarmsChanged(delta);
        QCOMPARE(noticed.count(), 1); // not again within seconds
        QTRY_COMPARE_WITH_TIMEOUT(noticed.count(), 2, 8'000);
        QTest::qWait(300);
        QVERIFY(!heard());
        notice->soundAction()->setChecked(true);
    }

    // The sound device is a pipe that nobody reads: whoever opens it waits for ever.
    void aSoundDeviceThatDoesNotAnswerHoldsTheWindowUpForNoAlarm()
    {
        const QByteArray pipe = QFile::encodeName(m_settings.filePath("sound.pipe"));
        QCOMPARE(::mkfifo(pipe.constData(), 0600), 0);
        QFile config(m_settings.filePath("asound.conf"));
        QVERIFY(config.open(QIODevice::WriteOnly | QIODevice::Truncate));
        config.write("pcm.recorder { type file slave.pcm { type null } file \"" + pipe + "\" format raw }\n"
            + "pcm.!default { type plug slave.pcm recorder }\n");
        config.close();
        qputenv("ALSA_CONFIG_PATH", config.fileName().toUtf8());
        auto* notice = m_window->findChild<AlarmNotice*>();
        QSignalSpy noticed(notice, &AlarmNotice::noticed);
        notice->soundAction()->setChecked(true);
        m_source->openAlarms({});
        AlarmDelta delta;
        delta.changed = { m_source->alarmsOf(1).front() };
        delta.changed.back().id = { 9'101 };
        delta.changed.back().severity = AlarmSeverity::Critical;
        QElapsedTimer took;
        took.start();
        emit m_source->alarmsChanged(delta);
        QTRY_COMPARE(noticed.count(), 1);
        QTest::qWait(200); // the sound is wanted by now
        m_window->showAlarms();
        QVERIFY2(took.elapsed() < 2'000, qPrintable(QString::number(took.elapsed())));
        m_window.reset(); // nor does closing it wait
        QVERIFY2(took.elapsed() < 4'000, qPrintable(QString::number(took.elapsed())));
        const int reader = ::open(pipe.constData(), O_RDONLY | O_NONBLOCK); // the other tests have their devices again
        QTest::qWait(300);
        ::close(reader);
    }

    void everyChosenAlarmIsAcknowledgedWithTheComment()
    {
        m_source->openAlarms(m_source->alarmsOf(100));
        m_window->showAlarms();
        page().table().selectAll();
        acknowledge("it is the backup");
        QTRY_COMPARE(m_source->acknowledged.size(), std::size_t(100));
        QCOMPARE(m_source->acknowledged[0].second, QString("it is the backup"));
        QVERIFY(page().lastError().isEmpty());
    }

    void refusedAcknowledgementIsSaid()
    {
        m_source->openAlarms(m_source->alarmsOf(3));
        m_window->showAlarms();
        page().table().selectRow(0);
        acknowledge("refused");
        const QString sentence = page().open().index(0, AlarmModel::Text).data().toString();
        QTRY_COMPARE(
            page().lastError(), QString("Not acknowledged: “%1”: the engine does not keep it any more").arg(sentence));
    }

    // Alarms clear by themselves, also while the user chooses for how long.
    void anAlarmThatClearedMeanwhileHoldsUpNoneOfTheOthers()
    {
        m_source->openAlarms(m_source->alarmsOf(4));
        m_window->showAlarms();
        const QString first = page().open().index(0, AlarmModel::Text).data().toString();
        const AlarmId gone = page().open().alarmAt(0)->id;
        page().table().selectAll();
        QTest::keyClick(m_window.get(), Qt::Key_J, Qt::ControlModifier);
        auto* dialog = page().findChild<ShelveDialog*>();
        QVERIFY(dialog);
        std::erase_if(m_source->shownAlarms, [gone](const Alarm& alarm) { return alarm.id == gone; });
        QTest::keyClick(dialog->findChild<QLineEdit*>("shelfComment"), Qt::Key_Return);
        QTRY_COMPARE(std::ranges::count_if(
                         m_source->shownAlarms, [](const Alarm& alarm) { return alarm.shelvedUntil.has_value(); }),
            3);
        QTRY_COMPARE(page().lastError(),
            QString("Not shelved: “%1”: it has ended meanwhile: there is nothing to shelve").arg(first));
    }

    void shelvedAlarmsAreAwayAndCanBeBroughtBack()
    {
        m_source->openAlarms(m_source->alarmsOf(3));
        m_window->showAlarms();
        page().table().selectRow(0);
        QTest::keyClick(m_window.get(), Qt::Key_J, Qt::ControlModifier);
        auto* dialog = page().findChild<ShelveDialog*>();
        QVERIFY(dialog);
        QCOMPARE(dialog->time(), std::chrono::seconds(1800));
        QTest::keyClick(dialog->findChild<QComboBox*>("shelfTime"), Qt::Key_Down);
        QTest::keyClicks(dialog->findChild<QLineEdit*>("shelfComment"), "works on Sunday");
        QTest::keyClick(dialog->findChild<QLineEdit*>("shelfComment"), Qt::Key_Return);
        QTRY_COMPARE(page().open().rowCount(), 2);
        QVERIFY(page().lastError().isEmpty());
        const auto saysShelved = [this] {
            return std::ranges::any_of(page().findChildren<QLabel*>(), [](const QLabel* label) {
                return label->isVisible() && label->text().contains("2 of 3 alarms · 1 shelved");
            });
        };
        QVERIFY(saysShelved());
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        auto* view = page().findChild<QComboBox*>("alarmView");
        view->setFocus();
        QTest::keyClick(view, Qt::Key_Down); // open, with shelved
        QCOMPARE(page().open().rowCount(), 3);
        m_window->showAlarms();
        page().table().selectRow(0);
        const QModelIndex until = page().open().index(0, AlarmModel::ShelvedUntil);
        QVERIFY(until.data().toString() != page().open().index(1, AlarmModel::ShelvedUntil).data().toString());
        QVERIFY(page().open().index(0, AlarmModel::Text).data().toString().startsWith("(shelved) "));
        QVERIFY(!page().open().index(1, AlarmModel::Text).data().toString().startsWith("(shelved) "));
        QCOMPARE(page().open().index(0, AlarmModel::ShelvedBy).data().toString(), QString("anna"));
        QCOMPARE(page().open().index(0, AlarmModel::ShelfComment).data().toString(), QString("works on Sunday"));
        QTest::keyClick(m_window.get(), Qt::Key_J, Qt::ControlModifier);
        QTest::keyClick(view, Qt::Key_Up);
        QTRY_COMPARE(page().open().rowCount(), 3);
    }

    void whenAllAreShelvedThatIsSaid()
    {
        auto alarms = m_source->alarmsOf(2);
        for (Alarm& alarm : alarms)
            alarm.shelvedUntil = alarm.raisedAt + std::chrono::hours(1);
        m_source->openAlarms(alarms);
        m_window->showAlarms();
        QVERIFY(says("All alarms that are open are shelved"));
    }

    void filterNarrowsAndEscClears()
    {
        m_source->openAlarms(m_source->alarmsOf(12));
        m_window->showAlarms();
        auto* filter = page().findChild<QLineEdit*>("alarmFilter");
        QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier); // that of the page that is seen
        QVERIFY(filter->hasFocus());
        QTest::keyClicks(filter, "disk");
        QCOMPARE(page().open().rowCount(), 1);
        QTest::keyClicks(filter, " xyz");
        QVERIFY(says("No alarm matches the filter"));
        QTest::keyClick(filter, Qt::Key_Escape);
        QCOMPARE(page().open().rowCount(), 12);
    }

    void emptyListsSayWhy()
    {
        m_window->showAlarms();
        QVERIFY(says("No alarm is open"));
        m_source->loseConnection();
        QVERIFY(says("Not connected to an engine"));
        page().showPast(true);
        QVERIFY(page().lastError().startsWith("Not connected"));
    }

    void pastAlarmsAreSearchedByTime()
    {
        m_window->showAlarms();
        page().showPast(true);
        QTRY_COMPARE(page().past().rowCount(), 60);
        QCOMPARE(page().past().index(0, AlarmModel::End).data().toString(), QString("recovered"));
        QVERIFY(csvOf(page().past(), { AlarmModel::End }).starts_with("end_reason\r\nrecovered\r\ncall_ended"));
    }

    void whatASearchOfPastAlarmsCouldNotReadIsSaid()
    {
        m_source->remarks = { "Alarms of 2026-11-03 are left out: the file is damaged.",
            "Alarms of 2026-11-04 are gone." };
        m_window->showAlarms();
        page().showPast(true);
        QTRY_COMPARE(page().past().rowCount(), 60);
        QCOMPARE(page().lastError(), m_source->remarks.join(' '));
        m_source->remarks.clear();
        page().reload();
        QTRY_VERIFY(!page().isSearching());
        QVERIFY(page().lastError().isEmpty());
    }

    void ruleIsChangedByKeysAndAWrongOneCannotBeSaved()
    {
        m_window->showAlarms();
        QTest::keyClick(m_window.get(), Qt::Key_R, Qt::ControlModifier);
        auto* dialog = page().findChild<RulesDialog*>();
        QVERIFY(dialog);
        QTRY_COMPARE(dialog->rules().rowCount(), static_cast<int>(builtInRules().size()));
        QTest::keyClick(&dialog->table(), Qt::Key_Down); // loss-high: above 5 %, cleared up to 2 %
        QCOMPARE(dialog->form().rule().name.str(), std::string("loss-high"));
        auto* threshold = dialog->form().findChild<QDoubleSpinBox*>("ruleThreshold");
        threshold->setValue(1); // below the clear threshold
        QVERIFY(dialog->form().problem().contains("clear threshold"));
        QVERIFY(!button(*dialog, "Sa&ve")->isEnabled());
        threshold->setValue(8);
        dialog->form().findChild<QCheckBox*>("ruleEnabled")->setChecked(false);
        QVERIFY(!button(*dialog, "Take &back")->isEnabled()); // it is as configured
        QTest::keyClick(button(*dialog, "Sa&ve"), Qt::Key_Space);
        QTRY_COMPARE(dialog->changes().rowCount(), 1);
        const AlarmRule* rule = findRule(m_source->rules, "loss-high");
        QCOMPARE(rule->threshold, 8.0);
        QVERIFY(!rule->enabled);
        QTRY_VERIFY(button(*dialog, "Take &back")->isEnabled());
        QCOMPARE(dialog->table().currentIndex().row(), 1); // it stays chosen

        QTest::keyClick(button(*dialog, "Ne&w"), Qt::Key_Space);
        QVERIFY(!button(*dialog, "Sa&ve")->isEnabled()); // it has no name
        auto* name = dialog->form().findChild<QLineEdit*>("ruleName");
        QVERIFY(name->hasFocus());
        QTest::keyClicks(name, "loss-of-the-boss");
        QTest::keyClick(button(*dialog, "Sa&ve"), Qt::Key_Space);
        QTRY_VERIFY(findRule(m_source->rules, "loss-of-the-boss"));
        QTRY_VERIFY(dialog->table().currentIndex().isValid());
        QTRY_COMPARE(
            dialog->rules().ruleAt(dialog->table().currentIndex().row())->name.str(), std::string("loss-of-the-boss"));
        QTest::keyClick(button(*dialog, "Take &back"), Qt::Key_Space);
        QTRY_VERIFY(!findRule(m_source->rules, "loss-of-the-boss"));
        dialog->close();
    }

    // By Tab alone from top to bottom; and what a new rule looks at brings figures that make sense for it.
    void lettersChooseASeverityByItsWord()
    {
        m_window->showAlarms();
        auto* const box = page().findChild<QComboBox*>("alarmSeverity");
        QVERIFY(box);
        QTest::keyClick(box, 'c');
        QVERIFY(box->currentText().contains("critical"));
        QTest::keyClicks(box, "m"); // goes on with "c": there is no "cm"
        QVERIFY(box->currentText().contains("critical"));
        QTest::qWait(QApplication::keyboardInputInterval() + 100);
        QTest::keyClick(box, 'm');
        QVERIFY(box->currentText().contains("minor"));
        QTest::keyClick(box, 'm');
        QVERIFY(box->currentText().contains("major"));
        QTest::qWait(QApplication::keyboardInputInterval() + 100);
        QTest::keyClicks(box, "mi");
        QVERIFY(box->currentText().contains("minor"));
        box->showPopup();
        QTest::qWait(QApplication::keyboardInputInterval() + 100);
        QTest::keyClicks(box->view(), "cri");
        QTest::keyClick(box->view(), Qt::Key_Return);
        QVERIFY(box->currentText().contains("critical"));
        QVERIFY(!box->view()->isVisible());
    }

    // Whoever wrote a rule and presses Esc, or chooses another, is asked.
    void anUnsavedRuleIsNotThrownAwayUnasked()
    {
        m_window->showAlarms();
        page().rulesAction()->trigger();
        QPointer<RulesDialog> dialog = page().findChild<RulesDialog*>();
        QTRY_COMPARE(dialog->rules().rowCount(), static_cast<int>(builtInRules().size()));
        dialog->table().selectRow(2);
        QTest::keyClick(dialog.data(), Qt::Key_Escape); // nothing was changed: nothing is asked
        QTRY_VERIFY(!dialog);

        page().rulesAction()->trigger();
        dialog = page().findChild<RulesDialog*>();
        QTRY_COMPARE(dialog->rules().rowCount(), static_cast<int>(builtInRules().size()));
        dialog->table().selectRow(2);
        auto* const threshold = dialog->form().findChild<QDoubleSpinBox*>("ruleThreshold");
        threshold->setValue(threshold->value() + 1);
        const AlarmRule typed = dialog->form().rule();
        QCOMPARE(test::answered(QMessageBox::RejectRole, [&] { QTest::keyClick(dialog.data(), Qt::Key_Escape); }), 1);
        QVERIFY(dialog && dialog->isVisible());
        QCOMPARE(test::answered(QMessageBox::RejectRole, [&] { dialog->table().selectRow(4); }), 1);
        QCOMPARE(dialog->table().currentIndex().row(), 2);
        QCOMPARE(dialog->table().selectionModel()->selectedRows().value(0).row(), 2);
        QCOMPARE(dialog->form().rule().threshold, typed.threshold);
        QCOMPARE(test::answered(QMessageBox::DestructiveRole, [&] { dialog->table().selectRow(4); }), 1);
        QCOMPARE(dialog->table().currentIndex().row(), 4);
        QCOMPARE(dialog->form().rule().name.str(), dialog->rules().ruleAt(4)->name.str());
        QCOMPARE(test::answered(QMessageBox::RejectRole, [&] { dialog->table().selectRow(1); }), 0);

        for (QPushButton* one : dialog->findChildren<QPushButton*>())
            if (one->text() == "Ne&w")
                one->click();
        QTest::keyClicks(dialog->form().findChild<QLineEdit*>("ruleName"), "night-shift");
        QCOMPARE(test::answered(QMessageBox::RejectRole, [&] { dialog->table().selectRow(0); }), 1);
        QVERIFY(!dialog->table().currentIndex().isValid());
        QCOMPARE(dialog->form().rule().name.str(), std::string("night-shift"));
        for (QPushButton* one : dialog->findChildren<QPushButton*>())
            if (one->text() == "Sa&ve")
                one->click();
        QTRY_VERIFY(findRule(m_source->rules, "night-shift"));
        QTRY_COMPARE(dialog->rules().rowCount(), static_cast<int>(builtInRules().size()) + 1);
        QTest::qWait(100);
        QCOMPARE(test::answered(QMessageBox::RejectRole, [&] { QTest::keyClick(dialog.data(), Qt::Key_Escape); }), 0);
        QTRY_VERIFY(!dialog);
    }

    void aNewRuleIsMadeFromTopToBottom()
    {
        m_window->showAlarms();
        QTest::keyClick(m_window.get(), Qt::Key_R, Qt::ControlModifier);
        auto* dialog = page().findChild<RulesDialog*>();
        QTRY_COMPARE(dialog->rules().rowCount(), static_cast<int>(builtInRules().size()));
        QTest::keyClick(button(*dialog, "Ne&w"), Qt::Key_Space);
        QVERIFY(!dialog->table().selectionModel()->hasSelection()); // it is none of those
        QTest::keyClicks(QApplication::focusWidget(), "talkers");
        int lowest = -1;
        for (QWidget* last = nullptr; QApplication::focusWidget() != last;) {
            last = QApplication::focusWidget();
            const int y = last->mapTo(dialog, QPoint()).y();
            QVERIFY2(y > lowest, qPrintable(last->objectName()));
            lowest = y;
            if (last->objectName() == "ruleEnabled")
                break;
            QTest::keyClick(last, Qt::Key_Tab);
            if (dialog->form().rule().kind == AlarmKind::MosLow && lowest > 0) { // at the second field
                QTest::keyClicks(QApplication::focusWidget(), "Long");
                QCOMPARE(dialog->form().rule().kind, AlarmKind::LongCall);
            }
        }
        QCOMPARE(QApplication::focusWidget()->objectName(), QString("ruleEnabled"));
        const AlarmRule* builtIn = findRule(m_source->rules, "long-call");
        QCOMPARE(dialog->form().rule().threshold, builtIn->threshold);
        QCOMPARE(dialog->form().rule().clearThreshold, builtIn->clearThreshold);
        QCOMPARE(dialog->form().rule().raiseAfter, builtIn->raiseAfter);
        QCOMPARE(dialog->form().problem(), QString());
        QTest::keyClick(button(*dialog, "Sa&ve"), Qt::Key_Space);
        QTRY_VERIFY(findRule(m_source->rules, "talkers"));
        dialog->close();
    }

    void aFigureOfARuleIsTypedWithItsDecimals()
    {
        m_window->showAlarms();
        QTest::keyClick(m_window.get(), Qt::Key_R, Qt::ControlModifier);
        auto* dialog = page().findChild<RulesDialog*>();
        QTRY_COMPARE(dialog->rules().rowCount(), static_cast<int>(builtInRules().size()));
        QCOMPARE(dialog->form().rule().name.str(), std::string("mos-low"));
        auto* threshold = dialog->form().findChild<QDoubleSpinBox*>("ruleThreshold");
        threshold->setFocus();
        threshold->selectAll();
        QTest::keyClicks(threshold, "3.25");
        QCOMPARE(threshold->value(), 3.25);
        QCOMPARE(test::answered(QMessageBox::DestructiveRole, [&] { dialog->close(); }), 1);
    }

private:
    AlarmPage& page() { return m_window->alarms(); }
    bool says(const QString& text)
    {
        for (const QLabel* label : page().findChildren<QLabel*>())
            if (label->isVisible() && label->text() == text)
                return true;
        return false;
    }
    static QPushButton* button(QWidget& where, const QString& text)
    {
        for (QPushButton* one : where.findChildren<QPushButton*>())
            if (one->text() == text)
                return one;
        return nullptr;
    }
    void acknowledge(const QString& comment)
    {
        QTest::keyClick(m_window.get(), Qt::Key_K, Qt::ControlModifier);
        auto* dialog = page().findChild<CommentDialog*>();
        QVERIFY(dialog);
        auto* edit = dialog->findChild<QLineEdit*>();
        QTest::keyClicks(edit, comment);
        QTest::keyClick(edit, Qt::Key_Return);
    }

    QTemporaryDir m_settings;
    std::unique_ptr<DemoSource> m_source;
    std::unique_ptr<MainWindow> m_window;
};

}

QTEST_MAIN(AlarmPageTest)
#include "tst_alarm_page.moc"
