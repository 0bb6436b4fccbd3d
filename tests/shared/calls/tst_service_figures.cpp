// Service figures against cases worked by hand from ITU-T E.425 and RFC 6076.
#include "shared/calls/service_window.h"

#include <QTest>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

CallRecord failed(int code, bool rang, CallOutcome outcome = CallOutcome::Failed)
{
    CallRecord call;
    call.state = CallState::Ended;
    call.outcome = outcome;
    call.finalCode = static_cast<std::uint16_t>(code);
    call.startedAt = Timestamp(1000s);
    if (rang)
        call.ringingAt = call.startedAt + 1s;
    call.endedAt = call.startedAt + 10s;
    call.postDialDelay = 500ms;
    return call;
}

CallRecord answered(std::chrono::seconds talk)
{
    CallRecord call = failed(200, true, CallOutcome::Answered);
    call.endedBy = EndedBy::Caller;
    call.answeredAt = call.startedAt + 4s;
    call.endedAt = *call.answeredAt + talk;
    call.answerDelay = 4000ms;
    call.postDialDelay = 1000ms;
    return call;
}

}

class TestServiceFigures : public QObject {
    Q_OBJECT

private slots:
    // One answered call beside the failed one: each ratio is 50 %, or 100 % where the failure counts as effective, and
    // SER and SEER are 1 / (2 - 1) where it was a redirection.
    void everyFinalCodeCountsAsItsSpecificationSays_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<bool>("rang");
        QTest::addColumn<double>("ner");
        QTest::addColumn<double>("ser");
        QTest::addColumn<double>("seer");
        QTest::addColumn<double>("isa");
        QTest::addColumn<double>("numberErrors");
        const auto row = [](int code, bool rang, double ner, double ser, double seer, double isa, double numberErrors) {
            QTest::addRow("%d%s", code, rang ? " after ringing" : "")
                << code << rang << ner << ser << seer << isa << numberErrors;
        };
        row(302, false, 50, 100, 100, 0, 0);
        row(403, false, 100, 50, 50, 0, 0);
        row(404, false, 50, 50, 50, 0, 50);
        row(408, false, 50, 50, 50, 50, 0);
        row(408, true, 100, 50, 50, 50, 0);
        row(410, false, 50, 50, 50, 0, 50);
        row(415, false, 50, 50, 50, 0, 0);
        row(433, false, 100, 50, 50, 0, 0);
        row(480, false, 100, 50, 100, 0, 0);
        row(484, false, 50, 50, 50, 0, 50);
        row(486, true, 100, 50, 100, 0, 0);
        row(487, false, 50, 50, 50, 0, 0);
        row(487, true, 100, 50, 50, 0, 0);
        row(488, false, 100, 50, 50, 0, 0);
        row(500, false, 50, 50, 50, 50, 0);
        row(502, false, 50, 50, 50, 0, 0);
        row(503, false, 50, 50, 50, 50, 0);
        row(504, false, 50, 50, 50, 50, 0);
        row(600, false, 100, 50, 100, 0, 0);
        row(603, true, 100, 50, 100, 0, 0);
        row(606, false, 100, 50, 50, 0, 0);
    }
    void everyFinalCodeCountsAsItsSpecificationSays()
    {
        QFETCH(int, code);
        QFETCH(bool, rang);
        ServiceFigures figures;
        figures.add(answered(60s));
        figures.add(failed(code, rang));
        QCOMPARE(figures.attempts, std::uint64_t { 2 });
        QCOMPARE(answerSeizureRatio(figures).value(), 50.0);
        QCOMPARE(sessionCompletion(figures).value(), 50.0);
        QTEST(networkEffectiveness(figures).value(), "ner");
        QTEST(sessionEstablishment(figures).value(), "ser");
        QTEST(sessionEstablishmentEffectiveness(figures).value(), "seer");
        QTEST(ineffectiveAttempts(figures).value(), "isa");
        QTEST(numberErrorRatio(figures).value(), "numberErrors");
    }

    void withoutAFinalResponseTheOutcomeCounts()
    {
        ServiceFigures figures;
        figures.add(failed(0, true, CallOutcome::Cancelled));
        figures.add(failed(0, false, CallOutcome::Cancelled));
        figures.add(failed(0, false, CallOutcome::Busy));
        figures.add(failed(0, false, CallOutcome::Incomplete));
        QCOMPARE(figures.ringNoAnswer, std::uint64_t { 1 });
        QCOMPARE(figures.userBusy, std::uint64_t { 1 });
        QCOMPARE(networkEffectiveness(figures).value(), 50.0); // 2 of 4
    }

    void aRejectedOfferWithinAnAnsweredCallIsNoFailure()
    {
        CallRecord call = answered(60s);
        call.finalCode = 488; // of a re-INVITE
        ServiceFigures figures;
        figures.add(call);
        QCOMPARE(figures.answered, std::uint64_t { 1 });
        QCOMPARE(figures.terminalReject, std::uint64_t { 0 });
    }

    void whatIsNoAttemptIsInNoRatio()
    {
        CallRecord ringing = failed(0, true);
        ringing.state = CallState::Ringing;
        CallRecord late = answered(60s);
        late.beganBeforeProbe = true;
        ServiceFigures figures;
        figures.add(ringing);
        figures.add(late);
        QCOMPARE(figures.settingUp, std::uint64_t { 1 });
        QCOMPARE(figures.beganBeforeProbe, std::uint64_t { 1 });
        QCOMPARE(figures.attempts, std::uint64_t { 0 });
        QCOMPARE(figures.completed, std::uint64_t { 0 }); // of attempts
        QVERIFY(!answerSeizureRatio(figures));
        QVERIFY(!sessionEstablishment(figures));
        QCOMPARE(averageCallDuration(figures).value().count(), 60'000.0); // it was talked all the same
    }

    void onlyRedirectionsLeaveNothingToEstablish()
    {
        ServiceFigures figures;
        figures.add(failed(302, false));
        QCOMPARE(answerSeizureRatio(figures).value(), 0.0);
        QVERIFY(!sessionEstablishment(figures)); // 0 / (1 - 1)
    }

    void delaysAndDurationsAreMeansOfTheirOwnCalls()
    {
        ServiceFigures figures;
        figures.add(answered(60s));
        figures.add(answered(120s));
        figures.add(failed(486, true));
        CallRecord on = answered(600s); // still talking: not yet a duration
        on.state = CallState::Answered;
        on.endedAt.reset();
        figures.add(on);
        QCOMPARE(averageCallDuration(figures).value().count(), 90'000.0); // (60 + 120) / 2 s
        QCOMPARE(timeToAnswer(figures).value().count(), 4'000.0);
        QCOMPARE(postDialDelay(figures).value().count(), 875.0); // (3 * 1000 + 500) / 4
        QCOMPARE(requestDelayAnswered(figures).value().count(), 1'000.0);
        QCOMPARE(requestDelayFailed(figures).value().count(), 500.0);
        QCOMPARE(sessionCompletion(figures).value(), 50.0); // 2 of 4
    }

    void mosFallsIntoTheCategoriesOfG109()
    {
        ServiceFigures figures;
        for (const double mos : { 4.40, 4.34, 4.33, 4.03, 3.60, 3.59, 3.10, 3.09, 1.0 }) {
            CallRecord call = answered(60s);
            call.mosMean = mos;
            figures.add(call);
        }
        QCOMPARE(figures.mosBands, (std::array<std::uint64_t, 5> { 2, 2, 1, 2, 2 }));
    }

    void sumsOfPartsAreThoseOfTheWhole()
    {
        ServiceFigures whole;
        ServiceSums sum;
        for (const int code : { 302, 404, 408, 480, 486, 487, 500, 603, 0 }) {
            ServiceFigures part;
            CallRecord talk = answered(std::chrono::seconds(code));
            talk.mosMean = 4.1;
            CallRecord late = talk;
            late.beganBeforeProbe = true;
            CallRecord trying = failed(0, false);
            trying.state = CallState::Trying;
            for (const CallRecord& call : { failed(code, true), talk, late, trying }) {
                part.add(call);
                whole.add(call);
            }
            ServiceSums partSum;
            partSum.figures = part;
            sum += partSum;
        }
        const ServiceFigures& parts = sum.figures;
        QCOMPARE(parts, whole);
        sum -= sum;
        QCOMPARE(sum, ServiceSums {});
    }

    // Each count under its own name: a column that got another's values would be found by nobody.
    void everyCountGoesByItsName()
    {
        ServiceSums sums;
        ServiceFigures& figures = sums.figures;
        const auto at = [&](std::string_view name) {
            const auto place =
                std::ranges::find(serviceSumNames, name, [](const char* n) { return std::string_view(n); });
            return countsOf(sums)[static_cast<std::size_t>(place - serviceSumNames.begin())];
        };
        figures.settingUp = 1, figures.beganBeforeProbe = 2, figures.attempts = 3, figures.answered = 4;
        figures.completed = 5, figures.userBusy = 6, figures.ringNoAnswer = 7, figures.terminalReject = 8;
        figures.numberErrors = 9, figures.redirected = 10, figures.ineffective = 11, figures.effectiveFailures = 12;
        figures.talkTime = 13ns, figures.talked = 14, figures.answerDelay = 15ns, figures.answerDelays = 16;
        figures.requestDelayAnswered = 17ns, figures.requestDelaysAnswered = 18, figures.requestDelayFailed = 19ns;
        figures.requestDelaysFailed = 20, figures.mosMillionths = 21, figures.mosCalls = 22;
        figures.mosBands = { 23, 24, 25, 26, 27 };
        sums.newCalls = 28, sums.repeatedCalls = 29, sums.seconds = 30, sums.callSeconds = 31;
        const std::array names { "setting_up", "began_before_probe", "attempts", "answered", "completed", "user_busy",
            "ring_no_answer", "terminal_reject", "number_errors", "redirected", "ineffective", "effective_failures",
            "talk_time_ns", "talked", "answer_delay_ns", "answer_delays", "pdd_answered_ns", "pdds_answered",
            "pdd_failed_ns", "pdds_failed", "mos_millionths", "mos_calls", "mos_best", "mos_high", "mos_medium",
            "mos_low", "mos_poor", "new_calls", "repeated_calls", "seconds", "call_seconds" };
        QCOMPARE(names.size(), serviceSumNames.size());
        for (std::size_t i = 0; i < names.size(); ++i)
            QCOMPARE(at(names[i]), std::uint64_t { i + 1 });
        QCOMPARE(sumsOf(countsOf(sums)), sums);
    }
};

QTEST_GUILESS_MAIN(TestServiceFigures)
#include "tst_service_figures.moc"
