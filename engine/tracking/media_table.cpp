#include "engine/tracking/media_table.h"

#include "shared/base/telephone_event.h"

#include <algorithm>
#include <utility>

namespace callmon {

MediaTable::MediaTable(std::uint32_t capacity, const SeededHash& hash)
    : m_hash(hash)
    , m_pool(capacity)
    , m_table(capacity)
    , m_changes(std::max(capacity / 8, 64U))
{
}

namespace {

PayloadMeaning* meaningIn(std::span<PayloadMeaning> meanings, std::uint8_t payloadType)
{
    const auto found = std::ranges::find(meanings, payloadType, &PayloadMeaning::payloadType);
    return found == meanings.end() ? nullptr : &*found;
}

}

// What is described anew replaces what was; what that meant is kept, for packets that came before, and for those of
// types that are described no more. In an offer amid the call such types keep their meaning until it is accepted.
void MediaTable::describe(MediaAddress& known, const AddressAdded& address)
{
    auto payloads = address.payloads;
    const auto described = std::span(payloads).first(address.payloadCount);
    forgetOffers(known);
    for (const PayloadMeaning& before : std::span(known.payloads).first(known.payloadCount)) {
        PayloadMeaning* const now = meaningIn(described, before.payloadType);
        if ((now != nullptr && *now == before) || (now == nullptr && !isDynamicPayloadType(before.payloadType)))
            continue;
        if (now != nullptr && address.offered && change(known, { *now, {}, true }))
            *now = before;
        else
            remember(known, before, address.at);
    }
    known.origin = address.origin;
    known.disputed = false;
    known.party = address.party;
    known.kind = address.kind;
    known.sharedWith = address.sharedWith;
    known.secure = address.secure;
    known.sharedPayloads = address.sharedPayloads;
    known.payloadCount = address.payloadCount;
    known.payloads = payloads;
}

void MediaTable::settle(const CallMedia& call, bool accepted, Timestamp at)
{
    for (std::uint32_t index = call.addresses; index != noIndex; index = m_pool[index].next) {
        MediaAddress& known = m_pool[index];
        std::array<PayloadMeaning, mostChanges> offered;
        std::size_t count = 0;
        for (std::uint32_t i = known.changes; accepted && i != noIndex; i = m_changes[i].next) {
            if (m_changes[i].offered)
                offered[count++] = m_changes[i].meaning;
        }
        forgetOffers(known);
        for (const PayloadMeaning& meaning : std::span(offered).first(count)) {
            const auto described = std::span(known.payloads).first(known.payloadCount);
            if (PayloadMeaning* const now = meaningIn(described, meaning.payloadType)) {
                remember(known, *now, at);
                *now = meaning;
            }
        }
    }
}

const PayloadMeaning* MediaTable::meaningAt(const MediaAddress& address, std::uint8_t payloadType, Timestamp at) const
{
    const PayloadChange* then = nullptr; // the first description of it that was in force after `at`
    const PayloadChange* last = nullptr; // the newest that is not
    for (std::uint32_t i = address.changes; i != noIndex; i = m_changes[i].next) {
        const PayloadChange& change = m_changes[i];
        if (change.offered || change.meaning.payloadType != payloadType)
            continue;
        if (last == nullptr)
            last = &change;
        if (change.until > at)
            then = &change;
    }
    if (then != nullptr)
        return &then->meaning;
    const auto payloads = std::span(address.payloads).first(address.payloadCount);
    const auto now = std::ranges::find(payloads, payloadType, &PayloadMeaning::payloadType);
    if (now != payloads.end())
        return &*now;
    return last != nullptr ? &last->meaning : nullptr;
}

void MediaTable::remember(MediaAddress& known, const PayloadMeaning& meaning, Timestamp until)
{
    for (std::uint32_t i = known.changes; i != noIndex; i = m_changes[i].next) {
        PayloadChange& before = m_changes[i];
        if (before.offered || before.meaning.payloadType != meaning.payloadType)
            continue;
        if (before.meaning == meaning) { // described, left out, and described again
            before.until = until;
            return;
        }
        break;
    }
    if (!change(known, { meaning, until }))
        ++m_meaningsForgotten;
}

bool MediaTable::change(MediaAddress& known, const PayloadChange& change)
{
    std::size_t count = 0;
    for (std::uint32_t i = known.changes; i != noIndex; i = m_changes[i].next)
        ++count;
    const std::uint32_t index = count < mostChanges ? m_changes.acquire() : noIndex;
    if (index == noIndex)
        return false;
    m_changes[index] = change;
    m_changes[index].next = known.changes;
    known.changes = index;
    return true;
}

void MediaTable::forgetOffers(MediaAddress& known)
{
    for (std::uint32_t* link = &known.changes; *link != noIndex;) {
        const std::uint32_t index = *link;
        if (!m_changes[index].offered) {
            link = &m_changes[index].next;
            continue;
        }
        *link = m_changes[index].next;
        m_changes.release(index);
    }
}

void MediaTable::forgetChanges(MediaAddress& known)
{
    while (known.changes != noIndex)
        m_changes.release(std::exchange(known.changes, m_changes[known.changes].next));
}

MediaTable::Added MediaTable::add(const AddressAdded& address, CallMedia& call)
{
    const std::uint64_t hash = m_hash(address.endpoint);
    const std::uint32_t found = find(address.endpoint, hash);
    if (found != noIndex && address.origin <= m_pool[found].origin && address.origin != AddressOrigin::Advertised) {
        m_pool[found].disputed = m_pool[found].disputed
            || (m_pool[found].call != address.call && m_pool[found].origin != AddressOrigin::Advertised);
        return {};
    }
    if (found != noIndex && m_pool[found].call == address.call && m_pool[found].origin == address.origin) {
        m_pool[found].ofBoth = m_pool[found].ofBoth || m_pool[found].party != address.party;
        describe(m_pool[found], address);
        return {};
    }
    std::uint32_t index = noIndex;
    for (index = call.addresses; index != noIndex; index = m_pool[index].next) {
        if (m_pool[index].endpoint == address.endpoint) // its own from before, taken over by another call since
            break;
    }
    if (index == noIndex) {
        if (call.addressCount >= CallMedia::maxAddresses)
            return { .refused = true };
        index = m_pool.acquire();
        if (index == noIndex)
            return { .refused = true };
        m_pool[index].endpoint = address.endpoint;
        m_pool[index].call = address.call;
        m_pool[index].next = call.addresses;
        call.addresses = index;
        ++call.addressCount;
    } else if (m_pool[index].origin > address.origin) {
        return {};
    }
    describe(m_pool[index], address);
    if (found == noIndex) {
        m_table.insert(hash, index);
        return { .found = true };
    }
    if (found == index) // known better now
        return { .found = true };
    m_table.replace(hash, found, index);
    return { .found = true, .takenFrom = m_pool[found].call };
}

void MediaTable::removeAllOf(CallMedia& call)
{
    for (std::uint32_t index = call.addresses; index != noIndex;) {
        const std::uint32_t next = m_pool[index].next;
        forgetChanges(m_pool[index]);
        m_table.erase(m_hash(m_pool[index].endpoint), index);
        m_pool.release(index);
        index = next;
    }
    call.addresses = noIndex;
    call.addressCount = 0;
}

void MediaTable::touch()
{
    m_pool.touch();
    m_table.touch();
    m_changes.touch();
}

}
