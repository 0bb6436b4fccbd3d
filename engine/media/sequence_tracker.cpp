#include "engine/media/sequence_tracker.h"

namespace callmon {

void SequenceTracker::begin(std::uint16_t sequence)
{
    m_first = 0x10000u + sequence; // room below for packets that were sent before the first one that came
    m_highest = m_first;
    m_seenLow = 1;
    m_seenHigh = 0;
    m_afterStray = noStray;
    m_started = true;
}

void SequenceTracker::moveWindow(std::uint16_t by)
{
    if (by >= 128) {
        m_seenHigh = 0;
        m_seenLow = 0;
    } else if (by >= 64) {
        m_seenHigh = m_seenLow << (by - 64);
        m_seenLow = 0;
    } else if (by > 0) {
        m_seenHigh = m_seenHigh << by | m_seenLow >> (64 - by);
        m_seenLow <<= by;
    }
    m_seenLow |= 1;
}

void SequenceTracker::addNext(std::uint16_t count)
{
    m_packets += count;
    m_highest += count;
    moveWindow(count);
    const std::uint64_t all = ~std::uint64_t { 0 };
    if (count >= 64)
        m_seenLow = all;
    else
        m_seenLow |= ~(all << count);
    if (count >= 128)
        m_seenHigh = all;
    else if (count > 64)
        m_seenHigh |= ~(all << (count - 64));
}

bool SequenceTracker::markSeen(std::uint16_t behindHighest)
{
    std::uint64_t& half = behindHighest < 64 ? m_seenLow : m_seenHigh;
    const std::uint64_t bit = std::uint64_t { 1 } << (behindHighest & 63);
    const bool seen = (half & bit) != 0;
    half |= bit;
    return seen;
}

// What seemed a stray packet goes on: the numbers continue from there, after a long gap or from the source's new start.
void SequenceTracker::resume(std::uint16_t stray, bool forward)
{
    if (forward) {
        m_highest += static_cast<std::uint16_t>(stray - static_cast<std::uint16_t>(m_highest));
        moveWindow(window);
        m_afterStray = noStray;
        return;
    }
    m_expectedBefore += m_highest - m_first + 1;
    begin(stray);
    ++m_restarts;
}

Arrival SequenceTracker::place(std::uint16_t sequence)
{
    if (!m_started) {
        begin(sequence);
        return Arrival::InOrder;
    }
    const auto ahead = static_cast<std::uint16_t>(sequence - static_cast<std::uint16_t>(m_highest));
    if (ahead != 0 && ahead < maxDropout) {
        m_highest += ahead;
        moveWindow(ahead);
        m_afterStray = noStray;
        return Arrival::InOrder;
    }
    const auto behind = static_cast<std::uint16_t>(-ahead);
    if (behind < window) {
        if (markSeen(behind)) {
            ++m_duplicates;
            return Arrival::Duplicate;
        }
        ++m_reordered;
        return Arrival::Reordered;
    }
    if (m_afterStray != noStray) {
        const auto stray = static_cast<std::uint16_t>(m_afterStray - 1);
        const auto beyond = static_cast<std::uint16_t>(sequence - stray);
        const bool forward = static_cast<std::uint16_t>(stray - static_cast<std::uint16_t>(m_highest)) < halfCircle;
        if (forward ? beyond != 0 && static_cast<std::uint16_t>(beyond + nearby) < 2 * nearby : beyond == 1) {
            --m_expectedBefore; // the stray packet is one of those to come
            --m_reordered; // and was none
            resume(stray, forward);
            return place(sequence); // no stray packet any more: once
        }
    }
    if (m_afterStray != noStray && static_cast<std::uint16_t>(sequence + 1) == m_afterStray) { // its copy
        ++m_duplicates;
        return Arrival::Duplicate;
    }
    m_afterStray = static_cast<std::uint16_t>(sequence + 1);
    ++m_expectedBefore;
    ++m_reordered;
    return Arrival::Reordered;
}

}
