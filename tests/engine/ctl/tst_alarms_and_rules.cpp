// callmonctl alarms, callmonctl rules and callmonctl recording, of an engine that has them.
#include "engine/ctl/commands.h"
#include "tests/shared/calls/sample_alarms.h"

#include <QTest>
#include <sstream>

using namespace callmon;

namespace {

struct Engine {
    std::vector<Alarm> alarms;
    std::vector<AlarmRule> rules = builtInRules();
    std::vector<AlarmRuleChange> changes;
    RecordingRules recording { 7, builtInRecordingRules() };
    std::vector<std::string> done;
};

class AlarmSource final : public CallSource {
public:
    explicit AlarmSource(Engine& engine)
        : m_engine(engine)
    {
    }
    Result<std::uint64_t> calls(const CallQuery&, const std::function<bool(const CallRecord&)>&) override
    {
        return std::uint64_t { 0 };
    }
    Result<std::vector<StreamRecord>> streams(CallKey) override { return std::vector<StreamRecord>(); }
    Result<std::vector<QualityPoint>> quality(CallKey) override { return std::vector<QualityPoint>(); }
    Result<void> messages(CallKey, const std::function<bool(const CallMessage&)>&) override { return {}; }
    Result<void> media(CallKey, const std::function<bool(StreamKey, Bytes)>&) override { return {}; }
    Result<void> live(const std::function<bool(const LiveUpdate&)>&) override { return {}; }
    Result<ProbeStatus> status() override { return ProbeStatus {}; }
    Result<std::uint64_t> alarms(const AlarmQuery&, const std::function<bool(const Alarm&)>& sink) override
    {
        for (const Alarm& alarm : m_engine.alarms)
            sink(alarm);
        return m_engine.alarms.size();
    }
    Result<void> acknowledgeAlarm(AlarmId alarm, const std::string& comment) override
    {
        if (alarm.value == 6)
            return Error { "there is no alarm 6" };
        m_engine.done.push_back("acknowledge " + std::to_string(alarm.value) + ' ' + comment);
        return {};
    }
    Result<void> shelveAlarm(AlarmId alarm, std::chrono::seconds time, const std::string& comment) override
    {
        if (alarm.value == 6)
            return Error { "the alarm 'busy' has ended meanwhile: there is nothing to shelve" };
        m_engine.done.push_back(
            "shelve " + std::to_string(alarm.value) + ' ' + std::to_string(time.count()) + ' ' + comment);
        return {};
    }
    Result<std::vector<AlarmRule>> alarmRules() override { return m_engine.rules; }
    Result<std::vector<AlarmRuleChange>> alarmRuleChanges() override { return m_engine.changes; }
    Result<void> putAlarmRule(const AlarmRule& rule) override
    {
        putRule(m_engine.rules, rule);
        m_engine.done.push_back("put " + rule.name.str());
        return {};
    }
    Result<void> removeAlarmRule(const std::string& name) override
    {
        m_engine.done.push_back("remove " + name);
        return {};
    }
    Result<RecordingRules> recordingRules() override { return m_engine.recording; }
    Result<void> putRecordingRules(const RecordingRules& rules) override
    {
        if (rules.version != m_engine.recording.version)
            return Error { "changed meanwhile" };
        m_engine.done.push_back(changeText(m_engine.recording.rules, rules.rules));
        m_engine.recording.rules = rules.rules;
        return {};
    }

private:
    Engine& m_engine;
};

class AlarmsAndRulesTest : public QObject {
    Q_OBJECT

private slots:
    void init() { m_engine = {}; }

    void alarmsOfAnEngineAreListedAsThoseOfADirectory()
    {
        m_engine.alarms = { sample::fullAlarm() };
        QCOMPARE(run("alarms --format csv"), 0);
        QVERIFY2(m_out.contains(",minor,metric_high,"), qPrintable(m_out));
        QVERIFY(m_out.contains(",anna,told the carrier,1970-01-01T00:00:00.000000006Z,bert,works on Sunday"));
        QCOMPARE(run("alarms"), 0);
        QVERIFY2(m_out.contains("too_few_calls"), qPrintable(m_out)); // that it is better, nobody says
    }

    void alarmIsAcknowledgedWithAComment()
    {
        QCOMPARE(run("alarms --acknowledge 5 --comment it-is-the-backup"), 0);
        QCOMPARE(m_engine.done, std::vector<std::string> { "acknowledge 5 it-is-the-backup" });
        QCOMPARE(run("alarms --acknowledge 6"), 1);
        QCOMPARE(m_err, QString("callmonctl: there is no alarm 6\n"));
        QCOMPARE(run("alarms --acknowledge x"), 2);
        QCOMPARE(run("alarms --comment alone"), 2);
        QCOMPARE(run("alarms --data /tmp --acknowledge 5"), 2);
    }

    void alarmIsShelvedForATimeAndTakenBack()
    {
        QCOMPARE(run("alarms --shelve 5 --for 8h --comment works"), 0);
        QCOMPARE(run("alarms --shelve 5 --for 30d"), 0);
        QCOMPARE(run("alarms --unshelve 5"), 0);
        QCOMPARE(
            m_engine.done, (std::vector<std::string> { "shelve 5 28800 works", "shelve 5 2592000 ", "shelve 5 0 " }));
        QCOMPARE(run("alarms --shelve 6 --for 30m"), 1);
        QCOMPARE(m_err, QString("callmonctl: the alarm 'busy' has ended meanwhile: there is nothing to shelve\n"));
        QCOMPARE(run("alarms --shelve 5"), 2);
        QVERIFY(m_err.contains("--shelve takes --for TIME"));
        for (const char* time : { "0m", "31d", "8", "h", "-1h", "9999999999999999999d" })
            QCOMPARE(run(QString("alarms --shelve 5 --for %1").arg(time)), 2);
        QCOMPARE(run("alarms --for 8h"), 2);
        QCOMPARE(run("alarms --shelve 5 --for 8h --acknowledge 5"), 2);
        QCOMPARE(run("alarms --data /tmp --shelve 5 --for 8h"), 2);
    }

    void rulesAreListed()
    {
        m_engine.rules[0] = sample::fullRule();
        QCOMPARE(run("rules --format csv"), 0);
        QCOMPARE(m_out.split('\n')[0],
            QString("rule,kind,severity,enabled,threshold,clear_threshold,unit,raise_after_s,clear_after_s,together,"
                    "metric,group,window_min,least_calls,changed_at,changed_by"));
        QCOMPARE(m_out.split('\n')[1],
            QString("asr-north,metric_low,critical,0,40.5,50.25,%,61,121,7,asr,trunk north,15,50,"
                    "2026-11-23T06:00:00.000000001Z,bert"));
        QVERIFY2(
            m_out.split('\n')[2].startsWith("loss-high,loss_high,minor,1,5,2,%,10,10,20,,,,,,"), qPrintable(m_out));
        QCOMPARE(run("rules"), 0);
        QVERIFY(m_out.contains("asr-north"));
        QCOMPARE(run("rules --data /tmp"), 2);
    }

    void recordingRulesAreListed()
    {
        m_engine.recording.rules.insert(m_engine.recording.rules.begin(), sample::fullRecordingRule());
        QCOMPARE(run("recording --format csv"), 0);
        QCOMPARE(m_out.split('\n')[0],
            QString("rule,record,enabled,caller,callee,number,address,trunk,header,changed_at,changed_by"));
        QCOMPARE(m_out.split('\n')[1],
            QString("board,12.5%,0,'+34*,*99,34910001*,2001:db8:17::/48,north,X-Record: yes,"
                    "2026-11-23T06:00:00.000000001Z,bert"));
        QCOMPARE(m_out.split('\n')[2], QString("default,yes,1,,,,,,,,"));
        QCOMPARE(run("recording list"), 0);
        QVERIFY(m_out.contains("2001:db8:17::/48"));
        QCOMPARE(run("recording --data /tmp"), 2);
    }

    void recordingRulesAreChangedOneByOne()
    {
        const auto after = [&](const char* arguments) {
            m_engine.done.clear();
            if (run(arguments) != 0)
                return m_err;
            return QString::fromStdString(m_engine.done.at(0));
        };
        QCOMPARE(after("recording add north --record 10% --trunk north"), QString("added north (10%, trunk north)"));
        QCOMPARE(after("recording add board --record no --number 3491* --before north"),
            QString("added board (no, number 3491*)"));
        QCOMPARE(m_engine.recording.rules[0].name.str(), std::string("board"));
        QCOMPARE(m_engine.recording.rules[1].name.str(), std::string("north"));
        QCOMPARE(m_engine.recording.rules[2].name.str(), std::string("default"));
        QCOMPARE(after("recording set north --address 10.0.0.0/8"),
            QString("changed north (10%, trunk north) to north (10%, address 10.0.0.0/8, trunk north)"));
        QCOMPARE(after("recording set north --before board"), QString("changed their order"));
        QCOMPARE(after("recording set default --record no"),
            QString("changed default (yes, every call) to default (no, every call)"));
        QCOMPARE(after("recording disable board"),
            QString("changed board (no, number 3491*) to board (no, number 3491*, disabled)"));
        QCOMPARE(after("recording enable board"),
            QString("changed board (no, number 3491*, disabled) to board (no, number 3491*)"));
        QCOMPARE(after("recording remove north"), QString("removed north"));
        QCOMPARE(after("recording reset"), QString("removed board; removed default"));
        QVERIFY(m_engine.recording.rules.empty()); // which an engine takes as: those of the configuration
    }

    void whatCannotBeDoneToRecordingRulesIsSaid()
    {
        QCOMPARE(run("recording add default --record no"), 1);
        QVERIFY2(m_err.contains("already"), qPrintable(m_err));
        QCOMPARE(run("recording set west --record no"), 1);
        QVERIFY2(m_err.contains("no recording rule 'west'"), qPrintable(m_err));
        QCOMPARE(run("recording add west --record no --before east"), 1);
        QVERIFY2(m_err.contains("no recording rule 'east'"), qPrintable(m_err));
        QCOMPARE(run("recording remove default"), 1);
        QVERIFY2(m_err.contains("the default stays"), qPrintable(m_err));
        QCOMPARE(run(("recording add west --record no --caller " + std::string(64, '3')).c_str()), 1);
        QVERIFY2(m_err.contains("63 bytes"), qPrintable(m_err));
        QCOMPARE(run("recording add west --record 101%"), 2);
        QVERIFY2(m_err.contains("neither yes nor no nor a share"), qPrintable(m_err));
        QCOMPARE(run("recording add west"), 2);
        QCOMPARE(run("calls --recorded maybe"), 2);
        QVERIFY(m_engine.done.empty());
    }

    void changeAltersWhatIsGivenAlone()
    {
        QCOMPARE(run("rules change jitter-high --threshold 80 --clear-threshold 60 --severity critical"), 0);
        const AlarmRule* rule = findRule(m_engine.rules, "jitter-high");
        QCOMPARE(rule->threshold, 80.0);
        QCOMPARE(rule->clearThreshold, 60.0);
        QCOMPARE(rule->severity, AlarmSeverity::Critical);
        QCOMPARE(rule->raiseAfter.count(), 10);
        QCOMPARE(run("rules disable jitter-high --engine local:/tmp/x"), 0);
        QVERIFY(!findRule(m_engine.rules, "jitter-high")->enabled);
        QCOMPARE(findRule(m_engine.rules, "jitter-high")->threshold, 80.0);
        QCOMPARE(run("rules enable jitter-high"), 0);
        QVERIFY(findRule(m_engine.rules, "jitter-high")->enabled);
        QCOMPARE(run("rules change nothing-such --threshold 1"), 1);
        QVERIFY(m_err.contains("there is no alarm rule 'nothing-such'"));
    }

    void addedRuleNeedsKindAndThreshold()
    {
        QCOMPARE(run("rules add asr-north --kind metric_low --threshold 40 --metric asr --raise-after 60"), 0);
        const AlarmRule* rule = findRule(m_engine.rules, "asr-north");
        QCOMPARE(rule->kind, AlarmKind::MetricLow);
        QCOMPARE(rule->clearThreshold, 40.0); // as it is not given
        QCOMPARE(rule->raiseAfter.count(), 60);
        QCOMPARE(rule->severity, AlarmSeverity::Minor);
        QVERIFY(checkRule(*rule));
        QCOMPARE(run("rules add asr-north --kind metric_low --threshold 40"), 1);
        QVERIFY(m_err.contains("already"));
        QCOMPARE(run("rules add other --threshold 40"), 2);
        QCOMPARE(run("rules add other --kind mos_low"), 2);
        QCOMPARE(run("rules add other --kind mos --threshold 3"), 2);
        QVERIFY(m_err.contains("\"mos\" is none of mos_low, "));
        QCOMPARE(run("rules add " + QString(48, 'x') + " --kind mos_low --threshold 3"), 1);
    }

    void removeAndHistory()
    {
        QCOMPARE(run("rules remove own"), 0);
        QCOMPARE(m_engine.done, std::vector<std::string> { "remove own" });
        m_engine.changes = { { sample::fullRule() }, { sample::fullRule(), true } };
        QCOMPARE(run("rules history --format csv"), 0);
        QVERIFY(m_out.split('\n')[1].endsWith(",bert,put"));
        QVERIFY(m_out.split('\n')[2].endsWith(",bert,removed"));
        QCOMPARE(run("rules history"), 0);
        QVERIFY(m_out.contains("removed"));
    }

private:
    int run(const QString& command)
    {
        std::vector<std::string> arguments;
        for (const QString& word : command.split(' '))
            arguments.push_back(word.toStdString());
        std::ostringstream out;
        std::ostringstream err;
        const auto open = [this](const std::string&) -> Result<std::unique_ptr<CallSource>> {
            return std::unique_ptr<CallSource>(new AlarmSource(m_engine));
        };
        const int status = runCtl(arguments, open, { out, err });
        m_out = QString::fromStdString(out.str()).remove(QLatin1Char(13)); // lines of CSV end in CRLF
        m_err = QString::fromStdString(err.str());
        return status;
    }

    Engine m_engine;
    QString m_out;
    QString m_err;
};

}

QTEST_GUILESS_MAIN(AlarmsAndRulesTest)
#include "tst_alarms_and_rules.moc"
