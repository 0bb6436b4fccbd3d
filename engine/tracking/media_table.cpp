#include "engine/tracking/media_table.h"

namespace callmon {

MediaTable::MediaTable(std::uint32_t capacity)
    : m_pool(capacity)
    , m_table(capacity)
{
}

std::uint32_t MediaTable::add(const Endpoint& endpoint, Party party, std::uint32_t callIndex, Call& call)
{
    const std::uint64_t hash = hashOf(endpoint);
    const std::uint32_t found = find(endpoint, hash);
    if (found != noIndex && m_pool[found].call == callIndex) {
        m_pool[found].ofBoth = m_pool[found].ofBoth || m_pool[found].party != party;
        m_pool[found].party = party;
        return found;
    }
    std::uint32_t index = noIndex;
    for (index = call.mediaAddresses; index != noIndex; index = m_pool[index].next) {
        if (m_pool[index].endpoint == endpoint) // its own from before, taken over by another call since
            break;
    }
    if (index == noIndex) {
        if (call.mediaAddressCount >= Call::maxMediaAddresses)
            return noIndex;
        index = m_pool.acquire();
        if (index == noIndex)
            return noIndex;
        m_pool[index].endpoint = endpoint;
        m_pool[index].call = callIndex;
        m_pool[index].next = call.mediaAddresses;
        call.mediaAddresses = index;
        ++call.mediaAddressCount;
    }
    m_pool[index].party = party;
    if (found != noIndex)
        m_table.replace(hash, found, index);
    else
        m_table.insert(hash, index);
    return index;
}

void MediaTable::removeAllOf(Call& call)
{
    for (std::uint32_t index = call.mediaAddresses; index != noIndex;) {
        const std::uint32_t next = m_pool[index].next;
        m_table.erase(hashOf(m_pool[index].endpoint), index);
        m_pool.release(index);
        index = next;
    }
    call.mediaAddresses = noIndex;
    call.mediaAddressCount = 0;
}

void MediaTable::touch()
{
    m_pool.touch();
    m_table.touch();
}

}
