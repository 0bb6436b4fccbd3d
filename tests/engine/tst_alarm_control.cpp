// Alarms and their rules from outside: through a socket, to the desk and the disk.
#include "engine/alarm_control.h"
#include "engine/storage/sqlite.h"
#include "tests/engine/remote/remote_fixture.h"

#include <QTemporaryDir>
#include <pwd.h>
#include <unistd.h>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

constexpr int patience = 10'000; // ms, on a busy machine
const Timestamp start = timestampFromNanoseconds(1'795'413'600LL * 1'000'000'000);

Alarm someAlarm(int number)
{
    Alarm alarm;
    alarm.rule = std::string_view("jitter-high");
    alarm.kind = AlarmKind::JitterHigh;
    alarm.raisedAt = start + number * 1s;
    alarm.text = std::string_view("Jitter of the callee's media 64 ms, above 50 ms for 10 s");
    alarm.caller = std::string(127, 'c');
    return alarm;
}

std::string myName()
{
    return getpwuid(geteuid())->pw_name;
}

class AlarmControlTest : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_data = std::make_unique<FakeData>();
        m_desk = std::make_unique<AlarmDesk>(16, builtInRules());
        begin();
    }
    void cleanup() { end(); }

    void openAlarmsAreFollowedBySnapshotAndDeltas()
    {
        AlarmBook& book = m_desk->book();
        std::vector<AlarmId> ids;
        for (int i = 0; i < 2'000; ++i) // a snapshot of several parts
            ids.push_back(*book.raise(someAlarm(i)));
        Recorder client;
        client.probe.open(m_url);
        QTRY_COMPARE_WITH_TIMEOUT(client.openAlarms.size(), 2'000u, patience);
        for (int i = 0; i < 1'990; ++i)
            book.clear(ids[static_cast<std::size_t>(i)], start + 3000s, AlarmEnd::Recovered, 70);
        book.update(ids[1'995], { 91, 7, "worse" });
        const AlarmId last = *book.raise(someAlarm(5'000));
        QTRY_COMPARE_WITH_TIMEOUT(client.openAlarms.size(), 11u, patience);
        QCOMPARE(client.openAlarms[ids[1'995]].worst, 91.0);
        QCOMPARE(client.openAlarms[ids[1'995]].text.str(), std::string("worse"));
        QVERIFY(client.openAlarms.contains(last));
        QVERIFY(!client.alarmGap);
        QCOMPARE(client.alarmVersion, book.delta(0).toVersion);
    }

    void searchShowsAnOpenAlarmAsItIsNow()
    {
        const AlarmId open = *m_desk->book().raise(someAlarm(1));
        m_data->alarms = { someAlarm(0), someAlarm(1) };
        m_data->alarms[0].id = { 5 };
        m_data->alarms[1].id = open;
        m_desk->book().update(open, { 99, 0, "as it is now" });
        for (int i = 0; i < 3'000; ++i) {
            m_data->alarms.push_back(someAlarm(i));
            m_data->alarms.back().id = { open.value + 1 + i };
        }
        const auto client = connected();
        const quint64 request = client->probe.alarms({});
        QTRY_VERIFY_WITH_TIMEOUT(client->ends.contains(request), patience);
        QCOMPARE(client->matches[request], 3'002u);
        QVERIFY(client->pages[request] > 5);
        const std::vector<Alarm>& found = client->foundAlarms[request];
        QCOMPARE(found.size(), 3'002u);
        QCOMPARE(found[0].text.str(), someAlarm(0).text.str());
        QCOMPARE(found[1].text.str(), std::string("as it is now"));
        AlarmQuery one;
        one.id = AlarmId { 5 };
        const quint64 second = client->probe.alarms(one);
        QTRY_VERIFY_WITH_TIMEOUT(client->ends.contains(second), patience);
        QCOMPARE(client->foundAlarms[second].size(), 1u);
    }

    void whoAcknowledgesIsTheUserOfTheConnection()
    {
        const AlarmId open = *m_desk->book().raise(someAlarm(1));
        m_data->alarms = { someAlarm(0) };
        m_data->alarms[0].id = { 5 };
        const auto client = connected();
        const Timestamp before = std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
        QCOMPARE(ended(*client, client->probe.acknowledgeAlarm(open, "told the carrier")), std::string());
        QTRY_VERIFY_WITH_TIMEOUT(client->openAlarms[open].acknowledgedAt, patience);
        QCOMPARE(client->openAlarms[open].acknowledgedBy.str(), myName());
        QCOMPARE(client->openAlarms[open].comment.str(), std::string("told the carrier"));
        QVERIFY(*client->openAlarms[open].acknowledgedAt >= before);
        QCOMPARE(ended(*client, client->probe.acknowledgeAlarm({ 5 }, "late")), std::string()); // it is stored
        QCOMPARE(m_desk->book().takeAcknowledgements().size(), 1u);
        QCOMPARE(ended(*client, client->probe.acknowledgeAlarm({ 6 }, "")), std::string("there is no alarm 6"));
        QCOMPARE(ended(*client, client->probe.acknowledgeAlarm(open, QString(255, 'x'))),
            std::string("the comment is too long: 254 bytes are kept"));
        QVERIFY(m_desk->book().takeAcknowledgements().empty());
    }

    void whatIsOnTheShelfAllClientsSee()
    {
        Alarm alarm = someAlarm(1);
        alarm.group = std::string_view("trunk north");
        const AlarmId open = *m_desk->book().raise(alarm);
        const AlarmId other = *m_desk->book().raise(someAlarm(2));
        const auto client = connected();
        const auto second = connected();
        QTRY_COMPARE_WITH_TIMEOUT(second->openAlarms.size(), 2u, patience);
        const Timestamp before = std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
        QCOMPARE(ended(*client, client->probe.shelveAlarm(open, 2h, "works on Sunday")), std::string());
        QTRY_VERIFY_WITH_TIMEOUT(second->openAlarms[open].shelvedUntil, patience);
        QCOMPARE(second->openAlarms[open].shelvedBy.str(), myName());
        QCOMPARE(second->openAlarms[open].shelfComment.str(), std::string("works on Sunday"));
        QVERIFY(*second->openAlarms[open].shelvedUntil >= before + 2h);
        QVERIFY(*second->openAlarms[open].shelvedUntil < before + 3h);
        QVERIFY(!second->openAlarms[other].shelvedUntil);

        // What the rule raises about the same is on the shelf as well, after the first one is over, too.
        m_desk->book().clear(open, start + 100s, AlarmEnd::Recovered, 0);
        alarm.raisedAt = start + 200s;
        const AlarmId again = *m_desk->book().raise(alarm);
        QTRY_VERIFY_WITH_TIMEOUT(second->openAlarms[again].shelvedUntil, patience);
        QCOMPARE(ended(*second, second->probe.shelveAlarm(again, 0s, "")), std::string());
        QTRY_VERIFY_WITH_TIMEOUT(!client->openAlarms[again].shelvedUntil, patience);
        QVERIFY(client->openAlarms[again].shelvedBy.empty());

        QCOMPARE(ended(*client, client->probe.shelveAlarm(again, 3s, "")), std::string()); // over by itself
        QTRY_VERIFY_WITH_TIMEOUT(second->openAlarms[again].shelvedUntil, patience);
        QTRY_VERIFY_WITH_TIMEOUT(!second->openAlarms[again].shelvedUntil, patience);
        Alarm over = someAlarm(0);
        over.id = { 5 };
        over.caller = std::string_view("+34910000001");
        over.callee = std::string_view("+34910000002");
        m_data->alarms = { over };
        QCOMPARE(ended(*client, client->probe.shelveAlarm({ 5 }, 1h, "")),
            std::string(
                "the alarm 'jitter-high, +34910000001 \u2192 +34910000002' has ended meanwhile: there is nothing "
                "to shelve"));
        QCOMPARE(ended(*client, client->probe.shelveAlarm({ 6 }, 1h, "")), std::string("there is no alarm 6"));
        QCOMPARE(ended(*client, client->probe.shelveAlarm(again, 24h * 31, "")),
            std::string("that is too long: an alarm can be shelved for 30 days at most"));
        QCOMPARE(ended(*client, client->probe.shelveAlarm(again, 1h, QString(255, 'x'))),
            std::string("the comment is too long: 254 bytes are kept"));
    }

    void whatIsOnTheShelfOutlivesTheEngine()
    {
        Alarm alarm = someAlarm(1);
        alarm.group = std::string_view("trunk north");
        alarm.call = CallKey { 77 };
        Alarm other = someAlarm(2);
        other.group = std::string_view("trunk south");
        const AlarmId kept = *m_desk->book().raise(alarm);
        const AlarmId takenBack = *m_desk->book().raise(other);
        auto client = connected();
        const Timestamp before = std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
        QCOMPARE(ended(*client, client->probe.shelveAlarm(kept, 2h, "works on Sunday")), std::string());
        QCOMPARE(ended(*client, client->probe.shelveAlarm(takenBack, 2h, "")), std::string());
        QCOMPARE(ended(*client, client->probe.shelveAlarm(takenBack, 0s, "")), std::string());

        client.reset();
        end();
        m_desk = std::make_unique<AlarmDesk>(16, builtInRules());
        begin();
        alarm.raisedAt = start + 500s;
        other.raisedAt = start + 600s;
        const AlarmId again = *m_desk->book().raise(alarm);
        const AlarmId notShelved = *m_desk->book().raise(other);
        client = connected();
        QTRY_COMPARE_WITH_TIMEOUT(client->openAlarms.size(), 2u, patience);
        QVERIFY(client->openAlarms[again].shelvedUntil);
        QVERIFY(*client->openAlarms[again].shelvedUntil >= before + 2h);
        QVERIFY(*client->openAlarms[again].shelvedUntil < before + 3h);
        QCOMPARE(client->openAlarms[again].shelvedBy.str(), myName());
        QCOMPARE(client->openAlarms[again].shelfComment.str(), std::string("works on Sunday"));
        QVERIFY(!client->openAlarms[notShelved].shelvedUntil);
        QCOMPARE(ended(*client, client->probe.shelveAlarm(again, 0s, "")), std::string()); // for good
        client.reset();
        end();
        m_desk = std::make_unique<AlarmDesk>(16, builtInRules());
        begin();
        m_desk->book().raise(alarm);
        QVERIFY(!m_desk->book().delta(0).changed.at(0).shelvedUntil);
    }

    void changedRuleIsInForceAndOutlivesTheEngine()
    {
        auto client = connected();
        ended(*client, client->probe.alarmRules());
        QCOMPARE(client->rules.size(), builtInRules().size());
        AlarmRule rule = client->rules[0];
        rule.threshold = 2.5;
        rule.clearThreshold = 3;
        rule.changedBy = std::string_view("somebody else"); // is not believed
        QCOMPARE(ended(*client, client->probe.putAlarmRule(rule)), std::string());
        rule.threshold = 2.25; // the last of several changes counts
        QCOMPARE(ended(*client, client->probe.putAlarmRule(rule)), std::string());
        AlarmRule own = rule;
        own.name = std::string_view("mos-of-the-boss");
        QCOMPARE(ended(*client, client->probe.putAlarmRule(own)), std::string());
        const auto now = m_desk->rules();
        QCOMPARE(now[0].threshold, 2.25);
        QCOMPARE(now.back().name.str(), std::string("mos-of-the-boss"));

        client.reset();
        end();
        m_desk = std::make_unique<AlarmDesk>(16, std::vector<AlarmRule> {});
        begin();
        client = connected();
        ended(*client, client->probe.alarmRules());
        QCOMPARE(client->rules.size(), builtInRules().size() + 1);
        QCOMPARE(client->rules[0].threshold, 2.25);
        QCOMPARE(client->rules[0].changedBy.str(), myName());
        ended(*client, client->probe.alarmRuleChanges());
        QCOMPARE(client->ruleChanges.size(), 3u);
        QCOMPARE(client->ruleChanges[0].rule.threshold, 2.5);
        QCOMPARE(client->ruleChanges[1].rule.threshold, 2.25);
        QCOMPARE(client->ruleChanges[2].rule.name.str(), std::string("mos-of-the-boss"));
        QVERIFY(!client->ruleChanges[2].removed);
        QVERIFY(client->ruleChanges[2].rule.changedAt > start);
    }

    void removedRuleIsGoneOrAsConfigured()
    {
        auto client = connected();
        AlarmRule rule = builtInRules()[0];
        rule.enabled = false;
        ended(*client, client->probe.putAlarmRule(rule));
        rule.name = std::string_view("own");
        ended(*client, client->probe.putAlarmRule(rule));
        QVERIFY(!m_desk->rules()[0].enabled);
        QCOMPARE(ended(*client, client->probe.removeAlarmRule("own")), std::string());
        QCOMPARE(ended(*client, client->probe.removeAlarmRule("mos-low")), std::string());
        const auto rules = m_desk->rules();
        QCOMPARE(rules.size(), builtInRules().size());
        QVERIFY(rules[0].enabled);
        QVERIFY(rules[0].changedBy.empty());
        QCOMPARE(ended(*client, client->probe.removeAlarmRule("own")), std::string("there is no alarm rule 'own'"));
        QCOMPARE(ended(*client, client->probe.removeAlarmRule("mos-low")),
            std::string("alarm rule 'mos-low' is as configured: disable it, or change the configuration"));
        ended(*client, client->probe.alarmRuleChanges());
        QCOMPARE(client->ruleChanges.size(), 4u);
        QVERIFY(client->ruleChanges[2].removed && client->ruleChanges[3].removed);
        QVERIFY(client->ruleChanges[3].rule.changedAt > start);
        QCOMPARE(client->ruleChanges[3].rule.changedBy.str(), myName());

        client.reset(); // and stays so
        end();
        m_desk = std::make_unique<AlarmDesk>(16, std::vector<AlarmRule> {});
        begin();
        const auto after = m_desk->rules();
        QCOMPARE(after.size(), builtInRules().size());
        QVERIFY(after[0].enabled);
    }

    void changesOfAnEarlierVersionAreReadAndSenselessOnesAreNot()
    {
        AlarmRule rule = builtInRules()[0];
        rule.threshold = 2.25;
        rule.windowMinutes = 15;
        QVERIFY(m_control->putRule(rule, "ada"));
        rule.name = std::string_view("own");
        QVERIFY(m_control->putRule(rule, "ada"));
        end();
        {
            auto database = Database::open(m_folder->filePath("rules.sqlite").toStdString(), Database::Mode::ReadWrite);
            QVERIFY(database);
            for (const char* column : { "window_min", "least_calls", "removed" }) // which came later
                QVERIFY(
                    database.value().execute(("ALTER TABLE rule_changes DROP COLUMN " + std::string(column)).c_str()));
            QVERIFY(database.value().execute("UPDATE rule_changes SET clear_threshold=1 WHERE name='own'"));
        }
        m_desk = std::make_unique<AlarmDesk>(16, std::vector<AlarmRule> {});
        begin();
        const auto rules = m_desk->rules();
        QCOMPARE(rules.size(), builtInRules().size());
        QCOMPARE(rules[0].threshold, 2.25);
        QCOMPARE(rules[0].windowMinutes, 5u); // what rules were of before they could say so
        QCOMPARE(rules[0].leastCalls, 20u);
    }

    void senselessRulesAndTooManyAreRefused()
    {
        const auto client = connected();
        AlarmRule rule = builtInRules()[0];
        rule.clearThreshold = 1; // below the threshold of one that looks below
        const std::string why = ended(*client, client->probe.putAlarmRule(rule));
        QVERIFY2(why.find("clear threshold") != std::string::npos, why.c_str());
        rule = builtInRules()[0];
        for (std::size_t i = builtInRules().size(); i < mostAlarmRules; ++i) {
            rule.name = "own-" + std::to_string(i);
            QVERIFY(m_control->putRule(rule, "test"));
        }
        rule.name = std::string_view("one-more");
        QCOMPARE(ended(*client, client->probe.putAlarmRule(rule)),
            std::string("there are 200 alarm rules, and there can be no more"));
        rule.name = std::string_view("own-199");
        rule.threshold = 2;
        QCOMPARE(ended(*client, client->probe.putAlarmRule(rule)), std::string()); // is one of them
        QCOMPARE(findRule(m_desk->rules(), "own-199")->threshold, 2.0);
    }

    void groupThatNobodyMeasuresIsRefused()
    {
        end();
        begin([](std::string_view group) { return group.empty() || group == "trunk north"; });
        AlarmRule rule = *findRule(builtInRules(), "ner-low");
        rule.name = std::string_view("ner-of-trunk");
        rule.group = std::string_view("trunk nroth");
        const Result<void> put = m_control->putRule(rule, "anna");
        QVERIFY(!put);
        QVERIFY2(put.error().what.find("nothing is measured of 'trunk nroth'") != std::string::npos,
            put.error().what.c_str());
        QVERIFY(findRule(m_desk->rules(), "ner-of-trunk") == nullptr);
        rule.enabled = false; // as one of a trunk that the configuration no longer names
        QVERIFY(m_control->putRule(rule, "anna"));
        rule.enabled = true;
        rule.group = std::string_view("trunk north");
        QVERIFY(m_control->putRule(rule, "anna"));
    }

private:
    void begin(AlarmControl::IsGroup isGroup = {})
    {
        auto control = AlarmControl::open(m_folder->path().toStdString(), *m_desk, builtInRules(), isGroup);
        QVERIFY(control);
        m_control = std::move(control.value());
        RemoteServiceOptions options;
        options.second = 20ms;
        options.step = 20ms;
        options.alarms = m_control.get();
        options.openQuery = [this]() -> Result<std::unique_ptr<RecordQuery>> {
            return std::unique_ptr<RecordQuery>(new FakeQuery(*m_data));
        };
        m_service = std::make_unique<RemoteService>(
            std::filesystem::path(), nullptr, m_table, [] { return ProbeStatus {}; }, options);
        m_url = QUrl("local:" + m_folder->filePath("engine.sock"));
        QVERIFY(m_service->listen(m_url));
    }
    void end()
    {
        m_service.reset();
        m_control.reset();
    }
    std::unique_ptr<Recorder> connected()
    {
        auto client = std::make_unique<Recorder>();
        client->probe.open(m_url);
        if (!QTest::qWaitFor([&] { return client->connected(); }, patience))
            qFatal("not connected");
        return client;
    }
    static std::string ended(Recorder& client, quint64 request)
    {
        if (!QTest::qWaitFor([&] { return client.ends.contains(request); }, patience))
            return "no end";
        return client.ends[request];
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FakeData> m_data;
    std::unique_ptr<AlarmDesk> m_desk;
    std::unique_ptr<AlarmControl> m_control;
    LiveTable m_table;
    std::unique_ptr<RemoteService> m_service;
    QUrl m_url;
};

}

QTEST_GUILESS_MAIN(AlarmControlTest)
#include "tst_alarm_control.moc"
