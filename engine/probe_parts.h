// What each part of the pipeline is told of the options.
#pragma once

#include "engine/capture/capture_loop.h"
#include "engine/capture/core_layout.h"
#include "engine/capture/frame_source.h"
#include "engine/metrics/service_monitor.h"
#include "engine/probe_options.h"
#include "engine/reassembly/reassembler.h"
#include "engine/storage_queue.h"
#include "engine/tracking/tracker.h"

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace callmon {

// Threads have cores of their own when the port is polled without pause, or when the user says which.
Result<CoreLayout> coreLayout(const ProbeOptions& options);

// On a single CPU whoever waits without pause keeps the others from what he waits for.
bool mayPollBusy(const ProbeOptions& options, const CoreLayout& layout);

Result<std::unique_ptr<FrameSource>> openSource(
    const ProbeOptions& options, const CoreLayout& layout, const std::function<void(const std::string&)>& warn);
CaptureLoopOptions captureOptions(const ProbeOptions& options, const CoreLayout& layout, const LaneDeal& deal);
TrackerOptions trackerOptions(const ProbeOptions& options);
ReassemblerOptions reassemblerOptions(const ProbeOptions& options);
ServiceOptions serviceOptions(const ProbeOptions& options);
std::vector<std::filesystem::path> disksOf(const ProbeOptions& options); // the data directory's, and those for media
std::deque<StorageQueue> makeQueues(const ProbeOptions& options); // of each processing core

}
