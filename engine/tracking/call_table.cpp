#include "engine/tracking/call_table.h"

namespace callmon {

std::uint64_t hashOfText(std::string_view text)
{
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    hash = (hash ^ hash >> 32) * 0xff51afd7ed558ccdULL;
    hash ^= hash >> 29;
    return hash == 0 ? 1 : hash;
}

CallTable::CallTable(std::uint32_t capacity)
    : m_pool(capacity)
    , m_hashes(capacity)
    , m_table(capacity)
{
}

std::uint32_t CallTable::find(std::string_view callId) const
{
    const std::uint64_t hash = hashOfText(callId);
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
    m_hashes[index] = hashOfText(callId);
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
