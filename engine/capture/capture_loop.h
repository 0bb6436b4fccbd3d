// The capture thread's loop: poll, classify, deal to lanes, hand on; and the rings that batches travel in.
#pragma once

#include "engine/capture/frame_source.h"
#include "engine/capture/spare_time.h"
#include "engine/capture/waiter.h"
#include "engine/packet/mirror_copies.h"
#include "shared/base/spsc_ring.h"

#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>

namespace callmon {

struct CaptureLoopOptions {
    std::size_t batches = 2048;
    // Processing threads. Each gets every batch and reads the frames of its own lane; lane 0 has all signalling.
    LaneDeal deal {};
    std::vector<std::uint16_t> sipPorts { 5060 };
    std::vector<std::uint16_t> skinnyPorts { 2000 };
    bool dropMirrorCopies = false; // else they are handed on, and end as duplicates and repeated messages
    Waiter::Manner processingWaits = Waiter::Manner::Sleep;
    SpareTime* spareTime = nullptr; // of a port that is polled without pause
};

class CaptureLoop {
public:
    // All batches are allocated here.
    CaptureLoop(FrameSource& source, const CaptureLoopOptions& options);
    // Releases what was given back after the loop had ended. Neither side runs any more.
    ~CaptureLoop();

    // Capture thread, once: until the source ends, fails, or stop is asked for. The last batch handed on has `last`
    // set.
    void run(std::stop_token stop);

    // The processing thread of that lane. next() waits; nullptr once the batch with `last` set was returned. Each batch
    // is to be given back, in any order; its frames are not to be read after that.
    FrameBatch* next(unsigned lane = 0);
    void giveBack(FrameBatch* batch, unsigned lane = 0);
    unsigned lanes() const { return static_cast<unsigned>(m_lanes.size()); }

    // Why the source broke, for a processing thread once it has seen the last batch. Empty when it did not.
    const std::optional<Error>& error() const { return m_error; }

    // Any thread. When the loop has ended framesReceived() == framesHandedOn() + ringFullDropped() + the sum of
    // dropped(reason).
    std::uint64_t framesReceived() const { return m_received.load(std::memory_order_relaxed); }
    std::uint64_t bytesReceived() const { return m_bytes.load(std::memory_order_relaxed); } // on the wire
    std::uint64_t framesHandedOn() const { return m_handedOn.load(std::memory_order_relaxed); }
    // Live sources only: frames that came while every batch waited for a processing thread. A file waits instead.
    std::uint64_t ringFullDropped() const { return m_ringFull.load(std::memory_order_relaxed); }
    std::uint64_t dropped(DropReason reason) const
    {
        return m_dropped[static_cast<std::size_t>(reason)].load(std::memory_order_relaxed);
    }
    double fullestRingPercent() const; // batches that wait for a processing thread, of all there are, now
    // Of those handed on: shorter than their IP packet, for a file's snapshot length or a port's short places cut them.
    std::uint64_t framesCut() const { return m_cut.load(std::memory_order_relaxed); }
    // frames_received, frames_handed_on, ring_full_dropped, then the reasons by their names; frames_cut.
    std::vector<CaptureCounter> counters() const;

private:
    struct Lane {
        Lane(std::size_t batches, Waiter::Manner waits)
            : full(batches)
            , back(batches)
            , waiter(waits)
        {
        }
        SpscRing<FrameBatch*> full; // capture thread -> processing thread
        SpscRing<FrameBatch*> back; // processing thread -> capture thread
        Waiter waiter; // processing thread
        bool seenLast = false; // processing thread
    };

    void collect();
    FrameBatch* takeFree(const std::stop_token& stop);
    struct Unwanted;
    void classify(FrameBatch& batch, std::size_t from);
    void leaveOutCopies(FrameBatch& batch, std::size_t from, Unwanted& unwanted);
    bool isToBeHandedOn(const FrameBatch& batch, Timestamp begun) const;
    void handOn(FrameBatch* batch);
    void drop(FrameBatch& batch);
    void end();

    FrameSource& m_source;
    const bool m_isLive;
    FrameClassifier m_classifier;
    const LaneDeal m_deal;
    SpareTime* const m_spareTime;
    std::vector<std::unique_ptr<FrameBatch>> m_batches;
    std::vector<std::unique_ptr<Lane>> m_lanes;

    // The capture thread's own.
    std::vector<FrameBatch*> m_free; // the last one given back is the first to be filled: it is still in the cache
    std::optional<MirrorCopies> m_copies;
    std::array<MirrorCopies::Packet, FrameBatch::capacity> m_packets; // of the batch that is classified, for m_copies
    FrameBatch m_spare; // live frames that are dropped pass through here
    FrameBatch m_final; // the end is handed on even when no batch is free
    Timestamp m_lastNow {};
    std::uint64_t m_sequence = 0;
    std::uint64_t m_lostHere = 0; // of ring_full_dropped, not yet reported with a batch
    Waiter m_freeWaiter;

    std::optional<Error> m_error; // written before the last batch is handed on
    std::atomic<std::uint64_t> m_received { 0 };
    std::atomic<std::uint64_t> m_bytes { 0 };
    std::atomic<std::uint64_t> m_handedOn { 0 };
    std::atomic<std::uint64_t> m_ringFull { 0 };
    std::atomic<std::uint64_t> m_cut { 0 };
    std::array<std::atomic<std::uint64_t>, dropReasons> m_dropped {};
};

}
