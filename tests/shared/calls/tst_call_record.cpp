#include "shared/calls/call_record.h"

#include <QTest>

using namespace callmon;

class CallRecordTest : public QObject {
    Q_OBJECT

private slots:
    void durationRunsFromAnswerToEnd()
    {
        using namespace std::chrono_literals;
        CallRecord call;
        call.startedAt = Timestamp(10s);
        call.lastPacketAt = Timestamp(40s);
        QVERIFY(!durationOf(call));
        call.answeredAt = Timestamp(15s);
        QCOMPARE(durationOf(call), Milliseconds(25s)); // still on: so far
        call.endedAt = Timestamp(30s);
        QCOMPARE(durationOf(call), Milliseconds(15s));
    }

    void wordsAreThoseOfTheContract()
    {
        const std::pair<CallOutcome, std::string_view> outcomes[] { { CallOutcome::Answered, "answered" },
            { CallOutcome::Busy, "busy" }, { CallOutcome::Cancelled, "cancelled" },
            { CallOutcome::NoAnswer, "no_answer" }, { CallOutcome::Rejected, "rejected" },
            { CallOutcome::Failed, "failed" }, { CallOutcome::Incomplete, "incomplete" } };
        for (const auto& [outcome, word] : outcomes) {
            QVERIFY(toText(outcome) == word);
            QVERIFY(parseOutcome(word) == outcome);
        }
        QVERIFY(!parseOutcome("Answered"));
        QVERIFY(!parseOutcome(""));
        QVERIFY(toText(Party::Caller) == "caller" && toText(Party::Callee) == "callee");
        QVERIFY(toText(Signalling::Sip) == "sip" && toText(Signalling::Skinny) == "skinny");
        QVERIFY(toText(Transport::Udp) == "udp" && toText(Transport::WebSocket) == "ws");
        QVERIFY(toText(CallState::Trying) == "trying" && toText(CallState::Ended) == "ended");
        QVERIFY(toText(EndedBy::Nobody).empty() && toText(EndedBy::ProbeStopped) == "probe_stopped");
    }
};

QTEST_GUILESS_MAIN(CallRecordTest)
#include "tst_call_record.moc"
