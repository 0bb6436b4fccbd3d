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

// One virtual call per batch. receive() is called on the capture thread only; release() on the processing thread, and
// on the capture thread for a batch that was never handed on; counters() on any thread.
class FrameSource {
public:
    virtual ~FrameSource() = default;

    // Fills `batch` with what has arrived, without waiting for more than a few milliseconds; an idle source returns
    // an empty batch with `now` moved on. Sets batch.last at the end of the capture. Fails when the source breaks
    // (port gone, file damaged): the batch then holds what was read before.
    virtual Result<void> receive(FrameBatch& batch) = 0;
    virtual void release(FrameBatch& batch) = 0;
    virtual std::string describe() const = 0; // for status and logs
    virtual bool isLive() const = 0; // frames come at their own speed: when the ring is full they are dropped and
                                     // counted; a file waits instead
    virtual std::vector<CaptureCounter> counters() const = 0;
};

}
