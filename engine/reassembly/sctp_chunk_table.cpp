#include "engine/reassembly/sctp_chunk_table.h"

#include "engine/reassembly/framing.h"

#include <algorithm>
#include <cstring>

namespace callmon {

namespace {

std::int32_t distance(std::uint32_t from, std::uint32_t to) // RFC 9260 1.6: numbers wrap
{
    return static_cast<std::int32_t>(to - from);
}

// Fragments that may be of one message: DATA on one stream, in the order of TSNs; I-DATA of the same message number.
bool mayShareMessage(const SctpData& a, const SctpData& b)
{
    return a.isInterleaved == b.isInterleaved && a.stream == b.stream && a.isUnordered == b.isUnordered
        && a.message == b.message;
}

// Groups what may be one message, fragments in order within. The order of the groups means nothing.
bool comesBefore(const SctpData& a, const SctpData& b)
{
    const auto group = [](const SctpData& d) {
        return std::uint64_t { d.isInterleaved } << 49 | std::uint64_t { d.isUnordered } << 48
            | std::uint64_t { d.stream } << 32 | d.message;
    };
    if (group(a) != group(b))
        return group(a) < group(b);
    return distance(a.fragment, b.fragment) > 0;
}

}

SctpChunkTable::SctpChunkTable(SctpMessageSink& sink, const SctpOptions& options)
    : m_sink(sink)
    , m_options(options)
    , m_associations(options.maxAssociations)
    , m_blocks(blockSize, std::max(1u, options.maxBytes / blockSize))
    , m_fragments(std::make_unique_for_overwrite<Fragment[]>(m_blocks.blocks()))
    , m_active(options.maxAssociations)
    , m_whole(std::make_unique<std::byte[]>(longestMessage))
{
}

void SctpChunkTable::add(const IpPacket& ip, const PacketStamp& stamp)
{
    ++m_counters.packets;
    expire(stamp.arrival);
    auto packet = SctpPacket::parse(ip.payload);
    if (!packet) {
        ++m_counters.malformed;
        return;
    }
    const Key key { { { ip.src, packet->srcPort() }, { ip.dst, packet->dstPort() } }, packet->verificationTag() };
    std::uint32_t index = noEntry; // an association begins with its first data
    while (const auto chunk = packet->nextChunk()) {
        if (chunk->type == SctpChunkType::Abort || chunk->type == SctpChunkType::ShutdownComplete) {
            if (const std::uint32_t ended = m_associations.find(key, keyHash(key)); ended != noEntry)
                close(ended);
            return;
        }
        if (chunk->type != SctpChunkType::Data && chunk->type != SctpChunkType::IData)
            continue;
        ++m_counters.chunks;
        const auto data = sctpDataOf(*chunk);
        if (!data) {
            ++(chunk->isCut ? m_counters.cut : m_counters.malformed);
            continue;
        }
        if (index == noEntry)
            index = findOrAdd(key);
        if (index == noEntry) {
            ++m_counters.refused;
            return;
        }
        m_associations[index].lastPacket = stamp.arrival;
        m_active.moveToNewest(index);
        take(index, *data, stamp, ip.size);
    }
    m_counters.malformed += packet->isMalformed();
}

void SctpChunkTable::touch()
{
    m_associations.touch();
    m_blocks.touch();
}

void SctpChunkTable::expire(Timestamp now)
{
    for (std::uint32_t index = m_active.oldest();
         index != noEntry && now - m_associations[index].lastPacket > m_options.idleTimeout;
         index = m_active.oldest()) {
        ++m_counters.timedOut;
        close(index);
    }
}

std::uint64_t SctpChunkTable::keyHash(const Key& key) const
{
    return hashOfFlow(key.flow, m_options.hashSeed ^ key.verificationTag);
}

std::uint32_t SctpChunkTable::findOrAdd(const Key& key)
{
    const std::uint64_t hash = keyHash(key);
    std::uint32_t index = m_associations.find(key, hash);
    if (index != noEntry)
        return index;
    index = m_associations.add(key, hash);
    if (index != noEntry)
        m_active.append(index);
    return index;
}

// A sliding window over TSNs, as RFC 4303 3.4.3 keeps one. A jump of more than the window begins a new numbering.
bool SctpChunkTable::isNew(Association& association, std::uint32_t tsn)
{
    const auto bitOf = [](std::uint32_t t) { return std::uint64_t { 1 } << t % 64; };
    const auto wordOf = [&](std::uint32_t t) -> std::uint64_t& { return association.seen[t % window / 64]; };
    const std::int32_t ahead = distance(association.highest, tsn);
    constexpr auto span = static_cast<std::int32_t>(window);
    if (!association.numbered || ahead >= span || ahead <= -8 * span) {
        association.seen.fill(0);
        association.numbered = true;
        association.highest = tsn;
    } else if (ahead > 0) {
        while (association.highest != tsn) {
            ++association.highest;
            wordOf(association.highest) &= ~bitOf(association.highest);
        }
    } else if (ahead <= -span || (wordOf(tsn) & bitOf(tsn)) != 0) {
        return false;
    }
    wordOf(tsn) |= bitOf(tsn);
    return true;
}

void SctpChunkTable::take(std::uint32_t index, const SctpData& data, const PacketStamp& stamp, std::uint16_t ipSize)
{
    Association& association = m_associations[index];
    if (!isNew(association, data.tsn)) {
        ++m_counters.duplicates;
        return;
    }
    if (data.isFirst && data.isLast) {
        ++m_counters.messages;
        m_sink.sctpMessage(association.key.flow, data.payload, stamp, ipSize);
        return;
    }
    if (!keep(association, data)) {
        ++m_counters.refused;
        return;
    }
    handOnWhole(association, data, stamp, ipSize);
}

// In blocks, in order. Makes room by giving up what has waited longest of the same association.
bool SctpChunkTable::keep(Association& association, const SctpData& data)
{
    const auto needed = static_cast<std::uint32_t>((data.payload.size() + blockSize - 1) / blockSize);
    while (association.waiting != noEntry
        && (association.blocks + needed > m_options.maxBlocksPerAssociation
            || m_blocks.blocks() - m_blocks.used() < needed))
        dropOldest(association);
    if (needed > m_options.maxBlocksPerAssociation || m_blocks.blocks() - m_blocks.used() < needed)
        return false;
    std::uint32_t* link = &association.waiting;
    while (*link != noEntry && comesBefore(m_fragments[*link].data, data))
        link = &m_fragments[*link].next;
    std::uint32_t part = 0;
    for (Bytes rest = data.payload; !rest.empty(); ++part) {
        const Bytes piece = rest.first(std::min<std::size_t>(rest.size(), blockSize));
        rest = rest.subspan(piece.size());
        const std::uint32_t block = m_blocks.acquire();
        std::memcpy(m_blocks[block].data(), piece.data(), piece.size());
        Fragment& fragment = m_fragments[block];
        fragment = { data, static_cast<std::uint32_t>(piece.size()), part, rest.empty(), *link };
        fragment.data.payload = {};
        *link = block;
        link = &fragment.next;
        ++association.blocks;
    }
    return true;
}

// The fragment with the lowest TSN, and with it its message.
void SctpChunkTable::dropOldest(Association& association)
{
    std::uint32_t* oldest = &association.waiting;
    for (std::uint32_t* link = &association.waiting; *link != noEntry; link = &m_fragments[*link].next) {
        if (distance(m_fragments[*oldest].data.tsn, m_fragments[*link].data.tsn) < 0)
            oldest = link;
    }
    const std::uint32_t tsn = m_fragments[*oldest].data.tsn;
    std::uint32_t end = *oldest;
    while (end != noEntry && m_fragments[end].data.tsn == tsn)
        end = m_fragments[end].next;
    dropRange(oldest, end, association);
    ++m_counters.incomplete;
}

// The message that the newest fragment is of, when it is all there: from B to E without a number missing.
void SctpChunkTable::handOnWhole(
    Association& association, const SctpData& newest, const PacketStamp& stamp, std::uint16_t ipSize)
{
    std::uint32_t* first = nullptr; // link to the B of the run in hand
    std::uint32_t expected = 0;
    bool hasNewest = false;
    std::uint32_t* link = &association.waiting;
    for (; *link != noEntry; link = &m_fragments[*link].next) {
        const Fragment& fragment = m_fragments[*link];
        if (fragment.part == 0) {
            const bool isOfGroup = mayShareMessage(fragment.data, newest);
            if (first == nullptr || !isOfGroup || fragment.data.isFirst || fragment.data.fragment != expected) {
                first = isOfGroup && fragment.data.isFirst ? link : nullptr;
                hasNewest = false;
            }
            hasNewest = hasNewest || fragment.data.tsn == newest.tsn;
            expected = fragment.data.fragment + 1;
        }
        if (first != nullptr && fragment.isLastPart && fragment.data.isLast) {
            if (hasNewest)
                break;
            first = nullptr;
        }
    }
    if (*link == noEntry)
        return;
    const std::uint32_t end = m_fragments[*link].next;
    std::size_t size = 0;
    bool isTooLong = false;
    for (std::uint32_t block = *first; block != end; block = m_fragments[block].next) {
        isTooLong = isTooLong || size + m_fragments[block].size > longestMessage;
        if (isTooLong)
            break;
        std::memcpy(m_whole.get() + size, m_blocks[block].data(), m_fragments[block].size);
        size += m_fragments[block].size;
    }
    dropRange(first, end, association);
    ++(isTooLong ? m_counters.tooLong : m_counters.messages);
    if (!isTooLong)
        m_sink.sctpMessage(association.key.flow, { m_whole.get(), size }, stamp, ipSize);
}

void SctpChunkTable::dropRange(std::uint32_t* link, std::uint32_t end, Association& association)
{
    while (*link != end) {
        const std::uint32_t block = *link;
        *link = m_fragments[block].next;
        m_blocks.release(block);
        --association.blocks;
    }
}

void SctpChunkTable::close(std::uint32_t index)
{
    Association& association = m_associations[index];
    m_counters.incomplete += association.waiting != noEntry;
    dropRange(&association.waiting, noEntry, association);
    m_active.remove(index);
    m_associations.remove(index);
}

}
