// What the alarm rules cost per quality point, with 0, 10 and 50 rules: seconds of calls that are in order, and of such
// where one in a hundred has a figure beyond a threshold. Beside it, in the same run, what the live table (which takes
// the same points on the same thread) costs per point, and a look-up of the call in std::unordered_map alone.
//
//   alarms_bench [--calls N] [--rounds N]
#include "bench_machine.h"
#include "engine/alarms/alarm_desk.h"
#include "engine/remote/live_table.h"

#include <x86intrin.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>
#include <unordered_map>

using namespace callmon;

namespace {

constexpr Timestamp begin = Timestamp(std::chrono::seconds(1'700'000'000));

std::vector<AlarmRule> rules(std::size_t count)
{
    // Call rules alone: no other looks at a point.
    std::vector<AlarmRule> ofCalls;
    for (const AlarmRule& rule : builtInRules())
        if (isOfCall(rule.kind))
            ofCalls.push_back(rule);
    std::vector<AlarmRule> made;
    for (std::size_t i = 0; i < count; ++i) {
        AlarmRule rule = ofCalls[i % ofCalls.size()];
        rule.name = rule.name.str() + '-' + std::to_string(i);
        made.push_back(rule);
    }
    return made;
}

CallRecord callOf(std::uint32_t number)
{
    CallRecord call;
    call.key = { nanosecondsSinceEpoch(begin) + (std::int64_t { number } << 10) };
    call.state = CallState::Answered;
    call.startedAt = begin;
    call.answeredAt = begin;
    call.lastPacketAt = begin;
    call.mediaKinds.add(MediaKind::Audio);
    return call;
}

// A second of every stream, in an order of its own: as points come from the lanes.
std::vector<QualityPoint> pointsOf(std::uint32_t calls, int second, bool troubled, std::mt19937& random)
{
    std::vector<QualityPoint> points(std::size_t { calls } * 2);
    for (std::uint32_t i = 0; i < calls * 2; ++i) {
        QualityPoint& point = points[i];
        point.stream = { callOf(i / 2).key, i % 2 };
        point.at = begin + std::chrono::seconds(second);
        point.packets = 50;
        point.jitterMs = troubled && i / 2 % 100 == 7 ? 80.F : 2.F;
        point.mos = 4.3F;
    }
    std::ranges::shuffle(points, random);
    return points;
}

struct Cycles {
    double median, least, most;
};

template <typename Take, typename Second>
Cycles measure(std::uint32_t calls, int rounds, bool troubled, Take take, Second endOfSecond)
{
    std::mt19937 random(7);
    std::vector<double> perPoint;
    for (int second = 1; second <= rounds + 12; ++second) {
        const std::vector<QualityPoint> points = pointsOf(calls, second, troubled, random);
        const std::uint64_t from = __rdtsc();
        for (const QualityPoint& point : points)
            take(point);
        endOfSecond(begin + std::chrono::seconds(second + 1));
        const std::uint64_t to = __rdtsc();
        if (second > 12) // alarms are raised after ten seconds: then it is what it stays
            perPoint.push_back(static_cast<double>(to - from) / static_cast<double>(points.size()));
    }
    std::ranges::sort(perPoint);
    return { perPoint[perPoint.size() / 2], perPoint.front(), perPoint.back() };
}

void print(const char* what, const Cycles& cycles)
{
    std::printf("%-52s %7.0f cycles a point (%.0f to %.0f)\n", what, cycles.median, cycles.least, cycles.most);
}

void measureRules(std::uint32_t calls, int rounds, std::size_t count, bool troubled)
{
    AlarmDesk desk(calls, rules(count));
    for (std::uint32_t i = 0; i < calls; ++i) {
        const CallRecord call = callOf(i);
        desk.calls().liveCall(call);
        for (std::uint32_t index = 0; index < 2; ++index) {
            StreamRecord stream;
            stream.key = { call.key, index };
            stream.direction = index == 0 ? Party::Caller : Party::Callee;
            desk.calls().stream(stream);
        }
    }
    const Cycles cycles = measure(
        calls, rounds, troubled, [&](const QualityPoint& point) { desk.calls().quality(point); },
        [&](Timestamp now) { desk.second(now); });
    const std::string what =
        std::to_string(count) + " rules, " + (troubled ? "a call in a hundred in trouble" : "calls in order");
    print(what.c_str(), cycles);
    if (troubled && count > 0)
        std::printf("%-52s %7zu open\n", "", desk.book().openCount());
}

}

int main(int argc, char** argv)
{
    std::uint32_t calls = 52'000;
    int rounds = 9;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (std::strcmp(argv[i], "--calls") == 0)
            calls = static_cast<std::uint32_t>(std::atoi(argv[i + 1]));
        else if (std::strcmp(argv[i], "--rounds") == 0)
            rounds = std::atoi(argv[i + 1]);
    }
    printMachine();
    std::printf("%u calls, 2 streams each, %d seconds; a point's share of the second's end is in it\n", calls, rounds);
    for (const bool troubled : { false, true })
        for (const std::size_t count : { std::size_t { 0 }, std::size_t { 10 }, std::size_t { 50 } })
            measureRules(calls, rounds, count, troubled);

    LiveTable table;
    std::unordered_map<std::int64_t, std::uint32_t> map;
    for (std::uint32_t i = 0; i < calls; ++i) {
        table.update(callOf(i));
        map[callOf(i).key.value] = i;
    }
    print("to compare: the live table",
        measure(
            calls, rounds, false, [&](const QualityPoint& point) { table.update(point); }, [](Timestamp) {}));
    std::uint64_t sum = 0;
    print("to compare: a look-up in std::unordered_map",
        measure(
            calls, rounds, false, [&](const QualityPoint& point) { sum += map.find(point.stream.call.value)->second; },
            [](Timestamp) {}));
    return sum == 0 ? 1 : 0;
}
