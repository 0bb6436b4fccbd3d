// How far the arrival times of a polled port are from the truth, by five ways of giving them, in simulated time: a
// known arrival process on a 10 Gbit/s link, a card that shows its frames in batches, a poller that takes bursts and is
// sometimes kept from polling. The same arrivals and polls for each way; nothing depends on the machine.
//
//   burst stamp   all frames of a poll at the poll
//   tsc/frame     the cycle counter read as each frame is handled after the poll
//   UDTS, WDTS    spread between this poll and the one before, evenly, or by the frames' sizes (Moreno, Santiago del
//   Rio,
//                 Ramos, Garnica, Garcia-Dorado, "Batch to the Future: Analyzing Timestamp Accuracy of High-Performance
//                 Packet I/O Engines", IEEE Communications Letters 16 (2012))
//   wire time     ArrivalClock: spread back along the frames' own wire times; after a stall evenly, by what the card
//                 still holds
//
// Prints, in nanoseconds, the error of the time itself, of the distance to the frame before, and of the jitter of each
// stream (RFC 3550 6.4.1) against the one that the true times give.
#include "bench_machine.h"
#include "engine/capture/arrival_clock.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

constexpr double linkBitsPerSecond = 10e9;
constexpr double wireOverheadBytes = 24;
// The poller: 20 ns for a poll and 30 for each frame of it, about what the capture bench finds.
constexpr double pollNanoseconds = 20;
constexpr double frameNanoseconds = 30;
// The card writes its descriptors back eight at a time, or when the first has waited for 10 us.
constexpr std::size_t cardBatch = 8;
constexpr double cardPatience = 10'000;
// A stall of up to a millisecond, some forty a second: a busy machine.
constexpr double stallsPerNanosecond = 40e-9;
constexpr double longestStall = 1e6;

struct Arrival {
    double sent; // when the process would have it
    double arrived; // last bit over the link: the truth
    double visible; // shown by the card
    std::uint32_t size;
    std::uint32_t stream;
};

struct Poll {
    double before; // when the poll before returned
    double at;
    std::size_t first;
    std::size_t count;
    std::size_t waiting; // shown by the card and not taken
};

double wireNanoseconds(std::uint32_t size)
{
    return (size + wireOverheadBytes) * 8e9 / linkBitsPerSecond;
}

struct Scene {
    double megaPerSecond;
    bool poisson; // else: streams of constant rate
    std::size_t burst;
    bool stalls;
};

// Sizes: 64 bytes alone at 14 Mpps, G.711's 214 at the paper's rate, else a mix of these with large frames.
std::uint32_t sizeOf(const Scene& scene, std::mt19937_64& random)
{
    if (scene.megaPerSecond > 10)
        return 60;
    const auto draw = random() % 10;
    if (scene.megaPerSecond > 2 || draw < 6)
        return 214;
    return draw < 9 ? 60 : 1514;
}

std::vector<Arrival> arrivalsOf(const Scene& scene, std::size_t count)
{
    std::mt19937_64 random(42);
    std::vector<Arrival> arrivals(count);
    const double interval = 1000 / scene.megaPerSecond; // nanoseconds
    if (scene.poisson) {
        std::exponential_distribution<double> gap(1 / interval);
        const auto streams = static_cast<std::uint32_t>(std::clamp(20e6 / interval, 1.0, double(count) / 8));
        double time = 0;
        for (Arrival& arrival : arrivals) {
            time += gap(random);
            arrival.sent = time;
            arrival.stream = static_cast<std::uint32_t>(random() % streams);
        }
    } else { // a packet every 20 ms from each of so many streams, at phases of their own; of few frames, more often
        const auto streams = static_cast<std::uint32_t>(std::min(20e6 / interval, double(count) / 8));
        const double period = streams * interval;
        std::uniform_real_distribution<double> phase(0, period);
        std::vector<double> phases(streams);
        for (double& each : phases)
            each = phase(random);
        std::sort(phases.begin(), phases.end());
        for (std::size_t i = 0; i < count; ++i) {
            arrivals[i].stream = static_cast<std::uint32_t>(i % streams);
            arrivals[i].sent = phases[i % streams] + period * double(i / streams);
        }
    }
    double last = 0;
    for (Arrival& arrival : arrivals) {
        arrival.size = sizeOf(scene, random);
        last = std::max(arrival.sent, last + wireNanoseconds(arrival.size));
        arrival.arrived = last;
    }
    for (std::size_t first = 0; first < count;) {
        std::size_t end = first;
        while (
            end < count && end - first < cardBatch && arrivals[end].arrived <= arrivals[first].arrived + cardPatience)
            ++end;
        const bool full = end - first == cardBatch || end == count;
        const double shown = full ? arrivals[end - 1].arrived : arrivals[first].arrived + cardPatience;
        for (; first < end; ++first)
            arrivals[first].visible = shown;
    }
    return arrivals;
}

std::vector<Poll> pollsOf(const Scene& scene, const std::vector<Arrival>& arrivals)
{
    std::mt19937_64 random(43);
    std::exponential_distribution<double> untilStall(stallsPerNanosecond);
    std::uniform_real_distribution<double> stall(0, longestStall);
    std::vector<Poll> polls;
    double time = 0;
    double nextStall = untilStall(random);
    double before = 0;
    std::size_t shown = 0;
    for (std::size_t next = 0; next < arrivals.size();) {
        if (scene.stalls && time >= nextStall) {
            time += stall(random);
            nextStall = time + untilStall(random);
        }
        // Empty polls up to the next frame differ in nothing but their number.
        const double idle = std::min(arrivals[next].visible, scene.stalls ? nextStall : arrivals[next].visible) - time;
        if (idle > pollNanoseconds) {
            time += std::floor(idle / pollNanoseconds) * pollNanoseconds;
            polls.push_back({ before, time, next, 0, 0 });
            before = time;
        }
        time += pollNanoseconds;
        std::size_t count = 0;
        while (count < scene.burst && next + count < arrivals.size() && arrivals[next + count].visible <= time)
            ++count;
        while (shown < arrivals.size() && arrivals[shown].visible <= time)
            ++shown;
        polls.push_back({ before, time, next, count, shown - next - count });
        before = time;
        next += count;
        time += frameNanoseconds * double(count);
    }
    return polls;
}

using Times = std::vector<double>;

Times byWireTime(const std::vector<Arrival>& arrivals, const std::vector<Poll>& polls)
{
    ArrivalClock clock(static_cast<std::uint64_t>(linkBitsPerSecond));
    Times times;
    std::array<Frame, FrameBatch::capacity> frames;
    for (const Poll& poll : polls) {
        for (std::size_t i = 0; i < poll.count; ++i)
            frames[i].wireSize = arrivals[poll.first + i].size;
        const auto polled = Nanoseconds(std::llround(poll.at));
        clock.stamp(std::span(frames).first(poll.count), polled, poll.waiting);
        for (std::size_t i = 0; i < poll.count; ++i)
            times.push_back(double(nanosecondsSinceEpoch(frames[i].arrival)));
    }
    return times;
}

// Share of the way from the poll before to this one at which the i-th frame is put.
template <typename Share> Times spread(const std::vector<Poll>& polls, Share share)
{
    Times times;
    for (const Poll& poll : polls)
        for (std::size_t i = 0; i < poll.count; ++i)
            times.push_back(poll.before + (poll.at - poll.before) * share(poll, i));
    return times;
}

struct Figures {
    double mean, median, p99, most;
};

Figures figuresOf(std::vector<double> errors)
{
    std::sort(errors.begin(), errors.end());
    double sum = 0;
    for (const double error : errors)
        sum += error;
    return { sum / double(errors.size()), errors[errors.size() / 2], errors[errors.size() * 99 / 100], errors.back() };
}

// RFC 3550 A.8 over each stream with those times; the error of J after each packet.
std::vector<double> jitterErrors(const std::vector<Arrival>& arrivals, const Times& times)
{
    struct State {
        double transit = 0, trueTransit = 0, jitter = 0, trueJitter = 0;
        bool begun = false;
    };
    std::vector<State> streams(1 + std::max_element(arrivals.begin(), arrivals.end(), [](const auto& a, const auto& b) {
        return a.stream < b.stream;
    })->stream);
    std::vector<double> errors;
    for (std::size_t i = 0; i < arrivals.size(); ++i) {
        State& state = streams[arrivals[i].stream];
        const double transit = times[i] - arrivals[i].sent;
        const double trueTransit = arrivals[i].arrived - arrivals[i].sent;
        if (state.begun) {
            state.jitter += (std::abs(transit - state.transit) - state.jitter) / 16;
            state.trueJitter += (std::abs(trueTransit - state.trueTransit) - state.trueJitter) / 16;
            errors.push_back(std::abs(state.jitter - state.trueJitter));
        }
        state = { transit, trueTransit, state.jitter, state.trueJitter, true };
    }
    return errors;
}

void print(const char* way, const std::vector<Arrival>& arrivals, const Times& times)
{
    std::vector<double> absolute;
    std::vector<double> distance;
    for (std::size_t i = 0; i < arrivals.size(); ++i) {
        absolute.push_back(std::abs(times[i] - arrivals[i].arrived));
        if (i > 0)
            distance.push_back(std::abs((times[i] - times[i - 1]) - (arrivals[i].arrived - arrivals[i - 1].arrived)));
    }
    std::printf("  %-12s", way);
    for (const auto& errors : { absolute, distance, jitterErrors(arrivals, times) }) {
        const Figures figures = figuresOf(errors);
        std::printf(" |%9.0f%9.0f%9.0f%9.0f", figures.mean, figures.median, figures.p99, figures.most);
    }
    std::printf("\n");
}

void run(const Scene& scene, std::size_t count)
{
    const auto arrivals = arrivalsOf(scene, count);
    const auto polls = pollsOf(scene, arrivals);
    std::printf("%.1f Mpps, %s, bursts of %zu%s\n", scene.megaPerSecond, scene.poisson ? "Poisson" : "constant streams",
        scene.burst, scene.stalls ? ", stalls up to 1 ms" : "");
    print("burst stamp", arrivals, spread(polls, [](const Poll&, std::size_t) { return 1.0; }));
    Times perFrame;
    for (const Poll& poll : polls)
        for (std::size_t i = 0; i < poll.count; ++i)
            perFrame.push_back(poll.at + frameNanoseconds * double(i));
    print("tsc/frame", arrivals, perFrame);
    print("UDTS", arrivals,
        spread(polls, [](const Poll& poll, std::size_t i) { return double(i + 1) / double(poll.count); }));
    print("WDTS", arrivals, spread(polls, [&](const Poll& poll, std::size_t i) {
        double upTo = 0;
        double all = 0;
        for (std::size_t k = 0; k < poll.count; ++k) {
            all += arrivals[poll.first + k].size;
            upTo += k <= i ? arrivals[poll.first + k].size : 0;
        }
        return upTo / all;
    }));
    print("wire time", arrivals, byWireTime(arrivals, polls));
}

}

int main(int argc, char** argv)
{
    const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1'000'000;
    if (count < 1000) {
        std::fprintf(stderr, "usage: arrival_bench [frames, 1000 at least]\n");
        return 2;
    }
    printMachine();
    std::printf("simulated, the same on every machine; %zu frames a scene; ns: mean, median, 99 %%, most\n", count);
    std::printf("  %-12s |%36s |%36s |%36s\n", "", "arrival", "distance to the frame before", "jitter");
    for (const double rate : { 0.1, 1.0, 5.2, 14.0 })
        for (const bool poisson : { true, false }) {
            for (const std::size_t burst : { std::size_t(1), std::size_t(8), std::size_t(64) })
                run({ rate, poisson, burst, false }, count);
            run({ rate, poisson, 64, true }, count);
        }
}
