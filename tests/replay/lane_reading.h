// A capture file as the probe reads it: a capture thread and as many processing threads as are wanted.
#pragma once

#include "engine/batch_reader.h"
#include "engine/capture/capture_loop.h"
#include "tests/replay/lane_run.h"
#include "tests/replay/replay_capture.h"

#include <QString>

namespace callmon {

inline std::unique_ptr<LaneRun> readWithLanes(const QString& path, std::uint32_t lanes)
{
    auto source = PcapFile::open({ path.toStdString() }, Pace::AsFastAsPossible);
    if (!source)
        return nullptr;
    const LaneDeal deal { lanes, 7 };
    CaptureLoop capture(*source.value(), { .batches = 64, .deal = deal });
    std::deque<CollectingSink> sinks(lanes);
    std::vector<RecordSink*> pointers;
    for (CollectingSink& sink : sinks)
        pointers.push_back(&sink);
    CallMonitor monitor(smallTracker(), pointers);
    BatchReader reader(monitor, smallReassembler(), deal);
    std::vector<std::jthread> threads;
    threads.emplace_back([&](const std::stop_token& stop) { capture.run(stop); });
    for (unsigned lane = 1; lane < lanes; ++lane) {
        threads.emplace_back([&, lane] {
            while (FrameBatch* batch = capture.next(lane)) {
                reader.readLane(lane, *batch);
                capture.giveBack(batch, lane);
            }
        });
    }
    while (FrameBatch* batch = capture.next()) {
        reader.read(*batch);
        capture.giveBack(batch);
    }
    for (std::jthread& thread : threads)
        thread.join();
    monitor.finish();
    auto run = together(sinks);
    run->counters = monitor.counters();
    for (const NamedCounter& counter : reader.counters())
        run->counters.push_back(counter);
    return run;
}

}
