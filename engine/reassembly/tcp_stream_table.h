// The two byte streams of every TCP connection, as their receivers get them (RFC 9293 3.10): in order, each byte once.
//
// Retransmissions, whatever their cut, give what is new of them; of bytes that come twice the first are taken. What
// comes early waits, in blocks of one pool, for the hole before it to close. A hole is given up, said to the sink and
// counted, when the other side has acknowledged what is behind it (its receiver has the bytes, the probe will not see
// them any more), when it has been open too long, or when more waits behind it than may. A connection is taken up in
// the middle as well; one that jumps by more than a window is taken for a new one with the same ports.
//
// Memory is reserved at start; what is beyond a limit is refused, the newest first, and counted. One thread. Time comes
// with the packets.
#pragma once

#include "engine/reassembly/block_pool.h"
#include "engine/reassembly/keyed_pool.h"
#include "engine/reassembly/signalling_message.h"
#include "engine/reassembly/tcp_segment.h"

namespace callmon {

struct TcpOptions {
    std::uint32_t maxConnections = 16'384; // 0.2 KiB each
    std::uint32_t maxBytes = 16 * 1024 * 1024; // that wait behind holes, in all
    std::uint32_t maxBlocksPerStream = 64; // of 2 KiB, a segment takes one at least
    Nanoseconds holeTimeout = std::chrono::seconds(3); // two retransmissions of RFC 6298: after 1 s and 2 s more
    // Between an acknowledgement and the bytes that it acknowledges, where a mirror delivers them the wrong way round.
    Nanoseconds acknowledgedHoleTimeout = std::chrono::milliseconds(20);
    // Without any payload, or with an end that one side has said: a flood of SYN does not keep the table full.
    Nanoseconds briefTimeout = std::chrono::seconds(30);
    Nanoseconds idleTimeout = std::chrono::hours(1); // RFC 5626 4.4.1 keeps connections alive every 14 min or so
    std::uint64_t hashSeed = 0;
};

// A stream is one direction of a connection: number n and n ^ 1 are the two of one connection, numbers are below twice
// maxConnections and used again after closed().
class TcpStreamSink {
public:
    virtual ~TcpStreamSink() = default;
    // Whether a connection that is not known yet is worth its memory: by its ports, or by the first bytes seen.
    virtual bool wants(const FlowKey& flow, Bytes payload) = 0;
    virtual void opened(std::uint32_t stream) = 0; // begins, or begins anew
    // The next bytes. `stamp` is that of the segment that made them deliverable.
    virtual void bytes(
        std::uint32_t stream, const FlowKey& flow, Bytes bytes, const PacketStamp& stamp, std::uint16_t ipSize) = 0;
    virtual void gap(std::uint32_t stream) = 0; // bytes are missing here
    virtual void closed(std::uint32_t stream) = 0;
};

class TcpStreamTable {
public:
    struct Counters {
        std::uint64_t segments = 0; // all that were handed in
        std::uint64_t notWanted = 0; // segments of connections that no sink wants
        std::uint64_t retransmitted = 0; // segments without anything new
        std::uint64_t early = 0; // segments that had to wait
        std::uint64_t holesSkipped = 0;
        std::uint64_t bytesMissing = 0; // in those holes
        std::uint64_t restarted = 0; // connections whose numbering began anew: ports used again
        std::uint64_t cut = 0; // segments of which the capture holds a part only: the rest is a hole
        std::uint64_t refused = 0; // segments of connections beyond the limit
        std::uint64_t timedOut = 0; // connections that fell silent
    };

    TcpStreamTable(TcpStreamSink& sink, const TcpOptions& options = {});

    // `ipSize` is handed on with what this segment makes deliverable.
    void add(const FlowKey& flow, const TcpSegment& segment, const PacketStamp& stamp, std::uint16_t ipSize);
    void expire(Timestamp now, std::uint64_t sequence); // sequence: of the last frame
    void touch(); // maps its memory; before the first add()

    const Counters& counters() const { return m_counters; }
    std::uint32_t connections() const { return m_connections.used(); }
    std::uint32_t blocksUsed() const { return m_blocks.used(); }

private:
    static constexpr std::uint32_t blockSize = 2048;

    struct Stream { // one direction
        std::uint32_t next = 0; // sequence number of the next byte to hand on
        std::uint32_t initial = 0; // sequence number of SYN
        std::uint32_t acknowledged = 0; // by the other side
        std::uint32_t end = 0; // sequence number of FIN
        std::uint32_t waiting = noEntry; // first of the blocks that came early, in order
        std::uint32_t blocks = 0;
        Timestamp holeSince;
        bool numbered = false; // `next` is known
        bool synSeen = false;
        bool ackSeen = false;
        bool finSeen = false;
    };
    struct Connection {
        FlowKey key; // the lower endpoint first
        Timestamp lastSegment;
        bool hadPayload = false;
        Stream streams[2]; // from key.src, from key.dst
    };
    struct Waiting { // describes the block of the same index
        std::uint32_t sequence = 0;
        std::uint32_t size = 0;
        std::uint32_t next = noEntry;
        std::uint16_t ipSize = 0;
        PacketStamp stamp;
    };
    struct Piece {
        std::uint32_t sequence;
        Bytes bytes;
        PacketStamp stamp;
        std::uint16_t ipSize;
    };

    Stream& streamOf(std::uint32_t number) { return m_connections[number / 2].streams[number % 2]; }
    FlowKey flowOf(std::uint32_t number);
    std::uint32_t findOrAdd(const FlowKey& key, const FlowKey& flow, const TcpSegment& segment);
    void takeSyn(std::uint32_t number, const TcpSegment& segment, const PacketStamp& stamp);
    void restart(std::uint32_t number, const PacketStamp& stamp);
    void noteAcknowledged(std::uint32_t number, std::uint32_t acknowledged, Timestamp now);
    bool holeIsAcknowledged(const Stream& stream) const;
    void take(std::uint32_t number, Piece piece);
    void handOn(std::uint32_t number, const Piece& piece);
    void handOnWaiting(std::uint32_t number, Timestamp now, const Piece* closing);
    bool keep(std::uint32_t number, const Piece& piece);
    void skipHole(std::uint32_t number, Timestamp now, std::uint64_t sequence);
    void watchHole(std::uint32_t number, Timestamp since);
    void giveUpWaiting(std::uint32_t number, Timestamp now, std::uint64_t sequence);
    void close(std::uint32_t connection, Timestamp now, std::uint64_t sequence);
    void refreshActivity(std::uint32_t connection, Timestamp now);

    TcpStreamSink& m_sink;
    TcpOptions m_options;
    KeyedPool<Connection> m_connections;
    BlockPool m_blocks;
    std::unique_ptr<Waiting[]> m_waiting;
    OrderList m_holes; // streams, by when their hole opened
    OrderList m_acknowledgedHoles; // by when it was acknowledged
    OrderList m_brief; // connections, by their last segment: see briefTimeout
    OrderList m_active;
    Counters m_counters;
};

}
