#include "engine/tracking/skinny_phones.h"

namespace callmon {

SkinnyPhones::SkinnyPhones(std::uint32_t phones, std::uint32_t halves, const SeededHash& hash)
    : m_hash(hash)
    , m_phones(phones)
    , m_links(phones)
    , m_byConnection(phones)
    , m_halves(halves)
    , m_byReceiver(halves)
    , m_byNumbers(halves)
    , m_byReference(halves)
{
}

std::uint32_t SkinnyPhones::phone(const Endpoint& phone, const Endpoint& server, Timestamp at)
{
    const std::uint64_t hash = m_hash(FlowKey { phone, server }, Ssrc { 0 });
    std::uint32_t index = m_byConnection.find(
        hash, [&](std::uint32_t i) { return m_phones[i].phone == phone && m_phones[i].server == server; });
    if (index != noIndex) {
        m_phones[index].heardAt = at;
        m_silence.moveToNewest(m_links, index);
        return index;
    }
    index = m_phones.acquire();
    if (index == noIndex)
        return noIndex;
    m_phones[index].phone = phone;
    m_phones[index].server = server;
    m_phones[index].heardAt = at;
    m_byConnection.insert(hash, index);
    m_silence.append(m_links, index);
    return index;
}

void SkinnyPhones::remove(std::uint32_t phone)
{
    assert(m_phones[phone].halves == noIndex);
    m_byConnection.erase(m_hash(FlowKey { m_phones[phone].phone, m_phones[phone].server }, Ssrc { 0 }), phone);
    m_silence.remove(m_links, phone);
    m_phones.release(phone);
}

std::uint32_t SkinnyPhones::find(std::uint32_t phone, std::uint32_t callReference) const
{
    for (std::uint32_t i = m_phones[phone].halves; i != noIndex; i = m_halves[i].nextOfPhone) {
        if (m_halves[i].callReference == callReference)
            return i;
    }
    return noIndex;
}

std::uint32_t SkinnyPhones::findPassThrough(std::uint32_t phone, std::uint32_t passThroughParty) const
{
    for (std::uint32_t i = m_phones[phone].halves; i != noIndex; i = m_halves[i].nextOfPhone) {
        if (!m_halves[i].closed && m_halves[i].passThroughParty == passThroughParty)
            return i;
    }
    return noIndex;
}

std::uint32_t SkinnyPhones::add(std::uint32_t phone, std::uint32_t callReference, Timestamp at)
{
    SkinnyPhone& owner = m_phones[phone];
    if (owner.halfCount >= maxHalves)
        return noIndex;
    const std::uint32_t index = m_halves.acquire();
    if (index == noIndex)
        return noIndex;
    SkinnyHalf& half = m_halves[index];
    half.phone = phone;
    half.callReference = callReference;
    half.begunAt = at;
    half.nextOfPhone = owner.halves;
    owner.halves = index;
    ++owner.halfCount;
    return index;
}

void SkinnyPhones::removeHalf(std::uint32_t half)
{
    forgetReceiver(half);
    waitNoMore(half);
    m_byReference.erase(referenceHash(m_halves[half]), half);
    SkinnyPhone& owner = m_phones[m_halves[half].phone];
    std::uint32_t* link = &owner.halves;
    while (*link != half)
        link = &m_halves[*link].nextOfPhone;
    *link = m_halves[half].nextOfPhone;
    --owner.halfCount;
    m_halves.release(half);
}

void SkinnyPhones::forgetReceiver(std::uint32_t half)
{
    if (m_halves[half].receivesAt != Endpoint {})
        m_byReceiver.erase(m_hash(m_halves[half].receivesAt), half); // false where a newer half has it
}

void SkinnyPhones::receives(std::uint32_t half, const Endpoint& endpoint)
{
    forgetReceiver(half);
    m_halves[half].receivesAt = endpoint;
    const std::uint32_t before = receiver(endpoint);
    if (before == noIndex)
        m_byReceiver.insert(m_hash(endpoint), half);
    else
        m_byReceiver.replace(m_hash(endpoint), before, half);
}

std::uint32_t SkinnyPhones::receiver(const Endpoint& endpoint) const
{
    return m_byReceiver.find(m_hash(endpoint), [&](std::uint32_t i) { return m_halves[i].receivesAt == endpoint; });
}

// Of the call manager's address, the numbers and what the half is: its telephones may connect to several ports.
std::uint64_t SkinnyPhones::numbersHash(const SkinnyHalf& half, Party party) const
{
    const Endpoint server { m_phones[half.phone].server.ip, static_cast<std::uint16_t>(indexOf(party)) };
    const std::uint64_t calling = m_hash(half.calling.view());
    return (m_hash(server) ^ (calling << 7 | calling >> 57)) * 0x9e3779b97f4a7c15ULL ^ m_hash(half.called.view());
}

bool SkinnyPhones::sameNumbers(const SkinnyHalf& a, const SkinnyHalf& b) const
{
    return a.calling == b.calling && a.called == b.called && m_phones[a.phone].server.ip == m_phones[b.phone].server.ip;
}

std::uint32_t SkinnyPhones::waiting(std::uint32_t forHalf, Party party) const
{
    const SkinnyHalf& other = m_halves[forHalf];
    return m_byNumbers.find(numbersHash(other, party),
        [&](std::uint32_t i) { return m_halves[i].party == party && sameNumbers(m_halves[i], other); });
}

void SkinnyPhones::wait(std::uint32_t half)
{
    const Party party = m_halves[half].party;
    const std::uint64_t hash = numbersHash(m_halves[half], party);
    const std::uint32_t before = waiting(half, party);
    if (before == noIndex)
        m_byNumbers.insert(hash, half);
    else if (before != half)
        m_byNumbers.replace(hash, before, half);
}

void SkinnyPhones::waitNoMore(std::uint32_t half)
{
    m_byNumbers.erase(numbersHash(m_halves[half], m_halves[half].party), half);
}

std::uint64_t SkinnyPhones::referenceHash(const SkinnyHalf& half) const
{
    return m_hash(Endpoint { m_phones[half.phone].server.ip, 0 }) ^ half.callReference * 0x9e3779b97f4a7c15ULL;
}

std::uint32_t SkinnyPhones::referrer(std::uint32_t forHalf) const
{
    const SkinnyHalf& other = m_halves[forHalf];
    return m_byReference.find(referenceHash(other), [&](std::uint32_t i) {
        return m_halves[i].callReference == other.callReference
            && m_phones[m_halves[i].phone].server.ip == m_phones[other.phone].server.ip;
    });
}

void SkinnyPhones::refer(std::uint32_t half)
{
    const std::uint32_t before = referrer(half);
    if (before == noIndex)
        m_byReference.insert(referenceHash(m_halves[half]), half);
    else if (before != half)
        m_byReference.replace(referenceHash(m_halves[half]), before, half);
}

void SkinnyPhones::touch()
{
    m_phones.touch();
    m_links.touch();
    m_byConnection.touch();
    m_halves.touch();
    m_byReceiver.touch();
    m_byNumbers.touch();
    m_byReference.touch();
}

}
