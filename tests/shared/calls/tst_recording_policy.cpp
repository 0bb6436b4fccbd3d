// Which rule fits which call, and what share of calls a share is.
#include "shared/calls/recording_policy.h"

#include "shared/base/pattern.h"

#include <QTest>

using namespace callmon;

namespace {

IpAddress ip(const char* text)
{
    return *IpAddress::parse(text);
}

CallGroups trunks()
{
    return CallGroups(
        { { "north", { *IpNetwork::parse("192.0.2.0/28") } },
            { "south", { *IpNetwork::parse("198.51.100.0/24"), *IpNetwork::parse("2001:db8:17::/48") } } },
        {});
}

RecordingRule rule(const char* name, double percent)
{
    RecordingRule made;
    made.name = name;
    made.percent = percent;
    return made;
}

// One rule "it" before a default of no.
std::vector<RecordingRule> rulesOf(RecordingRule it)
{
    it.name = "it";
    return { it, rule("default", 0) };
}

const IpAddress callerMedia = *IpAddress::parse("10.1.0.5");

RecordedCall someCall()
{
    static const std::array media { callerMedia, *IpAddress::parse("2001:db8:2::9") };
    RecordedCall call;
    call.key = { 1'772'366'400'000'000'123 };
    call.caller = "34910001234";
    call.callee = "+12025550199";
    call.signalling = { ip("192.0.2.7"), ip("203.0.113.4") };
    call.media = media;
    call.complete = true;
    return call;
}

}

class RecordingPolicyTest : public QObject {
    Q_OBJECT

private slots:
    void ruleFits_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("value");
        QTest::addColumn<bool>("fits");
        const auto row = [](const char* what, const char* value, bool fits) {
            QTest::addRow("%s %s", what, value) << what << value << fits;
        };
        row("caller", "34910001234", true);
        row("caller", "3491000123", false);
        row("caller", "34*", true);
        row("caller", "35*", false);
        row("caller", "*1234", true);
        row("caller", "*123", false);
        row("caller", "34*00*34", true);
        row("caller", "**", true);
        row("caller", "*34910001234*", true);
        row("caller", "34910001234?", false);
        row("caller", "349-1000-1234", true); // as one writes it; kept without separators (RFC 3966 4)
        row("caller", "(34)*", true);
        row("caller", "*000-1234", true);
        row("caller", "35-*", false);
        row("callee", "+1-202-555-0199", true);
        row("callee", "34*", false);
        row("callee", "+1202*", true);
        row("number", "+1*", true);
        row("number", "34*", true);
        row("number", "*9", true);
        row("number", "44*", false);
        row("address", "192.0.2.7", true);
        row("address", "192.0.2.0/24", true);
        row("address", "203.0.113.4/32", true);
        row("address", "10.1.0.0/16", true); // of media
        row("address", "2001:db8:2::/48", true);
        row("address", "10.2.0.0/16", false);
        row("address", "0.0.0.0/0", true);
        row("trunk", "north", true);
        row("trunk", "south", false);
        row("header", "X-Record: yes", true);
        row("header", "x-record:y*", true);
        row("header", "X-Record", true);
        row("header", "X-Record: no", false);
        row("header", "X-Other", false);
    }

    void ruleFits()
    {
        QFETCH(QString, what);
        QFETCH(QString, value);
        QFETCH(bool, fits);
        RecordingRule it = rule("it", 100);
        const std::string text = value.toStdString();
        if (what == "caller")
            it.caller = text;
        else if (what == "callee")
            it.callee = text;
        else if (what == "number")
            it.number = text;
        else if (what == "address")
            it.address = text;
        else if (what == "trunk")
            it.trunk = text;
        else
            it.header = text;
        const auto rules = rulesOf(it);
        QVERIFY(checkRecordingRules(rules, trunks().trunks()));
        const RecordingPolicy policy(rules, trunks());
        RecordedCall call = someCall();
        call.headers = policy.headersOf([](std::string_view name) {
            return name == "x-record" ? std::string_view(" yes\r\n ") : std::string_view();
        });
        const auto decision = policy.decide(call);
        QVERIFY(decision);
        QCOMPARE(decision->recorded, fits);
        QCOMPARE(std::string(decision->rule), std::string(fits ? "it" : "default"));
    }

    void aRuleWantsAllThatItNames()
    {
        RecordingRule it = rule("it", 100);
        it.caller = std::string_view("34*");
        it.trunk = std::string_view("south");
        QCOMPARE(RecordingPolicy(rulesOf(it), trunks()).decide(someCall())->recorded, false);
        it.trunk = std::string_view("north");
        QCOMPARE(RecordingPolicy(rulesOf(it), trunks()).decide(someCall())->recorded, true);
    }

    void theFirstRuleThatFitsDecidesAndOneThatIsDisabledDoesNot()
    {
        std::vector<RecordingRule> rules { rule("board", 0), rule("spain", 100), rule("default", 0) };
        rules[0].caller = std::string_view("3491000*");
        rules[1].caller = std::string_view("34*");
        QCOMPARE(std::string(RecordingPolicy(rules, {}).decide(someCall())->rule), std::string("board"));
        rules[0].enabled = false;
        const auto decision = RecordingPolicy(rules, {}).decide(someCall());
        QVERIFY(decision->recorded);
        std::swap(rules[0], rules[1]);
        QCOMPARE(std::string(RecordingPolicy(rules, {}).decide(someCall())->rule), std::string("spain"));
    }

    // An address of media or a header may still come: a rule that asks for it keeps those behind it from deciding.
    void nothingIsDecidedBeforeARuleThatMayStillFit()
    {
        RecordingRule it = rule("it", 0);
        it.address = std::string_view("10.1.0.0/16");
        const RecordingPolicy policy(rulesOf(it), {});
        RecordedCall call = someCall();
        call.complete = false;
        QVERIFY(policy.decide(call));
        call.media = {};
        QVERIFY(!policy.decide(call));
        call.complete = true;
        QCOMPARE(std::string(policy.decide(call)->rule), std::string("default"));
        // One whose number does not fit never will.
        it.caller = std::string_view("999*");
        call.complete = false;
        QCOMPARE(std::string(RecordingPolicy(rulesOf(it), {}).decide(call)->rule), std::string("default"));
    }

    void aTrunkThatIsNoLongerConfiguredFitsNothing()
    {
        RecordingRule it = rule("it", 100);
        it.trunk = std::string_view("gone");
        QVERIFY(!checkRecordingRules(rulesOf(it), trunks().trunks()));
        QCOMPARE(RecordingPolicy(rulesOf(it), trunks()).decide(someCall())->recorded, false);
    }

    // Within five standard deviations of the binomial, whatever time the keys are of; and by the key alone.
    void aShareIsThatShareOfTheCalls_data()
    {
        QTest::addColumn<double>("percent");
        QTest::addColumn<qint64>("step");
        for (const double percent : { 0.0, 0.5, 10.0, 50.0, 99.0, 100.0 }) {
            for (const qint64 step : { qint64 { 1 }, qint64 { 1024 }, qint64 { 10'000'000 }, qint64 { 1'000'000'000 } })
                QTest::addRow("%g %%, keys %lld apart", percent, step) << percent << step;
        }
    }

    void aShareIsThatShareOfTheCalls()
    {
        QFETCH(double, percent);
        QFETCH(qint64, step);
        constexpr int keys = 100'000;
        int chosen = 0;
        for (int i = 0; i < keys; ++i)
            chosen += isOfShare({ 1'772'366'400'000'000'000 + i * step }, percent);
        const double share = percent / 100;
        const double deviation = std::sqrt(keys * share * (1 - share));
        QVERIFY2(std::abs(chosen - keys * share) <= 5 * deviation, qPrintable(QString::number(chosen)));
    }

    // Of a rule with a share those calls that fit it, and it is named in either case.
    void aRulesDecisionIsThatOfItsShare()
    {
        RecordingRule quarter;
        quarter.percent = 25;
        quarter.callee = "+1202*";
        const RecordingPolicy policy(rulesOf(quarter), trunks());
        std::string chosen;
        for (int i = 0; i < 32; ++i) {
            RecordedCall call = someCall();
            call.key = { 1'772'366'400'000'000'000 + i * 1'000'000'007LL };
            const auto decision = policy.decide(call);
            QVERIFY(decision.has_value());
            QCOMPARE(std::string(decision->rule), std::string("it"));
            chosen += decision->recorded ? '1' : '0';
            call.callee = "+34910000000";
            QCOMPARE(policy.decide(call)->recorded, false); // the default's
        }
        QCOMPARE(chosen, std::string("00111001010101100000001000000000")); // as below
    }

    // A capture that is read again next year has the same calls recorded: these are what the formula gives, worked out
    // by hand with another program (Python).
    void aShareIsOfTheSameCallsForEver()
    {
        std::string chosen;
        for (int i = 0; i < 32; ++i)
            chosen += isOfShare({ 1'772'366'400'000'000'000 + i * 1'000'000'007LL }, 25) ? '1' : '0';
        QCOMPARE(chosen, std::string("00111001010101100000001000000000"));
    }

    void aGreaterShareHasTheCallsOfASmallerOne()
    {
        for (int i = 0; i < 1000; ++i) {
            const CallKey key { 1'772'366'400'000'000'000 + i * 7'777'777LL };
            QVERIFY(!isOfShare(key, 10) || isOfShare(key, 20));
        }
    }

    void whatMakesNoSenseIsRefused_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("says");
        QTest::newRow("name") << "name"
                              << "A b"
                              << "lower-case";
        QTest::newRow("no name") << "name"
                                 << ""
                                 << "lower-case";
        QTest::newRow("name of figures only") << "name"
                                              << "figures-only"
                                              << "keeps no media";
        QTest::newRow("name that is there") << "name"
                                            << "default"
                                            << "twice";
        QTest::newRow("address") << "address"
                                 << "10.0.0.0/33"
                                 << "192.0.2.0/24";
        QTest::newRow("host name") << "address"
                                   << "pbx.example"
                                   << "192.0.2.0/24";
        QTest::newRow("trunk") << "trunk"
                               << "west"
                               << "no [[trunk]] 'west'";
        QTest::newRow("header with a blank") << "header"
                                             << "X Record: yes"
                                             << "X-Record: yes";
        QTest::newRow("header of no name") << "header"
                                           << ": yes"
                                           << "X-Record: yes";
        QTest::newRow("control character") << "caller"
                                           << "34\n91"
                                           << "63 characters";
        QTest::newRow("long number") << "caller" << QString(64, '3') << "63 characters";
        QTest::newRow("share") << "percent"
                               << "100.5"
                               << "0% to 100%";
        QTest::newRow("negative share") << "percent"
                                        << "-1"
                                        << "0% to 100%";
        QTest::newRow("no share") << "percent"
                                  << "nan"
                                  << "0% to 100%";
    }

    void whatMakesNoSenseIsRefused()
    {
        QFETCH(QString, what);
        QFETCH(QString, value);
        QFETCH(QString, says);
        std::vector<RecordingRule> rules { rule("it", 100), rule("default", 0) };
        const std::string text = value.toStdString();
        if (what == "name")
            rules[0].name = text;
        else if (what == "address")
            rules[0].address = text;
        else if (what == "trunk")
            rules[0].trunk = text;
        else if (what == "header")
            rules[0].header = text;
        else if (what == "caller")
            rules[0].caller = text;
        else
            rules[0].percent = value == "nan" ? std::nan("") : value.toDouble();
        const auto checked = checkRecordingRules(rules, trunks().trunks());
        QVERIFY(!checked);
        QVERIFY2(QString::fromStdString(checked.error().what).contains(says), checked.error().what.c_str());
    }

    void theDefaultIsLastAndFitsEveryCall()
    {
        std::vector<RecordingRule> rules { rule("default", 0), rule("it", 100) };
        QVERIFY(!checkRecordingRules(rules, {}));
        std::swap(rules[0], rules[1]);
        QVERIFY(checkRecordingRules(rules, {}));
        rules[1].caller = std::string_view("34*");
        QVERIFY(!checkRecordingRules(rules, {}));
        rules[1].caller = std::string_view();
        rules[1].enabled = false;
        QVERIFY(!checkRecordingRules(rules, {}));
        QVERIFY(!checkRecordingRules({}, {}));
    }

    void thereAreSixtyFourRulesAtMost()
    {
        std::vector<RecordingRule> rules;
        for (std::size_t i = 0; i + 1 < mostRecordingRules; ++i)
            rules.push_back(rule(("r" + std::to_string(i)).c_str(), 100));
        rules.push_back(rule("default", 0));
        QVERIFY(checkRecordingRules(rules, {}));
        rules[62].header = std::string_view("X-Last");
        const RecordingPolicy policy(rules, {});
        QCOMPARE(policy.headersOf([](std::string_view) { return std::string_view("1"); }), std::uint64_t { 1 } << 62);
        rules.insert(rules.begin(), rule("more", 0));
        QVERIFY(!checkRecordingRules(rules, {}));
    }

    void whatIsRecordedIsWrittenAsYesNoOrAShare()
    {
        QCOMPARE(parseRecordText("yes"), std::optional(100.0));
        QCOMPARE(parseRecordText("no"), std::optional(0.0));
        QCOMPARE(parseRecordText("12.5%"), std::optional(12.5));
        for (const char* wrong : { "", "%", "12", "101%", "-1%", "nan%", "1e99%", "YES", "5 %" })
            QVERIFY2(!parseRecordText(wrong), wrong);
        for (const double percent : { 0.0, 0.001, 12.5, 33.3333, 100.0 })
            QCOMPARE(parseRecordText(recordText(percent)), std::optional(percent));
    }

    void aChangeIsToldInWords()
    {
        std::vector<RecordingRule> before { rule("board", 0), rule("north", 100), rule("default", 100) };
        before[0].number = std::string_view("3491*");
        std::vector<RecordingRule> after = before;
        QCOMPARE(changeText(before, after), std::string("nothing"));
        std::swap(after[0], after[1]);
        QCOMPARE(changeText(before, after), std::string("changed their order"));
        after = before;
        after.erase(after.begin() + 1);
        after.insert(after.begin(), rule("tenth", 10));
        after.back().percent = 0;
        QCOMPARE(changeText(before, after),
            std::string(
                "removed north; added tenth (10%, every call); changed default (yes, every call) to default (no, "
                "every call)"));
    }

    // Patterns come from outside: the worst of them costs what both lengths cost.
    void aHostilePatternIsCheap()
    {
        const std::string text(127, 'a');
        std::string pattern;
        for (int i = 0; i < 31; ++i)
            pattern += "*a";
        QVERIFY(!fitsPattern(text, pattern + "b"));
    }
};

QTEST_APPLESS_MAIN(RecordingPolicyTest)
#include "tst_recording_policy.moc"
