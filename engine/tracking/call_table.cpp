#include "engine/tracking/call_table.h"

namespace callmon {

CallTable::CallTable(std::uint32_t capacity, std::uint64_t hashSeed)
    : m_hash(hashSeed)
    , m_pool(capacity)
    , m_hashes(capacity)
    , m_table(capacity)
{
}

std::uint32_t CallTable::find(std::string_view callId) const
{
    const std::uint64_t hash = m_hash(callId);
    const FixedText<254> kept(callId); // cut as the record's: longer ones are told apart by the hash of the whole
    return m_table.find(
        hash, [&](std::uint32_t index) { return m_hashes[index] == hash && m_pool[index].record.callId == kept; });
}

std::uint32_t CallTable::add(std::string_view callId)
{
    const std::uint32_t index = m_pool.acquire();
    if (index == noIndex)
        return noIndex;
    m_pool[index].record.callId = callId;
    m_hashes[index] = m_hash(callId);
    m_table.insert(m_hashes[index], index);
    return index;
}

void CallTable::remove(std::uint32_t index)
{
    m_table.erase(m_hashes[index], index);
    m_pool.release(index);
}

void CallTable::touch()
{
    m_pool.touch();
    m_hashes.touch();
    m_table.touch();
}

}
