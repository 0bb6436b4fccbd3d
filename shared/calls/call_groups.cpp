#include "shared/calls/call_groups.h"

#include "shared/base/telephone_number.h"

#include <algorithm>

namespace callmon {

namespace {

std::string digitsOf(const std::string& prefix)
{
    auto bare = wantedWithoutSeparators(prefix + '*');
    if (!bare)
        return prefix;
    bare->pop_back();
    return *bare;
}

}

CallGroups::CallGroups(std::vector<Trunk> trunks, std::vector<std::string> prefixes)
    : m_trunks(std::move(trunks))
    , m_prefixes(std::move(prefixes))
{
    for (std::size_t trunk = 0; trunk < m_trunks.size(); ++trunk)
        for (const IpNetwork& network : m_trunks[trunk].addresses)
            m_networks.push_back({ network, trunk });
    std::ranges::stable_sort(
        m_networks, std::ranges::greater(), [](const Network& n) { return n.network.prefixBits(); });
    std::ranges::transform(m_prefixes, std::back_inserter(m_digits), digitsOf);
}

std::optional<std::size_t> CallGroups::trunkOf(const IpAddress& address) const
{
    const auto found = std::ranges::find_if(m_networks, [&](const Network& n) { return n.network.contains(address); });
    return found == m_networks.end() ? std::nullopt : std::optional(found->trunk);
}

void CallGroups::nameTrunks(CallRecord& call) const
{
    if (m_trunks.empty())
        return;
    const auto nameOf = [this](const IpAddress& address) {
        const auto trunk = trunkOf(address);
        return trunk ? std::string_view(m_trunks[*trunk].name) : otherTrunk;
    };
    call.callerTrunk = nameOf(call.callerAddress.ip);
    call.calleeTrunk = nameOf(call.calleeAddress.ip);
}

std::array<std::string_view, 2> trunksOf(std::string_view caller, std::string_view callee)
{
    if (callee == caller || callee == otherTrunk)
        callee = {};
    else if (caller == otherTrunk)
        caller = {};
    return { caller, callee };
}

std::optional<std::size_t> CallGroups::prefixOf(std::string_view callee) const
{
    std::optional<std::size_t> longest;
    for (std::size_t i = 0; i < m_prefixes.size(); ++i)
        if (callee.starts_with(m_digits[i]) && (!longest || m_digits[i].size() > m_digits[*longest].size()))
            longest = i;
    return longest;
}

std::string_view codecOf(std::span<const StreamRecord> streams)
{
    const auto first = std::ranges::find_if(streams, tellsCodec);
    return first == streams.end() ? std::string_view() : first->codec.view();
}

namespace {

std::string whatIsWrongWithName(std::string_view name)
{
    if (name.empty() || name.size() > FixedText<47>::capacity())
        return "takes 1 to 47 characters";
    if (name == otherTrunk || std::ranges::any_of(name, [](unsigned char c) { return c < ' ' || c == 0x7f; }))
        return "cannot be '" + std::string(name) + "'";
    return {};
}

}

Result<void> checkTrunks(const std::vector<Trunk>& trunks)
{
    std::size_t addresses = 0;
    for (const Trunk& trunk : trunks) {
        if (const std::string wrong = whatIsWrongWithName(trunk.name); !wrong.empty())
            return Error { "the name of a trunk " + wrong };
        if (std::ranges::count(trunks, trunk.name, &Trunk::name) > 1)
            return Error { "trunk '" + trunk.name + "' is there twice" };
        if (trunk.addresses.empty())
            return Error { "trunk '" + trunk.name + "' has no addresses" };
        addresses += trunk.addresses.size();
    }
    if (trunks.size() > CallGroups::mostTrunks || addresses > CallGroups::mostAddresses)
        return Error { "there are more than " + std::to_string(CallGroups::mostTrunks) + " trunks, or more than "
            + std::to_string(CallGroups::mostAddresses) + " addresses of trunks" };
    return {};
}

Result<void> checkPrefixes(const std::vector<std::string>& prefixes)
{
    for (const std::string& prefix : prefixes) {
        if (const std::string wrong = whatIsWrongWithName(prefix); !wrong.empty())
            return Error { "a prefix " + wrong };
        if (std::ranges::count(prefixes, digitsOf(prefix), digitsOf) > 1)
            return Error { "prefix '" + prefix + "' is there twice" };
    }
    if (prefixes.size() > CallGroups::mostPrefixes)
        return Error { "there are more than " + std::to_string(CallGroups::mostPrefixes) + " prefixes" };
    return {};
}

}
