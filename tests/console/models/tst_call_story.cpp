#include "console/models/call_story.h"
#include "console/models/mos_breakdown.h"
#include "shared/quality/e_model.h"

#include <QtTest>

using namespace callmon;

namespace {

CallRecord answeredCall()
{
    CallRecord call;
    call.state = CallState::Ended;
    call.outcome = CallOutcome::Answered;
    call.startedAt = timestampFromNanoseconds(1'795'413'723'000'000'000);
    call.answeredAt = call.startedAt + std::chrono::milliseconds(3'200);
    call.answerDelay = Milliseconds(3'200);
    call.endedAt = *call.answeredAt + std::chrono::seconds(95);
    call.lastPacketAt = *call.endedAt;
    call.endedBy = EndedBy::Callee;
    call.finalCode = 200;
    return call;
}

}

class TestCallStory : public QObject {
    Q_OBJECT

private slots:
    void whoHungUpAndWhyIsSaid()
    {
        CallRecord call = answeredCall();
        QCOMPARE(storyOf(call), QString("Answered after 3.2 s, talked for 0:01:35. The callee hung up."));
        call.q850Cause = 16;
        call.endReason = "Normal call clearing";
        QCOMPARE(storyOf(call),
            QString(
                "Answered after 3.2 s, talked for 0:01:35. The callee hung up: Q.850 cause 16, normal call clearing."));
        call.endReason = "Call completed elsewhere";
        QVERIFY(storyOf(call).endsWith("Q.850 cause 16, normal call clearing, “Call completed elsewhere”."));
    }

    void aFailedCallSaysWithWhat()
    {
        CallRecord call = answeredCall();
        call.answeredAt.reset();
        call.outcome = CallOutcome::Busy;
        call.finalCode = 486;
        call.endedAt = call.startedAt + std::chrono::seconds(9);
        QVERIFY2(storyOf(call).startsWith("Busy: 486 Busy Here after 9.0 s."), qPrintable(storyOf(call)));
    }

    void oneWayHoldAndAnEndNobodySawAreSaid()
    {
        CallRecord call = answeredCall();
        call.holds = 2;
        call.holdTime = Milliseconds(12'500);
        call.mediaAfterAnswer = MediaAfterAnswer::CallerOnly;
        call.endedBy = EndedBy::Silence;
        const QString story = storyOf(call);
        QVERIFY(story.contains("On hold 2 times, for 12.5 s in all."));
        QVERIFY(story.contains("⚠ One-way: only the caller's media"));
        QVERIFY(story.contains("No BYE was seen"));
        QVERIFY(!story.contains("after the end"));
        call.mediaAfterEnd = Milliseconds(20); // the packet that was under way
        QVERIFY(!storyOf(call).contains("after the end"));
        call.mediaAfterEnd = Milliseconds(4'000);
        QVERIFY(storyOf(call).contains("Media went on for 4.0 s after the end"));
    }

    void aCallThatIsOnHasNoEnd()
    {
        CallRecord call = answeredCall();
        call.state = CallState::Answered;
        call.endedAt.reset();
        call.endedBy = EndedBy::Nobody;
        QCOMPARE(storyOf(call), QString("Answered after 3.2 s."));
    }

    void theStepsOfAMosAddUpToIt()
    {
        // As the engine stores them: of the E-model with G.729, 2 % loss in bursts, 100 ms.
        const EModelInputs inputs { *impairmentOf("G729"), 2, 1.8, Milliseconds(100), 1 };
        const MosWaterfall waterfall = waterfallOf(inputs);
        StreamRecord stream;
        stream.codec = "G729";
        stream.lossPercent = 2;
        stream.rFactor = rFactor(inputs);
        stream.mosLostToCodec = waterfall.codec;
        stream.mosLostToLoss = waterfall.loss;
        stream.mosLostToDiscards = waterfall.discards;
        stream.mosLostToBursts = waterfall.bursts;
        stream.mosLostToDelay = waterfall.delay;
        stream.oneWayDelay = Milliseconds(100);
        stream.delaySource = DelaySource::Assumed;
        const MosBreakdown breakdown = breakdownOf(stream);
        QCOMPARE(breakdown.steps.size(), 5u);
        QVERIFY(std::abs(breakdown.best - 4.409) < 0.001); // measures: a perfect call
        QVERIFY(std::abs(breakdown.mos - mosOfR(*stream.rFactor)) < 1e-9);
        QVERIFY(breakdown.words().contains("Ie 11, Bpl 19.0"));
        QVERIFY(breakdown.words().contains("round trip of 40 ms assumed"));
    }

    void anUnknownCodecHasNoMosAndSaysWhy()
    {
        StreamRecord stream;
        QVERIFY(breakdownOf(stream).whyNot.contains("codec is unknown"));
        stream.codec = "opus";
        const MosBreakdown breakdown = breakdownOf(stream);
        QVERIFY(breakdown.steps.empty());
        QVERIFY(breakdown.whyNot.contains("no impairment of opus"));
    }
};

QTEST_MAIN(TestCallStory)
#include "tst_call_story.moc"
