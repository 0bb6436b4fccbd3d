#include "shared/codecs/scratch_side.h"

#include <algorithm>

namespace callmon {

void ScratchSide::store()
{
    if (!m_changed)
        return;
    const std::size_t count = std::min(windowSamples, m_size - m_begin);
    auto written = m_file.write(m_begin * sizeof(std::int16_t), std::as_bytes(std::span(m_window).first(count)));
    if (!written && m_stored)
        m_stored = written;
    m_changed = false;
}

void ScratchSide::moveTo(std::size_t at)
{
    if (at >= m_begin && at < m_begin + windowSamples)
        return;
    store();
    m_begin = at - at % windowSamples;
    auto read = m_file.read(m_begin * sizeof(std::int16_t), std::as_writable_bytes(std::span(m_window)));
    if (!read && m_stored)
        m_stored = read;
}

void ScratchSide::add(std::size_t at, std::span<const std::int16_t> sound)
{
    sound = withinLimit(at, sound);
    while (!sound.empty()) {
        moveTo(at);
        const auto into = std::span(m_window).subspan(at - m_begin);
        const auto part = sound.first(std::min(sound.size(), into.size()));
        mix(into, part);
        at += part.size();
        sound = sound.subspan(part.size());
        m_size = std::max(m_size, at);
        m_changed = true;
    }
}

Result<ScratchFile> ScratchSide::finish(std::size_t length) &&
{
    store();
    if (!m_stored)
        return m_stored.error();
    if (auto extended = m_file.extend(length * sizeof(std::int16_t)); !extended)
        return extended.error();
    return std::move(m_file);
}

}
