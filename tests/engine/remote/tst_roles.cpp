// Over TLS, as consoles come: what each role gets of each request, and what of it the audit log tells.
#include "engine/certificates/authority.h"
#include "engine/remote/masking.h"
#include "engine/remote/remote_session.h"
#include "tests/engine/remote/audit_entries.h"
#include "tests/engine/remote/remote_fixture.h"

#include <QMetaMethod>
#include <QSignalSpy>
#include <QTemporaryDir>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

constexpr int patience = 10'000; // ms, on a busy machine

class NoAlarms : public AlarmAccess {
public:
    AlarmDelta openAlarms(std::uint64_t since) const override
    {
        Alarm alarm;
        alarm.id = { 7 };
        return { since == 0, since, 1, since == 0 ? std::vector { alarm } : std::vector<Alarm>(), {} };
    }
    bool isOpen(AlarmId) const override { return true; }
    void acknowledge(const AlarmAcknowledgement& acknowledgement) override
    {
        acknowledgedBy = acknowledgement.by.str();
    }
    Result<void> shelve(AlarmId, std::chrono::seconds, const std::string& user, const std::string&) override
    {
        shelvedBy = user;
        return {};
    }
    std::vector<AlarmRule> rules() const override { return {}; }
    Result<std::vector<AlarmRuleChange>> ruleChanges() const override { return std::vector<AlarmRuleChange>(); }
    Result<void> putRule(AlarmRule rule, const std::string& user) override
    {
        changedBy = rule.name.str() + " by " + user;
        return {};
    }
    Result<void> removeRule(const std::string& name, const std::string& user) override
    {
        removed = name + " by " + user;
        return {};
    }

    std::string acknowledgedBy, shelvedBy, changedBy, removed;
};

class NoRecording : public RecordingAccess {
public:
    RecordingRules rules() const override { return { 3, builtInRecordingRules() }; }
    Result<void> putRules(RecordingRules rules, const std::string& user) override
    {
        changedBy = std::to_string(rules.version) + " by " + user;
        return {};
    }
    std::string wordsOf(const RecordingRules& rules) const override
    {
        return "version " + std::to_string(rules.version);
    }

    std::string changedBy;
};

class NoRecords : public RecordKeeping {
public:
    Result<Hold> hold(CallKey call, const std::string& reason, const std::string& who) override
    {
        held = std::to_string(call.value) + " for " + reason + " by " + who;
        Hold hold;
        hold.call = call;
        hold.reason = reason;
        return hold;
    }
    Result<Hold> release(CallKey call, const std::string& reason, const std::string& who) override
    {
        released = std::to_string(call.value) + " for " + reason + " by " + who;
        return Hold {};
    }
    Result<std::vector<Hold>> holds() override { return std::vector<Hold>(); }
    Result<DeletionReport> deleteNumber(const DeletionRequest& request, const std::atomic<bool>*) override
    {
        deleted = request.number;
        return DeletionReport {};
    }

    Result<RetentionClock> clock() override { return RetentionClock {}; }
    Result<RetentionClock> confirmClock() override
    {
        ++confirmed;
        return RetentionClock {};
    }

    std::string held, released, deleted;
    std::atomic<int> confirmed { 0 };
};

class NoNotes : public CallNoting {
public:
    Result<CallNotes> notes(CallKey call) override { return CallNotes { call, {}, {} }; }
    Result<std::vector<TagUse>> tagNames() override { return std::vector<TagUse>(); }
    Result<void> addTag(CallKey call, const std::string& tag, const std::string& who) override
    {
        tagged = std::to_string(call.value) + ' ' + tag + " by " + who;
        return {};
    }
    Result<void> removeTag(CallKey call, const std::string& tag) override
    {
        untagged = std::to_string(call.value) + ' ' + tag;
        return {};
    }
    Result<void> addNote(CallKey call, const std::string& text, const std::string& who) override
    {
        noted = std::to_string(call.value) + ' ' + text + " by " + who;
        return {};
    }

    std::string tagged, untagged, noted;
};

const char* const sourceRead = "net_af_packet0,iface=eth1";
const IpAddress mediaGateway = *IpAddress::parse("198.51.100.23");

ProbeStatus statusWithAddresses()
{
    ProbeStatus status;
    status.source = sourceRead;
    status.version = "1.2";
    status.liveCalls = 1;
    status.counters = { { "frames_received", 9 } };
    status.unboundFlows.resize(1);
    status.unboundFlows[0].flow.src = { mediaGateway, 4000 };
    return status;
}

struct Site {
    QTemporaryDir temporary;
    std::filesystem::path root = temporary.path().toStdString();
    Authority authority = std::move(Authority::create(root / "site", "").value());
    FakeData data;
    LiveTable table;
    NoAlarms alarms;
    NoRecording recording;
    NoRecords records;
    NoNotes notes;
    std::unique_ptr<RemoteService> service;
    QString failure;

    explicit Site(std::size_t sessions = 32, std::size_t ofOne = 24)
    {
        data.calls = 3;
        data.messages = 1;
        data.chunksPerStream = 1;
        table.update(callOf(1));
        RemoteServiceOptions options;
        options.maxSessions = sessions;
        options.maxSessionsOfOne = ofOne;
        options.second = 20ms;
        options.step = 20ms;
        options.alarms = &alarms;
        options.recording = &recording;
        options.keeping = &records;
        options.notes = &notes;
        options.auditDirectory = root;
        options.serviceWindows = [] { return std::vector<ServiceRow>(); };
        options.openQuery = [this]() -> Result<std::unique_ptr<RecordQuery>> {
            return std::unique_ptr<RecordQuery>(new FakeQuery(data));
        };
        service =
            std::make_unique<RemoteService>(std::filesystem::path(), nullptr, table, statusWithAddresses, options);
        RemoteAddress address;
        address.host = QStringLiteral("127.0.0.1");
        address.port = 0;
        address.identity = authority.issueEngine("probe", { "127.0.0.1" }).value();
        if (const auto listening = service->listenTls(address); !listening)
            failure = QString::fromStdString(listening.error().what);
    }
    QUrl urlFor(RemoteRole role)
    {
        const std::string name = "a-" + std::string(toText(role));
        return urlWith(authority.issueUser(name, std::string(toText(role))).value());
    }
    QUrl urlWith(std::filesystem::path identity) const
    {
        RemoteAddress address = parseRemoteUrl(service->tlsUrl()).value();
        address.identity = std::move(identity);
        return urlOf(address);
    }
    std::vector<AuditEntry> audited() const { return auditEntriesIn(root); }
};

// The engine's end of one connection, without one: what it would send are signals.
struct SessionOf {
    QTemporaryDir directory;
    Result<AuditLog> log = AuditLog::open(directory.path().toStdString());
    RemoteAudit audit { &log.value() };
    LiveTable table;
    NoAlarms alarms;
    NoNotes notes;
    FakeData data;
    RemoteFeeds feeds { ListFeed([this](std::uint64_t since) { return table.delta(since); }),
        ListFeed([this](std::uint64_t since) { return withoutNumbers(table.delta(since)); }),
        ListFeed([this](std::uint64_t since) { return alarms.openAlarms(since); }) };
    RemoteSession session;

    explicit SessionOf(RemoteRole role)
        : session(feeds, runner(), RequestGate({ "ada", role, "192.0.2.7" }, audit))
    {
        table.update(callOf(1));
        data.calls = 3;
        data.messages = 1;
        data.chunksPerStream = 1;
    }

private:
    std::unique_ptr<QueryRunner> runner()
    {
        const OpenQuery open = [this]() -> Result<std::unique_ptr<RecordQuery>> {
            return std::unique_ptr<RecordQuery>(new FakeQuery(data));
        };
        auto made = std::make_unique<QueryRunner>(open, nullptr, "ada");
        made->setNotes(&notes);
        return made;
    }
};

struct Request {
    const char* slot; // of probe.rep
    const char* name; // as the audit log has it
    RemoteRole least;
    bool noted; // when it was done; a refusal always is
    std::function<quint64(RemoteProbe&)> send;
};

const std::vector<Request>& allRequests()
{
    using enum RemoteRole;
    static const std::vector<Request> requests {
        { "serviceHistory", "service history", Viewer, false,
            [](RemoteProbe& probe) { return probe.serviceHistory({}); } },
        { "serviceWindows", "service windows", Viewer, false,
            [](RemoteProbe& probe) { return probe.serviceWindows(); } },
        { "search", "search", Operator, true, [](RemoteProbe& probe) { return probe.search({}); } },
        { "streams", "read call", Operator, true, [](RemoteProbe& probe) { return probe.streams(keyOf(1)); } },
        { "quality", "read call", Operator, false, // the same call again, as with callNotes
            [](RemoteProbe& probe) { return probe.quality(keyOf(1)); } },
        { "messages", "messages", Reviewer, true, [](RemoteProbe& probe) { return probe.messages(keyOf(1)); } },
        { "media", "media", Reviewer, true, [](RemoteProbe& probe) { return probe.media(keyOf(1)); } },
        { "listen", "listen", Reviewer, true, [](RemoteProbe& probe) { return probe.listen(keyOf(1), false); } },
        { "alarms", "search alarms", Operator, true, [](RemoteProbe& probe) { return probe.alarms({}); } },
        { "alarmRules", "alarm rules", Operator, false, [](RemoteProbe& probe) { return probe.alarmRules(); } },
        { "alarmRuleChanges", "alarm rules", Operator, false,
            [](RemoteProbe& probe) { return probe.alarmRuleChanges(); } },
        { "acknowledgeAlarm", "acknowledge alarm", Operator, true,
            [](RemoteProbe& probe) { return probe.acknowledgeAlarm({ 7 }, QStringLiteral("seen")); } },
        { "shelveAlarm", "shelve alarm", Operator, true,
            [](RemoteProbe& probe) {
                return probe.shelveAlarm({ 7 }, std::chrono::hours(1), QStringLiteral("known"));
            } },
        { "putAlarmRule", "change alarm rule", Admin, true,
            [](RemoteProbe& probe) { return probe.putAlarmRule(builtInRules().front()); } },
        { "removeAlarmRule", "remove alarm rule", Admin, true,
            [](RemoteProbe& probe) { return probe.removeAlarmRule(QStringLiteral("mine")); } },
        { "recordingRules", "recording rules", Operator, false,
            [](RemoteProbe& probe) { return probe.recordingRules(); } },
        { "putRecordingRules", "change recording rules", Admin, true,
            [](RemoteProbe& probe) {
                return probe.putRecordingRules({ 9, builtInRecordingRules() });
            } },
        { "holds", "holds", Reviewer, true, [](RemoteProbe& probe) { return probe.holds(); } },
        { "addHold", "set hold", Admin, true,
            [](RemoteProbe& probe) { return probe.addHold(keyOf(1), QStringLiteral("case 17")); } },
        { "releaseHold", "release hold", Admin, true,
            [](RemoteProbe& probe) { return probe.releaseHold(keyOf(1), QStringLiteral("closed")); } },
        { "deleteNumber", "delete number", Admin, true,
            [](RemoteProbe& probe) {
                return probe.deleteNumber({ "+34910000001", {}, {}, false });
            } },
        { "retentionClock", "retention clock", Operator, false,
            [](RemoteProbe& probe) { return probe.retentionClock(); } },
        { "confirmClock", "confirm clock", Admin, true, [](RemoteProbe& probe) { return probe.confirmClock(); } },
        { "whoAmI", "who am I", Viewer, false, [](RemoteProbe& probe) { return probe.whoAmI(); } },
        { "audit", "audit", Admin, true, [](RemoteProbe& probe) { return probe.audit({}); } },
        { "noteExport", "export", Operator, true,
            [](RemoteProbe& probe) { return probe.noteExport(QStringLiteral("calls as csv")); } },
        { "callNotes", "read call", Operator, false, [](RemoteProbe& probe) { return probe.callNotes(keyOf(1)); } },
        { "tagNames", "tag names", Operator, false, [](RemoteProbe& probe) { return probe.tagNames(); } },
        { "addTag", "add tag", Reviewer, true,
            [](RemoteProbe& probe) { return probe.addTag(keyOf(1), QStringLiteral("Bad-Line")); } },
        { "removeTag", "remove tag", Reviewer, true,
            [](RemoteProbe& probe) { return probe.removeTag(keyOf(1), QStringLiteral("old-line")); } },
        { "addNote", "add note", Reviewer, true,
            [](RemoteProbe& probe) { return probe.addNote(keyOf(1), QStringLiteral("of +34910000001")); } },
    };
    return requests;
}

class RolesTest : public QObject {
    Q_OBJECT

private slots:
    // A slot that is added to the contract needs a line of the table above: else this fails.
    void theTableHasEverySlotOfTheContract()
    {
        QSet<QByteArray> known { "alive", "livePartTaken", "alarmPartTaken", "answerTaken",
            "cancel", // of what was granted
            "followLive", "followAlarms" }; // see below: they have no answer
        for (const Request& request : allRequests())
            known.insert(request.slot);
        QSet<QByteArray> declared;
        const QMetaObject& contract = SessionSource::staticMetaObject;
        for (int i = contract.methodOffset(); i < contract.methodCount(); ++i)
            if (contract.method(i).methodType() == QMetaMethod::Slot)
                declared.insert(contract.method(i).name());
        QVERIFY(declared.size() > 30);
        QCOMPARE(declared - known, QSet<QByteArray>());
        QCOMPARE(known - declared, QSet<QByteArray>());
    }

    void everySlotAnswersThoseWhoMayAndRefusesTheOthers()
    {
        Site site;
        QVERIFY2(site.failure.isEmpty(), qPrintable(site.failure));
        for (std::size_t i = 0; i < remoteRoleTexts().size(); ++i) {
            const auto role = static_cast<RemoteRole>(i);
            Recorder client;
            client.probe.open(site.urlFor(role));
            QTRY_VERIFY_WITH_TIMEOUT(client.connected(), patience);
            for (const Request& request : allRequests()) {
                const std::size_t before = site.audited().size();
                const quint64 number = request.send(client.probe);
                QTRY_VERIFY2_WITH_TIMEOUT(client.ends.contains(number), request.name, patience);
                const bool may = role >= request.least;
                QVERIFY2(client.ends[number].empty() == may, request.name);
                const auto entries = site.audited();
                QCOMPARE(entries.size() - before, std::size_t { !may || request.noted ? 1u : 0u });
                if (entries.size() == before)
                    continue;
                QCOMPARE(entries.back().action, (may ? "" : "refused ") + std::string(request.name));
                QCOMPARE(entries.back().role, std::string(toText(role)));
                QCOMPARE(entries.back().user, "a-" + std::string(toText(role)));
                QCOMPARE(entries.back().from, std::string("127.0.0.1"));
            }
        }
        QCOMPARE(site.alarms.acknowledgedBy, std::string("a-admin"));
        QCOMPARE(site.alarms.shelvedBy, std::string("a-admin"));
        QCOMPARE(site.alarms.changedBy, builtInRules().front().name.str() + " by a-admin");
        QCOMPARE(site.alarms.removed, std::string("mine by a-admin"));
        QCOMPARE(site.recording.changedBy, std::string("9 by a-admin"));
        const std::string call = std::to_string(keyOf(1).value);
        QCOMPARE(site.records.held, call + " for case 17 by a-admin");
        QCOMPARE(site.records.released, call + " for closed by a-admin");
        QCOMPARE(site.records.deleted, std::string("+34910000001"));
        QCOMPARE(site.records.confirmed.load(), 1);
        QCOMPARE(site.notes.tagged, call + " bad-line by a-admin");
        QCOMPARE(site.notes.untagged, call + " old-line");
        QCOMPARE(site.notes.noted, call + " of +34910000001 by a-admin");
        bool toldInWords = false;
        for (const AuditEntry& entry : site.audited()) {
            toldInWords |= entry.action == "change recording rules" && entry.detail == "version 9";
            QVERIFY(entry.detail.find("910000001") == std::string::npos); // the log outlives what was deleted
        }
        QVERIFY(toldInWords);
    }

    void everybodyIsToldWhoTheyAreAndAdminsWhoAskedForWhat()
    {
        Site site;
        Recorder reviewer, admin;
        std::optional<RemoteIdentity> said;
        QObject::connect(&reviewer.probe, &RemoteProbe::identityFound,
            [&](quint64, const RemoteIdentity& identity) { said = identity; });
        reviewer.probe.open(site.urlFor(RemoteRole::Reviewer));
        QTRY_VERIFY_WITH_TIMEOUT(reviewer.connected(), patience);
        reviewer.probe.whoAmI();
        QTRY_VERIFY_WITH_TIMEOUT(said.has_value(), patience);
        QCOMPARE(said->name, std::string("a-reviewer"));
        QVERIFY(said->role == RemoteRole::Reviewer);
        const quint64 refused = reviewer.probe.audit({});
        QTRY_VERIFY_WITH_TIMEOUT(reviewer.ends.contains(refused), patience);

        AuditPage page;
        QObject::connect(&admin.probe, &RemoteProbe::auditFound, [&](quint64, const AuditPage& part) { page = part; });
        admin.probe.open(site.urlFor(RemoteRole::Admin));
        QTRY_VERIFY_WITH_TIMEOUT(admin.connected(), patience);
        for (const char* caller : { "ada", "bob", "carol", "bob" }) { // the last one is the second again
            CallQuery query;
            query.caller = caller;
            admin.probe.search(query);
        }
        const quint64 asked = admin.probe.audit({ {}, {}, 2 });
        QTRY_VERIFY_WITH_TIMEOUT(admin.ends.contains(asked), patience);
        QCOMPARE(admin.ends[asked], std::string());
        QCOMPARE(page.matches, 5u); // and that it was asked for
        QCOMPARE(page.brokenLine, 0u);
        QCOMPARE(page.newestHash, readAudit(site.root, [](const AuditEntry&) { return true; }).value().newestHash);
        QCOMPARE(page.entries.size(), 2u);
        QCOMPARE(page.entries[0].action, std::string("search"));
        QCOMPARE(page.entries[1].action, std::string("audit"));
        QCOMPARE(page.entries[1].user, std::string("a-admin"));
        const quint64 past = admin.probe.audit({ {}, Timestamp {}, 10 });
        QTRY_VERIFY_WITH_TIMEOUT(admin.ends.contains(past), patience);
        QCOMPARE(page.matches, 0u);
    }

    void aViewerSeesCallsWithoutTheirNumbersAndNoAlarms()
    {
        Site site;
        Recorder viewer, operators;
        viewer.probe.open(site.urlFor(RemoteRole::Viewer));
        operators.probe.open(site.urlFor(RemoteRole::Operator));
        for (Recorder* client : { &viewer, &operators }) {
            QTRY_VERIFY_WITH_TIMEOUT(client->connected(), patience);
            QTRY_COMPARE_WITH_TIMEOUT(client->live.size(), std::size_t { 1 }, patience);
        }
        QTRY_COMPARE_WITH_TIMEOUT(operators.openAlarms.size(), std::size_t { 1 }, patience);
        QCOMPARE(operators.live.begin()->second.caller.view(), callOf(1).caller.view());
        QCOMPARE(viewer.live.begin()->second.caller.str(), std::string("+34\u2026"));
        QVERIFY(viewer.live.begin()->second.callId.empty());
        QVERIFY(viewer.openAlarms.empty());
    }

    void aViewerThatComesLaterBeginsWithTheCallsOfThatMoment()
    {
        Site site;
        Recorder early, late;
        early.probe.open(site.urlFor(RemoteRole::Viewer));
        QTRY_VERIFY_WITH_TIMEOUT(early.live.contains(keyOf(1)), patience);
        site.table.remove(keyOf(1));
        site.table.update(callOf(2));
        QTRY_VERIFY_WITH_TIMEOUT(early.live.contains(keyOf(2)), patience);
        std::vector<LiveDelta> seen;
        connect(&late.probe, &RemoteProbe::liveChanged, this, [&](const LiveDelta& delta) { seen.push_back(delta); });
        late.probe.open(site.urlFor(RemoteRole::Viewer));
        QTRY_VERIFY_WITH_TIMEOUT(!seen.empty(), patience);
        QVERIFY(seen[0].snapshot);
        QCOMPARE(seen[0].changed.size(), std::size_t { 1 });
        QCOMPARE(seen[0].changed[0].key, keyOf(2));
    }

    void theStatusNamesAddressesAndWhatIsReadToOperatorsOnly()
    {
        Site site;
        for (std::size_t i = 0; i < remoteRoleTexts().size(); ++i) {
            const auto role = static_cast<RemoteRole>(i);
            Recorder client;
            client.probe.open(site.urlFor(role));
            QTRY_VERIFY_WITH_TIMEOUT(client.statuses.size() >= 2, patience);
            for (const ProbeStatus& status : client.statuses) {
                const bool knows = role >= RemoteRole::Operator;
                QCOMPARE(status.source, std::string(knows ? sourceRead : ""));
                QCOMPARE(status.unboundFlows.size(), std::size_t { knows ? 1u : 0u });
                QCOMPARE(status.addressesWithheld, !knows);
                QCOMPARE(status.version, std::string("1.2")); // and what everybody gets
                QCOMPARE(status.liveCalls, std::uint64_t { 1 });
                QVERIFY(!status.counters.empty());
            }
        }
    }

    // By the bytes of all that it is sent, whatever a reader would make of them.
    void nothingThatAViewerIsSentHoldsANumberOrAnAddress()
    {
        for (std::size_t i = 0; i < remoteRoleTexts().size(); ++i) {
            const auto role = static_cast<RemoteRole>(i);
            SessionOf one(role);
            QByteArray sent;
            QObject::connect(
                &one.session, &SessionSource::statusChanged, [&](const QByteArray& blob) { sent += blob; });
            QObject::connect(&one.session, &SessionSource::livePart, [&](const QByteArray& blob) { sent += blob; });
            QObject::connect(&one.session, &SessionSource::alarmPart, [&](const QByteArray& blob) { sent += blob; });
            QObject::connect(
                &one.session, &SessionSource::answered, [&](quint64, const QByteArray& blob) { sent += blob; });
            int ends = 0;
            QObject::connect(&one.session, &SessionSource::finished, [&](quint64) { ++ends; });
            QObject::connect(&one.session, &SessionSource::failed, [&](quint64, const QByteArray& why) {
                sent += why;
                ++ends;
            });
            one.session.followLive(true);
            one.session.followAlarms(true);
            one.session.everySecond({ encode(statusWithAddresses()), encode(withoutAddresses(statusWithAddresses())) });
            one.session.nextStep();
            one.session.search(1, encode(CallQuery {}));
            one.session.streams(2, keyOf(1).value);
            one.session.quality(3, keyOf(1).value);
            one.session.messages(4, keyOf(1).value);
            one.session.media(5, keyOf(1).value);
            one.session.callNotes(6, keyOf(1).value);
            one.session.serviceHistory(7, encode(ServiceQuery {}));
            one.session.whoAmI(8);
            QTRY_COMPARE_WITH_TIMEOUT(ends, 8, patience);
            const auto address = mediaGateway.bytes();
            const QByteArray secrets[] { callOf(1).caller.str().c_str(), callOf(1).callee.str().c_str(),
                callOf(1).callId.str().c_str(), sourceRead,
                QByteArray(reinterpret_cast<const char*>(address.data()), qsizetype(address.size())) };
            for (const QByteArray& secret : secrets)
                QVERIFY2(sent.contains(secret) == (role >= RemoteRole::Operator), secret.constData());
        }
    }

    void aRefusalComesInPartsThatAConsoleCanTranslate()
    {
        SessionOf one(RemoteRole::Viewer);
        QByteArray why;
        QObject::connect(&one.session, &SessionSource::failed, [&](quint64, const QByteArray& blob) { why = blob; });
        one.session.search(1, encode(CallQuery {}));
        const auto said = decodeSentence(why);
        QVERIFY(said);
        QCOMPARE(*said,
            sentence("Your certificate says %1; this needs the role %2. Ask whoever keeps the certificates for one.",
                markedText("viewer"), markedText("operator")));
    }

    // A client that does as it likes, not as its role is told to: what it may follow is the engine's word.
    void whatIsFollowedIsByRoleToo()
    {
        for (std::size_t i = 0; i < remoteRoleTexts().size(); ++i) {
            const auto role = static_cast<RemoteRole>(i);
            SessionOf one(role);
            QSignalSpy live(&one.session, &SessionSource::livePart);
            const QSignalSpy alarmParts(&one.session, &SessionSource::alarmPart);
            one.session.followLive(true);
            one.session.followAlarms(true);
            one.session.nextStep();
            const bool knows = role >= RemoteRole::Operator;
            QCOMPARE(alarmParts.count(), knows ? 1 : 0);
            QCOMPARE(live.count(), 1);
            QCOMPARE(live[0][0].toByteArray().contains(callOf(1).caller.str().c_str()), knows);
            QCOMPARE(one.audit.refused, std::uint64_t { knows ? 0u : 1u });
            std::string noted;
            for (const AuditEntry& entry : auditEntriesIn(one.directory.path().toStdString()))
                noted += entry.action;
            QCOMPARE(noted, knows ? std::string() : std::string("refused follow alarms"));
        }
    }

    // Not when the console is started anew, which may be next year.
    void whoIsRevokedWhileConnectedIsDropped()
    {
        Site site;
        Recorder ada;
        Recorder bob;
        ada.probe.open(site.urlFor(RemoteRole::Admin));
        bob.probe.open(site.urlFor(RemoteRole::Reviewer));
        QTRY_VERIFY_WITH_TIMEOUT(ada.connected() && bob.connected(), patience);
        QCOMPARE(site.service->sessions(), 2u);
        QCOMPARE(site.authority.revoke("a-admin").value(), std::size_t { 1 });
        std::filesystem::copy_file(site.authority.revokedList(), site.root / "site" / "engines" / "probe" / "revoked");
        QTRY_VERIFY_WITH_TIMEOUT(!ada.connected(), patience);
        QTRY_COMPARE_WITH_TIMEOUT(site.service->sessions(), 1u, patience);
        QVERIFY(bob.connected());
        const auto entries = site.audited();
        QVERIFY(std::ranges::any_of(entries, [](const AuditEntry& entry) {
            return entry.user == "a-admin" && entry.action == "refused connection"
                && entry.detail == "its certificate was revoked";
        }));
    }

    void whoseCertificateExpiresWhileConnectedIsDropped()
    {
        Site site;
        Recorder late;
        Recorder bob;
        bob.probe.open(site.urlFor(RemoteRole::Reviewer));
        QTRY_VERIFY_WITH_TIMEOUT(bob.connected(), patience);
        const auto identity = site.authority.issueUser("late", "admin", std::chrono::seconds(5));
        late.probe.open(site.urlWith(identity.value()));
        QTRY_VERIFY_WITH_TIMEOUT(late.connected(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(!late.connected(), patience);
        QTRY_COMPARE_WITH_TIMEOUT(site.service->sessions(), 1u, patience);
        QVERIFY(bob.connected());
        QVERIFY(std::ranges::any_of(site.audited(), [](const AuditEntry& entry) {
            return entry.user == "late" && entry.action == "refused connection"
                && entry.detail == "its certificate has expired";
        }));
    }

    void theEngineTellsHowLongItsOwnCertificateLasts()
    {
        Site site;
        const auto counters = site.service->counters();
        const auto days = std::ranges::find(counters, "remote_certificate_days_left", &NamedCounter::name);
        QVERIFY(days != counters.end());
        QCOMPARE(days->value, static_cast<std::uint64_t>(Authority::usualValidity.count() - 1)); // whole ones
    }

    void oneUserLeavesPlacesToTheOthers()
    {
        Site site(3, 2);
        const QUrl viewer = site.urlFor(RemoteRole::Viewer);
        std::vector<std::unique_ptr<Recorder>> greedy;
        for (int i = 0; i < 4; ++i) {
            greedy.push_back(std::make_unique<Recorder>());
            greedy.back()->probe.open(viewer);
        }
        const auto connected = [&] {
            return std::ranges::count_if(greedy, [](const auto& client) { return client->connected(); });
        };
        const auto toldSo = [&] {
            return std::ranges::count_if(
                greedy, [](const auto& c) { return !c->messages.empty() && c->messages.back().contains("too many"); });
        };
        QTRY_COMPARE_WITH_TIMEOUT(connected(), 2, patience);
        QTRY_COMPARE_WITH_TIMEOUT(toldSo(), 2, patience);
        Recorder admin;
        admin.probe.open(site.urlFor(RemoteRole::Admin));
        QTRY_VERIFY_WITH_TIMEOUT(admin.connected(), patience);
        QCOMPARE(site.service->sessions(), 3u);
    }

    void aRevokedCertificateIsToldSo()
    {
        Site site;
        const QUrl url = site.urlFor(RemoteRole::Admin);
        QCOMPARE(site.authority.revoke("a-admin").value(), std::size_t { 1 });
        std::filesystem::copy_file(site.authority.revokedList(), site.root / "site" / "engines" / "probe" / "revoked");
        Recorder client;
        client.probe.open(url);
        QTRY_VERIFY2_WITH_TIMEOUT(
            std::any_of(client.messages.begin(), client.messages.end(),
                [](const QString& message) { return message.contains("does not accept this certificate"); }),
            "", patience);
        QVERIFY(!client.connected());
        const auto entries = site.audited();
        QVERIFY(!entries.empty());
        QCOMPARE(entries.front().action, std::string("refused connection"));
        QVERIFY(entries.front().from.find("127.0.0.1") == 0);
        QCOMPARE(entries.front().detail, std::string("the certificate of a-admin is revoked"));
    }
};

}

QTEST_GUILESS_MAIN(RolesTest)
#include "tst_roles.moc"
