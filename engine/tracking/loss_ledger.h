// What the probe itself lost, so that each call can be charged with what fell into its life.
#pragma once

#include "shared/base/probe_loss.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace callmon {

// Reports are numbered 1, 2, 3...; a call remembers how many there were when it began. The longest gap since then is
// found in a row of reports in which each gap is longer than all after it: what a later, longer one has outdone is
// dropped. One thread.
class LossLedger {
public:
    void add(const ProbeLoss& loss)
    {
        ++m_reports;
        m_frames += loss.frames;
        if (loss.pollGap <= Nanoseconds(0))
            return;
        while (m_count > 0 && m_row[m_count - 1].gap <= loss.pollGap)
            --m_count;
        if (m_count == m_row.size()) { // the two oldest become one: calls from between are charged the longer gap
            m_row[1].gap = m_row[0].gap;
            std::move(m_row.begin() + 1, m_row.end(), m_row.begin());
            --m_count;
        }
        m_row[m_count++] = { m_reports, loss.pollGap };
    }

    std::uint64_t reports() const { return m_reports; }
    std::uint64_t frames() const { return m_frames; }
    Nanoseconds longestGapAfter(std::uint64_t report) const
    {
        const auto end = m_row.begin() + static_cast<std::ptrdiff_t>(m_count);
        const auto first = std::upper_bound(
            m_row.begin(), end, report, [](std::uint64_t number, const Entry& entry) { return number < entry.report; });
        return first == end ? Nanoseconds(0) : first->gap;
    }

private:
    struct Entry {
        std::uint64_t report = 0;
        Nanoseconds gap {};
    };
    std::array<Entry, 256> m_row;
    std::size_t m_count = 0;
    std::uint64_t m_reports = 0;
    std::uint64_t m_frames = 0;
};

}
