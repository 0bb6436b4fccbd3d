// A list that an engine pushes in numbered deltas, as a client keeps up with it.
#pragma once

#include "shared/remote/wire.h"

namespace callmon {

template <typename Delta> class ListFollower {
public:
    struct Step {
        std::optional<Delta> delta; // in order and without gaps; the first is a snapshot
        bool broken = false; // nothing of it is believed: ask for a snapshot, and begin()
    };

    void begin(bool follow) // a snapshot is asked for, or nothing more
    {
        m_following = follow;
        m_awaitingSnapshot = true;
        m_assembler.clear();
    }

    Step take(std::optional<DeltaPart<Delta>> part) // empty: one that could not be read
    {
        if (!m_following)
            return {};
        if (!part)
            return { {}, true };
        // Parts of deltas that were on their way when a snapshot was asked for.
        if (m_awaitingSnapshot && !part->delta.snapshot)
            return {};
        if (m_awaitingSnapshot && part->number == 0)
            m_assembler.clear();
        auto delta = m_assembler.add(std::move(*part));
        if (m_assembler.broken() || (delta && !delta->snapshot && delta->fromVersion != m_version))
            return { {}, true };
        if (delta) {
            m_awaitingSnapshot = false;
            m_version = delta->toVersion;
        }
        return { std::move(delta), false };
    }

private:
    DeltaAssembler<Delta> m_assembler;
    std::optional<std::uint64_t> m_version;
    bool m_following = false;
    bool m_awaitingSnapshot = false;
};

}
