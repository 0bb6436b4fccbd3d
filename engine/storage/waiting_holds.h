// Which segments of the recording log calls under legal hold are still to be copied from: no other takes their place.
#pragma once

#include "shared/calls/call_key.h"

#include <cstdint>
#include <map>
#include <set>
#include <span>

namespace callmon {

// One thread at a time.
class WaitingHolds {
public:
    bool empty() const { return m_calls.empty(); }
    // `segments`: which may have media of it by now.
    void add(CallKey call, std::span<const std::uint32_t> segments)
    {
        m_calls.try_emplace(call);
        for (const std::uint32_t segment : segments)
            note(call, segment);
    }
    // A chunk of that call goes to that segment.
    void note(CallKey call, std::uint32_t segment)
    {
        const auto found = m_calls.find(call);
        if (found != m_calls.end() && found->second.insert(segment).second)
            ++m_needed[segment];
    }
    void remove(CallKey call)
    {
        const auto found = m_calls.find(call);
        if (found == m_calls.end())
            return;
        for (const std::uint32_t segment : found->second)
            if (const auto needed = m_needed.find(segment); --needed->second == 0)
                m_needed.erase(needed);
        m_calls.erase(found);
    }
    // What it needs of these was copied.
    void remove(CallKey call, std::span<const std::uint32_t> segments)
    {
        const auto found = m_calls.find(call);
        if (found == m_calls.end())
            return;
        for (const std::uint32_t segment : segments)
            if (found->second.erase(segment) > 0)
                if (const auto needed = m_needed.find(segment); --needed->second == 0)
                    m_needed.erase(needed);
    }
    bool isNeededBy(CallKey call, std::uint32_t segment) const
    {
        const auto found = m_calls.find(call);
        return found != m_calls.end() && found->second.contains(segment);
    }
    bool need(std::uint32_t segment) const { return m_needed.contains(segment); }

private:
    std::map<CallKey, std::set<std::uint32_t>> m_calls;
    std::map<std::uint32_t, std::size_t> m_needed; // by so many calls
};

}
