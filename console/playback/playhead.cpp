#include "console/playback/playhead.h"

#include <algorithm>
#include <cmath>

namespace callmon {

namespace {

std::int16_t toSample(float value)
{
    return static_cast<std::int16_t>(std::lrintf(std::clamp(value, -32768.0F, 32767.0F)));
}

}

void Playhead::load(PlayableSound sound)
{
    m_sound = std::move(sound.sound);
    m_room.reset();
    m_length.store(static_cast<std::int64_t>(m_sound.caller.size()));
    m_live.store(false);
    m_pauses = std::move(sound.pauses);
    m_stretching = false;
    setLoop(0, 0);
    m_at.store(0);
    m_seek.store(noSeek);
    m_ended.store(false);
}

void Playhead::beginLive(std::uint32_t sampleRate, std::size_t room)
{
    load({});
    m_room = std::make_shared<CallAudio>();
    m_room->caller.resize(room);
    m_room->callee.resize(room);
    m_sound.sampleRate = sampleRate;
    m_sound.caller = m_room->caller;
    m_sound.callee = m_room->callee;
    m_live.store(true);
}

bool Playhead::append(const CallAudio& piece)
{
    const auto from = static_cast<std::size_t>(m_length.load());
    const std::size_t count = piece.caller.size();
    if (!isLive() || count > m_room->caller.size() - from)
        return false;
    std::copy_n(piece.caller.begin(), count, m_room->caller.begin() + static_cast<std::ptrdiff_t>(from));
    std::copy_n(piece.callee.begin(), count, m_room->callee.begin() + static_cast<std::ptrdiff_t>(from));
    m_length.store(static_cast<std::int64_t>(from + count), std::memory_order_release);
    return true;
}

void Playhead::prepare(double deviceRate)
{
    m_step = static_cast<std::uint64_t>(std::llround(m_sound.sampleRate / deviceRate * 4294967296.0));
}

void Playhead::takeSettings(const Playhead& other)
{
    m_side.store(other.m_side.load());
    m_gain.store(other.m_gain.load());
    m_speed.store(other.m_speed.load());
    m_skip.store(other.m_skip.load());
}

void Playhead::seek(std::int64_t sample)
{
    m_seek.store(std::clamp<std::int64_t>(sample, 0, length()));
}

std::int64_t Playhead::position() const
{
    const std::int64_t sought = m_seek.load();
    return sought != noSeek ? sought : std::min(static_cast<std::int64_t>(m_at.load() >> 32), length());
}

void Playhead::setLoop(std::int64_t begin, std::int64_t end)
{
    m_loopEnd.store(0); // the audio thread never sees halves of two loops
    m_loopBegin.store(std::clamp<std::int64_t>(begin, 0, length()));
    m_loopEnd.store(std::clamp<std::int64_t>(end, 0, length()));
}

std::uint64_t Playhead::moved(std::uint64_t at) const noexcept
{
    auto sample = static_cast<std::int64_t>(at >> 32);
    const std::int64_t before = sample;
    if (m_skip.load(std::memory_order_relaxed)) {
        const auto pause = std::upper_bound(m_pauses.begin(), m_pauses.end(), sample,
            [](std::int64_t value, const Pause& one) { return value < one.end; });
        if (pause != m_pauses.end() && pause->begin <= sample)
            sample = pause->end;
    }
    const std::int64_t loopEnd = m_loopEnd.load();
    const std::int64_t loopBegin = m_loopBegin.load();
    if (loopEnd > loopBegin && sample >= loopEnd)
        sample = loopBegin;
    return sample == before ? at : static_cast<std::uint64_t>(sample) << 32;
}

Playhead::Frame Playhead::frameAt(std::uint64_t at, std::size_t length) const noexcept
{
    return { m_resampler.at(m_sound.caller.first(length), at), m_resampler.at(m_sound.callee.first(length), at) };
}

Playhead::Frame Playhead::stretched(float speed, std::size_t length) noexcept
{
    const TimeStretch::Place place = m_stretch.next(m_sound, speed, m_step);
    const Frame from = frameAt(place.from, length);
    const Frame to = frameAt(place.to, length);
    return { from.caller + place.weight * (to.caller - from.caller),
        from.callee + place.weight * (to.callee - from.callee) };
}

bool Playhead::render(std::int16_t* out, std::size_t frames, unsigned channels) noexcept
{
    std::uint64_t at = m_at.load(std::memory_order_relaxed);
    const std::int64_t sought = m_seek.exchange(noSeek);
    if (sought != noSeek)
        at = static_cast<std::uint64_t>(sought) << 32;

    const AudibleSide side = m_side.load(std::memory_order_relaxed);
    const float gain = m_gain.load(std::memory_order_relaxed);
    const bool live = m_live.load(); // first: what came before it ended is in the length
    const auto length = static_cast<std::size_t>(m_length.load(std::memory_order_acquire));
    const std::uint64_t end = static_cast<std::uint64_t>(length) << 32;
    const float speed = m_speed.load(std::memory_order_relaxed);
    const bool stretching = speed != 1 && !live; // nobody hears faster than it is said
    if (stretching && (!m_stretching || sought != noSeek))
        m_stretch.restart(at);
    m_stretching = stretching;
    for (std::size_t i = 0; i < frames; ++i) {
        if (const std::uint64_t there = moved(at); there != at) {
            at = there;
            m_stretch.restart(at);
        }
        const bool past = at >= end;
        const Frame frame = past ? Frame() : stretching ? stretched(speed, length) : frameAt(at, length);
        const float left = gain * (side == AudibleSide::CalleeOnly ? frame.callee : frame.caller);
        const float right = gain * (side == AudibleSide::CallerOnly ? frame.caller : frame.callee);
        if (channels == 1) {
            *out++ = toSample(side == AudibleSide::Both ? (left + right) / 2 : left);
        } else {
            *out++ = toSample(left);
            *out++ = toSample(right);
        }
        if (!past)
            at = stretching ? m_stretch.position() : at + m_step;
    }
    m_at.store(at);
    m_ended.store(at >= end && !live);
    return at < end || live;
}

}
