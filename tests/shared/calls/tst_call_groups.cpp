// To which trunk and prefix a call belongs, and which names and prefixes make no sense.
#include "shared/calls/call_groups.h"

#include <QTest>

using namespace callmon;

class TestCallGroups : public QObject {
    Q_OBJECT

private slots:
    void prefixIsTheLongestThatTheNumberBeginsWith()
    {
        for (const std::vector<std::string>& prefixes : { std::vector<std::string> { "+3", "+34", "+349", "00" },
                 std::vector<std::string> { "+349", "+34", "+3", "00" } }) {
            const CallGroups groups({}, prefixes);
            const auto prefixOf = [&](std::string_view callee) {
                const auto found = groups.prefixOf(callee);
                return found ? prefixes[*found] : std::string("other");
            };
            QCOMPARE(prefixOf("+34910001"), std::string("+349"));
            QCOMPARE(prefixOf("+34810001"), std::string("+34"));
            QCOMPARE(prefixOf("+39"), std::string("+3"));
            QCOMPARE(prefixOf("+3"), std::string("+3"));
            QCOMPARE(prefixOf("+"), std::string("other"));
            QCOMPARE(prefixOf("1+34910001"), std::string("other")); // has it, and does not begin with it
            QCOMPARE(prefixOf("91000"), std::string("other"));
            QCOMPARE(prefixOf(""), std::string("other"));
        }
    }

    // Numbers are kept without separators (RFC 3966 4).
    void prefixMayBeWrittenWithSeparators()
    {
        const CallGroups groups({}, { "+1-8", "+1(800)", "board-" });
        QCOMPARE(groups.prefixOf("+18005550100").value(), std::size_t { 1 });
        QCOMPARE(groups.prefixOf("+18885550100").value(), std::size_t { 0 });
        QCOMPARE(groups.prefixOf("board-2").value(), std::size_t { 2 });
        QVERIFY(!groups.prefixOf("+12025550199"));
        QCOMPARE(groups.prefixes()[1], std::string("+1(800)"));
        QVERIFY(!checkPrefixes({ "+1800", "+1-800" })); // the same digits
        QVERIFY(checkPrefixes({ "board-", "board" }));
    }

    void prefixesThatMakeNoSenseAreRefused()
    {
        QVERIFY(checkPrefixes({ "+34", "+35" }));
        QVERIFY(!checkPrefixes({ "" }));
        QVERIFY(!checkPrefixes({ "other" }));
        QVERIFY(!checkPrefixes({ "+34\n" }));
        QVERIFY(checkPrefixes({ std::string(47, '1') }));
        QVERIFY(!checkPrefixes({ std::string(48, '1') }));
        QVERIFY(!checkPrefixes({ "+34", "+34" })); // twice
        std::vector<std::string> many;
        for (std::size_t i = 0; i < CallGroups::mostPrefixes; ++i)
            many.push_back(std::to_string(1000 + i));
        QVERIFY(checkPrefixes(many));
        many.push_back("99");
        QVERIFY(!checkPrefixes(many));
    }
};

QTEST_APPLESS_MAIN(TestCallGroups)
#include "tst_call_groups.moc"
