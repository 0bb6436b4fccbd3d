// The door to this folder: packets that carry a piece of something go in, whole signalling messages and whole datagrams
// come out.
#pragma once

#include "engine/reassembly/fragment_table.h"
#include "engine/reassembly/message_streams.h"
#include "engine/reassembly/sctp_chunk_table.h"

namespace callmon {

struct ReassemblerOptions {
    FragmentOptions fragments;
    TcpOptions tcp;
    SctpOptions sctp;
    MessageStreamOptions streams; // its sipPorts hold for SCTP too
    bool touchMemory = false; // map it all at start: for a live probe, that must not wait for pages later
    bool drawSeed = true; // for the hashes of all tables; else those in the options above
};

// All memory is reserved at start, nothing is allocated later. One thread. Time comes with the packets.
class Reassembler : private SctpMessageSink {
public:
    explicit Reassembler(SignallingSink& sink, const ReassemblerOptions& options = {});

    // Whether add() reads such a packet at all.
    static bool takes(const IpPacket& packet);
    // A packet that takes() accepts. The sink is called from within, as often as there is something whole; a datagram
    // that its fragments make whole is taken up in turn when it carries TCP or SCTP.
    void add(const IpPacket& packet, const PacketStamp& stamp);
    // Gives up what has waited too long: for when no packet comes. `sequence`: of the last frame. What was waiting
    // behind a hole is handed on from within.
    void advance(Timestamp now, std::uint64_t sequence);

    // Everything that was left out, under the name that the user sees.
    static constexpr std::size_t counterCount = 33;
    std::array<ReassemblyCounter, counterCount> counters() const;

    const FragmentTable& fragments() const { return m_fragments; }
    const TcpStreamTable& tcp() const { return m_tcp; }
    const SctpChunkTable& sctp() const { return m_sctp; }
    const MessageStreams& streams() const { return m_streams; }

private:
    void sctpMessage(const FlowKey& flow, Bytes message, const PacketStamp& stamp, std::uint16_t ipSize) override;
    void addWhole(const IpPacket& packet, const PacketStamp& stamp);

    SignallingSink& m_sink;
    std::vector<std::uint16_t> m_sipPorts;
    FragmentTable m_fragments;
    MessageStreams m_streams;
    TcpStreamTable m_tcp;
    SctpChunkTable m_sctp;
    std::uint64_t m_malformedTcp = 0;
    std::uint64_t m_sctpNotSip = 0;
};

}
