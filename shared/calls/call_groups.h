// To which trunk and which prefix a call belongs, by what a user configured, and to which codec.
#pragma once

#include "shared/base/ip_network.h"
#include "shared/base/result.h"
#include "shared/calls/call_record.h"
#include "shared/calls/stream_record.h"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace callmon {

struct Trunk { // what one carrier, site or exchange signals from
    std::string name;
    std::vector<IpNetwork> addresses;
};

constexpr std::string_view otherTrunk = "other"; // of none that is configured; no trunk has this name

// Of several that fit, the longest: network or digits. Places are those in the lists.
class CallGroups {
public:
    CallGroups() = default;
    CallGroups(std::vector<Trunk> trunks, std::vector<std::string> prefixes);

    std::optional<std::size_t> trunkOf(const IpAddress& address) const;
    // In the record, by its addresses; where no trunk is configured it says nothing of them.
    void nameTrunks(CallRecord& call) const;
    std::optional<std::size_t> prefixOf(std::string_view callee) const;
    const std::vector<Trunk>& trunks() const { return m_trunks; }
    const std::vector<std::string>& prefixes() const { return m_prefixes; }

    static constexpr std::size_t mostTrunks = 64;
    static constexpr std::size_t mostAddresses = 256; // of all trunks
    static constexpr std::size_t mostPrefixes = 64;

private:
    struct Network {
        IpNetwork network;
        std::size_t trunk;
    };
    std::vector<Trunk> m_trunks;
    std::vector<Network> m_networks; // longest first
    std::vector<std::string> m_prefixes;
    std::vector<std::string> m_digits; // of each prefix: without the separators that it may be written with
};

// In which trunks a call counts, by what its record says: in that of each end, once; in "other" when neither end is of
// one. Empty texts: in no more. Metrics, reports and searches for a trunk all go by this.
std::array<std::string_view, 2> trunksOf(std::string_view caller, std::string_view callee);
inline std::array<std::string_view, 2> trunksOf(const CallRecord& call)
{
    return trunksOf(call.callerTrunk, call.calleeTrunk);
}

// The codec of a call: that of its first audio stream which has a known one; empty when there is none.
std::string_view codecOf(std::span<const StreamRecord> streams); // in the order of their index
inline bool tellsCodec(const StreamRecord& stream)
{
    return stream.kind == MediaKind::Audio && !stream.codec.empty();
}

// What is wrong with them, as a sentence.
Result<void> checkTrunks(const std::vector<Trunk>& trunks);
Result<void> checkPrefixes(const std::vector<std::string>& prefixes);

}
