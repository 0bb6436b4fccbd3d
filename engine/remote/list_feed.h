// The changes of a list, encoded once for each step however many clients follow it.
#pragma once

#include "shared/remote/wire.h"

#include <functional>
#include <map>

namespace callmon {

class ListFeed {
public:
    struct Step {
        std::uint64_t toVersion = 0;
        std::vector<QByteArray> parts; // empty when nothing changed
    };

    // `deltaSince` is asked for what brings a reader of a version (0: none) up to date.
    template <typename DeltaSince>
    explicit ListFeed(DeltaSince deltaSince)
        : m_make([deltaSince](std::uint64_t version) {
            const auto delta = deltaSince(version);
            Step step { delta.toVersion, {} };
            if (delta.snapshot || delta.fromVersion != delta.toVersion)
                step.parts = encode(delta);
            return step;
        })
    {
    }
    // From a version (0: a snapshot) to the newest of this step. Stays valid until nextStep().
    const Step& since(std::uint64_t version)
    {
        const auto found = m_steps.find(version);
        return found != m_steps.end() ? found->second : m_steps.emplace(version, m_make(version)).first->second;
    }
    void nextStep() { m_steps.clear(); }

private:
    std::function<Step(std::uint64_t)> m_make;
    std::map<std::uint64_t, Step> m_steps;
};

struct RemoteFeeds { // what clients may follow
    ListFeed live;
    ListFeed liveWithoutNumbers;
    ListFeed alarms;

    void nextStep()
    {
        live.nextStep();
        liveWithoutNumbers.nextStep();
        alarms.nextStep();
    }
};

}
