// Module II: finds the calls in the traffic (T1), binds their media to them (T2), keeps what is known of each (S) and
// lets go of those that are over (L). One thread; nothing here reads a clock, allocates or locks after the constructor.
#pragma once

#include "engine/packet/datagram.h"
#include "engine/tracking/activity_list.h"
#include "engine/tracking/call_table.h"
#include "engine/tracking/codec_names.h"
#include "engine/tracking/media_table.h"
#include "engine/tracking/tracker_listener.h"
#include "engine/tracking/tracker_options.h"
#include "shared/calls/probe_status.h"

namespace callmon {

struct SipMessage;

class Tracker {
public:
    Tracker(const TrackerOptions& options, TrackerListener& listener);

    // In order of arrival. The records that come of it do not depend on how packets are cut into batches.
    void process(std::span<const Datagram> batch);
    // Packet time has come to `now` though nothing arrived.
    void advance(Timestamp now);
    // The capture is over: calls that are on end as ProbeStopped.
    void finish();

    Call& call(std::uint32_t index); // with lastPacketAt brought up to date
    CallStream& stream(std::uint32_t index) { return m_streams[index]; }
    const CodecNames& codecs() const { return m_codecs; }
    std::uint32_t liveCalls() const { return m_liveCalls; }

    // Each datagram is in exactly one of the first ones: sip_messages, sip_malformed, rtp_packets, rtp_unbound,
    // rtp_refused, rtcp_packets, other_datagrams.
    std::vector<NamedCounter> counters() const;
    std::uint64_t datagrams() const { return m_counters.datagrams; }

private:
    struct Counters {
        std::uint64_t datagrams = 0;
        std::uint64_t sipMessages = 0;
        std::uint64_t sipMalformed = 0;
        std::uint64_t rtpPackets = 0;
        std::uint64_t rtpUnbound = 0; // looks like RTP, and no call advertised its addresses
        std::uint64_t rtpRefused = 0; // of a stream there was no room for
        std::uint64_t rtcpPackets = 0;
        std::uint64_t otherDatagrams = 0;
        std::uint64_t sipOutsideCalls = 0; // REGISTER, OPTIONS..., and dialogs that began before the probe
        std::uint64_t sipRepeated = 0;
        std::uint64_t callsStarted = 0;
        std::uint64_t callsEnded = 0;
        std::uint64_t callsRefused = 0; // messages that would have opened a call there was no room for
        std::uint64_t callsWithoutInvite = 0; // only a response was seen
        std::uint64_t streamsStarted = 0;
        std::uint64_t mediaAddressesRefused = 0;
        std::uint64_t clockSteppedBack = 0;
    };
    struct Activity {
        Timestamp lastHeard; // by the tracker's time, which never goes back: the lists are ordered by it
        Timestamp lastPacketAt;
        ActivityClass activityClass = ActivityClass::Setup;
    };

    void prefetch(std::span<const Datagram> batch);
    void handle(const Datagram& datagram, std::uint64_t destinationHash);
    void handleSip(const Datagram& datagram);
    void handleMedia(const Datagram& datagram, std::uint64_t destinationHash);
    std::uint32_t openCall(const SipMessage& message, const Datagram& datagram);
    void readDescription(std::uint32_t callIndex, const SipMessage& message, Party sender);
    void settleDirections(Call& call, const SipMessage& message, Party sender);
    void endCall(std::uint32_t index, EndedBy reason);

    std::uint32_t addressOfBothEnds(std::uint32_t destination, const Datagram& datagram);
    std::uint32_t streamOf(MediaAddress& address, bool byDestination, const Datagram& datagram, Ssrc ssrc);
    std::uint32_t openStream(
        MediaAddress& address, std::uint32_t addressIndex, bool byDestination, const Datagram& datagram, Ssrc ssrc);
    Party senderTo(const MediaAddress& address, bool byDestination, const Datagram& datagram);
    PayloadMeaning meaningOf(const CallStream& stream, std::uint8_t payloadType);
    void flushMedia();

    void observeTime(Timestamp at);
    void runTicks(Timestamp until);
    void stepBack(Timestamp at);
    void expire(Timestamp at);
    Nanoseconds timeoutOf(ActivityClass activityClass) const;
    void hear(std::uint32_t callIndex, Timestamp at);
    void reclassify(std::uint32_t callIndex);

    static constexpr std::size_t burst = 64; // datagrams looked up together
    static constexpr Nanoseconds tickLength = std::chrono::milliseconds(100);

    TrackerOptions m_options;
    TrackerListener& m_listener;
    CallTable m_calls; // T1 and S
    MediaTable m_media; // T2
    ObjectPool<CallStream> m_streams;
    LazyArray<ListLink> m_links; // L
    LazyArray<Activity> m_activity;
    std::array<ActivityList, activityClasses> m_lists;
    CodecNames m_codecs;
    CallKey m_lastKey;
    std::uint32_t m_liveCalls = 0;
    bool m_started = false;
    Timestamp m_now;
    Timestamp m_tick;
    Counters m_counters;
    std::array<std::uint64_t, burst> m_hashes {};
    std::array<MediaPacket, burst> m_pendingMedia {};
    std::size_t m_pendingCount = 0;
};

}
