// What service metrics and their alarms cost: a call from its first message to its end, and a second of packet time
// with many groups. Beside it the naive way to the same figures: the calls of the last quarter of an hour kept, and
// summed anew whenever somebody looks. Both are checked to agree before anything is timed.
#include "bench_machine.h"
#include "engine/alarms/alarm_desk.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <vector>
#include <x86intrin.h>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t callsPerSecond = 445; // 52,000 calls at once of 117 s: the paper's load
constexpr int runs = 7;

struct Spread {
    double median, least, most;
};

Spread spreadOf(std::vector<double> values)
{
    std::ranges::sort(values);
    return { values[values.size() / 2], values.front(), values.back() };
}

ServiceOptions options()
{
    ServiceOptions options;
    options.maxCalls = 131'072;
    options.seed = 7;
    std::vector<Trunk> trunks;
    for (std::uint32_t i = 0; i < 32; ++i)
        trunks.push_back(
            { "trunk-" + std::to_string(i), { *IpNetwork::parse("10." + std::to_string(i) + ".0.0/16") } });
    std::vector<std::string> prefixes;
    for (int i = 10; i < 42; ++i)
        prefixes.push_back("+" + std::to_string(i));
    options.groups = CallGroups(std::move(trunks), std::move(prefixes));
    return options;
}

CallRecord callOf(std::uint64_t number, Timestamp at, const CallGroups& groups)
{
    CallRecord call;
    call.key.value = static_cast<std::int64_t>(number + 1) << 10;
    call.startedAt = at;
    call.caller = "+3491" + std::to_string(number * 2654435761U % 10'000'000);
    call.callee = "+" + std::to_string(10 + number % 40) + std::to_string(number * 40503U % 1'000'000);
    call.callerAddress.ip = IpAddress::v4(static_cast<std::uint32_t>(0x0a000001 + (number % 40) * 0x10000));
    call.calleeAddress.ip = IpAddress::v4(static_cast<std::uint32_t>(0x0a000002 + (number * 7 % 40) * 0x10000));
    groups.nameTrunks(call); // not of what is timed: records bring it
    return call;
}

// Every third fails; of the others the end comes with the answer: what is timed is the work, not the wait.
void pass(ServiceMonitor& monitor, CallRecord call)
{
    monitor.liveCall(call);
    call.state = CallState::Ringing;
    call.postDialDelay = 300ms;
    monitor.liveCall(call);
    if (call.key.value >> 10 & 1 && call.key.value >> 11 & 1) {
        call.state = CallState::Ended;
        call.finalCode = 486;
        call.endedAt = call.startedAt + 1s;
        monitor.callEnded(call);
        return;
    }
    call.state = CallState::Answered;
    call.answeredAt = call.startedAt + 1s;
    call.answerDelay = 1000ms;
    monitor.liveCall(call);
    StreamRecord stream;
    stream.codec = std::string_view("PCMA");
    for (std::uint32_t i = 0; i < 2; ++i) {
        stream.key = { call.key, i };
        monitor.stream(stream);
    }
    call.state = CallState::Ended;
    call.endedAt = call.startedAt + 118s;
    call.endedBy = EndedBy::Caller;
    call.mosMean = 4.2;
    monitor.liveCall(call);
    monitor.callEnded(call);
}

CallRecord ended(CallRecord call)
{
    call.postDialDelay = 300ms;
    call.state = CallState::Ended;
    if (call.key.value >> 10 & 1 && call.key.value >> 11 & 1) {
        call.finalCode = 486;
        call.endedAt = call.startedAt + 1s;
        return call;
    }
    call.answeredAt = call.startedAt + 1s;
    call.answerDelay = 1000ms;
    call.endedAt = call.startedAt + 118s;
    call.endedBy = EndedBy::Caller;
    call.mosMean = 4.2;
    return call;
}

std::vector<AlarmRule> rules(int count)
{
    std::vector<AlarmRule> made;
    const auto metrics = serviceMetrics();
    for (int i = 0; i < count; ++i) {
        AlarmRule rule;
        rule.name = "rule-" + std::to_string(i);
        rule.kind = AlarmKind::MetricLow;
        rule.metric = metrics[static_cast<std::size_t>(i) % metrics.size()].name;
        rule.windowMinutes = serviceWindowMinutes[static_cast<std::size_t>(i) % serviceWindowMinutes.size()];
        rule.threshold = rule.clearThreshold = 0; // every value is looked at, none is too low
        made.push_back(rule);
    }
    return made;
}

void expectEqual(bool equal, const char* what)
{
    if (equal)
        return;
    std::fprintf(stderr, "metrics_bench: %s differ\n", what);
    std::exit(1);
}

}

int main()
{
    printMachine();
    std::printf("%u calls/s, 68 groups and the codecs, medians of %d runs [least, most]\n", callsPerSecond, runs);
    std::vector<double> cyclesPerCall, cyclesPerSecond, cyclesPerMove, naivePerLook;
    std::vector<std::vector<double>> cyclesOfRules(3);
    const std::array ruleCounts { 0, 10, 50 };
    const CallGroups groups = options().groups;
    for (int run = 0; run < runs; ++run) {
        ServiceMonitor monitor(options());
        std::deque<CallRecord> kept;
        Timestamp now { 1'760'000'400s };
        monitor.second(now);
        std::uint64_t number = 0;
        std::uint64_t callCycles = 0, secondCycles = 0, moveCycles = 0, seconds = 0, moves = 0;
        std::vector<CallRecord> made(callsPerSecond);
        for (int second = 0; second < 900; ++second) {
            for (CallRecord& call : made)
                call = callOf(number++, now, groups);
            const std::uint64_t before = __rdtsc();
            for (const CallRecord& call : made)
                pass(monitor, call);
            const std::uint64_t after = __rdtsc();
            for (const CallRecord& call : made)
                kept.push_back(ended(call));
            now += 1s;
            const std::uint64_t turn = __rdtsc();
            monitor.second(now);
            const std::uint64_t end = __rdtsc();
            callCycles += after - before;
            if (monitor.takeMove()) {
                moveCycles += end - turn;
                ++moves;
            } else {
                secondCycles += end - turn;
                ++seconds;
            }
            (void)monitor.takeMinutes();
        }
        cyclesPerCall.push_back(double(callCycles) / double(number));
        cyclesPerSecond.push_back(double(secondCycles) / double(seconds));
        cyclesPerMove.push_back(double(moveCycles) / double(moves));

        const std::uint64_t look = __rdtsc();
        ServiceFigures naive;
        for (const CallRecord& call : kept)
            naive.add(call);
        naivePerLook.push_back(double(__rdtsc() - look));
        expectEqual(monitor.window(0, 2).sums.figures == naive, "both ways of a quarter of an hour");

        for (std::size_t i = 0; i < ruleCounts.size(); ++i) {
            AlarmDesk desk(16, rules(ruleCounts[i]));
            desk.second(now);
            desk.metrics().judge(monitor, now); // makes what it remembers
            const std::uint64_t begin = __rdtsc();
            desk.metrics().judge(monitor, now + 10s);
            cyclesOfRules[i].push_back(double(__rdtsc() - begin));
        }
    }
    const auto print = [](const char* what, const Spread& spread) {
        std::printf("%-58s %12.0f [%.0f, %.0f] cycles\n", what, spread.median, spread.least, spread.most);
    };
    print("a call, from its first message to its end", spreadOf(cyclesPerCall));
    print("a second", spreadOf(cyclesPerSecond));
    print("every tenth second: all windows move", spreadOf(cyclesPerMove));
    print("naive: one look at a quarter of an hour of one group", spreadOf(naivePerLook));
    for (std::size_t i = 0; i < ruleCounts.size(); ++i)
        print(("every tenth second: " + std::to_string(ruleCounts[i]) + " rules against all groups").c_str(),
            spreadOf(cyclesOfRules[i]));
    return 0;
}
