#include "shared/codecs/timeline.h"

#include <algorithm>

namespace callmon {

namespace {

using Limits = TimelineLimits;

// A packet as the timeline sees it. Its transit is what arrival and timestamp differ by: constant but for the delays
// on the way, which only add to it.
struct Mark {
    std::int64_t arrival = 0; // samples from origin
    std::int64_t ticks = 0; // RTP timestamp from the run's first, unwrapped
    std::int64_t sequence = 0;
    bool marker = false;
    std::size_t packet = 0; // index in the run
    std::int64_t transit() const { return arrival - ticks; }
};

struct Range {
    std::int64_t least;
    std::int64_t most;
};

Range transitAhead(const std::vector<Mark>& marks, std::size_t from, const Limits& limits)
{
    Range range { marks[from].transit(), marks[from].transit() };
    const std::size_t end = std::min(marks.size(), from + Limits::lookAheadPackets);
    for (std::size_t i = from; i < end && marks[i].arrival - marks[from].arrival <= limits.lookAhead; ++i) {
        range.least = std::min(range.least, marks[i].transit());
        range.most = std::max(range.most, marks[i].transit());
    }
    return range;
}

// When the first packets were held up together, the ones after them tell when they would have come. Only as long as
// the timestamps run on without a jump: past one they tell nothing about the first.
std::int64_t firstAnchor(const std::vector<Mark>& marks, const Limits& limits)
{
    const std::int64_t atArrival = marks.front().transit();
    std::int64_t least = atArrival;
    const std::size_t end = std::min(marks.size(), Limits::lookAheadPackets);
    for (std::size_t i = 1; i < end && marks[i].arrival - marks[0].arrival <= limits.lookAhead; ++i) {
        const std::int64_t step = marks[i].ticks - marks[i - 1].ticks;
        if (step < 0 || step > limits.longestPacket * (marks[i].sequence - marks[i - 1].sequence))
            break;
        least = std::min(least, marks[i].transit());
    }
    const std::int64_t stall = atArrival - least;
    return stall > limits.departure && stall <= Limits::longestFirstStall * limits.lookAhead ? least : atArrival;
}

std::vector<Mark> marksOf(
    const PacketRun& run, const std::vector<std::int64_t>& arrivals, const std::vector<bool>& follows)
{
    std::vector<Mark> marks;
    marks.reserve(run.size());
    for (std::size_t i = 0; i < run.size(); ++i) {
        if (!follows[i])
            continue;
        Mark mark { arrivals[i], 0, run[i].sequence, run[i].rtp.marker, i };
        if (!marks.empty()) {
            const std::uint32_t previous = run[marks.back().packet].rtp.sent.count;
            mark.ticks = marks.back().ticks + static_cast<std::int32_t>(run[i].rtp.sent.count - previous);
        }
        marks.push_back(mark);
    }
    return marks;
}

}

std::int64_t samplesBetween(Timestamp origin, Timestamp time, std::uint32_t rate)
{
    constexpr std::int64_t second = 1'000'000'000;
    const std::int64_t elapsed = (time - origin).count();
    const std::int64_t rest = elapsed % second * rate; // in parts: centuries in nanoseconds leave no room for a factor
    return elapsed / second * rate + (rest + (rest < 0 ? -second / 2 : second / 2)) / second;
}

std::vector<std::int64_t> placePackets(
    const PacketRun& run, Timestamp origin, const std::vector<bool>& follows, std::uint32_t clock)
{
    const Limits limits(clock);
    std::vector<std::int64_t> positions(run.size());
    for (std::size_t i = 0; i < run.size(); ++i)
        positions[i] = samplesBetween(origin, run[i].arrival, clock);
    const std::vector<Mark> marks = marksOf(run, positions, follows);
    if (marks.empty())
        return positions;
    std::int64_t anchor = firstAnchor(marks, limits); // transit of a packet that nothing delayed
    for (std::size_t i = 0; i < marks.size(); ++i) {
        const Mark& mark = marks[i];
        const bool talkspurt = i > 0 && mark.marker && mark.arrival - marks[i - 1].arrival >= limits.gap;
        const std::int64_t allowed = talkspurt ? limits.departureAtTalkspurt : limits.departure;
        const std::int64_t late = mark.transit() - anchor;
        if (late > allowed || late < -allowed) {
            const Range ahead = transitAhead(marks, i, limits);
            if (ahead.least - anchor > allowed || ahead.most - anchor < -allowed)
                anchor = ahead.least;
            else if (late < 0)
                continue; // earlier than possible, and alone in it: its timestamp is wrong, its arrival is not
        }
        positions[mark.packet] = anchor + mark.ticks;
        // The events up to the next mark begin where their timestamp says, relative to this one.
        const RtpTicks sent = run[mark.packet].rtp.sent;
        for (std::size_t e = mark.packet + 1; e < run.size() && !follows[e]; ++e) {
            const std::int64_t begin =
                positions[mark.packet] + static_cast<std::int32_t>(run[e].rtp.sent.count - sent.count);
            if (std::abs(begin - positions[e]) <= limits.lookAhead)
                positions[e] = begin;
        }
    }
    return positions;
}

}
