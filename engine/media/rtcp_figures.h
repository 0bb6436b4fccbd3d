// What receivers report of one stream on one path (RFC 3550 6.4, RFC 3611), and the way to them and back.
#pragma once

#include "engine/media/rtcp_xr.h"

#include <array>
#include <optional>
#include <utility>

namespace callmon {

// Plain value, no allocation. Times are those at the probe. How far the sender got is not kept: sequence numbers tell
// what was lost before the probe, and reports what was lost in all, hence behind it.
class RtcpFigures {
public:
    // What reports said of a time: from one to the next, not since the beginning.
    struct Interval {
        std::uint32_t reports = 0;
        std::uint64_t expected = 0;
        std::int64_t lost = 0;
        std::uint64_t jitterTicks = 0; // sum
        std::uint32_t jitters = 0;
        std::optional<Milliseconds> receiverLoop; // the newest

        void add(const Interval& later);
        std::optional<double> lostPercent() const;
        std::optional<Milliseconds> jitter(Hertz clock) const;
    };

    // A sender report of the stream's source, or a reference time of it, passed on the stream's own way.
    void addReference(NtpShort sentAt, Timestamp at);
    // A receiver's block about the stream, on the way back. False: a copy of the one before, as mirrors make them.
    bool addReport(const RtcpReportBlock& block, Timestamp at);
    // The receiver got that reference, and says so `delay` later. False when that cannot be, by the probe's times.
    bool addEcho(NtpShort reference, NtpShort delay, Timestamp at);
    // The newest counts: it is about all before.
    void addVoipMetrics(const XrVoipMetrics& metrics) { m_voipMetrics = metrics; }

    std::uint32_t reports() const { return m_reports; } // copies left out
    Interval takeInterval() { return std::exchange(m_interval, {}); } // since it was last taken
    std::optional<Milliseconds> newestLoop() const { return m_newestLoop; }

    // Probe to receiver and back, without the time it took to answer: mean of all echoes. RFC 3550 6.4.1 has the
    // sender take A - LSR - DLSR; the probe takes its own time of the sender report for LSR.
    std::optional<Milliseconds> receiverLoop() const;

    // Percent of the packets between the first report and the last that were lost on the way to the receiver, by the
    // difference of its counts from report to report: a count that starts anew, or falls by copies, misleads one
    // interval and no more. With the stream's first sequence number at the probe also those before the first report; of
    // these by that report's fraction, when its count says that the receiver began long before the probe.
    std::optional<double> lossPercent(std::optional<std::uint16_t> firstSequence) const;

    // Mean over the reports (RFC 3550 A.8, as the receiver has it). Empty without reports or clock.
    std::optional<Milliseconds> jitter(Hertz clock) const;

    const std::optional<XrVoipMetrics>& voipMetrics() const { return m_voipMetrics; }

private:
    struct Reference {
        NtpShort sentAt;
        Timestamp at;
    };
    struct Counts { // of a report: the receiver's since it began
        std::uint32_t highest = 0;
        std::int32_t lost = 0;
        std::uint8_t fraction = 0; // of 256, since the report before
    };

    void countInterval(const RtcpReportBlock& block);

    std::array<Reference, 4> m_references {}; // an echo is of the newest, or of the one before when it crosses that
    std::uint32_t m_referenceCount = 0; // ever
    std::uint32_t m_reports = 0;
    RtcpReportBlock m_previous;
    Timestamp m_previousAt;
    Counts m_first;
    Counts m_last;
    std::uint32_t m_counted = 0; // reports that said something: m_first and m_last are of these
    std::uint64_t m_expected = 0; // over the intervals between them
    std::int64_t m_lost = 0;
    std::uint64_t m_jitterTicks = 0; // sum over them
    Interval m_interval;
    std::optional<Milliseconds> m_newestLoop;
    double m_loopMs = 0; // sum
    std::uint32_t m_loops = 0;
    std::optional<XrVoipMetrics> m_voipMetrics;
};

}
