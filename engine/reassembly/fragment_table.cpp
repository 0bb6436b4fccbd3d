#include "engine/reassembly/fragment_table.h"

#include <algorithm>
#include <cstring>

namespace callmon {

namespace {

constexpr std::uint32_t ipv4HeaderSize = 20;
constexpr std::uint32_t ipv6HeaderSize = 40;

template <typename Units> bool testUnit(const Units& units, std::uint32_t at)
{
    return (units[at / 64] >> at % 64 & 1) != 0;
}

// Word by word: `act` gets the word's number and the mask of the bits from first to end that are in it.
template <typename Act> void forEachWord(std::uint32_t first, std::uint32_t end, Act&& act)
{
    while (first < end) {
        const std::uint32_t width = std::min(64 - first % 64, end - first);
        const std::uint64_t ones = width == 64 ? ~std::uint64_t { 0 } : (std::uint64_t { 1 } << width) - 1;
        act(first / 64, ones << first % 64);
        first += width;
    }
}

template <typename Units> std::uint32_t countUnits(const Units& units, std::uint32_t first, std::uint32_t end)
{
    std::uint32_t count = 0;
    forEachWord(first, end, [&](std::uint32_t word, std::uint64_t mask) {
        count += static_cast<std::uint32_t>(std::popcount(units[word] & mask));
    });
    return count;
}

template <typename Units> void setUnits(Units& units, std::uint32_t first, std::uint32_t end)
{
    forEachWord(first, end, [&](std::uint32_t word, std::uint64_t mask) { units[word] |= mask; });
}

void putBig16(std::byte* at, std::uint32_t value)
{
    at[0] = static_cast<std::byte>(value >> 8);
    at[1] = static_cast<std::byte>(value);
}

}

FragmentTable::FragmentTable(const FragmentOptions& options)
    : m_options(options)
    , m_datagrams(options.maxDatagrams)
    , m_pages(pageSize, std::max(1u, options.maxBytes / pageSize))
    , m_ipv4(options.maxDatagrams)
    , m_ipv6(options.maxDatagrams)
    , m_complete(options.maxDatagrams)
    , m_whole(std::make_unique<std::byte[]>(ipv6HeaderSize + longest))
{
}

std::optional<WholeDatagram> FragmentTable::add(const IpPacket& fragment, const PacketStamp& stamp)
{
    assert(fragment.isFragment());
    ++m_counters.fragments;
    expire(stamp.arrival);
    if (!wellFormed(fragment))
        return std::nullopt;

    const bool isV4 = fragment.src.isV4();
    const Key key { fragment.src, fragment.dst, fragment.fragmentId, isV4 ? fragment.protocol : std::uint8_t { 0 } };
    const std::uint32_t index = findOrAdd(key, stamp.arrival);
    if (index == noEntry) {
        ++m_counters.refused;
        return std::nullopt;
    }
    Datagram& datagram = m_datagrams[index];
    if (datagram.state != State::Collecting) {
        ++(datagram.state == State::Complete ? m_counters.duplicates : m_counters.ofAbandoned);
        return std::nullopt;
    }

    const std::uint32_t offset = fragment.fragmentOffset;
    const auto size = static_cast<std::uint32_t>(fragment.payload.size());
    const Range range { offset / unit, (offset + size + unit - 1) / unit };
    const Fit fit = sizesAgree(datagram, fragment) ? fitOf(datagram, fragment, range) : Fit::Contradicts;
    if (fit == Fit::Duplicate) {
        ++m_counters.duplicates;
        return std::nullopt;
    }
    if (fit == Fit::Contradicts) {
        ++m_counters.abandoned;
        giveUp(index);
        return std::nullopt;
    }
    if (++datagram.fragments > m_options.maxFragments || !reservePages(datagram, offset, size)) {
        ++m_counters.refused;
        giveUp(index);
        return std::nullopt;
    }
    m_counters.overlaps += fit == Fit::Agrees;
    store(datagram, fragment.payload, offset, range, fit == Fit::Agrees);
    if (offset == 0)
        datagram.protocol = fragment.protocol;
    datagram.trafficClass = fragment.trafficClass;
    if (datagram.size == 0 || datagram.unitsReceived < (datagram.size + unit - 1) / unit)
        return std::nullopt;

    std::optional<WholeDatagram> whole = assemble(datagram, stamp);
    ++(whole ? m_counters.datagrams : m_counters.malformed);
    releasePages(datagram);
    datagram.state = State::Complete;
    datagram.since = stamp.arrival;
    (isV4 ? m_ipv4 : m_ipv6).remove(index);
    m_complete.append(index);
    return whole;
}

void FragmentTable::expire(Timestamp now)
{
    const auto expireList = [&](OrderList& list, Nanoseconds timeout) {
        for (std::uint32_t index = list.oldest(); index != noEntry && now - m_datagrams[index].since > timeout;
             index = list.oldest()) {
            m_counters.timedOut += m_datagrams[index].state == State::Collecting;
            remove(index);
        }
    };
    expireList(m_ipv4, m_options.ipv4Timeout);
    expireList(m_ipv6, m_options.ipv6Timeout);
    expireList(m_complete, m_options.rememberComplete);
}

std::uint32_t FragmentTable::findOrAdd(const Key& key, Timestamp arrival)
{
    const std::uint64_t hash = hashOfFlow({ { key.src, key.protocol }, { key.dst, 0 } }, m_options.hashSeed ^ key.id);
    std::uint32_t index = m_datagrams.find(key, hash);
    if (index != noEntry)
        return index;
    if (m_datagrams.used() == m_datagrams.capacity() && m_complete.oldest() != noEntry)
        remove(m_complete.oldest()); // only remembered for the sake of duplicates
    index = m_datagrams.add(key, hash);
    if (index != noEntry) {
        m_datagrams[index].since = arrival;
        (key.src.isV4() ? m_ipv4 : m_ipv6).append(index);
    }
    return index;
}

bool FragmentTable::wellFormed(const IpPacket& fragment)
{
    if (fragment.payload.size() < fragment.wirePayloadSize) {
        ++m_counters.cut;
        return false;
    }
    // All but the last carry whole units; no datagram is longer than its length field can say.
    const std::size_t size = fragment.payload.size();
    const std::size_t header = fragment.src.isV4() ? ipv4HeaderSize : ipv6HeaderSize;
    if (size == 0 || (fragment.moreFragments && size % unit != 0) || header + fragment.fragmentOffset + size > 0xffff) {
        ++m_counters.malformed;
        return false;
    }
    return true;
}

// One end, and nothing behind it.
bool FragmentTable::sizesAgree(Datagram& datagram, const IpPacket& fragment)
{
    const auto end = static_cast<std::uint32_t>(fragment.fragmentOffset + fragment.payload.size());
    if (!fragment.moreFragments) {
        if ((datagram.size != 0 && datagram.size != end) || datagram.end > end)
            return false;
        datagram.size = end;
    } else if (datagram.size != 0 && end >= datagram.size) {
        return false;
    }
    datagram.end = std::max(datagram.end, end);
    return true;
}

FragmentTable::Fit FragmentTable::fitOf(const Datagram& datagram, const IpPacket& fragment, Range range)
{
    const std::uint32_t present = countUnits(datagram.received, range.first, range.end);
    if (present == 0)
        return Fit::New;
    const auto size = static_cast<std::uint32_t>(fragment.payload.size());
    for (std::uint32_t at = range.first; at < range.end; ++at) {
        if (!testUnit(datagram.received, at))
            continue;
        const std::uint32_t from = (at - range.first) * unit;
        const std::uint32_t length = std::min(unit, size - from);
        const std::span<std::byte> there = placeOf(datagram, at * unit, length);
        if (std::memcmp(there.data(), fragment.payload.data() + from, length) != 0)
            return Fit::Contradicts;
    }
    const bool endsWhereOneEnds = range.end * unit >= datagram.end || testUnit(datagram.starts, range.end)
        || !testUnit(datagram.received, range.end);
    if (present == range.end - range.first && testUnit(datagram.starts, range.first) && endsWhereOneEnds
        && countUnits(datagram.starts, range.first + 1, range.end) == 0)
        return Fit::Duplicate;
    return fragment.src.isV4() ? Fit::Agrees : Fit::Contradicts;
}

bool FragmentTable::reservePages(Datagram& datagram, std::uint32_t offset, std::uint32_t size)
{
    for (std::uint32_t page = offset / pageSize; page <= (offset + size - 1) / pageSize; ++page) {
        if (datagram.pages[page] == noEntry)
            datagram.pages[page] = m_pages.acquire();
        if (datagram.pages[page] == noEntry)
            return false;
    }
    return true;
}

// Up to the end of its page.
std::span<std::byte> FragmentTable::placeOf(const Datagram& datagram, std::uint32_t offset, std::uint32_t size)
{
    const std::uint32_t within = offset % pageSize;
    return m_pages[datagram.pages[offset / pageSize]].subspan(within, std::min(size, pageSize - within));
}

void FragmentTable::store(Datagram& datagram, Bytes payload, std::uint32_t offset, Range range, bool isOverlap)
{
    // Where bytes overlap they agree, so all may be written.
    for (std::uint32_t at = offset; !payload.empty();) {
        const std::span<std::byte> place = placeOf(datagram, at, static_cast<std::uint32_t>(payload.size()));
        std::memcpy(place.data(), payload.data(), place.size());
        payload = payload.subspan(place.size());
        at += static_cast<std::uint32_t>(place.size());
    }
    const std::uint32_t present = isOverlap ? countUnits(datagram.received, range.first, range.end) : 0;
    datagram.unitsReceived += range.end - range.first - present;
    setUnits(datagram.received, range.first, range.end);
    setUnits(datagram.starts, range.first, range.first + 1);
}

void FragmentTable::releasePages(Datagram& datagram)
{
    for (std::uint32_t& page : datagram.pages) {
        if (page != noEntry)
            m_pages.release(page);
        page = noEntry;
    }
}

// Stays until its time is over, so that the rest of it is not taken for a new datagram.
void FragmentTable::giveUp(std::uint32_t index)
{
    releasePages(m_datagrams[index]);
    m_datagrams[index].state = State::Abandoned;
}

std::optional<WholeDatagram> FragmentTable::assemble(const Datagram& datagram, const PacketStamp& stamp)
{
    const bool isV4 = datagram.key.src.isV4();
    const std::uint32_t headerSize = isV4 ? ipv4HeaderSize : ipv6HeaderSize;
    std::byte* const header = m_whole.get();
    std::memset(header, 0, headerSize);
    const std::size_t addressSize = isV4 ? 4 : 16;
    if (isV4) { // RFC 791 3.1
        header[0] = std::byte { 0x45 };
        header[1] = static_cast<std::byte>(datagram.trafficClass);
        putBig16(header + 2, headerSize + datagram.size);
        header[9] = static_cast<std::byte>(datagram.protocol);
    } else { // RFC 8200 3
        putBig16(header, 0x6000u | std::uint32_t(datagram.trafficClass) << 4);
        putBig16(header + 4, datagram.size);
        header[6] = static_cast<std::byte>(datagram.protocol);
    }
    const auto source = datagram.key.src.bytes().last(addressSize);
    const auto destination = datagram.key.dst.bytes().last(addressSize);
    std::copy(source.begin(), source.end(), header + headerSize - 2 * addressSize);
    std::copy(destination.begin(), destination.end(), header + headerSize - addressSize);
    for (std::uint32_t at = 0; at < datagram.size;) {
        const std::span<std::byte> place = placeOf(datagram, at, datagram.size - at);
        std::memcpy(header + headerSize + at, place.data(), place.size());
        at += static_cast<std::uint32_t>(place.size());
    }
    const Bytes bytes(header, headerSize + datagram.size);
    const auto parsed = parseIp(bytes); // also passes over the extension headers that were fragmented
    const auto* const packet = std::get_if<IpPacket>(&parsed);
    if (packet == nullptr || packet->isFragment()) // fragments of fragments are nobody's traffic
        return std::nullopt;
    return WholeDatagram { *packet, stamp, bytes };
}

void FragmentTable::remove(std::uint32_t index)
{
    releasePages(m_datagrams[index]);
    m_ipv4.remove(index);
    m_ipv6.remove(index);
    m_complete.remove(index);
    m_datagrams.remove(index);
}

}
