// L, the active-call list: objects in the order in which something was last heard of them, so that whoever looks for
// what has expired looks at the oldest only.
#pragma once

#include "engine/tracking/object_pool.h"

namespace callmon {

// One per pooled object, beside the pool. An object is in at most one of the lists that share the links.
struct ListLink {
    std::uint32_t before = noIndex;
    std::uint32_t after = noIndex;
};

class ActivityList {
public:
    std::uint32_t oldest() const { return m_oldest; }
    bool empty() const { return m_oldest == noIndex; }

    void append(LazyArray<ListLink>& links, std::uint32_t index)
    {
        links[index] = { m_newest, noIndex };
        (m_newest == noIndex ? m_oldest : links[m_newest].after) = index;
        m_newest = index;
    }
    void remove(LazyArray<ListLink>& links, std::uint32_t index)
    {
        const ListLink link = links[index];
        (link.before == noIndex ? m_oldest : links[link.before].after) = link.after;
        (link.after == noIndex ? m_newest : links[link.after].before) = link.before;
    }
    void moveToNewest(LazyArray<ListLink>& links, std::uint32_t index)
    {
        if (m_newest == index)
            return;
        remove(links, index);
        append(links, index);
    }

private:
    std::uint32_t m_oldest = noIndex;
    std::uint32_t m_newest = noIndex;
};

}
