#include "engine/capture/capture_loop.h"

#include <cassert>
#include <utility>

namespace callmon {

using namespace std::chrono_literals;

namespace {

constexpr auto idleBatchEvery = 10ms; // of the source's time: enough for timeouts, cheap when idle
// A live batch waits for company, since each one costs both sides the same whatever it holds. Drivers poll in groups:
// they are always asked for half a batch at least.
constexpr auto fillAtMost = 50us;
constexpr std::size_t roomAtLeast = FrameBatch::capacity / 2;
// A poll that brings fewer has emptied the port: drivers give 32 or 64 when there are. Not tuned.
constexpr std::size_t fewFrames = 16;

// Written by one thread only: no read-modify-write is needed.
void add(std::atomic<std::uint64_t>& counter, std::uint64_t value)
{
    counter.store(counter.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

void move(FrameBatch& batch, std::size_t from, std::size_t to)
{
    batch.frames[to] = batch.frames[from];
    batch.owners[to] = batch.owners[from];
}

}

CaptureLoop::CaptureLoop(FrameSource& source, const CaptureLoopOptions& options)
    : m_source(source)
    , m_isLive(source.isLive())
    , m_classifier(options.sipPorts, options.skinnyPorts)
    , m_deal(options.deal)
    , m_spareTime(options.spareTime)
{
    assert(m_deal.lanes >= 1 && m_deal.lanes <= 256);
    if (options.dropMirrorCopies)
        m_copies.emplace(m_deal.seed);
    m_batches.reserve(options.batches);
    m_free.reserve(options.batches);
    for (std::size_t i = 0; i < options.batches; ++i) {
        m_batches.push_back(std::make_unique<FrameBatch>());
        m_free.push_back(m_batches.back().get());
    }
    for (unsigned lane = 0; lane < m_deal.lanes; ++lane) // one more for the final batch
        m_lanes.push_back(std::make_unique<Lane>(options.batches + 1, options.processingWaits));
}

CaptureLoop::~CaptureLoop()
{
    collect();
}

void CaptureLoop::run(std::stop_token stop)
{
    FrameBatch* batch = nullptr;
    Timestamp begun {}; // when the first frame came into it
    while (!stop.stop_requested()) {
        collect();
        if (!batch)
            batch = takeFree(stop);
        if (!batch && !m_isLive)
            break; // stopped while it waited for a free batch
        FrameBatch& filled = batch ? *batch : m_spare;
        const std::size_t before = filled.count;
        const auto received = m_source.receive(filled);
        if (!received) {
            m_error = received.error();
            filled.last = true;
        }
        const bool isLast = filled.last;
        const bool few = filled.count - before < fewFrames;
        if (filled.count > before)
            classify(filled, before);
        if (before == 0)
            begun = filled.now;
        if (!batch) {
            drop(filled);
        } else if (isToBeHandedOn(filled, begun)) {
            handOn(batch);
            batch = nullptr;
            if (isLast)
                return;
        }
        if (isLast)
            break;
        if (few && m_spareTime)
            m_spareTime->use();
    }
    if (batch && batch->count > 0) { // stopped while it was filling
        handOn(batch);
        batch = nullptr;
    }
    if (batch)
        m_free.push_back(batch);
    end();
}

void CaptureLoop::end()
{
    m_final.count = 0;
    m_final.now = m_lastNow;
    m_final.last = true;
    handOn(&m_final);
}

// Batches that all lanes have given back are free again. Their frames are released here, on the thread that receives:
// a port's buffers then come back to its own cache.
void CaptureLoop::collect()
{
    for (const auto& lane : m_lanes) {
        FrameBatch* batch = nullptr;
        while (lane->back.tryPop(batch)) {
            if (--batch->readers > 0)
                continue;
            m_source.release(*batch);
            if (batch != &m_final)
                m_free.push_back(batch);
        }
    }
}

FrameBatch* CaptureLoop::takeFree(const std::stop_token& stop)
{
    while (m_free.empty() && !m_isLive && !stop.stop_requested()) {
        m_freeWaiter.wait();
        collect();
    }
    m_freeWaiter.found();
    if (m_free.empty())
        return nullptr;
    FrameBatch* const batch = m_free.back();
    m_free.pop_back();
    return batch;
}

// Frames that go back to the source at once, each counted under its reason.
struct CaptureLoop::Unwanted {
    std::array<std::uint32_t, dropReasons> reasons {};
    std::array<void*, FrameBatch::capacity> owners;
    std::size_t count = 0;

    void add(void* owner, DropReason reason)
    {
        ++reasons[static_cast<std::size_t>(reason)];
        owners[count++] = owner;
    }
};

// Keeps what is wanted, in its order, and gives the rest back to the source at once.
void CaptureLoop::classify(FrameBatch& batch, std::size_t from)
{
    Unwanted unwanted;
    const std::size_t received = batch.count;
    std::size_t kept = from;
    std::uint64_t bytes = 0;
    std::uint64_t cut = 0;
    for (std::size_t i = from; i < received; ++i) {
        Frame& frame = batch.frames[i];
        const FrameClass found = m_classifier.classify(static_cast<std::uint16_t>(frame.linkType), frame.bytes);
        if (found.kind == FrameKind::Drop) {
            bytes += frame.wireSize;
            unwanted.add(batch.owners[i], found.reason);
            continue;
        }
        if (const std::size_t end = wireEndOf(frame.bytes, found); end > frame.bytes.size()) {
            frame.wireSize = std::max(frame.wireSize, static_cast<std::uint32_t>(end)); // a port does not say it
            ++cut;
        }
        bytes += frame.wireSize;
        frame.kind = found.kind;
        frame.udp = found.udp;
        frame.lane = m_deal.laneOf(frame.bytes, found);
        if (m_copies)
            m_packets[kept] = m_copies->packetOf(frame.bytes, found);
        if (kept != i)
            move(batch, i, kept);
        ++kept;
    }
    batch.count = kept;
    if (m_copies)
        leaveOutCopies(batch, from, unwanted);
    add(m_received, received - from);
    add(m_bytes, bytes);
    if (cut > 0)
        add(m_cut, cut);
    if (unwanted.count == 0)
        return;
    kept = std::exchange(batch.count, received);
    std::copy_n(unwanted.owners.begin(), unwanted.count, batch.owners.begin() + static_cast<std::ptrdiff_t>(kept));
    m_source.releaseFrom(batch, kept);
    for (std::size_t i = 0; i < dropReasons; ++i)
        if (unwanted.reasons[i] > 0)
            add(m_dropped[i], unwanted.reasons[i]);
}

// A pass of its own: the memory that the first one has asked for is there by now.
void CaptureLoop::leaveOutCopies(FrameBatch& batch, std::size_t from, Unwanted& unwanted)
{
    std::size_t kept = from;
    for (std::size_t i = from; i < batch.count; ++i) {
        if (m_copies->isCopy(m_packets[i], batch.frames[i].arrival)) {
            unwanted.add(batch.owners[i], DropReason::MirrorCopy);
            continue;
        }
        if (kept != i)
            move(batch, i, kept);
        ++kept;
    }
    batch.count = kept;
}

bool CaptureLoop::isToBeHandedOn(const FrameBatch& batch, Timestamp begun) const
{
    if (batch.last)
        return true;
    if (batch.count == 0)
        return batch.now - m_lastNow >= idleBatchEvery || batch.now < m_lastNow;
    return !m_isLive || batch.count > FrameBatch::capacity - roomAtLeast || batch.now - begun >= fillAtMost
        || batch.now < begun; // the clock was set back
}

void CaptureLoop::handOn(FrameBatch* batch)
{
    m_lastNow = batch->now;
    batch->loss = m_source.takeLoss();
    batch->loss.frames += std::exchange(m_lostHere, 0);
    batch->firstSequence = m_sequence;
    m_sequence += batch->count;
    batch->readers = lanes();
    add(m_handedOn, batch->count);
    for (const auto& lane : m_lanes)
        lane->full.tryPush(batch); // never full: it holds every batch there is
}

void CaptureLoop::drop(FrameBatch& batch)
{
    add(m_ringFull, batch.count);
    m_lostHere += batch.count;
    m_source.release(batch);
}

FrameBatch* CaptureLoop::next(unsigned lane)
{
    Lane& mine = *m_lanes[lane];
    if (mine.seenLast)
        return nullptr;
    FrameBatch* batch = nullptr;
    while (!mine.full.tryPop(batch))
        mine.waiter.wait();
    mine.waiter.found();
    mine.seenLast = batch->last;
    // When this thread is behind, what waits has left the caches, and it would never catch up with each read waited
    // for: the headers of the next batch are fetched while this one is read, and the places of those behind it.
    if (FrameBatch* const* const behind = mine.full.peek(1)) {
        (*mine.full.peek(0))->lookAhead();
        (*behind)->lookAheadFar();
    }
    return batch;
}

void CaptureLoop::giveBack(FrameBatch* batch, unsigned lane)
{
    m_lanes[lane]->back.tryPush(batch); // never full, either
}

double CaptureLoop::fullestRingPercent() const
{
    std::size_t most = 0;
    for (const auto& lane : m_lanes)
        most = std::max(most, lane->full.size());
    return 100.0 * static_cast<double>(std::min(most, m_batches.size())) / static_cast<double>(m_batches.size());
}

std::vector<CaptureCounter> CaptureLoop::counters() const
{
    std::vector<CaptureCounter> counters { { "frames_received", framesReceived() },
        { "frames_handed_on", framesHandedOn() }, { "ring_full_dropped", ringFullDropped() } };
    for (std::size_t i = 0; i < dropReasons; ++i) {
        const auto reason = static_cast<DropReason>(i);
        counters.push_back({ counterName(reason), dropped(reason) });
    }
    counters.push_back({ "frames_cut", framesCut() });
    return counters;
}

}
