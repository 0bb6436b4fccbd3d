// The changes of a list, encoded once for each step however many clients follow it, and however late each of them is:
// who is behind by a few steps gets these, which others had before it.
#pragma once

#include "shared/remote/wire.h"

#include <deque>
#include <functional>
#include <map>

namespace callmon {

class ListFeed {
public:
    struct Update {
        std::uint64_t toVersion = 0;
        std::vector<QByteArray> parts; // of one delta or several, in order; empty when nothing changed
    };
    // `deltaSince` is asked for what brings a reader of a version (0: none) up to date; `snapshot`, where a list has
    // such, for all of it, said to be of a version (0: the list's own).
    template <typename DeltaSince>
    explicit ListFeed(DeltaSince deltaSince, std::function<Update(std::uint64_t version)> snapshot = {})
        : m_make([deltaSince, snapshot](std::uint64_t version, std::uint64_t toVersion) {
            if (version == 0 && snapshot)
                return snapshot(toVersion);
            auto delta = deltaSince(version);
            if (toVersion != 0)
                delta.toVersion = toVersion;
            Update update { delta.toVersion, {} };
            if (delta.snapshot || delta.fromVersion != delta.toVersion)
                update.parts = encode(delta);
            return update;
        })
    {
    }

    // From a version (0: a snapshot) to that of this step, which is the list as the first who asked in it found it.
    Update since(std::uint64_t version);
    void nextStep();

    // Of the clients that begin together, some in each step: were all their snapshots on the way at once, each would
    // take as long as all, and what came in meanwhile would wait behind them. bench: consoles_bench.
    bool takeSnapshotTurn() { return m_snapshotsLeft > 0 && m_snapshotsLeft-- > 0; }

private:
    static constexpr std::size_t stepsKept = 4; // a second's: a row changes about once a second
    static constexpr int snapshotsPerStep = 2;

    struct Step {
        std::uint64_t fromVersion = 0;
        Update update;
    };
    void makeStep(std::uint64_t version);

    // `toVersion`: said in place of the list's own, which may have gone on: what is sent twice does no harm. 0: its
    // own.
    std::function<Update(std::uint64_t version, std::uint64_t toVersion)> m_make;
    std::uint64_t m_version = 0; // of this step once it is made; 0: nobody follows
    bool m_isMade = false;
    std::deque<Step> m_steps; // each from where the one before ends; the last ends at m_version
    std::map<std::uint64_t, Update> m_others; // of this step, from versions before those
    std::size_t m_idleSteps = 0;
    int m_snapshotsLeft = snapshotsPerStep;
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
