#include "console/models/call_filter.h"
#include "shared/base/utc_time.h"

#include <QtTest>

using namespace callmon;

namespace {

LiveCall sample()
{
    LiveCall call;
    call.state = CallState::Ringing;
    call.lastCode = 180;
    call.trust = CaptureTrust::Lossy;
    call.caller = "+34910123456";
    call.callee = "Anna.Weiss";
    call.callId = "a84b4c76e66710@pc33.example";
    call.codec = "PCMA";
    call.callerTrunk = "North 1";
    call.calleeTrunk = "other";
    call.answeredAt = timestampFromNanoseconds(0);
    call.countedAt = *parseIso8601("2026-11-23T06:14:07");
    call.sent[0] = { true, 4.2F, 4.0F, 0.5F, 3.0F };
    call.sent[1] = { true, 3.2F, 2.9F, 2.5F, 31.0F };
    return call;
}

}

class TestCallFilter : public QObject {
    Q_OBJECT

private slots:
    void matchesWhatItSays_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("matches");
        const auto row = [](const char* text, bool matches) { QTest::newRow(text) << QString(text) << matches; };
        row("", true);
        row("   ", true);
        row("10123", true); // inside the caller
        row("anna", true); // any letter case
        row("ANNA pcma", true); // every word must match
        row("anna pcmu", false);
        row("ringing", true); // the state's word
        row("pc33.example", true); // Call-ID
        row("\"anna weiss\"", false); // a phrase is one text
        row("from:+34*", true);
        row("from:34*", false); // with * the whole field must match
        row("from:34", true); // without, a part is enough
        row("910-123", true); // a number's separators say nothing (RFC 3966 5.1.1)
        row("from:+34-910-123", true);
        row("from=+34.910.123.456", true);
        row("from:+34-910*", true);
        row("from:+34-911*", false);
        row("-from:+34-910*", false);
        row("id:a84b4c76-e66710", false); // of numbers alone
        row("to:+34*", false);
        row("to:*weiss", true);
        row("codec:pcma", true);
        row("codec:pc*u", false);
        row("state:ringing", true);
        row("state:answered", false);
        row("trust:lossy", true);
        row("trust:whole", false);
        row("trunk:north", true);
        row("trunk:\"north 1\"", true);
        row("trunk:n*1", true);
        row("trunk:south", false);
        row("trunk:other", false); // the caller's end is of one
        row("trunk=north", false); // all of it
        row("trunk=\"North 1\"", true);
        row("trunk=\"north 1\"", false); // another trunk may be called so
        row("trunk=North*1", false); // no pattern
        row("trunk=other", false);
        row("codec=pcma", true); // RFC 4855 3: in any case
        row("codec=pcm", false);
        row("from=+34910123456", true);
        row("from=+3491012345", false);
        row("code=180", true);
        row("-to:+34*", true);
        row("-to:anna*", false);
        row("-trunk=\"North 1\"", false);
        row("-mos<3.5", false);
        row("-loss>5", true);
        row("-duration>61", true);
        row("-weiss", false); // a minus by itself is of a text
        row("counted>=2026-11-23T06:14", true);
        row("counted>=2026-11-23T06:14:07z counted<2026-11-23T06:14:08Z", true);
        row("counted<2026-11-23T06:14:07Z", false);
        row("counted<=2026-11-23T06:14:07Z", true);
        row("counted>2026-11-23T06:14:07Z", false);
        row("counted>\"2026-11-23 06:14\"", true);
        row("-counted<2026-11-23T06:14:07Z", true);
        row("lossy", false); // only where it is asked for
        row("code:180", true);
        row("code:1*", true);
        row("code:18*6", false);
        row("mos<3.5", true); // the worse direction's
        row("mos<3,5", true); // a decimal comma
        row("mos<3.2", false); // the float 3.2 is a little above
        row("mos>4", false);
        row("minmos<3", true);
        row("loss>2", true);
        row("loss>2.5", false);
        row("loss>=2.5", true);
        row("loss<=0.5", false);
        row("jitter>30", true);
        row("jitter=31", true);
        row("duration>59", true);
        row("duration>61", false);
        row("mos<3.5 loss>2 codec:pcma from:+34* state:ringing", true);
        row("mos<3.5 loss>9", false);
        row("mos<", true); // not finished yet: restricts nothing
        row("from:", true);
        row("sip:1", false); // no such field: a word like any other
    }

    void matchesWhatItSays()
    {
        QFETCH(QString, text);
        QFETCH(bool, matches);
        QCOMPARE(CallFilter::parse(text).matches(sample(), timestampFromNanoseconds(60'000'000'000)), matches);
    }

    void unknownFiguresMatchNeitherSide()
    {
        const LiveCall silent;
        for (const char* text : { "mos<5", "mos>0", "minmos<5", "loss<101", "loss>=0", "jitter>=0", "duration>=0" })
            QVERIFY2(!CallFilter::parse(text).matches(silent, {}), text);
    }

    void aSilentSideIsFoundSomeSecondsAfterTheAnswer()
    {
        LiveCall call = sample();
        call.state = CallState::Answered; // at 0 s
        const auto fits = [&](const char* text, int second) {
            return CallFilter::parse(text).matches(call, timestampFromNanoseconds(second * 1'000'000'000LL));
        };
        QVERIFY(!fits("is:one-way", 10) && !fits("is:no-media", 10)); // both are heard
        call.sent[1].seen = false;
        QVERIFY(fits("is:one-way", 10) && !fits("is:no-media", 10));
        QVERIFY(!fits("is:one-way", 4)); // it may come yet
        call.sent[0].seen = false;
        QVERIFY(!fits("is:one-way", 10) && fits("is:no-media", 10));
        call.state = CallState::Ringing;
        QVERIFY(!fits("is:no-media", 10));
        QVERIFY(CallFilter::parse("is:one").problems().front().contains("one-way"));
    }

    void aTermThatIsNotFinishedIsNamed()
    {
        QCOMPARE(CallFilter::parse("mos< anna").problems().size(), 1);
        QVERIFY(CallFilter::parse("mos< anna").problems().front().contains("mos<"));
        QVERIFY(CallFilter::parse("mos<3 anna").problems().isEmpty());
    }

    void aComparisonOfWhatIsNoFigureIsNamedAndRestrictsNothing()
    {
        const CallFilter filter = CallFilter::parse("dur<20 anna");
        QCOMPARE(filter.problems().size(), 1);
        QVERIFY(filter.problems().front().contains("“dur”") && filter.problems().front().contains("duration"));
        QVERIFY(CallFilter::parse("dur<20").empty());
        QVERIFY(CallFilter::parse("<3 4=5 sip:a=b").problems().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestCallFilter)
#include "tst_call_filter.moc"
