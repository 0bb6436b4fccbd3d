#include "engine/capture/capture_loop.h"

namespace callmon {

using namespace std::chrono_literals;

namespace {

constexpr auto idleBatchEvery = 10ms; // of the source's time: enough for timeouts, cheap when idle

// Written by one thread only: no read-modify-write is needed.
void add(std::atomic<std::uint64_t>& counter, std::uint64_t value)
{
    counter.store(counter.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

}

CaptureLoop::CaptureLoop(FrameSource& source, std::size_t batches)
    : m_source(source)
    , m_free(batches)
    , m_full(batches + 1) // and the final one
{
    m_batches.reserve(batches);
    for (std::size_t i = 0; i < batches; ++i) {
        m_batches.push_back(std::make_unique<FrameBatch>());
        m_free.tryPush(m_batches.back().get());
    }
}

void CaptureLoop::run(std::stop_token stop)
{
    FrameBatch* batch = nullptr;
    while (!stop.stop_requested()) {
        if (!batch)
            batch = takeFree(stop);
        if (!batch && !m_source.isLive())
            break; // stopped while it waited for a free batch
        FrameBatch& filled = batch ? *batch : m_spare;
        const auto received = m_source.receive(filled);
        if (!received) {
            m_error = received.error();
            filled.last = true;
        }
        add(m_received, filled.count);
        const bool isLast = filled.last;
        if (!batch) {
            drop(filled);
        } else if (isWorthHandingOn(filled)) {
            handOn(batch);
            batch = nullptr;
            if (isLast)
                return;
        }
        if (isLast)
            break;
    }
    m_final.count = 0;
    m_final.now = m_lastNow;
    m_final.last = true;
    handOn(&m_final);
}

FrameBatch* CaptureLoop::takeFree(const std::stop_token& stop)
{
    FrameBatch* batch = nullptr;
    if (m_source.isLive()) {
        m_free.tryPop(batch);
        return batch;
    }
    while (!m_free.tryPop(batch) && !stop.stop_requested())
        m_freeWaiter.wait();
    m_freeWaiter.found();
    return batch;
}

bool CaptureLoop::isWorthHandingOn(const FrameBatch& batch) const
{
    return batch.count > 0 || batch.last || batch.now - m_lastNow >= idleBatchEvery;
}

void CaptureLoop::handOn(FrameBatch* batch)
{
    m_lastNow = batch->now;
    add(m_handedOn, batch->count);
    m_full.tryPush(batch); // never full: it holds every batch there is
}

void CaptureLoop::drop(FrameBatch& batch)
{
    add(m_dropped, batch.count);
    m_source.release(batch);
    batch.count = 0;
}

FrameBatch* CaptureLoop::next()
{
    if (m_seenLast)
        return nullptr;
    FrameBatch* batch = nullptr;
    while (!m_full.tryPop(batch))
        m_fullWaiter.wait();
    m_fullWaiter.found();
    m_seenLast = batch->last;
    return batch;
}

void CaptureLoop::giveBack(FrameBatch* batch)
{
    m_source.release(*batch);
    batch->count = 0;
    if (batch != &m_final)
        m_free.tryPush(batch);
}

std::vector<CaptureCounter> CaptureLoop::counters() const
{
    return { { "frames_received", framesReceived() }, { "frames_handed_on", framesHandedOn() },
        { "ring_full_dropped", ringFullDropped() } };
}

}
