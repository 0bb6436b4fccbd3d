// What RTCP says of the streams of calls. Reports about a stream go the other way than the stream, to another port, and
// the way there and back needs both directions: so all RTCP is read by lane 0, in the order of frames, and its figures
// are kept by call, SSRC and path. At each tick, while lanes stand still, they go to the streams.
#pragma once

#include "engine/media/rtcp_figures.h"
#include "engine/tracking/lane_group.h"

namespace callmon {

// What a telephone counted of what it received (Skinny's ConnectionStatisticsRes); the newest counts.
struct ReceiverCounts {
    Endpoint receivedAt;
    std::uint32_t packets = 0;
    std::uint32_t lost = 0;
    std::uint32_t jitterMs = 0;
};

// Lane 0. Nothing here reads a clock, allocates or locks after the constructor.
class RtcpReports {
public:
    explicit RtcpReports(const TrackerOptions& options);

    struct Counters {
        std::uint64_t packets = 0; // datagrams, the next three among them
        std::uint64_t unbound = 0; // no call advertised its addresses
        std::uint64_t encrypted = 0; // SRTCP
        std::uint64_t malformed = 0;
        std::uint64_t reports = 0; // report blocks, copies left out
        std::uint64_t extendedBlocks = 0;
        std::uint64_t delaysImplausible = 0; // LSR and DLSR that contradict the probe's times
        std::uint64_t sourcesRefused = 0; // blocks about sources there was no room for
    };

    // `datagram` looks like RTCP. The call whose datagram it is, which is thereby heard of; noIndex for none.
    std::uint32_t read(const Datagram& datagram, const MediaLane& lane);
    // A party's own account by its signalling, which knows no SSRC: of the newest stream that goes to that address.
    // What RTCP says of a stream comes first.
    void addCounts(std::uint32_t call, Party receiver, const ReceiverCounts& counts);
    // A stream of the call got its number: what was reported of it before is for it.
    void streamNumbered(std::uint32_t call) { change(call); }
    // While lanes stand still: what has changed since goes to the newest stream of each source.
    void tellStreams(LaneGroup& lanes);
    void removeCall(std::uint32_t call);

    const Counters& counters() const { return m_counters; }
    void touch();

private:
    static constexpr std::uint32_t maxSources = 32; // of a call

    struct Source { // of a stream: who sends, from where to where; ports may differ between RTP and RTCP
        Ssrc ssrc;
        IpAddress sender;
        IpAddress receiver;
        std::uint32_t next = noIndex; // in the call, older
        RtcpFigures figures;
        RtcpFigures::Interval second; // what its stream's second that is on was told
    };
    struct CallSources { // zero: none
        std::uint32_t newestPlusOne;
        std::uint32_t count;
        bool changed; // since the last tick
    };

    using CountsOfCall = std::array<ReceiverCounts, 2>; // by the party who received; all zero: none

    std::uint32_t callOf(const FlowKey& flow, const MediaLane& lane) const;
    void readReport(std::uint32_t call, const RtcpReport& report, const Datagram& datagram);
    void readExtended(std::uint32_t call, const RtcpPart& part, const Datagram& datagram);
    void countEcho(RtcpFigures& figures, NtpShort reference, NtpShort delay, Timestamp at);
    RtcpFigures* figuresOf(std::uint32_t call, Ssrc ssrc, const IpAddress& sender, const IpAddress& receiver);
    std::optional<Milliseconds> roundTripOf(std::uint32_t call, const Source& source) const;
    void tellStream(std::uint32_t call, Source& source, LaneGroup& lanes);
    void tellSecond(std::uint32_t call, Source& source, CallStream& stream);
    std::optional<Milliseconds> loopToSender(std::uint32_t call, const Source& source) const; // the newest
    void tellCounts(std::uint32_t call, LaneGroup& lanes) const;
    void change(std::uint32_t call);
    std::uint32_t newest(std::uint32_t call) const { return m_calls[call].newestPlusOne - 1; } // noIndex for none

    ObjectPool<Source> m_sources;
    LazyArray<CallSources> m_calls; // by the index of the call
    LazyArray<CountsOfCall> m_counts; // by the index of the call
    LazyArray<std::uint32_t> m_changed; // calls
    std::uint32_t m_changedCount = 0;
    Counters m_counters;
};

}
