// T2: from a media address in an SDP to the call whose side advertised it.
#pragma once

#include "engine/tracking/index_table.h"
#include "engine/tracking/lane_control.h"

namespace callmon {

class MediaTable {
public:
    MediaTable(std::uint32_t capacity, const SeededHash& hash);

    struct Added {
        bool refused = false; // the pool is full, or the call advertises too many
        bool found = false; // the address now leads to this call, and did not before
        std::uint32_t takenFrom = noIndex; // call that it led to before
    };
    // The newest registration of an address wins: an older one of another call stays with that call but is not found
    // any more. One that is not advertised never takes over one that is, and is disputed when two calls have it.
    Added add(const AddressAdded& address, CallMedia& call);
    void removeAllOf(CallMedia& call);

    // What was offered for its addresses comes into force, or is forgotten.
    void settle(const CallMedia& call, bool accepted, Timestamp at);
    // What a payload type meant to the one who receives there; nullptr when it was never described.
    const PayloadMeaning* meaningAt(const MediaAddress& address, std::uint8_t payloadType, Timestamp at) const;
    std::uint64_t meaningsForgotten() const { return m_meaningsForgotten; } // there was no room to remember them

    std::uint32_t find(const Endpoint& endpoint) const { return find(endpoint, m_hash(endpoint)); }
    MediaAddress& operator[](std::uint32_t index) { return m_pool[index]; }
    const MediaAddress& operator[](std::uint32_t index) const { return m_pool[index]; }
    std::uint32_t used() const { return m_pool.used(); }
    void touch();

private:
    static constexpr std::size_t mostChanges = 32; // remembered of an address

    void describe(MediaAddress& known, const AddressAdded& address);
    void remember(MediaAddress& known, const PayloadMeaning& meaning, Timestamp until);
    bool change(MediaAddress& known, const PayloadChange& change);
    void forgetOffers(MediaAddress& known);
    void forgetChanges(MediaAddress& known);
    std::uint32_t find(const Endpoint& endpoint, std::uint64_t hash) const
    {
        return m_table.find(hash, [&](std::uint32_t index) { return m_pool[index].endpoint == endpoint; });
    }

    SeededHash m_hash;
    ObjectPool<MediaAddress> m_pool;
    IndexTable m_table;
    ObjectPool<PayloadChange> m_changes; // few descriptions change what was described
    std::uint64_t m_meaningsForgotten = 0;
};

}
