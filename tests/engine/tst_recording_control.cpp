// Which calls are recorded, changed from outside: through a socket, to the processing core and the disk.
#include "engine/audit/audit_log.h"
#include "engine/recording_control.h"
#include "tests/engine/remote/remote_fixture.h"

#include <QTemporaryDir>
#include <fstream>
#include <pwd.h>
#include <unistd.h>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

constexpr int patience = 10'000; // ms, on a busy machine

std::string myName()
{
    return getpwuid(geteuid())->pw_name;
}

RecordingRule rule(const char* name, double percent, const char* caller = "")
{
    RecordingRule made;
    made.name = name;
    made.percent = percent;
    made.caller = caller;
    return made;
}

class RecordingControlTest : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_setting = { { rule("configured", 50, "34*"), rule("default", 100) },
            CallGroups({ { "north", { *IpNetwork::parse("192.0.2.0/24") } } }, {}), true };
        begin();
    }
    void cleanup() { end(); }

    void theConfigurationIsInForceUntilSomebodyChangesIt()
    {
        QCOMPARE(m_applied, 1);
        QCOMPARE(decided("999"), std::string("yes by default"));
        const RecordingRules rules = asked(*connected());
        QCOMPARE(rules.version, 0u);
        QCOMPARE(rules.rules.size(), 2u);
        QVERIFY(m_control->notes().empty());
    }

    void aChangeIsAppliedAndKeptWithWhoAndWhen()
    {
        const auto client = connected();
        RecordingRules rules = asked(*client);
        rules.rules.insert(rules.rules.begin(), rule("board", 0, "999"));
        rules.rules.back().percent = 10;
        const Timestamp before = std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
        QCOMPARE(ended(*client, client->probe.putRecordingRules(rules)), std::string());
        QCOMPARE(m_applied, 2);
        QCOMPARE(decided("999"), std::string("no by board"));
        for (int run = 0; run < 2; ++run) { // and the same after a restart
            const RecordingRules kept = m_control->rules();
            QCOMPARE(kept.version, 1u);
            QCOMPARE(kept.rules.size(), 3u);
            QVERIFY(std::ranges::equal(kept.rules, rules.rules, saysTheSame));
            QCOMPARE(kept.rules[0].changedBy.str(), myName());
            QVERIFY(kept.rules[0].changedAt >= before);
            QVERIFY(kept.rules[1].changedBy.empty()); // as it was
            QCOMPARE(kept.rules[2].changedBy.str(), myName());
            QCOMPARE(decided("999"), std::string("no by board"));
            end();
            begin();
        }
        QCOMPARE(m_control->notes().size(), 1u);
        QVERIFY2(m_control->notes()[0].find("as " + myName() + " left it") != std::string::npos,
            m_control->notes()[0].c_str());
    }

    void theAuditLogTellsTheChangeInWords()
    {
        const auto client = connected();
        RecordingRules rules = asked(*client);
        rules.rules[0].percent = 0;
        rules.rules[0].caller = std::string_view("34\tx\n");
        QVERIFY(!ended(*client, client->probe.putRecordingRules(rules)).empty());
        rules.rules[0].caller = std::string_view("34*");
        QCOMPARE(ended(*client, client->probe.putRecordingRules(rules)), std::string());
        std::vector<AuditEntry> entries;
        const auto read = readAudit(folder(), [&](const AuditEntry& entry) {
            entries.push_back(entry);
            return true;
        });
        QVERIFY(read && read.value().brokenLine == 0);
        QCOMPARE(entries.size(), 2u);
        QCOMPARE(entries[1].action, std::string("change recording rules"));
        QCOMPARE(entries[1].detail, std::string("changed configured (50%, caller 34*) to configured (no, caller 34*)"));
    }

    void aListThatSomebodyElseHasChangedIsNotOverwritten()
    {
        const auto one = connected();
        const auto other = connected();
        RecordingRules ours = asked(*one);
        RecordingRules theirs = asked(*other);
        theirs.rules.back().percent = 0;
        QCOMPARE(ended(*other, other->probe.putRecordingRules(theirs)), std::string());
        ours.rules.back().percent = 5;
        const std::string said = ended(*one, one->probe.putRecordingRules(ours));
        QVERIFY2(said.find("meanwhile") != std::string::npos, said.c_str());
        QCOMPARE(m_control->rules().rules.back().percent, 0.0);
    }

    void resetGoesBackToTheConfiguration()
    {
        const auto client = connected();
        RecordingRules rules = asked(*client);
        rules.rules.erase(rules.rules.begin());
        QCOMPARE(ended(*client, client->probe.putRecordingRules(rules)), std::string());
        QCOMPARE(ended(*client, client->probe.putRecordingRules({ 1, {} })), std::string());
        end();
        begin();
        QCOMPARE(m_control->rules().rules.size(), 2u);
        QCOMPARE(m_control->rules().version, 2u);
        QVERIFY(m_control->notes().empty());
        m_setting.rules.front().percent = 0; // and the configuration counts again when it is other
        end();
        begin();
        QCOMPARE(m_control->rules().rules.front().percent, 0.0);
    }

    void whatMakesNoSenseIsRefusedAndChangesNothing()
    {
        const auto client = connected();
        const RecordingRules there = asked(*client);
        RecordingRules many = there;
        while (many.rules.size() < mostRecordingRules + 1)
            many.rules.insert(many.rules.begin(), rule(("r" + std::to_string(many.rules.size())).c_str(), 0));
        RecordingRules noDefault = there;
        noDefault.rules.pop_back();
        RecordingRules noTrunk = there;
        noTrunk.rules[0].trunk = std::string_view("west");
        RecordingRules noShare = there;
        noShare.rules[0].percent = -1;
        for (const RecordingRules& wrong : { many, noDefault, noTrunk, noShare })
            QVERIFY(!ended(*client, client->probe.putRecordingRules(wrong)).empty());
        QCOMPARE(m_applied, 1);
        QCOMPARE(asked(*client).version, 0u);
    }

    void anEngineOfFiguresOnlySaysThatRulesChangeNothing()
    {
        end();
        m_setting.keepsMedia = false;
        begin();
        const auto client = connected();
        const RecordingRules rules = asked(*client);
        const std::string said = ended(*client, client->probe.putRecordingRules(rules));
        QVERIFY2(said.find("record-media = true") != std::string::npos, said.c_str());
    }

    void aTrunkThatIsNoLongerConfiguredIsSaid()
    {
        const auto client = connected();
        RecordingRules rules = asked(*client);
        rules.rules[0].trunk = std::string_view("north");
        QCOMPARE(ended(*client, client->probe.putRecordingRules(rules)), std::string());
        end();
        m_setting.trunks = CallGroups();
        begin();
        QCOMPARE(m_control->notes().size(), 2u);
        QVERIFY2(
            m_control->notes()[1].find("no [[trunk]] 'north'") != std::string::npos, m_control->notes()[1].c_str());
    }

    void aDamagedFileIsMovedAsideAndSaid()
    {
        end();
        for (const char* file : { "recording.sqlite", "recording.sqlite-wal", "recording.sqlite-shm" })
            std::filesystem::remove(folder() / file);
        std::ofstream(folder() / "recording.sqlite") << std::string(4096, 'x');
        begin();
        QCOMPARE(m_control->notes().size(), 1u);
        QVERIFY2(m_control->notes()[0].find("corrupt") != std::string::npos, m_control->notes()[0].c_str());
        QCOMPARE(m_control->rules().rules.size(), 2u);
    }

private:
    std::filesystem::path folder() const { return m_folder->path().toStdString(); }

    void begin()
    {
        m_applied = 0;
        auto control = RecordingControl::open(folder(), m_setting, [this](RecordingPolicy policy) {
            const std::lock_guard lock(m_mutex);
            m_policy = std::move(policy);
            ++m_applied;
        });
        QVERIFY(control);
        m_control = std::move(control.value());
        RemoteServiceOptions options;
        options.second = 20ms;
        options.step = 20ms;
        options.recording = m_control.get();
        options.auditDirectory = folder();
        options.openQuery = [this]() -> Result<std::unique_ptr<RecordQuery>> {
            return std::unique_ptr<RecordQuery>(new FakeQuery(m_data));
        };
        m_service = std::make_unique<RemoteService>(
            std::filesystem::path(), nullptr, m_table, [] { return ProbeStatus(); }, options);
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
        [&] { QTRY_VERIFY_WITH_TIMEOUT(client->connected(), patience); }();
        return client;
    }

    static std::string ended(Recorder& client, quint64 request)
    {
        [&] { QTRY_VERIFY_WITH_TIMEOUT(client.ends.contains(request), patience); }();
        return client.ends[request];
    }

    static RecordingRules asked(Recorder& client)
    {
        RecordingRules found;
        const auto connection = connect(&client.probe, &RemoteProbe::recordingRulesFound, &client,
            [&](quint64, const RecordingRules& rules) { found = rules; });
        if (const std::string said = ended(client, client.probe.recordingRules()); !said.empty())
            qWarning("%s", said.c_str());
        disconnect(connection);
        return found;
    }

    std::string decided(std::string_view caller)
    {
        const std::lock_guard lock(m_mutex);
        RecordedCall call;
        call.caller = caller;
        call.complete = true;
        const auto decision = m_policy.decide(call);
        return (decision->recorded ? "yes by " : "no by ") + std::string(decision->rule);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    RecordingControl::Setting m_setting;
    FakeData m_data;
    LiveTable m_table;
    std::mutex m_mutex;
    RecordingPolicy m_policy;
    std::atomic<int> m_applied { 0 };
    std::unique_ptr<RecordingControl> m_control;
    std::unique_ptr<RemoteService> m_service;
    QUrl m_url;
};

}

QTEST_GUILESS_MAIN(RecordingControlTest)
#include "tst_recording_control.moc"
