#include "engine/tracking/media_table.h"

namespace callmon {

MediaTable::MediaTable(std::uint32_t capacity, const SeededHash& hash)
    : m_hash(hash)
    , m_pool(capacity)
    , m_table(capacity)
{
}

MediaTable::Added MediaTable::add(const AddressAdded& address, CallMedia& call)
{
    const auto describe = [&](MediaAddress& known) {
        known.origin = address.origin;
        known.disputed = false;
        known.party = address.party;
        known.kind = address.kind;
        known.sharedWith = address.sharedWith;
        known.secure = address.secure;
        known.sharedPayloads = address.sharedPayloads;
        known.payloadCount = address.payloadCount;
        known.payloads = address.payloads;
    };
    const std::uint64_t hash = m_hash(address.endpoint);
    const std::uint32_t found = find(address.endpoint, hash);
    if (found != noIndex && address.origin <= m_pool[found].origin && address.origin != AddressOrigin::Advertised) {
        m_pool[found].disputed = m_pool[found].disputed
            || (m_pool[found].call != address.call && m_pool[found].origin != AddressOrigin::Advertised);
        return {};
    }
    if (found != noIndex && m_pool[found].call == address.call && m_pool[found].origin == address.origin) {
        m_pool[found].ofBoth = m_pool[found].ofBoth || m_pool[found].party != address.party;
        describe(m_pool[found]);
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
    describe(m_pool[index]);
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
}

}
