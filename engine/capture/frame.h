// What the capture core hands on: frames with the time each one reached the probe.
#pragma once

#include "engine/packet/datagram.h"
#include "engine/packet/frame_classifier.h"
#include "shared/base/byte_reader.h"
#include "shared/base/probe_loss.h"
#include "shared/base/units.h"

#include <array>
#include <vector>

namespace callmon {

// libpcap's link types (https://www.tcpdump.org/linktypes.html): the numbers are those of the file formats.
enum class LinkType : std::uint16_t {
    Null = 0, // BSD loopback
    Ethernet = 1,
    RawIp = 101, // LINKTYPE_RAW
    LinuxSll = 113,
    LinuxSll2 = 276,
    Ipv4 = 228,
    Ipv6 = 229,
    Loop = 108, // OpenBSD loopback
    Unknown = 0xffff,
};

struct Frame {
    Timestamp arrival; // of the frame's last bit at the probe
    Nanoseconds uncertainty {}; // the true time lies within arrival +- this; 0 when taken from a file
    Bytes bytes; // valid until the batch is released
    std::uint32_t wireSize = 0; // as it was on the wire; more than bytes.size() when the capture cut it
    LinkType linkType = LinkType::Ethernet;
    // Set by the capture loop, which hands on no other kinds than Media and Signalling.
    FrameKind kind = FrameKind::Drop;
    std::uint8_t lane = 0; // the processing core that reads it
    UdpLayout udp; // of what is neither dropped nor a piece
};

// The datagram of a frame that has one, complete.
inline void readDatagram(const Frame& frame, std::uint64_t sequence, Datagram& datagram)
{
    readDatagram(frame.bytes, frame.udp, datagram);
    datagram.arrival = frame.arrival;
    datagram.uncertainty = frame.uncertainty;
    datagram.sequence = sequence;
}
inline Datagram datagramOf(const Frame& frame, std::uint64_t sequence)
{
    Datagram datagram;
    readDatagram(frame, sequence, datagram);
    return datagram;
}

// Travels capture core -> a ring per processing core -> back to be filled again; allocated at start only. All
// processing cores read the same batch at once: it is theirs to read, not to change.
struct FrameBatch {
    static constexpr std::size_t capacity = 64;

    std::array<Frame, capacity> frames;
    std::size_t count = 0;
    Timestamp now; // time of the source when the batch was closed; also set on an idle batch (count 0)
    std::uint64_t firstSequence = 0; // of frames[0] among all that were handed on; those behind it count on
    ProbeLoss loss; // what the probe lost since the batch before
    bool last = false; // nothing follows: end of the capture, or stopped
    std::array<void*, capacity> owners {}; // the source's own: a DPDK port keeps its mbufs here
    std::vector<std::byte> arena; // the source's own: a file copies its frames here
    std::size_t arenaUsed = 0; // the source's own
    unsigned readers = 0; // the capture loop's own: processing cores that have not given it back

    std::span<const Frame> view() const { return std::span(frames).first(count); }

    // For a processing core before it reads: what the other core wrote lies in its cache, and headers that were not
    // asked for cost more than all that is done with them. All at once, not some frames ahead. bench: full_load_bench
    void lookAhead() const
    {
        for (const Frame& frame : view())
            __builtin_prefetch(frame.bytes.data());
    }
    // The step before: what tells where the headers are.
    void lookAheadFar() const
    {
        constexpr std::size_t cacheLine = 64;
        const auto* const begin = reinterpret_cast<const char*>(this);
        for (std::size_t at = 0; at <= offsetof(FrameBatch, count); at += cacheLine)
            __builtin_prefetch(begin + at);
    }
};

}
