// Datagrams from their fragments: IPv4 (RFC 791 3.2) and IPv6 (RFC 8200 4.5) under one key. What has come is kept as
// RFC 791 describes it, a bit for every 8 bytes, so a fragment costs what its size costs whatever the order.
//
// Overlaps: a fragment that came already (same place, size and bytes) is a duplicate and left out. IPv6: any other
// overlap abandons the datagram (RFC 5722). IPv4: an overlap is accepted while its bytes agree with those that are
// there, else the datagram is abandoned: nobody can tell what its receiver took. Of an abandoned datagram the fragments
// to come are left out too.
//
// Memory is reserved at start; what is beyond a limit is refused, the newest first, and counted. One thread. Time comes
// with the packets.
#pragma once

#include "engine/reassembly/block_pool.h"
#include "engine/reassembly/keyed_pool.h"
#include "engine/reassembly/signalling_message.h"

#include <array>
#include <optional>

namespace callmon {

struct FragmentOptions {
    std::uint32_t maxDatagrams = 4096; // in progress, abandoned or just completed; 2.3 KiB each
    std::uint32_t maxBytes = 8 * 1024 * 1024; // of fragments that wait, in all
    std::uint32_t maxFragments = 8192; // of one datagram; 8192 is what 64 KiB can be cut into
    // From a datagram's first fragment on.
    Nanoseconds ipv4Timeout = std::chrono::seconds(30); // RFC 1122 3.3.2 asks for 60 to 120 s; nobody keeps to that
    Nanoseconds ipv6Timeout = std::chrono::seconds(60); // RFC 8200 4.5
    // A mirror that delivers twice brings the last fragment again after the datagram is complete.
    Nanoseconds rememberComplete = std::chrono::seconds(1);
    std::uint64_t hashSeed = 0;
};

class FragmentTable {
public:
    struct Counters {
        std::uint64_t fragments = 0; // all that were handed in
        std::uint64_t datagrams = 0; // completed
        std::uint64_t duplicates = 0; // fragments that had come already
        std::uint64_t overlaps = 0; // IPv4 fragments accepted although they overlap: their bytes agree
        std::uint64_t abandoned = 0; // datagrams whose fragments contradict each other
        std::uint64_t malformed = 0; // fragments that no datagram can be cut into
        std::uint64_t cut = 0; // fragments of which the capture holds a part only
        std::uint64_t ofAbandoned = 0; // fragments of datagrams that were given up
        std::uint64_t refused = 0; // fragments beyond a limit, by number of datagrams, fragments or bytes
        std::uint64_t timedOut = 0; // datagrams given up because a fragment is missing
    };

    explicit FragmentTable(const FragmentOptions& options = {});

    // `fragment` with isFragment(). The datagram when this fragment makes it complete; its views are valid until the
    // next call.
    std::optional<WholeDatagram> add(const IpPacket& fragment, const PacketStamp& stamp);
    void expire(Timestamp now);
    void touch() // maps its memory; before the first add()
    {
        m_datagrams.touch();
        m_pages.touch();
    }

    const Counters& counters() const { return m_counters; }
    std::uint32_t datagramsHeld() const { return m_datagrams.used(); }
    std::uint32_t pagesUsed() const { return m_pages.used(); }

private:
    static constexpr std::uint32_t unit = 8; // bytes: what fragment offsets count
    static constexpr std::uint32_t pageSize = 2048;
    static constexpr std::uint32_t longest = 65536;
    using Units = std::array<std::uint64_t, longest / unit / 64>;

    struct Key {
        IpAddress src;
        IpAddress dst;
        std::uint32_t id = 0;
        std::uint8_t protocol = 0; // 0 for IPv6, where fragments need not agree on it (RFC 8200 4.5)
        bool operator==(const Key&) const = default;
    };
    enum class State : std::uint8_t { Collecting, Abandoned, Complete };
    struct Datagram {
        Key key;
        Timestamp since; // first fragment; of a complete one the last
        State state = State::Collecting;
        std::uint8_t protocol = 0; // of the fragment with offset 0, as is
        std::uint8_t trafficClass = 0;
        std::uint32_t size = 0; // of the whole payload; 0 until the last fragment has come
        std::uint32_t end = 0; // of what has come
        std::uint32_t unitsReceived = 0;
        std::uint32_t fragments = 0;
        std::array<std::uint32_t, longest / pageSize> pages;
        Units received {};
        Units starts {}; // units at which a fragment began: what tells a duplicate from an overlap
        Datagram() { pages.fill(noEntry); }
    };
    struct Range { // units
        std::uint32_t first;
        std::uint32_t end;
    };
    enum class Fit { New, Duplicate, Agrees, Contradicts };

    std::uint32_t findOrAdd(const Key& key, Timestamp arrival);
    bool wellFormed(const IpPacket& fragment);
    static bool sizesAgree(Datagram& datagram, const IpPacket& fragment);
    Fit fitOf(const Datagram& datagram, const IpPacket& fragment, Range range);
    bool reservePages(Datagram& datagram, std::uint32_t offset, std::uint32_t size);
    std::span<std::byte> placeOf(const Datagram& datagram, std::uint32_t offset, std::uint32_t size);
    void store(Datagram& datagram, Bytes payload, std::uint32_t offset, Range range, bool isOverlap);
    void releasePages(Datagram& datagram);
    void giveUp(std::uint32_t index);
    std::optional<WholeDatagram> assemble(const Datagram& datagram, const PacketStamp& stamp);
    void remove(std::uint32_t index);

    FragmentOptions m_options;
    KeyedPool<Datagram> m_datagrams;
    BlockPool m_pages;
    OrderList m_ipv4; // each with a timeout of its own
    OrderList m_ipv6;
    OrderList m_complete;
    std::unique_ptr<std::byte[]> m_whole; // the datagram being handed on
    Counters m_counters;
};

}
