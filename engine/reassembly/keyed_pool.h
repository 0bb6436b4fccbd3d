// Objects found by their key, in memory reserved at start: what each table of this folder keeps its entries in.
#pragma once

#include "engine/reassembly/order_list.h"
#include "shared/base/flow_key.h"

#include <bit>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

namespace callmon {

// The seed is drawn at start, so that no sender can choose keys of one chain; nothing but speed depends on it.
inline std::uint64_t hashOfFlow(const FlowKey& flow, std::uint64_t seed)
{
    const std::uint64_t mixed = (hashOf(flow.src) ^ seed) * 0xff51afd7ed558ccdULL + hashOf(flow.dst);
    const std::uint64_t again = (mixed ^ mixed >> 32 ^ seed) * 0xc4ceb9fe1a85ec53ULL;
    return again ^ again >> 32;
}

// `Object` has a member `key` that compares; its hash comes from the caller. An object's memory is written when it is
// first used, not before.
template <typename Object> class KeyedPool {
    static_assert(std::is_trivially_destructible_v<Object>);

public:
    explicit KeyedPool(std::uint32_t capacity)
        : m_nodes(static_cast<Node*>(::operator new (capacity * sizeof(Node), std::align_val_t { 64 })))
        , m_heads(std::bit_ceil(2 * std::size_t { capacity } + 1), noEntry)
        , m_capacity(capacity)
    {
    }

    template <typename Key> std::uint32_t find(const Key& key, std::uint64_t hash) const
    {
        std::uint32_t index = m_heads[slotOf(hash)];
        while (index != noEntry && !(m_nodes.get()[index].object.key == key))
            index = m_nodes.get()[index].next;
        return index;
    }
    // The key must not be there. noEntry when all objects are taken.
    template <typename Key> std::uint32_t add(const Key& key, std::uint64_t hash)
    {
        std::uint32_t index = m_free;
        if (index != noEntry)
            m_free = m_nodes.get()[index].next;
        else if (m_everUsed < m_capacity)
            index = m_everUsed++;
        else
            return noEntry;
        Node& node = *::new (static_cast<void*>(m_nodes.get() + index)) Node();
        node.object.key = key;
        node.hash = hash;
        node.next = m_heads[slotOf(hash)];
        m_heads[slotOf(hash)] = index;
        ++m_used;
        return index;
    }
    void remove(std::uint32_t index)
    {
        Node& node = m_nodes.get()[index];
        std::uint32_t* link = &m_heads[slotOf(node.hash)];
        while (*link != index)
            link = &m_nodes.get()[*link].next;
        *link = node.next;
        node.next = m_free;
        m_free = index;
        --m_used;
    }
    // Maps all of it now. Before the first add().
    void touch()
    {
        assert(m_everUsed == 0);
        std::memset(static_cast<void*>(m_nodes.get()), 0, m_capacity * sizeof(Node));
    }
    Object& operator[](std::uint32_t index)
    {
        assert(index < m_everUsed);
        return m_nodes.get()[index].object;
    }
    std::uint32_t used() const { return m_used; }
    std::uint32_t capacity() const { return m_capacity; }

private:
    struct Node {
        Object object;
        std::uint64_t hash = 0;
        std::uint32_t next = noEntry; // of the same chain, or of the free ones
    };
    struct Release {
        void operator()(Node* nodes) const { ::operator delete (nodes, std::align_val_t { 64 }); }
    };
    std::size_t slotOf(std::uint64_t hash) const { return hash & (m_heads.size() - 1); }

    std::unique_ptr<Node, Release> m_nodes;
    std::vector<std::uint32_t> m_heads;
    std::uint32_t m_capacity;
    std::uint32_t m_everUsed = 0;
    std::uint32_t m_free = noEntry;
    std::uint32_t m_used = 0;
};

}
