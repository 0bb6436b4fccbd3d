// Objects of a pool in the order in which they were appended: whoever looks for what has waited longest looks at one.
#pragma once

#include <cassert>
#include <cstdint>
#include <vector>

namespace callmon {

constexpr std::uint32_t noEntry = 0xffffffff;

// Names objects by their index in the pool. An object is in the list once at most.
class OrderList {
public:
    explicit OrderList(std::uint32_t capacity)
        : m_end(capacity)
        , m_links(capacity + std::size_t { 1 })
    {
        m_links[m_end] = { m_end, m_end };
    }
    std::uint32_t oldest() const { return m_links[m_end].after == m_end ? noEntry : m_links[m_end].after; }
    bool contains(std::uint32_t index) const { return m_links[index].before != noEntry; }
    void append(std::uint32_t index)
    {
        assert(!contains(index));
        const std::uint32_t newest = m_links[m_end].before;
        m_links[index] = { newest, m_end };
        m_links[newest].after = index;
        m_links[m_end].before = index;
    }
    void remove(std::uint32_t index) // nothing when it is not in the list
    {
        if (!contains(index))
            return;
        m_links[m_links[index].before].after = m_links[index].after;
        m_links[m_links[index].after].before = m_links[index].before;
        m_links[index] = {};
    }
    void moveToNewest(std::uint32_t index)
    {
        if (m_links[m_end].before == index)
            return;
        remove(index);
        append(index);
    }

private:
    struct Link {
        std::uint32_t before = noEntry;
        std::uint32_t after = noEntry;
    };
    std::uint32_t m_end; // index of the link that is before the oldest and after the newest
    std::vector<Link> m_links;
};

}
