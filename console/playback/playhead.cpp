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

void Playhead::load(CallAudio audio)
{
    m_audio = std::move(audio);
    const std::size_t length = std::max(m_audio.caller.size(), m_audio.callee.size());
    m_audio.caller.resize(length);
    m_audio.callee.resize(length);
    m_at.store(0);
    m_seek.store(noSeek);
    m_ended.store(false);
    takeLevels();
}

void Playhead::prepare(double deviceRate)
{
    m_step = static_cast<std::uint64_t>(std::llround(CallAudio::sampleRate / deviceRate * 4294967296.0));
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

PeakLevels Playhead::takeLevels()
{
    return { m_callerPeak.exchange(0) / 32768, m_calleePeak.exchange(0) / 32768 };
}

bool Playhead::render(std::int16_t* out, std::size_t frames, unsigned channels) noexcept
{
    std::uint64_t at = m_at.load(std::memory_order_relaxed);
    const std::int64_t sought = m_seek.exchange(noSeek);
    if (sought != noSeek)
        at = static_cast<std::uint64_t>(sought) << 32;

    const AudibleSide side = m_side.load(std::memory_order_relaxed);
    const float gain = m_gain.load(std::memory_order_relaxed);
    const float balance = m_balance.load(std::memory_order_relaxed);
    const float leftGain = gain * std::min(1.0F, 1 - balance);
    const float rightGain = gain * std::min(1.0F, 1 + balance);
    const std::uint64_t end = static_cast<std::uint64_t>(m_audio.caller.size()) << 32;
    float callerPeak = m_callerPeak.load(std::memory_order_relaxed);
    float calleePeak = m_calleePeak.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < frames; ++i) {
        const bool past = at >= end;
        const float caller = past ? 0.0F : m_resampler.at(m_audio.caller, at);
        const float callee = past ? 0.0F : m_resampler.at(m_audio.callee, at);
        callerPeak = std::max(callerPeak, std::abs(caller));
        calleePeak = std::max(calleePeak, std::abs(callee));
        const float left = leftGain * (side == AudibleSide::CalleeOnly ? callee : caller);
        const float right = rightGain * (side == AudibleSide::CallerOnly ? caller : callee);
        if (channels == 1) {
            *out++ = toSample(side == AudibleSide::Both ? (left + right) / 2 : left);
        } else {
            *out++ = toSample(left);
            *out++ = toSample(right);
        }
        if (!past)
            at += m_step;
    }
    m_callerPeak.store(callerPeak, std::memory_order_relaxed);
    m_calleePeak.store(calleePeak, std::memory_order_relaxed);
    m_at.store(at);
    m_ended.store(at >= end);
    return at < end;
}

}
