// What tracking can be told: sizes, fixed at start, and how long silence lasts before a call is over.
#pragma once

#include "engine/media/rtp_stream.h"
#include "engine/signalling/sip_message.h"
#include "shared/base/units.h"
#include "shared/calls/recording_policy.h"

#include <optional>
#include <string>
#include <vector>

namespace callmon {

struct TrackerOptions {
    // The most that may be on at once; what comes beyond is refused and counted. Memory is mapped as it is used: about
    // 2.2 KiB a call, 1.4 KiB a stream, 0.3 KiB an address. Streams and addresses: of each processing core.
    std::uint32_t maxCalls = 131'072;
    std::uint32_t maxStreams = 4 * 131'072;
    std::uint32_t maxMediaAddresses = 4 * 131'072; // advertised in SDP
    // RTP before its signalling, or without any: of each processing core too.
    std::uint32_t maxUnboundFlows = 16'384;
    std::size_t waitingBytes = 64u << 20; // 197,000 packets of G.711: 5 s of 790 flows
    Nanoseconds signallingPatience = std::chrono::seconds(5); // media waits for so long; SIP over TCP is later by 3 s
    bool touchMemory = false; // map it all at start: for a live probe, that must not wait for pages later

    std::optional<std::uint64_t> hashSeed; // drawn when not given; no result depends on it

    std::vector<std::uint16_t> sipPorts {
        5060
    }; // here what does not read as SIP counts as malformed; SIP is found on all

    std::vector<std::string> legHeaders; // in lower case: the first that an INVITE has names the leg of its call
    SipLimits sipLimits;
    std::size_t maxSdpLines = 1024;
    std::uint32_t maxStreamsPerCall = 64; // CallMedia::maxStreams at most
    std::uint32_t callsPerSecondOfSource = 0; // that one address may begin; beyond: refused and counted; 0: any

    RecordingPolicy recording; // which calls' media are kept, until CallMonitor is told other rules

    RtpRules rtp; // the receivers' jitter buffer, as it is assumed; whether keys are kept

    // Silence, by packet time: no message of the call, no packet of its media.
    Nanoseconds lingerAfterEnd = std::chrono::seconds(5); // late media and repeated messages still count
    Nanoseconds lingerAtMost = std::chrono::seconds(32); // 64 T1 (RFC 3261 17.1.1.2): then, media or not, it leaves
    Nanoseconds cancelledTimeout = std::chrono::seconds(32); // from CANCEL to its final response
    Nanoseconds unheardTimeout = std::chrono::seconds(32); // INVITE without any response: timer B (RFC 3261 17.1.1.2)
    Nanoseconds unansweredTimeout = std::chrono::seconds(180); // timer C (RFC 3261 16.6)
    Nanoseconds mediaTimeout = std::chrono::seconds(300); // answered, with media
    Nanoseconds quietTimeout = std::chrono::hours(2); // answered, on hold or without any media ever
};

}
