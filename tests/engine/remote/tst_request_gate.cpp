// What each role may, and what of it stands in the audit log.
#include "engine/remote/audit_words.h"
#include "engine/remote/request_gate.h"
#include "shared/base/utc_time.h"
#include "tests/engine/remote/audit_entries.h"

#include <QScopeGuard>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <sys/resource.h>

using namespace callmon;

class TestRequestGate : public QObject {
    Q_OBJECT

private slots:
    void eachRoleMayWhatThoseBelowItMay()
    {
        RemoteAudit audit;
        for (std::size_t own = 0; own < remoteRoleTexts().size(); ++own)
            for (std::size_t least = 0; least < remoteRoleTexts().size(); ++least) {
                RequestGate gate({ "ada", static_cast<RemoteRole>(own), "192.0.2.7" }, audit);
                QCOMPARE(!gate.refusal(static_cast<RemoteRole>(least), "x").has_value(), own >= least);
            }
        QCOMPARE(audit.refused, std::uint64_t { 6 });
    }

    void searchesAndRefusalsAreWrittenDownAndPartsAreNot()
    {
        QTemporaryDir directory;
        auto log = AuditLog::open(directory.path().toStdString());
        RemoteAudit audit { &log.value() };
        RequestGate gate({ "ada", RemoteRole::Operator, "192.0.2.7" }, audit);
        CallQuery query;
        query.caller = "+34*";
        query.maxMos = 3.5;
        query.from = parseIso8601("2026-03-01");
        QVERIFY(!gate.refusal(RemoteRole::Operator, "search", wordsOf(query)));
        QVERIFY(!gate.refusalOfPart(RemoteRole::Operator, "alarm rules"));
        const auto refused = gate.refusal(RemoteRole::Reviewer, "sound", wordsOf(CallKey { 42 }));
        QVERIFY(refused);
        QVERIFY(toText(*refused).find("operator") != std::string::npos);
        QVERIFY(toText(*refused).find("reviewer") != std::string::npos);
        const auto entries = auditEntriesIn(directory.path().toStdString());
        QCOMPARE(entries.size(), std::size_t { 2 });
        QCOMPARE(entries[0].action, std::string("search"));
        QCOMPARE(entries[0].detail, "caller +34* max_mos 3.5 from " + toIso8601(*query.from));
        QCOMPARE(entries[1].action, std::string("refused sound"));
        QCOMPARE(entries[1].detail, std::string("call_key 42"));
        QCOMPARE(entries[1].user, std::string("ada"));
    }

    void theSameReadingAgainIsOneEntryForAWhile()
    {
        QTemporaryDir directory;
        auto log = AuditLog::open(directory.path().toStdString());
        RemoteAudit audit { &log.value() };
        const auto noted = [&] {
            std::vector<std::string> details;
            for (const AuditEntry& entry : auditEntriesIn(directory.path().toStdString()))
                details.push_back(entry.action + ' ' + entry.detail);
            return details;
        };
        RequestGate gate({ "ada", RemoteRole::Operator, "192.0.2.7" }, audit, std::chrono::hours(1));
        for (int i = 0; i < 3; ++i) {
            QVERIFY(!gate.refusalOfReading(RemoteRole::Operator, "search", "caller +34*"));
            QVERIFY(!gate.refusalOfReading(RemoteRole::Operator, "search", "caller +49*"));
        }
        QCOMPARE(noted(), (std::vector<std::string> { "search caller +34*", "search caller +49*" }));
        for (int i = 0; i < 2; ++i) // and each refusal
            QVERIFY(gate.refusalOfReading(RemoteRole::Reviewer, "messages", "call_key 42"));
        QCOMPARE(noted().size(), std::size_t { 4 });
        RequestGate other({ "eve", RemoteRole::Operator, "192.0.2.8" }, audit, std::chrono::milliseconds(20));
        QVERIFY(!other.refusalOfReading(RemoteRole::Operator, "search", "caller +34*"));
        QCOMPARE(noted().size(), std::size_t { 5 });
        QTest::qSleep(40);
        QVERIFY(!other.refusalOfReading(RemoteRole::Operator, "search", "caller +34*"));
        QCOMPARE(noted().size(), std::size_t { 6 });
    }

    void whatIsReadOfOneCallIsOneEntryForAWhile()
    {
        QTemporaryDir directory;
        auto log = AuditLog::open(directory.path().toStdString());
        RemoteAudit audit { &log.value() };
        RequestGate gate({ "ada", RemoteRole::Operator, "192.0.2.7" }, audit, std::chrono::hours(1));
        for (int page = 0; page < 20; ++page)
            for (const int call : { 42, 43 })
                QVERIFY(!gate.refusalOfCall(RemoteRole::Operator, wordsOf(CallKey { call })));
        QVERIFY(gate.refusalOfCall(RemoteRole::Reviewer, wordsOf(CallKey { 42 })));
        std::vector<std::string> noted;
        for (const AuditEntry& entry : auditEntriesIn(directory.path().toStdString()))
            noted.push_back(entry.action + ' ' + entry.detail);
        QCOMPARE(noted,
            (std::vector<std::string> {
                "read call call_key 42", "read call call_key 43", "refused read call call_key 42" }));
    }

    // As an export of the streams of all calls that a search found.
    void whoReadsOneCallAfterTheOtherIsToldByTheirNumber()
    {
        QTemporaryDir directory;
        auto log = AuditLog::open(directory.path().toStdString());
        RemoteAudit audit { &log.value() };
        RequestGate gate({ "ada", RemoteRole::Operator, "192.0.2.7" }, audit);
        constexpr int all = 5'000;
        for (int i = 0; i < all; ++i)
            QVERIFY(!gate.refusalOfCall(RemoteRole::Operator, wordsOf(CallKey { i })));
        audit.everySecond();
        QVERIFY(!gate.refusal(RemoteRole::Operator, "search", "all calls")); // is not hidden by it
        const auto entries = auditEntriesIn(directory.path().toStdString());
        QCOMPARE(entries.size(), std::size_t { RemoteAudit::linesAtOnce + 2 });
        int told = 0;
        for (const AuditEntry& entry : entries)
            if (entry.action == "read call")
                told += entry.detail.ends_with(" more requests") ? std::stoi(entry.detail) : 1;
        QCOMPARE(told, all);
        QCOMPARE(entries.back().action, std::string("search"));
    }

    // What stands behind the part of it that is kept would be searched for unseen.
    void whatIsTooLongToBeNotedIsNotDone()
    {
        QTemporaryDir directory;
        auto log = AuditLog::open(directory.path().toStdString());
        RemoteAudit audit { &log.value() };
        RequestGate gate({ "ada", RemoteRole::Operator, "192.0.2.7" }, audit);
        CallQuery query;
        query.conditions = { parseCondition("call_id!=" + std::string(mostAuditDetail, 'x')).value(),
            parseCondition("caller=+34910000001").value() };
        for (const bool reading : { false, true }) {
            const auto refused = reading ? gate.refusalOfReading(RemoteRole::Operator, "search", wordsOf(query))
                                         : gate.refusal(RemoteRole::Operator, "search", wordsOf(query));
            QVERIFY(refused);
            QVERIFY2(toText(*refused).find("too long") != std::string::npos, toText(*refused).c_str());
        }
        query.conditions[0] = parseCondition("call_id!=" + std::string(mostAuditDetail - 60, 'x')).value();
        QVERIFY(!gate.refusal(RemoteRole::Operator, "search", wordsOf(query)));
        const auto entries = auditEntriesIn(directory.path().toStdString());
        QCOMPARE(entries.size(), std::size_t { 1 });
        QVERIFY(entries[0].detail.find("+34910000001") != std::string::npos);
    }

    // 2,000 a second of the smallest would be 25 GB a day.
    void aFloodOfRefusalsIsToldByItsNumber()
    {
        QTemporaryDir directory;
        auto log = AuditLog::open(directory.path().toStdString());
        RemoteAudit audit { &log.value() };
        RequestGate vic({ "vic", RemoteRole::Viewer, "192.0.2.7" }, audit);
        RequestGate eve({ "eve", RemoteRole::Viewer, "192.0.2.8" }, audit);
        constexpr int all = 1'000;
        for (int i = 0; i < all; ++i)
            QVERIFY(vic.refusalOfPart(RemoteRole::Operator, "streams", wordsOf(CallKey { i })));
        QVERIFY(eve.refusalOfPart(RemoteRole::Operator, "streams", wordsOf(CallKey { 1 }))); // is not hidden by it
        audit.everySecond();
        for (int i = 0; i < 3; ++i)
            QVERIFY(vic.refusalOfPart(RemoteRole::Operator, "notes", wordsOf(CallKey { i })));
        audit.everySecond();
        audit.everySecond(); // nothing new
        std::map<std::string, int> lines, told;
        for (const AuditEntry& entry : auditEntriesIn(directory.path().toStdString())) {
            ++lines[entry.user];
            told[entry.user] += entry.action == "refused" ? std::stoi(entry.detail) : 1;
        }
        QCOMPARE(told["vic"], all + 3);
        QVERIFY(lines["vic"] < all / 5);
        QCOMPARE(lines["eve"], 1);
        QCOMPARE(audit.refused, std::uint64_t { all + 4 });
        for (int i = 0; i < RemoteAudit::linesAtOnce; ++i)
            audit.everySecond();
        QVERIFY(vic.refusalOfPart(RemoteRole::Operator, "holds"));
        QCOMPARE(auditEntriesIn(directory.path().toStdString()).back().action, std::string("refused holds"));
    }

    void withoutRoomForTheLogNothingIsDoneThatItMustTell()
    {
        QTemporaryDir directory;
        auto log = AuditLog::open(directory.path().toStdString());
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before {};
        getrlimit(RLIMIT_FSIZE, &before);
        const rlimit nothing { 0, before.rlim_max };
        setrlimit(RLIMIT_FSIZE, &nothing); // every write fails
        const auto restore = qScopeGuard([&] { setrlimit(RLIMIT_FSIZE, &before); });
        RemoteAudit audit { &log.value() };
        RequestGate gate({ "root", RemoteRole::Admin, {} }, audit);
        const auto refused = gate.refusal(RemoteRole::Reviewer, "sound");
        const std::string why = "cannot write the audit log " + directory.path().toStdString() + "/audit.log: ";
        QVERIFY2(refused && toText(*refused).find(why) != std::string::npos, refused ? toText(*refused).c_str() : "");
        QVERIFY(gate.refusalOfCall(RemoteRole::Operator, wordsOf(CallKey { 42 })));
        QVERIFY(!gate.refusalOfPart(RemoteRole::Operator, "alarm rules"));
    }
};

QTEST_GUILESS_MAIN(TestRequestGate)
#include "tst_request_gate.moc"
