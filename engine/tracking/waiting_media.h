// RTP that no call is known for. It waits for its signalling, which a probe may see later than the media: SIP over a
// lossy TCP connection, a mirror that delivers one direction late. For some seconds a flow's packets are kept as they
// came, so that the stream that is made of them then is the one that they would have made at once. After that the flow
// is only counted, to be listed by its addresses.
#pragma once

#include "engine/media/rtp_packet.h"
#include "engine/packet/datagram.h"
#include "engine/tracking/activity_list.h"
#include "engine/tracking/index_table.h"
#include "engine/tracking/tracker_options.h"
#include "shared/base/seeded_hash.h"
#include "shared/calls/unbound_flow.h"

#include <array>

namespace callmon {

// A lane's own. Nothing here reads a clock, allocates or locks after the constructor.
class WaitingMedia {
public:
    static constexpr std::size_t mostListed = 64;

    WaitingMedia(const TrackerOptions& options, bool keepsPayload);

    struct Counters {
        std::uint64_t waiting = 0; // packets, now
        std::uint64_t expired = 0; // waited in vain
        std::uint64_t refused = 0; // there was no room to wait in
    };

    std::uint32_t find(const FlowKey& flow, Ssrc ssrc, std::uint64_t hash) const
    {
        return m_table.find(hash, [&](std::uint32_t index) { return m_flows[index].identity.is(flow, ssrc); });
    }
    bool waits(std::uint32_t flow) const { return m_flows[flow].packetsWaiting > 0; }
    const StreamIdentity& identityOf(std::uint32_t flow) const { return m_flows[flow].identity; }
    std::uint32_t packetsWaitingOf(std::uint32_t flow) const { return m_flows[flow].packetsWaiting; }

    // A packet that no call claims; `hash` is its identity's, `flow` what find() says of it. False: it does not wait.
    bool add(const Datagram& datagram, const RtpHeader& packet, std::uint64_t hash, std::uint32_t flow);
    void prefetch(std::uint64_t hash) const { m_table.prefetch(hash); }
    // The flow's call is known, and what waited was taken or is of no use: it is listed no more.
    void remove(std::uint32_t flow, std::uint64_t hash);

    // The flows whose packets wait, by their first packets: oldest first.
    std::uint32_t oldest() const { return m_waiting.oldest(); }
    std::uint32_t after(std::uint32_t flow) const { return m_links[flow].after; }
    RtpHeader first(std::uint32_t flow, Datagram& datagram); // its oldest packet that waits
    // Takes the flow's oldest packet; its bytes stay until the next add(), before which all of them are taken or the
    // flow is removed. False: none is left.
    bool take(std::uint32_t flow, Datagram& datagram, RtpHeader& packet);

    // Gives up what has waited too long by now, and once a second lists what is left and forgets what is silent.
    template <typename Hash> void advance(Timestamp now, Hash&& hashOf);
    void giveUpAll(Timestamp now); // packets: no signalling will come, or time begins anew
    std::span<const UnboundFlow> listed() const
    {
        return std::span(m_listed).first(m_listedCount);
    } // most packets first

    const Counters& counters() const { return m_counters; }
    std::uint64_t flowsRefused() const { return m_flowsRefused; }
    void touch();

private:
    static constexpr std::uint64_t nowhere = ~0ULL;

    struct Flow {
        StreamIdentity identity;
        UnboundFlow seen;
        std::uint64_t oldest = nowhere; // packets, by their places in the ring
        std::uint64_t newest = nowhere;
        std::uint32_t packetsWaiting = 0;
        std::uint16_t nextSequence = 0;
        bool isRtp = false; // two packets in sequence came (RFC 3550 A.1): no other thing that begins like RTP
        bool givenUp = false;
    };
    struct Packet { // as it lies in the ring, its payload behind it
        std::uint64_t next = nowhere; // of its flow
        Datagram datagram;
        RtpHeader header;
    };
    static_assert(std::is_trivially_copyable_v<Packet>);

    bool keep(Flow& flow, const Datagram& datagram, const RtpHeader& packet);
    void giveUp(std::uint32_t flow);
    void list();
    std::byte* at(std::uint64_t place) { return &m_ring[place & m_mask]; }
    Packet read(std::uint64_t place)
    {
        Packet packet;
        std::memcpy(static_cast<void*>(&packet), at(place), sizeof packet);
        return packet;
    }
    void write(std::uint64_t place, const Packet& packet)
    {
        std::memcpy(at(place), static_cast<const void*>(&packet), sizeof packet);
    }

    const Nanoseconds m_patience;
    const bool m_keepsPayload;
    ObjectPool<Flow> m_flows;
    IndexTable m_table;
    LazyArray<ListLink> m_links;
    ActivityList m_waiting; // by their first packets, as the next
    ActivityList m_givenUp;
    std::uint64_t m_mask;
    LazyArray<std::byte> m_ring; // packets in order of arrival, from the first of the oldest flow that waits
    std::uint64_t m_end = 0;
    Timestamp m_listedAt;
    std::array<UnboundFlow, mostListed> m_listed;
    std::size_t m_listedCount = 0;
    std::uint64_t m_flowsRefused = 0;
    Counters m_counters;
};

template <typename Hash> void WaitingMedia::advance(Timestamp now, Hash&& hashOf)
{
    while (!m_waiting.empty() && now - m_flows[m_waiting.oldest()].seen.firstPacketAt >= m_patience)
        giveUp(m_waiting.oldest());
    if (now - m_listedAt < std::chrono::seconds(1) && now >= m_listedAt)
        return;
    m_listedAt = now;
    constexpr Nanoseconds silence = std::chrono::seconds(30);
    for (std::uint32_t i = m_givenUp.oldest(); i != noIndex;) {
        const std::uint32_t next = m_links[i].after;
        if (!m_flows[i].isRtp || now - m_flows[i].seen.lastPacketAt >= silence)
            remove(i, hashOf(m_flows[i].identity));
        i = next;
    }
    list();
}

}
