// An administrator's work by the real window, at a real engine on the other side of TLS, and a call heard while it is
// on. What came of it is asked by callmonctl with another certificate, not of the console.
#include "console/source/link_source.h"
#include "console/views/alarm_page.h"
#include "console/views/call_notes_panel.h"
#include "console/views/call_page.h"
#include "console/views/call_table.h"
#include "console/views/comment_dialog.h"
#include "console/views/deletion_dialog.h"
#include "console/views/desk_menu.h"
#include "console/views/elided_label.h"
#include "console/views/holds_dialog.h"
#include "console/views/live_page.h"
#include "console/views/main_window.h"
#include "console/views/past_page.h"
#include "console/views/player_bar.h"
#include "console/views/recording_rules_dialog.h"
#include "console/views/shelve_dialog.h"
#include "paced_sound_device.h"
#include "running_probe.h"
#include "tests/console/own_settings.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFontDatabase>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

using namespace callmon;

namespace {

constexpr int rate = 8000;
constexpr int soon = 15'000; // ms

template <typename Button> Button* button(QWidget& parent, const QString& text)
{
    for (Button* one : parent.findChildren<Button*>())
        if (one->text() == text)
            return one;
    qFatal("no button %s", qPrintable(text));
}

// What was played without the silence in which the device waited: a call's sound has none of a tenth of a second.
std::vector<QByteArray> passages(const QByteArray& stereo)
{
    constexpr qsizetype pause = rate / 10;
    std::vector<QByteArray> all;
    QByteArray one;
    qsizetype quiet = 0; // frames
    for (qsizetype at = 0; at + 4 <= stereo.size(); at += 4) {
        const QByteArray frame = stereo.mid(at, 4);
        if (frame == QByteArray(4, '\0')) {
            ++quiet;
            continue;
        }
        if (quiet >= pause && !one.isEmpty())
            all.push_back(std::exchange(one, {}));
        else if (!one.isEmpty())
            one += QByteArray(4 * quiet, '\0');
        quiet = 0;
        one += frame;
    }
    if (!one.isEmpty())
        all.push_back(one);
    return all;
}

}

class TestDeskWork : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY2(!QFontDatabase::families().isEmpty(), "no font is installed: apt-get install fonts-dejavu-core");
        QVERIFY(m_folder.isValid());
        useSettingsIn(m_folder.path());
        QSettings().setValue(
            "alarms/sound", false); // only calls are to be heard, and that device is there for one test
        for (const QStringList& cert : { QStringList { "ca" }, { "engine", "probe", "--host", "127.0.0.1" },
                 { "user", "ada", "--role", "admin" }, { "user", "eve", "--role", "admin" } })
            QVERIFY(run(QStringList { "cert" } + cert + QStringList { "--dir", m_folder.filePath("site") }));
        QTcpServer free;
        QVERIFY(free.listen(QHostAddress::LocalHost));
        m_port = free.serverPort();
        free.close();
        // A-law has no zero: silence that is played is the device's own. Who hears nothing for 20 s raises an alarm.
        m_probe = std::make_unique<Probe>(m_folder.filePath("data"),
            QStringList { "--listen", "none", "--listen-tls", QString("tls://127.0.0.1:%1").arg(m_port), "--identity",
                m_folder.filePath("site/engines/probe") },
            QStringList { "--mix", "loss=3,one_way=2", "--codecs", "pcma=1", "--hold-mean", "35", "--seed", "7" });
        QVERIFY(m_probe->isRunning());
        m_source = std::make_unique<LinkSource>();
        m_window = std::make_unique<MainWindow>(*m_source, ThemeName::Light);
        m_window->resize(1280, 720);
        m_window->show();
        m_source->open(urlOf("ada"));
        QTRY_VERIFY_WITH_TIMEOUT(m_source->state() == CallSource::State::Connected, soon);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->desk().menu()->actions().back()->isEnabled(), soon); // the role is known
    }

    void cleanupTestCase()
    {
        m_window.reset();
        m_source.reset();
        m_probe.reset();
    }

    void aCallThatIsOnSoundsAsItsRecording()
    {
        PacedSoundDevice device(m_folder.path(), rate);
        for (int attempt = 0;; ++attempt) { // it may end at once
            QVERIFY2(attempt < 5, "no call lasted long enough to be listened to");
            std::optional<CallKey> call;
            QTRY_VERIFY_WITH_TIMEOUT((call = newestAnswered()), soon);
            const qsizetype before = device.played().size();
            CallPage* page = m_window->openCall(*call);
            QTest::keyClick(m_window.get(), Qt::Key_L, Qt::ControlModifier | Qt::ShiftModifier);
            QTRY_VERIFY_WITH_TIMEOUT(page->player().isLive(), 2'000);
            QTRY_VERIFY_WITH_TIMEOUT(
                !page->player().isLive() || device.played().size() - before > 12 * rate * 4, 40'000);
            page->player().endLive({});
            QTest::qWait(300);
            const std::vector<QByteArray> heard = passages(device.played().mid(before));
            QJsonArray record;
            QTRY_VERIFY_WITH_TIMEOUT((record = ask({ "calls", "--call", QString::number(call->value) }),
                                         !record.isEmpty() && record[0].toObject()["state"] == "ended"),
                120'000);
            const QString file = m_folder.filePath("call.wav");
            QVERIFY(run({ "wav", QString::number(call->value), "-o", file, "--engine", urlOf("eve").toString() }));
            QTest::keyClick(m_window.get(), Qt::Key_W, Qt::ControlModifier);
            QFile wav(file);
            QVERIFY(wav.open(QIODevice::ReadOnly));
            const QByteArray whole = wav.readAll().mid(44);
            qsizetype from = 0;
            qsizetype compared = 0;
            for (const QByteArray& passage : heard) {
                const qsizetype at = whole.indexOf(passage, from);
                QVERIFY2(at >= 0 && at % 4 == 0,
                    qPrintable(QString("%1 s that were played after %2 s are not in the recording")
                                   .arg(double(passage.size()) / 4 / rate)
                                   .arg(double(compared) / 4 / rate)));
                from = at + passage.size();
                compared += passage.size();
            }
            if (compared > 4 * rate * 4)
                break;
        }
    }

    void aNoteIsKeptWithWhoAndWhen()
    {
        CallPage* page = openEndedCall(0);
        const QDateTime before = QDateTime::currentDateTimeUtc();
        page->showNotes();
        QTest::keyClicks(&page->notes()->noteField(), "echo on the callee's side");
        QTest::keyClick(&page->notes()->noteField(), Qt::Key_Return);
        QJsonArray notes;
        QTRY_VERIFY_WITH_TIMEOUT(
            (notes = ask({ "note", QString::number(page->call().value) }), notes.size() == 1), soon);
        const QJsonObject note = notes[0].toObject();
        QCOMPARE(note["note"].toString(), QString("echo on the callee's side"));
        QCOMPARE(note["by"].toString(), QString("ada"));
        const QDateTime at = QDateTime::fromString(note["at"].toString().left(19), Qt::ISODate);
        QVERIFY2(std::abs(at.secsTo(QDateTime(before.date(), before.time()))) < 30, qPrintable(note["at"].toString()));
        QTRY_COMPARE(page->notes()->shown().notes.size(), std::size_t(1));
        QCOMPARE(page->notes()->shown().notes[0].by, std::string("ada"));
    }

    void aHoldIsSetAndReleasedAndTheOpenPageSaysSo()
    {
        CallPage* page = openEndedCall(0);
        m_window->desk().showHolds();
        auto* holds = qobject_cast<HoldsDialog*>(m_window->desk().openDialog());
        QVERIFY(holds);
        QTest::keyClicks(&holds->reason(), "case 17");
        QTRY_VERIFY(holds->holdButton().isEnabled());
        holds->holdButton().click();
        QJsonArray held;
        QTRY_VERIFY_WITH_TIMEOUT((held = ask({ "hold", "list" }), held.size() == 1), soon);
        QCOMPARE(held[0].toObject()["call_key"].toVariant().toLongLong(), page->call().value);
        QCOMPARE(held[0].toObject()["set_by"].toString(), QString("ada"));
        QCOMPARE(held[0].toObject()["reason"].toString(), QString("case 17"));
        const auto keptBy = [page] {
            return std::ranges::any_of(page->findChildren<ElidedLabel*>(),
                [](const ElidedLabel* label) { return label->text().contains("ada: case 17"); });
        };
        QTRY_VERIFY_WITH_TIMEOUT(keptBy(), soon);

        QTRY_VERIFY(holds->rows().rowCount() == 1);
        const QJsonArray calls = ask({ "calls", "--call", QString::number(page->call().value) });
        for (const auto& [column, party] : { std::pair(2, "caller"), std::pair(3, "callee") }) {
            const QString spoke = calls.at(0).toObject()[party].toString();
            QVERIFY(!spoke.isEmpty());
            QCOMPARE(holds->rows().index(0, column).data().toString(), spoke);
            QCOMPARE(held[0].toObject()[party].toString(), spoke);
        }
        QTest::keyClicks(&holds->reason(), "closed");
        QTRY_VERIFY(holds->releaseButton().isEnabled());
        holds->releaseButton().click();
        QTRY_COMPARE_WITH_TIMEOUT(
            ask({ "hold", "list" })[0].toObject()["released_by"].toString(), QString("ada"), soon);
        QCOMPARE(ask({ "hold", "list" })[0].toObject()["release_reason"].toString(), QString("closed"));
        QTRY_VERIFY_WITH_TIMEOUT(!keptBy(), soon);
        holds->close();
    }

    void whatIsStoredOfANumberIsDeletedAsReported()
    {
        CallPage* page = openEndedCall(1);
        const CallRecord* record = m_window->past().find(page->call());
        QVERIFY(record);
        const QString number = QString::fromStdString(std::string(std::string_view(record->caller)));
        const QString key = QString::number(page->call().value);
        m_window->desk().showDeletion();
        auto* dialog = qobject_cast<DeletionDialog*>(m_window->desk().openDialog());
        QVERIFY(dialog);
        QTest::keyClicks(&dialog->number(), number);
        dialog->lookButton().click();
        QTRY_VERIFY_WITH_TIMEOUT(dialog->rows().rowCount() > 0, soon);
        QVERIFY2(dialog->summary().contains("would go"), qPrintable(dialog->summary()));
        QCOMPARE(ask({ "calls", "--call", key }).size(), 1); // so far
        dialog->confirmation().setChecked(true);
        dialog->deleteButton().click();
        QTRY_VERIFY_WITH_TIMEOUT(dialog->summary().contains("deleted"), soon);
        QVERIFY2(dialog->message().isEmpty(), qPrintable(dialog->message()));
        QTRY_VERIFY_WITH_TIMEOUT(!run({ "calls", "--call", key, "--engine", urlOf("eve").toString() }), soon);
        bool told = false;
        for (const QJsonValue& line : ask({ "audit" }))
            told |= line["user"] == "ada" && line["action"] == "delete number"; // and not which: that is deleted
        QVERIFY(told);
        dialog->close();
    }

    void aRecordingRuleIsAddedAndChanged()
    {
        m_window->desk().showRecordingRules();
        auto* dialog = qobject_cast<RecordingRulesDialog*>(m_window->desk().openDialog());
        QVERIFY(dialog);
        QTRY_VERIFY_WITH_TIMEOUT(!dialog->rules().rules.empty(), soon);
        button<QPushButton>(*dialog, "Ne&w")->click();
        QTest::keyClicks(dialog->findChild<QLineEdit*>("recordingRuleName"), "board");
        QTest::keyClicks(dialog->findChild<QLineEdit*>("recordingRuleCallee"), "3491*");
        dialog->findChild<QDoubleSpinBox*>("recordingRulePercent")->setValue(0);
        button<QPushButton>(*dialog, "Sa&ve")->click();
        const auto board = [this] {
            for (const QJsonValue& rule : ask({ "recording", "list" }))
                if (rule["rule"] == "board")
                    return rule.toObject();
            return QJsonObject();
        };
        QTRY_VERIFY_WITH_TIMEOUT(!board().isEmpty(), soon);
        QCOMPARE(board()["callee"].toString(), QString("3491*"));
        QTRY_VERIFY_WITH_TIMEOUT(dialog->rules().rules.front().name.str() == "board", soon);
        QVERIFY2(dialog->message().isEmpty(), qPrintable(dialog->message()));
        auto* callee = dialog->findChild<QLineEdit*>("recordingRuleCallee");
        callee->selectAll();
        QTest::keyClicks(callee, "3492*");
        QTRY_VERIFY(button<QPushButton>(*dialog, "Sa&ve")->isEnabled());
        button<QPushButton>(*dialog, "Sa&ve")->click();
        QTRY_COMPARE_WITH_TIMEOUT(board()["callee"].toString(), QString("3492*"), soon);
        dialog->close();
    }

    void anAlarmIsAcknowledgedWithACommentAndShelved()
    {
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        QTRY_VERIFY_WITH_TIMEOUT(m_window->alarms().open().rowCount() > 0, 90'000);
        QTest::keyClick(m_window.get(), Qt::Key_3, Qt::ControlModifier);
        QTest::keyClick(m_window.get(), Qt::Key_K, Qt::ControlModifier);
        auto* dialog = m_window->alarms().findChild<CommentDialog*>();
        QVERIFY(dialog);
        auto* comment = dialog->findChild<QLineEdit*>();
        QTest::keyClicks(comment, "it is the link to Lugo");
        QTest::keyClick(comment, Qt::Key_Return);
        const auto alarm = [this](const char* field, const QString& value) {
            for (const QJsonValue& one : ask({ "alarms" }))
                if (one[QLatin1String(field)] == value)
                    return one.toObject();
            return QJsonObject();
        };
        QTRY_VERIFY_WITH_TIMEOUT(!alarm("acknowledged_by", "ada").isEmpty(), soon);
        QCOMPARE(alarm("acknowledged_by", "ada")["comment"].toString(), QString("it is the link to Lugo"));
        QVERIFY2(m_window->alarms().lastError().isEmpty(), qPrintable(m_window->alarms().lastError()));

        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        QTRY_VERIFY_WITH_TIMEOUT(m_window->alarms().open().rowCount() > 0, 90'000); // it may have cleared meanwhile
        QTest::keyClick(m_window.get(), Qt::Key_3, Qt::ControlModifier);
        QTest::keyClick(m_window.get(), Qt::Key_J, Qt::ControlModifier);
        auto* shelve = m_window->alarms().findChild<ShelveDialog*>();
        QVERIFY(shelve);
        QTest::keyClicks(shelve->findChild<QLineEdit*>("shelfComment"), "works on Sunday");
        QTest::keyClick(shelve->findChild<QLineEdit*>("shelfComment"), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(!alarm("shelved_by", "ada").isEmpty(), soon);
        QCOMPARE(alarm("shelved_by", "ada")["shelf_comment"].toString(), QString("works on Sunday"));
    }

private:
    QUrl urlOf(const QString& user) const
    {
        return QUrl(QString("tls://127.0.0.1:%1?identity=%2").arg(m_port).arg(m_folder.filePath("site/users/" + user)));
    }

    // False, and said, when it does not end well. The window goes on meanwhile.
    bool run(const QStringList& arguments, QByteArray* output = nullptr)
    {
        QProcess process;
        process.start(CALLMON_CTL, arguments);
        const bool ended = QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, 60'000);
        if (output)
            *output = process.readAllStandardOutput();
        if (!ended || process.exitCode() != 0)
            qWarning("callmonctl %s: %s", qPrintable(arguments.join(' ')), process.readAllStandardError().constData());
        return ended && process.exitCode() == 0;
    }

    QJsonArray ask(const QStringList& command)
    {
        QByteArray output;
        run(command + QStringList { "--format", "json", "--engine", urlOf("eve").toString() }, &output);
        return QJsonDocument::fromJson(output).array();
    }

    std::optional<CallKey> newestAnswered() const
    {
        const LiveCallModel& calls = m_window->live().model();
        const LiveCall* newest = nullptr;
        for (int row = 0; row < calls.rowCount(); ++row)
            if (const LiveCall* call = calls.callAt(row); call->state == CallState::Answered && call->sent[0].mosNow > 0
                && call->sent[1].mosNow > 0 && (!newest || newest->answeredAt < call->answeredAt))
                newest = call;
        return newest ? std::optional(newest->key) : std::nullopt;
    }

    // Of those that have ended the n-th, newest first, that had sound.
    CallPage* openEndedCall(int n)
    {
        std::optional<CallKey> call;
        const auto find = [&] {
            if (m_window->past().isSearching())
                return false;
            int left = n;
            const PastCallModel& calls = m_window->past().model();
            for (int row = 0; row < calls.rowCount() && !call; ++row)
                if (const CallRecord* one = calls.callAt(row);
                    one->state == CallState::Ended && one->mosMean && left-- == 0)
                    call = one->key;
            if (!call)
                m_window->past().search();
            return call.has_value();
        };
        m_window->showPast();
        [&] { QTRY_VERIFY_WITH_TIMEOUT(find(), 60'000); }();
        if (!call)
            qFatal("no call has ended");
        return m_window->openCall(*call);
    }

    QTemporaryDir m_folder { QDir::tempPath() + "/callmon-XXXXXX" };
    quint16 m_port = 0;
    std::unique_ptr<Probe> m_probe;
    std::unique_ptr<LinkSource> m_source;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestDeskWork)
#include "tst_desk_work.moc"
