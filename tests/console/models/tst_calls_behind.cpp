// The calls of a figure that are still on: the filter of the live list finds those that the metrics counted, whatever
// the group is called.
#include "console/models/call_filter.h"
#include "console/models/calls_behind.h"
#include "shared/base/utc_time.h"
#include "shared/calls/call_groups.h"

#include <QtTest>
#include <random>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

const Timestamp minute = *parseIso8601("2026-11-23T06:14:00Z");
constexpr std::array trunks { "north", "north 2", "North", "other", "say \"hello\"", "a*", "-x=1" };
const CallGroups prefixes({}, { "+34", "+349", "+1" });

CallsBehind figureOf(std::vector<ConditionDraft> conditions)
{
    return { minute, minute + 1min, CallsBehind::By::Attempts, {}, std::move(conditions) };
}

std::vector<LiveCall> someCalls()
{
    std::mt19937 random(7);
    const auto pick = [&](const auto& from) { return from[random() % from.size()]; };
    constexpr std::array callees { "+34910000001", "+34800", "+1202555", "+44", "anna" };
    std::vector<LiveCall> calls(4'000);
    for (LiveCall& call : calls) {
        call.callee = pick(callees);
        call.callerTrunk = pick(trunks);
        call.calleeTrunk = pick(trunks);
        call.startedAt = minute - 30s;
        if (random() % 4 != 0)
            call.countedAt = minute + std::chrono::seconds(int(random() % 70) - 5);
    }
    calls.front().countedAt = minute; // the edges
    calls.back().countedAt = minute + 1min;
    return calls;
}

bool countsIn(const LiveCall& call, const std::function<bool(const LiveCall&)>& isOfGroup)
{
    return call.countedAt && *call.countedAt >= minute && *call.countedAt < minute + 1min && isOfGroup(call);
}

}

class TestCallsBehind : public QObject {
    Q_OBJECT

private:
    static void check(const CallsBehind& figure, const std::function<bool(const LiveCall&)>& isOfGroup)
    {
        const QString text = liveFilterOf(figure);
        const CallFilter filter = CallFilter::parse(text);
        QVERIFY2(filter.problems().isEmpty() && !filter.empty(), qPrintable(text));
        int counted = 0;
        for (const LiveCall& call : someCalls()) {
            QVERIFY2(filter.matches(call, {}) == countsIn(call, isOfGroup), qPrintable(text));
            counted += countsIn(call, isOfGroup);
        }
        QVERIFY2(counted > 0 && counted < 4'000, qPrintable(text));
    }

private slots:
    void allThatAreOnAreThoseCountedInTheTime()
    {
        QCOMPARE(liveFilterOf(figureOf({})), QString("counted>=2026-11-23T06:14:00Z counted<2026-11-23T06:15:00Z"));
        check(figureOf({}), [](const LiveCall&) { return true; });
    }

    void thoseOfATrunkAreItsOwnWhateverItIsCalled()
    {
        for (const char* trunk : trunks)
            check(figureOf({ { "trunk", Relation::Is, trunk } }), [&](const LiveCall& call) {
                const auto of = trunksOf(call.callerTrunk, call.calleeTrunk);
                return of[0] == trunk || of[1] == trunk;
            });
    }

    void thoseOfAPrefixAreNotOfALongerOne()
    {
        const auto isOf = [](std::optional<std::size_t> place) {
            return [place](const LiveCall& call) { return prefixes.prefixOf(call.callee) == place; };
        };
        const QString callee("callee");
        check(figureOf({ { callee, Relation::BeginsWith, "+34" }, { callee, Relation::IsNot, "+349*" } }), isOf(0));
        check(figureOf({ { callee, Relation::BeginsWith, "+1" } }), isOf(2));
        check(figureOf({ { callee, Relation::IsNot, "+34*" }, { callee, Relation::IsNot, "+349*" },
                  { callee, Relation::IsNot, "+1*" } }),
            isOf({}));
    }

    void whatCountsWithItsEndIsNotOn()
    {
        CallsBehind figure = figureOf({});
        figure.by = CallsBehind::By::Ends;
        QCOMPARE(liveFilterOf(figure), QString());
        figure = figureOf({ { "final_code", Relation::Is, "486" } }); // no word of the filter says that
        QCOMPARE(liveFilterOf(figure), QString());
    }
};

QTEST_GUILESS_MAIN(TestCallsBehind)
#include "tst_calls_behind.moc"
