// One media lane: from an RTP packet to its stream and its statistics. There are as many as there are processing cores,
// each with its share of the media and tables of its own; a lane knows of calls what signalling tells it (LaneControl),
// so no two lanes share anything that changes.
//
// A packet finds its stream in F, by its addresses and SSRC, and touches nothing else. Only the first packet of a
// stream, or the first after its binding was shaken, looks its addresses up in T2; what no call claims then waits.
#pragma once

#include "engine/media/rtp_packet.h"
#include "engine/packet/datagram.h"
#include "engine/tracking/codec_names.h"
#include "engine/tracking/index_table.h"
#include "engine/tracking/media_table.h"
#include "engine/tracking/nobodys_flows.h"
#include "engine/tracking/tracker_listener.h"
#include "engine/tracking/tracker_options.h"
#include "engine/tracking/waiting_media.h"

#include <algorithm>

namespace callmon {

// One thread; nothing here reads a clock, allocates or locks after the constructor.
class MediaLane {
public:
    static constexpr std::size_t burst = 64; // datagrams; their media is handed on together. bench: tracking_bench

    struct Counters {
        std::uint64_t rtpPackets = 0;
        std::uint64_t rtpUnbound = 0; // looks like RTP, and no call was found for it
        std::uint64_t rtpWaiting = 0; // no call yet, now
        std::uint64_t rtpRefused = 0; // of a stream there was no room for
        std::uint64_t notRtp = 0; // begins like it
        std::uint64_t streamsStarted = 0;
        std::uint64_t joinedLater = 0; // of rtpPackets: waited for their signalling
        std::uint64_t waitExpired = 0; // of rtpUnbound: waited in vain
        std::uint64_t waitRefused = 0; // of rtpUnbound: there was no room to wait in
        std::uint64_t unboundFlowsRefused = 0;
        std::uint64_t notWanted = 0; // of rtpPackets: of calls that are not recorded, or were not yet
        std::uint64_t meaningsForgotten = 0; // of payload types, before another description; the same in all lanes
        std::uint64_t redundancyUnreadable = 0; // of rtpPackets: RFC 2198 whose blocks contradict its size
        std::uint64_t notSplit = 0; // changes of codec, or ports used again, that went on in the same stream
        std::uint64_t tableFilledPercent = 0; // by streams, now; of several lanes that of the fullest

        Counters& operator+=(const Counters& other)
        {
            rtpPackets += other.rtpPackets;
            rtpUnbound += other.rtpUnbound;
            rtpRefused += other.rtpRefused;
            notRtp += other.notRtp;
            streamsStarted += other.streamsStarted;
            rtpWaiting += other.rtpWaiting;
            joinedLater += other.joinedLater;
            waitExpired += other.waitExpired;
            waitRefused += other.waitRefused;
            unboundFlowsRefused += other.unboundFlowsRefused;
            notWanted += other.notWanted;
            redundancyUnreadable += other.redundancyUnreadable;
            notSplit += other.notSplit;
            meaningsForgotten = std::max(meaningsForgotten, other.meaningsForgotten);
            tableFilledPercent = std::max(tableFilledPercent, other.tableFilledPercent);
            return *this;
        }
    };

    MediaLane(const TrackerOptions& options, std::uint64_t hashSeed, const CodecNames& codecs, LaneListener& listener);

    // A burst begins: asks for the memory its first packets will need; process() goes on with that. What is looked up
    // ahead is checked when its turn comes: controls may come in between. The datagrams stay until the last is
    // processed.
    void lookAhead(std::span<const Datagram> packets);
    // The packet at `position` of that burst; all of them in turn. False: no RTP, whose first two bits are version 2
    // (SIP begins with a letter, STUN with 0; RFC 7983).
    bool process(const Datagram& datagram, std::size_t position);
    void processAlone(const Datagram& datagram); // of no burst; its bytes are read when this returns
    void flush(); // hands on the media of the burst

    bool apply(const LaneControl& control); // false: an address there was no room for
    void stepBack(Timestamp now);

    // While all lanes stand still. At each tick: joinWaiting(), then all new streams are numbered or dropped, then
    // countJoined(), which is true when that made further streams to number.
    void joinWaiting();
    bool countJoined();
    void giveUpWaiting(Timestamp now);
    // Where the sender of a stream bound by its destination is heard from, when nobody advertised that: behind a NAT.
    std::optional<AddressAdded> learntFrom(std::uint32_t stream) const;
    std::span<const std::uint32_t> unnumbered() const
    {
        return { &m_unnumbered[0], m_unnumberedCount };
    } // oldest first
    void number(std::uint32_t stream, std::uint32_t number);
    void drop(std::uint32_t stream); // instead
    void numberingDone() { m_unnumberedCount = 0; }
    void setStreamCount(std::uint32_t call, std::uint32_t count) { m_calls[call].streamCount = count; }
    void removeCall(std::uint32_t call);

    // Of a call that is confirmed; noIndex for none.
    std::uint32_t callAt(const Endpoint& endpoint) const;
    MediaKind mediaKindOf(const CallStream& stream) const; // by its payload type, where several kinds share an address
    // Of the addresses that a call's descriptions name.
    std::span<const IpAddress> describedHosts(
        std::uint32_t call, std::array<IpAddress, CallMedia::maxAddresses>& hosts) const;
    bool isSecure(const CallStream& stream) const { return m_media[stream.receiver].secure; }

    const CallMedia& call(std::uint32_t index) const { return m_calls[index]; }
    // With its figures as of now: what its run has added up is taken in.
    CallStream& stream(std::uint32_t index) { return settled(index); }
    const CallStream& stream(std::uint32_t index) const { return settled(index); }
    StreamHead& head(std::uint32_t index) { return m_heads[index]; }
    const StreamHead& head(std::uint32_t index) const { return m_heads[index]; }
    std::uint64_t packetsNotWanted(std::uint32_t stream) const
    {
        return m_heads[stream].recorded ? m_streams[stream].unwanted : settled(stream).rtp.sequence().packets();
    }
    const CodecNames& codecs() const { return m_codecs; }
    Counters counters() const;
    std::span<const UnboundFlow> unboundFlows() const { return m_waiting.listed(); } // while it stands still; see there
    LaneListener& listener() { return m_listener; }
    void touch();

private:
    // What was seen of a packet of the burst before its turn.
    struct Seen {
        RtpGlance glance;
        std::uint32_t stream = noIndex; // likely its own
        std::uint64_t hash = 0;
        ShortIdentity identity;
    };

    void stepAhead(std::size_t position);
    void glance(std::size_t position);
    void fetchStream(std::size_t position);
    void fetchRest(std::size_t position);
    bool processSeen(const Datagram& datagram, const Seen& seen);
    bool processUnusual(const Datagram& datagram, const Seen& seen);
    void count(const Datagram& datagram, std::uint32_t index, const RtpHeader& packet);
    void add(const Datagram& datagram, std::uint32_t index, const RtpHeader& packet, const RedundantBlocks* blocks);
    std::uint32_t setMeaning(
        const Datagram& datagram, std::uint32_t index, const RtpHeader& packet, const PayloadMeaning& meaning);
    void countRedundant(
        const Datagram& datagram, std::uint32_t index, const RtpHeader& packet, const PayloadMeaning& meaning);
    static bool mayHoldKeys(const PayloadMeaning& meaning);
    void findKeys(
        const Datagram& datagram, const CallStream& stream, const RtpHeader& packet, const RedundantBlocks* blocks);
    void findKeysOf(const Datagram& datagram, const PayloadMeaning& meaning, Bytes payload, KeySpans& keys) const;
    std::uint32_t streamOf(const Datagram& datagram, const Seen& seen);
    std::uint32_t find(const FlowKey& flow, Ssrc ssrc, std::uint64_t hash) const
    {
        const ShortIdentity identity(flow, ssrc, hash);
        return m_flows.find(hash, [&](std::uint32_t index) { return is(index, identity, flow, ssrc); });
    }
    bool is(std::uint32_t stream, const ShortIdentity& identity, const FlowKey& flow, Ssrc ssrc) const
    {
        return m_heads[stream].is(identity) && (identity.isWhole || m_streams[stream].identity.is(flow, ssrc));
    }
    CallStream& settled(std::uint32_t stream) const
    {
        m_streams[stream].rtp.settle(m_heads[stream].run);
        return m_streams[stream];
    }
    std::uint32_t streamOfUnexpected(const Datagram& datagram, std::uint32_t index, const RtpHeader& packet);
    // How a packet's addresses lead to a call.
    struct Binding {
        std::uint32_t address = noIndex; // noIndex: they do not
        bool byDestination = true;
        BindingRule rule = BindingRule::None;
        std::uint8_t confidence = 0; // percent
    };
    struct Joined { // a flow that waited, and the stream it has become
        std::uint32_t flow = noIndex;
        std::uint32_t stream = noIndex;
        std::uint64_t hash = 0;
    };

    std::uint32_t bind(const Datagram& datagram, const Seen& seen, std::uint32_t before);
    void wait(const Datagram& datagram, const RtpHeader& packet, std::uint64_t hash, std::uint32_t flow);
    bool isNobodys(const FlowKey& flow, std::uint64_t hash);
    Binding bindingOf(const StreamIdentity& identity, std::uint8_t payloadType) const;
    Binding learntBindingOf(const FlowKey& flow, std::uint8_t payloadType) const;
    std::uint32_t confirmedAt(const Endpoint& endpoint) const;
    std::uint32_t addressIn(const CallMedia& call, const Endpoint& endpoint) const;
    bool hasHost(const CallMedia& call, const IpAddress& host) const;
    bool describes(const CallMedia& call, std::uint8_t payloadType) const;
    std::uint32_t addressOfBothEnds(std::uint32_t destination, const FlowKey& flow) const;
    std::uint32_t streamOf(const CallMedia& call, const StreamIdentity& identity) const;
    std::uint32_t bindTo(
        const Binding& binding, const Datagram& datagram, const StreamIdentity& identity, std::uint64_t hash);
    std::uint32_t openStream(
        std::uint32_t address, Party sender, const Datagram& datagram, const StreamIdentity& identity);
    std::uint32_t succeed(std::uint32_t stream, const Datagram& datagram);
    std::uint32_t lateOfBefore(std::uint32_t stream, const Datagram& datagram, const RtpHeader& packet);
    bool isReused(const CallStream& stream, const Datagram& datagram, const RtpHeader& packet) const;
    bool changesPayload(const CallStream& stream, const PayloadMeaning& meaning, const RtpHeader& packet) const;
    Party senderTo(const MediaAddress& address, bool byDestination, const FlowKey& flow) const;
    PayloadMeaning meaningOf(const CallStream& stream, std::uint8_t payloadType, Timestamp at) const;
    void passSecond(std::uint32_t stream, Timestamp arrival);
    bool add(const AddressAdded& address);
    void shake(const CallMedia& call, const Endpoint& endpoint);
    void changeEpoch(const Endpoint& endpoint)
    {
        ++m_epochs[m_hash(endpoint) % m_epochs.size()];
        m_addressesChanged = true;
    }
    std::uint16_t epochOf(const FlowKey& flow) const // of both ends
    {
        return static_cast<std::uint16_t>(
            m_epochs[m_hash(flow.dst) % m_epochs.size()] + m_epochs[m_hash(flow.src) % m_epochs.size()]);
    }
    void release(std::uint32_t stream);

    SeededHash m_hash;
    const CodecNames& m_codecs;
    LaneListener& m_listener;
    LazyArray<CallMedia> m_calls; // by the index of the call
    MediaTable m_media; // T2
    mutable ObjectPool<CallStream> m_streams; // S; to take in what a run has added up changes no answer
    mutable LazyArray<StreamHead> m_heads; // of those
    IndexTable m_flows; // F
    std::array<std::uint16_t, 4096>
        m_epochs {}; // by hash of an address: changes when it is advertised for the first time
    LazyArray<std::uint32_t> m_unnumbered;
    std::size_t m_unnumberedCount = 0;
    Counters m_counters;
    bool m_wantsMedia;
    const RtpRules m_rtpRules;
    const std::uint32_t m_maxStreamsPerCall;
    WaitingMedia m_waiting;
    NobodysFlows m_nobodys;
    LazyArray<Joined> m_joined;
    std::size_t m_joinedCount = 0;
    bool m_addressesChanged = false; // since the flows that wait were last looked at
    std::span<const Datagram> m_burst;
    std::uint64_t m_departures = 0; // of m_flows, when the burst began
    bool m_sawOdd = false; // in this burst: a packet behind a gap, too late, or out of step
    bool m_fetchesRest = false; // there was one in the burst before
    std::array<Seen, burst> m_seen {};
    std::array<MediaPacket, burst> m_pending {};
    std::array<KeySpans, burst> m_keys {}; // of those
    std::size_t m_pendingCount = 0;
};

}
