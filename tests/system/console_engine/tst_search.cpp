// The console's search form against a real engine that has read a capture: whatever is put into it finds the calls that
// callmonctl finds for the same conditions, written by hand; and of the sorts of calls that the generator says it made.
#include "console/source/link_source.h"
#include "console/views/condition_list.h"
#include "console/views/condition_row.h"
#include "console/views/main_window.h"
#include "console/views/past_page.h"
#include "console/views/search_form.h"
#include "read_capture.h"
#include "tests/console/own_settings.h"

#include <QFontDatabase>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QSettings>
#include <QtTest>
#include <set>

using namespace callmon;

namespace {

constexpr int soon = 30'000; // ms
constexpr int calls = 120;

QVariantMap condition(const char* field, const char* relation, const char* value = "")
{
    return { { "field", field }, { "relation", relation }, { "value", value } };
}

}

class TestSearch : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY2(!QFontDatabase::families().isEmpty(), "no font is installed: apt-get install fonts-dejavu-core");
        QVERIFY(m_engine.hasFolder());
        useSettingsIn(m_engine.folder());
        const QString wrong = m_engine.read(
            { "--calls", QString::number(calls), "--seed", "9", "--codecs", "pcma=3,pcmu=2,g729=1", "--mix",
                "clean=6,loss=3,busy=2,cancelled=2,rejected=1,failed=1,hold=2,one_way=1,dtmf=1" },
            { "--calls-per-source", "0" });
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        m_source = std::make_unique<LinkSource>();
        m_window = std::make_unique<MainWindow>(*m_source, ThemeName::Light);
        m_window->show();
        m_source->open(QUrl(m_engine.url()));
        QTRY_VERIFY_WITH_TIMEOUT(m_source->state() == CallSource::State::Connected, soon);
        QCOMPARE(int(byConsole({}).size()), calls);
    }

    void cleanupTestCase()
    {
        m_window.reset();
        m_source.reset();
        m_engine.stop();
    }

    void theFormFindsWhatCallmonctlFinds_data()
    {
        QTest::addColumn<QVariantMap>("form");
        QTest::addColumn<QStringList>("where");
        const auto row = [](const char* name, const QVariantMap& form, const QStringList& where) {
            QTest::newRow(name) << form << where;
        };
        const auto more = [](const QVariantList& conditions) { return QVariantMap { { "conditions", conditions } }; };
        row("codec", { { "codec", "G729" } }, { "codec=G729" });
        row("codec by its beginning", { { "codec", "pcm*" } }, { "codec=PCM*" });
        row("code", { { "code", "486" } }, { "final_code=486" });
        row("class of codes", { { "code", "4xx" } }, { "final_code>=400", "final_code<500" });
        row("range of codes", { { "code", "200-486" } }, { "final_code>=200", "final_code<=486" });
        row("duration", { { "minDuration", "20" }, { "maxDuration", "0:35" } }, { "duration_s>=20", "duration_s<=35" });
        row("ended by", { { "endedBy", "callee" } }, { "ended_by=callee" });
        row("several", { { "codec", "PCMA" }, { "minDuration", "15" }, { "endedBy", "caller" }, { "code", "2xx" } },
            { "codec=pcma", "duration_s>=15", "ended_by=caller", "final_code>=200", "final_code<300" });
        row("MOS", more({ condition("mos_min", "less", "4") }), { "mos_min<4" });
        row("no MOS", more({ condition("mos_mean", "unknown") }), { "mos_mean=" });
        row("delay in ms", more({ condition("answer_delay_ms", "at_least", "4000") }), { "answer_delay_ms>=4000" });
        row("hold", more({ condition("holds", "greater", "0"), condition("hold_time_s", "at_least", "1 s") }),
            { "holds>0", "hold_time_s>=1" });
        row("never rang", more({ condition("ringing_at", "unknown") }), { "ringing_at=" });
        row("a word", more({ condition("media_after_answer", "is", "caller") }), { "media_after_answer=caller" });
        row("not a word", more({ condition("outcome", "is_not", "answered") }), { "outcome!=answered" });
        row("end of a number", more({ condition("callee", "ends_with", "1") }), { "callee=*1" });
        row("not in a number", more({ condition("caller", "contains_not", "7") }), { "caller!=*7*" });
        row("addresses", more({ condition("caller_ip", "begins_with", "10.") }), { "caller_ip=10.*" });
        row("no tag", more({ condition("tags", "unknown"), condition("streams", "at_least", "2") }),
            { "tags=", "streams>=2" });
        row("a time", more({ condition("answered_at", "at_least", "1768467630000000000") }),
            { "answered_at>=2026-01-15T09:00:30Z" });
        row("without a codec", more({ condition("codec", "is_not", "PCMA"), condition("codec", "known") }),
            { "codec!=PCMA", "codec!=" });
    }
    void theFormFindsWhatCallmonctlFinds()
    {
        QFETCH(const QVariantMap, form);
        QFETCH(const QStringList, where);
        const auto found = byConsole(form);
        QCOMPARE(found, byCallmonctl(where));
        QVERIFY2(!found.empty() && int(found.size()) < calls, "the condition chooses nothing");
    }

    // Outside truth: the generator's own list of the calls it made, in which a call without an answer has no codec.
    void callsOfACodecAreThoseThatTheGeneratorMade()
    {
        QFile truth(m_engine.file("calls.pcap.truth.csv"));
        QVERIFY(truth.open(QIODevice::ReadOnly | QIODevice::Text));
        const QStringList lines = QString::fromUtf8(truth.readAll()).split('\n', Qt::SkipEmptyParts);
        const QStringList names = lines.front().split(',');
        for (const char* codec : { "pcma", "pcmu", "g729" }) {
            std::set<QString> made;
            for (const QString& line : lines.mid(1))
                if (line.split(',').value(names.indexOf("codec")).compare(codec, Qt::CaseInsensitive) == 0)
                    made.insert(line.split(',').value(names.indexOf("call_id")));
            QVERIFY(made.size() > 3);
            byConsole({ { "codec", codec } });
            std::set<QString> found;
            const PastCallModel& rows = m_window->past().model();
            for (int row = 0; row < rows.rowCount(); ++row)
                found.insert(rows.index(row, PastCallModel::CallId).data().toString());
            QCOMPARE(found, made);
        }
    }

private:
    std::set<qlonglong> byConsole(QVariantMap state)
    {
        state["limit"] = 0;
        m_window->past().form().setState(state);
        m_window->past().search();
        if (!QTest::qWaitFor([&] { return !m_window->past().isSearching(); }, soon)
            || !m_window->past().lastError().isEmpty())
            qFatal("%s", qPrintable("no answer " + m_window->past().lastError()));
        std::set<qlonglong> keys;
        const PastCallModel& found = m_window->past().model();
        for (int row = 0; row < found.rowCount(); ++row)
            keys.insert(found.callAt(row)->key.value);
        return keys;
    }

    static bool run(const QStringList& arguments, QStringList& lines)
    {
        QProcess ctl;
        ctl.start(CALLMON_CTL, arguments);
        if (!ctl.waitForFinished(soon) || ctl.exitCode() != 0) {
            qWarning("%s", ctl.readAllStandardError().constData());
            return false;
        }
        lines = QString::fromUtf8(ctl.readAllStandardOutput()).split('\n', Qt::SkipEmptyParts);
        for (QString& line : lines)
            line.remove('\r');
        return true;
    }

    std::set<qlonglong> byCallmonctl(const QStringList& where)
    {
        QStringList arguments { "calls", "--format", "csv", "--engine", m_engine.url() };
        for (const QString& one : where)
            arguments << "--where" << one;
        QStringList lines;
        if (!run(arguments, lines))
            qFatal("callmonctl failed");
        std::set<qlonglong> keys; // the first column
        for (const QString& line : lines.mid(1))
            keys.insert(line.section(',', 0, 0).toLongLong());
        return keys;
    }

    ReadCapture m_engine;
    std::unique_ptr<LinkSource> m_source;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestSearch)
#include "tst_search.moc"
