// Minimum, mean, maximum and standard deviation in one pass, without a division until somebody asks: of measured values
// times (sums of their distances from the first; Chan, Golub, LeVeque, Am. Stat. 37, 1983, "shifted data"), and of
// packet sizes, whose sums are exact.
#pragma once

#include "shared/base/units.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace callmon {

// A time in 32 bits that orders as times do: whole nanoseconds below 2.1 s, the nearest microsecond up to 35 minutes,
// and what lies beyond either end is that end. A float would be off by 4 ns at 100 ms.
class PackedTime {
public:
    static PackedTime of(Nanoseconds time)
    {
        const auto ns = static_cast<std::uint64_t>(time.count());
        return PackedTime { ns < inMicroseconds ? static_cast<std::uint32_t>(ns) : ofLong(time) };
    }
    static constexpr PackedTime longest() { return PackedTime { 0xffffffff }; }
    double ms() const { return m_bits < inMicroseconds ? m_bits * 1e-6 : (m_bits - inMicroseconds) * 1e-3; }
    auto operator<=>(const PackedTime&) const = default;
    constexpr PackedTime() = default;

private:
    static constexpr std::uint32_t inMicroseconds = 0x80000000;

    explicit constexpr PackedTime(std::uint32_t bits)
        : m_bits(bits)
    {
    }
    [[gnu::noinline, gnu::cold]] static std::uint32_t ofLong(Nanoseconds time)
    {
        if (time.count() < 0)
            return 0;
        return inMicroseconds
            + static_cast<std::uint32_t>(std::min<std::int64_t>((time.count() + 500) / 1000, 0x7fffffff));
    }

    std::uint32_t m_bits = 0;
};

// Of times, in ms.
class RunningStatistics {
public:
    void add(Nanoseconds time)
    {
        const double value = static_cast<double>(time.count()) * 1e-6;
        const PackedTime packed = PackedTime::of(time);
        if (m_count == 0) {
            m_shift = static_cast<float>(value);
            m_min = m_max = packed;
        }
        ++m_count;
        m_min = std::min(m_min, packed);
        m_max = std::max(m_max, packed);
        const double shifted = value - static_cast<double>(m_shift);
        m_sum += shifted;
        m_squares += shifted * shifted;
    }
    // Several at once: their sum, and the squares of their distances from `about`; all in ms.
    void addAll(std::uint32_t count, double sum, double about, double squares, PackedTime least, PackedTime most)
    {
        if (m_count == 0) {
            m_shift = static_cast<float>(about);
            m_min = least;
        }
        m_count += count;
        m_min = std::min(m_min, least);
        m_max = std::max(m_max, most);
        const double apart = about - static_cast<double>(m_shift);
        m_sum += sum - count * static_cast<double>(m_shift);
        m_squares += squares + apart * (2 * (sum - count * about) + count * apart);
    }

    std::uint64_t count() const { return m_count; }
    double min() const { return m_min.ms(); } // 0 before the first value, as all of these
    double mean() const { return m_count == 0 ? 0 : static_cast<double>(m_shift) + m_sum / m_count; }
    double max() const { return m_max.ms(); }
    double standardDeviation() const // of the values themselves: divided by their number
    {
        return m_count == 0 ? 0 : std::sqrt(std::max(0.0, (m_squares - m_sum * m_sum / m_count) / m_count));
    }

private:
    std::uint32_t m_count = 0;
    float m_shift = 0; // about the first value
    PackedTime m_min;
    PackedTime m_max;
    double m_sum = 0; // of the distances from m_shift
    double m_squares = 0; // of the same
};

// Whole bytes.
class SizeStatistics {
public:
    void add(std::uint16_t bytes)
    {
        m_min = std::min(m_min, bytes);
        m_max = std::max(m_max, bytes);
        m_sum += bytes;
        m_squares += std::uint64_t { bytes } * bytes;
    }
    void addAll(std::uint32_t count, std::uint16_t bytes) // `count` of the same
    {
        m_min = std::min(m_min, bytes);
        m_max = std::max(m_max, bytes);
        m_sum += std::uint64_t { count } * bytes;
        m_squares += std::uint64_t { count } * bytes * bytes;
    }

    std::uint64_t sum() const { return m_sum; }
    double min() const { return m_min <= m_max ? m_min : 0; } // 0 before the first value, as all of these
    double max() const { return m_max; }
    double mean(std::uint64_t count) const
    {
        return count == 0 ? 0 : static_cast<double>(m_sum) / static_cast<double>(count);
    }
    double standardDeviation(std::uint64_t count) const // of the values themselves: divided by their number
    {
        if (count == 0)
            return 0;
        using Wide = unsigned __int128;
        const Wide spread = Wide { m_squares } * count - Wide { m_sum } * m_sum; // never negative (Cauchy-Schwarz)
        return std::sqrt(static_cast<double>(spread)) / static_cast<double>(count);
    }

private:
    std::uint64_t m_sum = 0;
    std::uint64_t m_squares = 0;
    std::uint16_t m_min = 0xffff;
    std::uint16_t m_max = 0;
};

}
