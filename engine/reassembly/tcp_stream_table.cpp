#include "engine/reassembly/tcp_stream_table.h"

#include <algorithm>
#include <cstring>

namespace callmon {

namespace {

// No window of a signalling connection is larger: what is farther from the expected byte belongs to another connection.
constexpr std::int32_t farthest = 1 << 20;

// RFC 9293 3.4: sequence numbers wrap.
std::int32_t distance(std::uint32_t from, std::uint32_t to)
{
    return static_cast<std::int32_t>(to - from);
}

}

TcpStreamTable::TcpStreamTable(TcpStreamSink& sink, const TcpOptions& options)
    : m_sink(sink)
    , m_options(options)
    , m_connections(options.maxConnections)
    , m_blocks(blockSize, std::max(1u, options.maxBytes / blockSize))
    , m_waiting(std::make_unique_for_overwrite<Waiting[]>(m_blocks.blocks()))
    , m_holes(2 * options.maxConnections)
    , m_acknowledgedHoles(2 * options.maxConnections)
    , m_brief(options.maxConnections)
    , m_active(options.maxConnections)
{
}

void TcpStreamTable::add(const FlowKey& flow, const TcpSegment& segment, const PacketStamp& stamp, std::uint16_t ipSize)
{
    ++m_counters.segments;
    expire(stamp.arrival, stamp.sequence);
    const bool inOrder = flow.src <= flow.dst;
    const FlowKey key = inOrder ? flow : FlowKey { flow.dst, flow.src };
    const std::uint32_t index = findOrAdd(key, flow, segment);
    if (index == noEntry)
        return;
    Connection& connection = m_connections[index];
    const std::uint32_t number = 2 * index + (inOrder ? 0 : 1);
    if (segment.rst) { // RFC 9293 3.5.2; believed near the expected number only (RFC 5961 3)
        const Stream& stream = streamOf(number);
        if (!stream.numbered || std::abs(std::int64_t { distance(stream.next, segment.sequence) }) <= 0xffff)
            close(index, stamp.arrival, stamp.sequence);
        return;
    }
    if (segment.syn)
        takeSyn(number, segment, stamp);
    if (segment.ack)
        noteAcknowledged(number ^ 1, segment.acknowledged, stamp.arrival);

    const std::uint32_t first = segment.sequence + (segment.syn ? 1 : 0);
    if (!segment.payload.empty()) {
        connection.hadPayload = true;
        m_counters.cut += segment.payload.size() < segment.wirePayloadSize;
        take(number, { first, segment.payload, stamp, ipSize });
    }

    Stream& stream = streamOf(number);
    if (segment.fin) {
        stream.finSeen = true;
        stream.end = first + segment.wirePayloadSize;
        if (!stream.numbered) {
            stream.numbered = true;
            stream.next = stream.end;
        }
    }
    refreshActivity(index, stamp.arrival);
    const auto isOver = [](const Stream& s) { return s.finSeen && distance(s.end, s.next) >= 0; };
    if (isOver(connection.streams[0]) && isOver(connection.streams[1]))
        close(index, stamp.arrival, stamp.sequence);
}

FlowKey TcpStreamTable::flowOf(std::uint32_t number)
{
    const FlowKey& key = m_connections[number / 2].key;
    return number % 2 == 0 ? key : FlowKey { key.dst, key.src };
}

std::uint32_t TcpStreamTable::findOrAdd(const FlowKey& key, const FlowKey& flow, const TcpSegment& segment)
{
    const std::uint64_t hash = hashOfFlow(key, m_options.hashSeed);
    std::uint32_t index = m_connections.find(key, hash);
    if (index != noEntry)
        return index;
    // What neither begins nor carries anything would only fill the table: the last acknowledgements of a connection.
    if (segment.rst || (!segment.syn && segment.payload.empty()))
        return noEntry;
    if (!m_sink.wants(flow, segment.payload)) {
        ++m_counters.notWanted;
        return noEntry;
    }
    index = m_connections.add(key, hash);
    if (index == noEntry) {
        ++m_counters.refused;
        return noEntry;
    }
    m_sink.opened(2 * index);
    m_sink.opened(2 * index + 1);
    return index;
}

void TcpStreamTable::takeSyn(std::uint32_t number, const TcpSegment& segment, const PacketStamp& stamp)
{
    Stream& stream = streamOf(number);
    if (stream.synSeen && stream.initial == segment.sequence)
        return; // sent again
    const std::int32_t behind = distance(segment.sequence + 1, stream.next);
    if (stream.numbered && !stream.synSeen && behind >= 0 && behind <= 0xffff) { // late, its first data came before it
        stream.initial = segment.sequence;
        stream.synSeen = true;
        return;
    }
    if (stream.numbered) {
        restart(number, stamp);
        if (!segment.ack) // the one who opens: nothing of the other side belongs to the new connection yet
            restart(number ^ 1, stamp);
        ++m_counters.restarted;
    }
    stream.initial = segment.sequence;
    stream.next = segment.sequence + 1;
    stream.numbered = true;
    stream.synSeen = true;
}

void TcpStreamTable::restart(std::uint32_t number, const PacketStamp& stamp)
{
    giveUpWaiting(number, stamp.arrival, stamp.sequence);
    streamOf(number) = {};
    m_sink.opened(number);
}

void TcpStreamTable::noteAcknowledged(std::uint32_t number, std::uint32_t acknowledged, Timestamp now)
{
    Stream& stream = streamOf(number);
    if (stream.numbered && distance(stream.next, acknowledged) > farthest)
        return;
    if (!stream.ackSeen || distance(stream.acknowledged, acknowledged) > 0)
        stream.acknowledged = acknowledged;
    stream.ackSeen = true;
    if (m_holes.contains(number) && holeIsAcknowledged(stream)) {
        m_holes.remove(number);
        watchHole(number, now);
    }
}

// The receiver has what the probe is missing.
bool TcpStreamTable::holeIsAcknowledged(const Stream& stream) const
{
    return stream.ackSeen && distance(m_waiting[stream.waiting].sequence, stream.acknowledged) >= 0;
}

// Hands on what is next, keeps what is early, leaves out what came already.
void TcpStreamTable::take(std::uint32_t number, Piece piece)
{
    Stream& stream = streamOf(number);
    if (!stream.numbered) {
        stream.numbered = true;
        stream.next = piece.sequence;
    }
    std::int32_t ahead = distance(stream.next, piece.sequence);
    if (ahead > farthest || ahead < -farthest) {
        restart(number, piece.stamp);
        ++m_counters.restarted;
        stream.numbered = true;
        stream.next = piece.sequence;
        ahead = 0;
    }
    if (ahead < 0) {
        const auto old = static_cast<std::size_t>(-ahead);
        if (old >= piece.bytes.size()) {
            ++m_counters.retransmitted;
            return;
        }
        piece.bytes = piece.bytes.subspan(old);
        piece.sequence = stream.next;
    }
    if (ahead > 0) {
        ++m_counters.early;
        while (distance(stream.next, piece.sequence) > 0) {
            if (keep(number, piece)) {
                watchHole(number, piece.stamp.arrival);
                return;
            }
            skipHole(number, piece.stamp.arrival, piece.stamp.sequence); // no room behind it
        }
        take(number, piece); // at most once: it is no longer early
        return;
    }
    handOn(number, piece);
    if (stream.waiting != noEntry)
        handOnWaiting(number, piece.stamp.arrival, &piece);
}

void TcpStreamTable::handOn(std::uint32_t number, const Piece& piece)
{
    streamOf(number).next = piece.sequence + static_cast<std::uint32_t>(piece.bytes.size());
    m_sink.bytes(number, flowOf(number), piece.bytes, piece.stamp, piece.ipSize);
}

// What waited and is next now; its stamp is that of the piece that closed the hole, or its own after a skipped one.
void TcpStreamTable::handOnWaiting(std::uint32_t number, Timestamp now, const Piece* closing)
{
    Stream& stream = streamOf(number);
    while (stream.waiting != noEntry) {
        const std::uint32_t block = stream.waiting;
        const Waiting& waiting = m_waiting[block];
        const std::int32_t ahead = distance(stream.next, waiting.sequence);
        if (ahead > 0)
            break;
        const auto old = static_cast<std::size_t>(-std::int64_t { ahead });
        if (old < waiting.size) {
            const Bytes fresh = m_blocks[block].first(waiting.size).subspan(old);
            handOn(number,
                { stream.next, fresh, closing != nullptr ? closing->stamp : waiting.stamp,
                    closing != nullptr ? closing->ipSize : waiting.ipSize });
        }
        stream.waiting = waiting.next;
        --stream.blocks;
        m_blocks.release(block);
    }
    m_holes.remove(number);
    m_acknowledgedHoles.remove(number);
    if (stream.waiting != noEntry)
        watchHole(number, now);
}

// In blocks, in order of sequence number. False when they are too many, then none of it is kept.
bool TcpStreamTable::keep(std::uint32_t number, const Piece& piece)
{
    Stream& stream = streamOf(number);
    const auto needed = static_cast<std::uint32_t>((piece.bytes.size() + blockSize - 1) / blockSize);
    if (stream.blocks + needed > m_options.maxBlocksPerStream || m_blocks.blocks() - m_blocks.used() < needed) {
        if (stream.waiting != noEntry)
            return false;
        // Nothing waits that could be handed on to make room: the hole before this very piece is given up.
        ++m_counters.holesSkipped;
        m_counters.bytesMissing += piece.sequence - stream.next;
        stream.next = piece.sequence;
        m_sink.gap(number);
        return false;
    }
    std::uint32_t* link = &stream.waiting;
    for (Bytes rest = piece.bytes; !rest.empty();) {
        const Bytes part = rest.first(std::min<std::size_t>(rest.size(), blockSize));
        const std::uint32_t sequence = piece.sequence + static_cast<std::uint32_t>(piece.bytes.size() - rest.size());
        rest = rest.subspan(part.size());
        while (*link != noEntry && distance(m_waiting[*link].sequence, sequence) > 0)
            link = &m_waiting[*link].next;
        const auto size = static_cast<std::uint32_t>(part.size());
        if (*link != noEntry && m_waiting[*link].sequence == sequence && m_waiting[*link].size >= size) {
            ++m_counters.retransmitted;
            continue;
        }
        const std::uint32_t block = m_blocks.acquire();
        std::memcpy(m_blocks[block].data(), part.data(), part.size());
        m_waiting[block] = { sequence, size, *link, piece.ipSize, piece.stamp };
        *link = block;
        ++stream.blocks;
    }
    return true;
}

void TcpStreamTable::skipHole(std::uint32_t number, Timestamp now, std::uint64_t sequence)
{
    Stream& stream = streamOf(number);
    if (stream.waiting == noEntry)
        return;
    const Waiting& waiting = m_waiting[stream.waiting];
    ++m_counters.holesSkipped;
    m_counters.bytesMissing += waiting.sequence - stream.next;
    stream.next = waiting.sequence;
    m_sink.gap(number);
    for (std::uint32_t block = stream.waiting; block != noEntry; block = m_waiting[block].next)
        m_waiting[block].stamp.sequence = sequence;
    handOnWaiting(number, now, nullptr);
}

// Puts the stream where the end of its hole's time is looked for; it stays where it is while the hole does.
void TcpStreamTable::watchHole(std::uint32_t number, Timestamp since)
{
    if (m_holes.contains(number) || m_acknowledgedHoles.contains(number))
        return;
    Stream& stream = streamOf(number);
    stream.holeSince = since;
    (holeIsAcknowledged(stream) ? m_acknowledgedHoles : m_holes).append(number);
}

// Whole messages may wait behind the hole: they are worth having when nothing will close it any more.
void TcpStreamTable::giveUpWaiting(std::uint32_t number, Timestamp now, std::uint64_t sequence)
{
    while (streamOf(number).waiting != noEntry)
        skipHole(number, now, sequence);
}

void TcpStreamTable::close(std::uint32_t connection, Timestamp now, std::uint64_t sequence)
{
    for (const std::uint32_t number : { 2 * connection, 2 * connection + 1 }) {
        giveUpWaiting(number, now, sequence);
        m_sink.closed(number);
    }
    m_brief.remove(connection);
    m_active.remove(connection);
    m_connections.remove(connection);
}

void TcpStreamTable::refreshActivity(std::uint32_t index, Timestamp now)
{
    Connection& connection = m_connections[index];
    connection.lastSegment = now;
    const bool isBrief = !connection.hadPayload || connection.streams[0].finSeen || connection.streams[1].finSeen;
    (isBrief ? m_active : m_brief).remove(index);
    (isBrief ? m_brief : m_active).moveToNewest(index);
}

void TcpStreamTable::touch()
{
    m_connections.touch();
    m_blocks.touch();
}

void TcpStreamTable::expire(Timestamp now, std::uint64_t sequence)
{
    for (OrderList* const list : { &m_holes, &m_acknowledgedHoles }) {
        const Nanoseconds timeout = list == &m_holes ? m_options.holeTimeout : m_options.acknowledgedHoleTimeout;
        for (std::uint32_t number = list->oldest(); number != noEntry && now - streamOf(number).holeSince > timeout;
             number = list->oldest())
            skipHole(number, now, sequence);
    }
    for (OrderList* const list : { &m_brief, &m_active }) {
        const Nanoseconds timeout = list == &m_active ? m_options.idleTimeout : m_options.briefTimeout;
        for (std::uint32_t index = list->oldest(); index != noEntry && now - m_connections[index].lastSegment > timeout;
             index = list->oldest()) {
            ++m_counters.timedOut;
            close(index, now, sequence);
        }
    }
}

}
