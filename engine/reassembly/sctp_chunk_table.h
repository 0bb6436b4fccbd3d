// Messages from the DATA and I-DATA chunks of SCTP associations (RFC 9260 6.9, RFC 8260 2.2): bundled, fragmented,
// ordered or not, on any stream.
//
// A message is handed on when its last missing chunk has come, whatever is missing before it: SIP numbers its own
// transactions and asks for unordered delivery (RFC 4168 5.1), so waiting as a receiver has to would only make an
// observer late. A chunk whose TSN came already is left out.
//
// An association is known by its addresses, ports and verification tag, each direction for itself. Of a multi-homed
// one, the pieces of a message that took two paths are not joined.
//
// Memory is reserved at start; what is beyond a limit is counted. One thread. Time comes with the packets.
#pragma once

#include "engine/reassembly/block_pool.h"
#include "engine/reassembly/keyed_pool.h"
#include "engine/reassembly/sctp_packet.h"
#include "engine/reassembly/signalling_message.h"

#include <array>

namespace callmon {

struct SctpOptions {
    std::uint32_t maxAssociations = 4096; // directions; 0.3 KiB each
    std::uint32_t maxBytes = 4 * 1024 * 1024; // of fragments that wait, in all
    std::uint32_t maxBlocksPerAssociation = 128; // of 2 KiB, a fragment takes one at least
    Nanoseconds idleTimeout = std::chrono::minutes(15); // RFC 9260 15: heartbeats every 30 s, which count
    std::uint64_t hashSeed = 0;
};

class SctpMessageSink {
public:
    virtual ~SctpMessageSink() = default;
    virtual void sctpMessage(const FlowKey& flow, Bytes message, const PacketStamp& stamp, std::uint16_t ipSize) = 0;
};

class SctpChunkTable {
public:
    struct Counters {
        std::uint64_t packets = 0; // all that were handed in
        std::uint64_t chunks = 0; // DATA and I-DATA
        std::uint64_t messages = 0; // complete
        std::uint64_t duplicates = 0; // chunks that had come already
        std::uint64_t malformed = 0; // packets or chunks that cannot be
        std::uint64_t cut = 0; // chunks of which the capture holds a part only
        std::uint64_t incomplete = 0; // fragments given up: the rest of their message did not come in time
        std::uint64_t tooLong = 0; // messages beyond 64 KiB
        std::uint64_t refused = 0; // packets of associations, and fragments, beyond a limit
        std::uint64_t timedOut = 0; // associations that fell silent
    };

    SctpChunkTable(SctpMessageSink& sink, const SctpOptions& options = {});

    void add(const IpPacket& packet, const PacketStamp& stamp);
    void expire(Timestamp now);
    void touch(); // maps its memory; before the first add()

    const Counters& counters() const { return m_counters; }
    std::uint32_t associations() const { return m_associations.used(); }
    std::uint32_t blocksUsed() const { return m_blocks.used(); }

private:
    static constexpr std::uint32_t blockSize = 2048;
    static constexpr std::uint32_t window = 1024; // TSNs behind the highest that are told from duplicates

    struct Key {
        FlowKey flow;
        std::uint32_t verificationTag = 0;
        bool operator==(const Key&) const = default;
    };
    struct Association {
        Key key;
        Timestamp lastPacket;
        std::uint32_t highest = 0; // TSN
        bool numbered = false;
        std::uint32_t waiting = noEntry; // first of the blocks, by message and fragment
        std::uint32_t blocks = 0;
        std::array<std::uint64_t, window / 64> seen {}; // by TSN, those up to `window` behind the highest
    };
    struct Fragment { // describes the block of the same index; a large fragment has several blocks
        SctpData data; // without payload
        std::uint32_t size = 0;
        std::uint32_t part = 0; // of the fragment
        bool isLastPart = false;
        std::uint32_t next = noEntry;
    };

    std::uint64_t keyHash(const Key& key) const;
    std::uint32_t findOrAdd(const Key& key);
    bool isNew(Association& association, std::uint32_t tsn);
    void take(std::uint32_t index, const SctpData& data, const PacketStamp& stamp, std::uint16_t ipSize);
    bool keep(Association& association, const SctpData& data);
    void dropOldest(Association& association);
    void handOnWhole(Association& association, const SctpData& newest, const PacketStamp& stamp, std::uint16_t ipSize);
    void dropRange(std::uint32_t* link, std::uint32_t end, Association& association);
    void close(std::uint32_t index);

    SctpMessageSink& m_sink;
    SctpOptions m_options;
    KeyedPool<Association> m_associations;
    BlockPool m_blocks;
    std::unique_ptr<Fragment[]> m_fragments;
    OrderList m_active;
    std::unique_ptr<std::byte[]> m_whole; // the message being handed on
    Counters m_counters;
};

}
