#include "shared/codecs/timeline.h"

#include <algorithm>
#include <utility>

namespace callmon {

std::int64_t samplesBetween(Timestamp origin, Timestamp time, std::uint32_t rate)
{
    constexpr std::int64_t second = 1'000'000'000;
    const std::int64_t elapsed = (time - origin).count();
    const std::int64_t rest = elapsed % second * rate; // in parts: centuries in nanoseconds leave no room for a factor
    return elapsed / second * rate + (rest + (rest < 0 ? -second / 2 : second / 2)) / second;
}

Timeline::Mark Timeline::markOf(const TimedPacket& packet, const Mark* previous) const
{
    const std::int64_t arrival = samplesBetween(m_origin, packet.arrival, m_clock);
    const std::int64_t ticks =
        previous ? previous->ticks + static_cast<std::int32_t>(packet.sent.count - previous->sent.count) : 0;
    return { arrival, ticks, packet.sequence, packet.sent };
}

// Of those that arrived within a second after `from`, each with the one before it, until `see` has seen enough.
template <typename See> void Timeline::lookAhead(const Mark& from, const Ahead& ahead, See see) const
{
    Mark before = from;
    std::size_t marks = 1;
    for (std::size_t i = 1; marks < TimelineLimits::lookAheadPackets; ++i) {
        const auto packet = ahead(i);
        if (!packet)
            return;
        if (!packet->follows)
            continue;
        const Mark each = markOf(*packet, &before);
        if (each.arrival - from.arrival > m_limits.lookAhead || !see(before, each))
            return;
        ++marks;
        before = each;
    }
}

Timeline::Range Timeline::transitAhead(const Mark& mark, const Ahead& ahead) const
{
    Range range { mark.transit(), mark.transit() };
    lookAhead(mark, ahead, [&](const Mark&, const Mark& each) {
        range.least = std::min(range.least, each.transit());
        range.most = std::max(range.most, each.transit());
        return true;
    });
    return range;
}

// When the first packets were held up together, the ones after them tell when they would have come. Only as long as
// the timestamps run on without a jump: past one they tell nothing about the first.
std::int64_t Timeline::firstAnchor(const Mark& first, const Ahead& ahead) const
{
    std::int64_t least = first.transit();
    lookAhead(first, ahead, [&](const Mark& before, const Mark& each) {
        const std::int64_t step = each.ticks - before.ticks;
        if (step < 0 || step > m_limits.longestPacket * (each.sequence - before.sequence))
            return false;
        least = std::min(least, each.transit());
        return true;
    });
    const std::int64_t stall = first.transit() - least;
    const bool heldUp = stall > m_limits.departure && stall <= TimelineLimits::longestFirstStall * m_limits.lookAhead;
    return heldUp ? least : first.transit();
}

std::int64_t Timeline::place(const Ahead& ahead)
{
    const TimedPacket packet = *ahead(0);
    if (!packet.follows) {
        // An event begins where its timestamp says, relative to the packet before it.
        const std::int64_t arrival = samplesBetween(m_origin, packet.arrival, m_clock);
        if (!m_lastPosition)
            return arrival;
        const std::int64_t begin = *m_lastPosition + static_cast<std::int32_t>(packet.sent.count - m_last->sent.count);
        return std::abs(begin - arrival) <= m_limits.lookAhead ? begin : arrival;
    }
    const Mark mark = markOf(packet, m_last ? &*m_last : nullptr);
    if (!m_last)
        m_anchor = firstAnchor(mark, ahead);
    const bool talkspurt = m_last && packet.marker && mark.arrival - m_last->arrival >= m_limits.gap;
    const std::int64_t allowed = talkspurt ? m_limits.departureAtTalkspurt : m_limits.departure;
    const std::int64_t late = mark.transit() - m_anchor;
    m_last = mark;
    m_lastPosition.reset();
    if (late > allowed || late < -allowed) {
        const Range range = transitAhead(mark, ahead);
        if (range.least - m_anchor > allowed || range.most - m_anchor < -allowed)
            m_anchor = range.least;
        else if (late < 0)
            return mark.arrival; // earlier than possible, and alone in it: its timestamp is wrong, its arrival is not
    }
    m_lastPosition = m_anchor + mark.ticks;
    return *m_lastPosition;
}

PacketPlacer::PacketPlacer(Timestamp origin, std::uint32_t clock, Follows follows, Sink sink)
    : m_origin(origin)
    , m_clock(clock)
    , m_follows(std::move(follows))
    , m_sink(std::move(sink))
    , m_timeline(origin, clock)
{
}

void PacketPlacer::add(const OrderedPacket& packet, bool begins)
{
    if (begins) {
        finish();
        m_timeline = Timeline(m_origin, m_clock);
        m_begins = true;
    }
    m_waiting.push_back({ packet, m_follows(packet) });
    m_following += m_waiting.back().follows ? 1 : 0;
    while (!m_waiting.empty() && knowsEnough())
        placeFirst();
}

bool PacketPlacer::knowsEnough() const
{
    constexpr std::size_t mostWaiting = 20'000; // a telephone that repeats a key for minutes
    constexpr Nanoseconds margin = std::chrono::milliseconds(100);
    const Waiting& first = m_waiting.front();
    const Waiting& last = m_waiting.back();
    return !first.follows || m_following > TimelineLimits::lookAheadPackets || m_waiting.size() > mostWaiting
        || (last.follows && last.packet.arrival - first.packet.arrival > std::chrono::seconds(1) + margin);
}

void PacketPlacer::placeFirst()
{
    const std::int64_t position = m_timeline.place([this](std::size_t i) -> std::optional<TimedPacket> {
        if (i >= m_waiting.size())
            return std::nullopt;
        const OrderedPacket& packet = m_waiting[i].packet;
        return TimedPacket { packet.arrival, packet.sequence, packet.rtp.sent, packet.rtp.marker,
            m_waiting[i].follows };
    });
    m_sink(m_waiting.front().packet, position, std::exchange(m_begins, false));
    m_following -= m_waiting.front().follows ? 1 : 0;
    m_waiting.pop_front();
}

void PacketPlacer::finish()
{
    while (!m_waiting.empty())
        placeFirst();
}

}
