// The capture thread's loop and the two rings that batches travel in: filled to the processing thread, empty back.
#pragma once

#include "engine/capture/frame_source.h"
#include "engine/capture/waiter.h"
#include "shared/base/spsc_ring.h"

#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>

namespace callmon {

class CaptureLoop {
public:
    // All batches are allocated here.
    CaptureLoop(FrameSource& source, std::size_t batches);

    // Capture thread, once: until the source ends, fails, or stop is asked for. The last batch handed on has `last`
    // set.
    void run(std::stop_token stop);

    // Processing thread. next() waits; nullptr once the batch with `last` set was returned. Each batch is to be given
    // back, in any order; its frames are not to be read after that.
    FrameBatch* next();
    void giveBack(FrameBatch* batch);

    // Why the source broke, for the processing thread once it has seen the last batch. Empty when it did not.
    const std::optional<Error>& error() const { return m_error; }

    // Any thread. When the loop has ended framesReceived() == framesHandedOn() + ringFullDropped().
    std::uint64_t framesReceived() const { return m_received.load(std::memory_order_relaxed); }
    std::uint64_t framesHandedOn() const { return m_handedOn.load(std::memory_order_relaxed); }
    // Live sources only: frames that came while every batch waited for the processing thread. A file waits instead.
    std::uint64_t ringFullDropped() const { return m_dropped.load(std::memory_order_relaxed); }
    std::vector<CaptureCounter> counters() const; // these three

private:
    FrameBatch* takeFree(const std::stop_token& stop);
    bool isWorthHandingOn(const FrameBatch& batch) const;
    void handOn(FrameBatch* batch);
    void drop(FrameBatch& batch);

    FrameSource& m_source;
    std::vector<std::unique_ptr<FrameBatch>> m_batches;
    SpscRing<FrameBatch*> m_free; // processing thread -> capture thread
    SpscRing<FrameBatch*> m_full; // capture thread -> processing thread
    FrameBatch m_spare; // live frames that are dropped pass through here
    FrameBatch m_final; // the end is handed on even when no batch is free
    Timestamp m_lastNow {}; // capture thread
    Waiter m_freeWaiter; // capture thread
    Waiter m_fullWaiter; // processing thread
    bool m_seenLast = false; // processing thread
    std::optional<Error> m_error; // written before the last batch is handed on
    std::atomic<std::uint64_t> m_received { 0 };
    std::atomic<std::uint64_t> m_handedOn { 0 };
    std::atomic<std::uint64_t> m_dropped { 0 };
};

}
