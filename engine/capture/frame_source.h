// Where frames come from: a DPDK port or a capture file.
#pragma once

#include "engine/capture/frame.h"
#include "shared/base/result.h"

#include <string>
#include <vector>

namespace callmon {

struct CaptureCounter {
    const char* name; // as the user sees it: "nic_missed", "file_cut_frames"
    std::uint64_t value;
};

// One virtual call per batch. All but counters(), takeLongestPollGap(), bufferPercent() and describe() are for the
// capture thread only; these for any.
class FrameSource {
public:
    virtual ~FrameSource() = default;

    // Adds what has arrived behind the frames that the batch holds, without waiting for more than a few milliseconds;
    // an idle source adds nothing and moves `now` on. Sets batch.last at the end of the capture. Fails when the source
    // breaks (port gone, file damaged): the batch then holds what was read before.
    virtual Result<void> receive(FrameBatch& batch) = 0;
    // The frames from this index on are not read any more; batch.count becomes `first`.
    virtual void releaseFrom(FrameBatch& batch, std::size_t first) = 0;
    void release(FrameBatch& batch) { releaseFrom(batch, 0); }
    // What the source itself lost since the call before, and how long it went unpolled.
    virtual ProbeLoss takeLoss() { return {}; }
    virtual std::string describe() const = 0; // for status and logs
    virtual bool isLive() const = 0; // frames come at their own speed: when the ring is full they are dropped and
                                     // counted; a file waits instead
    virtual std::vector<CaptureCounter> counters() const = 0;
    // The longest time without a poll since the call before, of one thread; 0 where nothing is polled.
    virtual Nanoseconds takeLongestPollGap() { return {}; }
    // Of the memory that it has for frames: what is in use, and not waiting for a frame to come.
    virtual double bufferPercent() const { return 0; }
};

}
