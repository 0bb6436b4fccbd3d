// What SIP messages mean for the calls that are on: which call each belongs to, and what it does to it.
#pragma once

#include "engine/packet/datagram.h"
#include "engine/tracking/call_keeper.h"
#include "engine/tracking/source_limiter.h"
#include "shared/calls/probe_status.h"

namespace callmon {

struct SipMessage;

// Lane 0's thread. Nothing is allocated after the constructor.
class SipCalls {
public:
    SipCalls(const TrackerOptions& options, std::uint64_t hashSeed, CallKeeper& calls, CodecNames& codecs);

    // A datagram that is no media, or a message that a stream brought.
    void read(const Datagram& datagram, Transport transport);

    struct Counters { // the first three add up to what was given to read()
        std::uint64_t messages = 0;
        std::uint64_t malformed = 0;
        std::uint64_t otherDatagrams = 0;
        std::uint64_t outsideCalls = 0; // REGISTER, OPTIONS..., and dialogs that began before the probe
        std::uint64_t repeated = 0;
        std::uint64_t overLimits = 0; // of the malformed ones: too many header fields, or too long ones
        std::uint64_t unknownDialogs = 0; // of those outside calls: BYE and others of dialogs that began unseen
        std::array<std::uint64_t, 15> requestsOutside {}; // likewise, by SipMethod
        std::uint64_t sourceRefused = 0; // messages that would have opened calls, of sources that open too many
        SdpExcess sdpExcess; // beyond the limits of a description
    };
    const Counters& counters() const { return m_counters; }

private:
    void countOutside(const SipMessage& message);
    std::uint32_t openCall(const SipMessage& message, const Datagram& datagram, Transport transport);
    void readDescription(std::uint32_t index, const SipMessage& message, Party sender, Timestamp at);
    void settleOffer(std::uint32_t index, const SipMessage& message, Timestamp at);
    void readCandidates(std::uint32_t index, const SipMessage& message, Party sender, Timestamp at);
    bool isSipPort(const Endpoint& endpoint) const;

    std::vector<std::uint16_t> m_ports;
    std::vector<std::string> m_legHeaders;
    SipLimits m_limits;
    const std::size_t m_maxSdpLines;
    SourceLimiter m_sources;
    CallKeeper& m_calls;
    CodecNames& m_codecs;
    Counters m_counters;
};

}
