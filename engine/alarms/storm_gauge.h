// When the same alarm of many calls becomes one: an operator reads a sentence, not a thousand rows.
#pragma once

#include "engine/alarms/alarm_book.h"
#include "shared/base/ip_address.h"
#include "shared/calls/alarm_rule.h"

#include <array>

namespace callmon {

// IPv4 /24, IPv6 /64: what one site, or one gateway's neighbours, usually share.
struct Network {
    IpAddress address; // its first
    bool operator==(const Network&) const = default;
};
Network networkOf(const IpAddress& address);
std::string toString(const Network& network); // "10.1.2.0/24"

// Of one rule. Calls are listed one by one until more than `together` are affected at once, or as many were raised
// within a minute (short calls that come one after the other flood a list too); then the others count in one summary
// alarm. It ends when at most half as many are affected and were raised for half a minute: no flapping at the edge.
class StormGauge {
public:
    // The call is affected from now on. True: list it; false: it counts in the summary.
    bool add(const AlarmRule& rule, AlarmBook& book, const Network& caller, const Network& callee, Timestamp now);
    void remove(const Network& caller, const Network& callee);
    // Each second. True when the summary has just ended: what is still affected may be listed.
    bool second(const AlarmRule& rule, AlarmBook& book, Timestamp now);
    void end(AlarmBook& book, Timestamp now, AlarmEnd how); // of the summary, if there is one

    std::uint32_t affected() const { return m_affected; }
    bool isStorm() const { return m_summary.has_value(); }
    std::uint64_t folded() const { return m_folded; } // counted and not listed

private:
    struct Share { // the networks with most affected calls; a newcomer takes the place of the smallest (Misra-Gries)
        Network network;
        std::uint32_t calls = 0;
    };
    void count(const Network& network, bool more);
    std::uint32_t raisedLately(Timestamp now) const;
    std::string text(const AlarmRule& rule) const;
    const Share* largest() const;

    static constexpr std::size_t networks = 64;
    std::array<Share, networks> m_shares {};
    std::array<std::uint32_t, 60> m_raisedInSecond {}; // the last minute's
    std::int64_t m_newestSecond = 0;
    std::uint32_t m_affected = 0;
    std::uint32_t m_most = 0; // since the summary was raised
    std::uint64_t m_folded = 0;
    std::optional<AlarmId> m_summary;
    Timestamp m_calmSince;
    Timestamp m_toldAt;
};

}
