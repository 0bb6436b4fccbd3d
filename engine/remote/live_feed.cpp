#include "engine/remote/live_feed.h"

#include "shared/remote/wire.h"

namespace callmon {

const LiveFeed::Step& LiveFeed::since(std::uint64_t version)
{
    const auto [at, isNew] = m_steps.try_emplace(version);
    Step& step = at->second;
    if (isNew) {
        const LiveDelta delta = m_table.delta(version);
        step.toVersion = delta.toVersion;
        if (delta.snapshot || delta.fromVersion != delta.toVersion)
            step.parts = encode(delta);
    }
    return step;
}

}
