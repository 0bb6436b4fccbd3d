#include "tests/traffic/ring/ring_traffic.h"

#include "shared/base/prefetch.h"
#include "tests/traffic/cross_traffic.h"
#include "tests/traffic/frame_builder.h"
#include "tests/traffic/ring/call_schedule.h"

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <algorithm>
#include <cassert>
#include <thread>
#include <utility>

namespace callmon {

namespace {

constexpr std::uint16_t mediaRoom = RTE_PKTMBUF_HEADROOM + 256; // the longest header and 160 bytes
// A frame of plain IPv4 then begins where a card's would.
constexpr std::uint16_t payloadAt = RTE_PKTMBUF_HEADROOM + MediaStream::plainHeaders;
static_assert(MediaStream::maxHeaders <= payloadAt);
constexpr std::uint32_t messageBuffers = 32'768; // a stalled reader at set-up leaves that many behind
constexpr std::uint32_t buffersAtLeast = 8192;
constexpr std::uint32_t bufferCache = 256;
constexpr std::uint32_t burst = 32;
// So many frames may wait in the ring for the reader: two of its batches.
constexpr std::uint32_t aheadOfReader = 128;
constexpr std::uint32_t wireOverhead = 24; // of a frame: preamble and start 8, check sequence 4, gap 12 (IEEE 802.3)
constexpr double linkAheadSeconds = 2e-3; // so much may come at once: a card's ring holds no more of it meanwhile
constexpr std::size_t otherFrames = 1024; // made once and sent again and again: nobody follows their conversations
constexpr std::uint32_t lateTicks = StreamWheel::slotCount * 5 / 4; // 25 ms: after the next packet
constexpr std::uint32_t jitterTicks = StreamWheel::slotCount * 2 / 5; // 8 ms at most
constexpr std::uint32_t delayTicks = 4096; // of the table of delayed packets; above the longest delay

// A permutation of 32 bits: the same number never comes twice.
std::uint32_t scatter(std::uint32_t value)
{
    value = (value ^ value >> 16) * 0x7feb352du;
    value = (value ^ value >> 15) * 0x846ca68bu;
    return value ^ value >> 16;
}

rte_mempool* makePool(const std::string& name, std::uint32_t& buffers, std::uint16_t room)
{
    for (; buffers >= buffersAtLeast; buffers /= 2) {
        // Last in, first out: the frames on their way are few, and so they stay in the processor's caches, as those
        // that a card writes there do.
        if (rte_mempool* pool =
                rte_pktmbuf_pool_create_by_ops(name.c_str(), buffers, bufferCache, 0, room, SOCKET_ID_ANY, "stack"))
            return pool;
    }
    return nullptr;
}

// A pool's buffer: nothing stands between the two. Known without reading it.
std::byte* bufferOf(rte_mbuf* frame)
{
    return reinterpret_cast<std::byte*>(frame + 1);
}

// Both lines that a packet writes; the processing core has read one of them, and after a while neither is in a cache.
void fetch(rte_mbuf* frame)
{
    prefetchToWrite(frame);
    prefetchToWrite(bufferOf(frame) + RTE_PKTMBUF_HEADROOM);
}

// Each buffer carries the same piece of speech for ever, and its sum: of a packet only the headers are written. A card
// writes frames without the core that polls it; all of a frame written by that core cost it as much as capture itself.
void fillPayload(rte_mempool* pool, const SpeechLoop (&loops)[2])
{
    const auto fill = [](rte_mempool*, void* speech, void* buffer, unsigned index) {
        const SpeechLoop& loop = static_cast<const SpeechLoop*>(speech)[index % 2];
        auto* const frame = static_cast<rte_mbuf*>(buffer);
        assert(frame->buf_addr == bufferOf(frame));
        std::memcpy(bufferOf(frame) + payloadAt, loop.block(index / 2), loop.blockSize());
        frame->hash.usr = loop.sum(index / 2);
    };
    rte_mempool_obj_iter(pool, fill, const_cast<SpeechLoop*>(loops));
}

// The frame of the stream's next packet.
void writeFrame(rte_mbuf& frame, const MediaStream& stream, const StreamRest& rest, std::uint32_t payloadSize)
{
    std::byte* const payload = bufferOf(&frame) + payloadAt;
    stream.write(payload, frame.hash.usr);
    if (stream.headerSize != MediaStream::plainHeaders) [[unlikely]]
        std::memcpy(payload - stream.headerSize, rest.front, stream.headerSize - MediaStream::plainHeaders);
    frame.data_off = static_cast<std::uint16_t>(payloadAt - stream.headerSize);
    frame.pkt_len = stream.headerSize + payloadSize;
    frame.data_len = static_cast<std::uint16_t>(frame.pkt_len);
}

struct FreePool {
    void operator()(rte_mempool* pool) const { rte_mempool_free(pool); }
};
using Pool = std::unique_ptr<rte_mempool, FreePool>;

}

struct RingTraffic::Traffic {
    struct Call {
        StreamWheel::Place places[2];
        bool talking = false;
    };
    struct Fates { // upper bounds of a 32-bit number
        std::uint64_t lost, late, jittered, duplicate;
    };

    Traffic(const RingTrafficOptions& given, const SpeechTable& speech)
        : options(given)
        , loops { SpeechLoop(speech[static_cast<std::size_t>(given.codec)][0]),
            SpeechLoop(speech[static_cast<std::size_t>(given.codec)][1]) }
        , wheel(2 * std::size_t(given.calls) + 4096)
        , schedule({ given.seed, given.calls, given.holdMean, given.holdShape, given.setUpPerSecond })
        , calls(schedule.slotCount())
        , builder(given.vlan)
        , delayed(delayTicks)
    {
        // Every second packet at most is touched, so that the one after is there to show what happened.
        const auto bound = [](double share) { return static_cast<std::uint64_t>(2 * share * 0x1p32); };
        fates.lost = bound(given.lostShare);
        fates.late = fates.lost + bound(given.lateShare);
        fates.jittered = fates.late + bound(given.jitteredShare);
        fates.duplicate = fates.jittered + bound(given.duplicateShare);
        impaired = fates.duplicate > 0;
        truth.streams.reserve(4 * std::size_t(given.calls));
        if (given.otherShare > 0)
            makeOther();
    }

    void makeOther();
    void sendTick();
    void sendOther(std::uint64_t voip);
    void sendSlot(std::uint32_t slot);
    void sendImpaired(MediaStream& stream, StreamRest& rest);
    void onStep(const CallStep& step);
    void startMedia(const CallStep& step, const CallParties& parties);
    void stopMedia(std::uint32_t slot);
    void record(const MediaStream& stream, const StreamRest& rest);
    rte_mbuf* frameOf(const MediaStream& stream, const StreamRest& rest);
    void enqueue(rte_mbuf** frames, std::uint32_t count);
    bool roomForTick() const;
    bool linkIsFree(std::uint64_t now);

    const RingTrafficOptions options;
    const SpeechLoop loops[2];
    StreamWheel wheel;
    std::string text; // of the message that is being made
    CallSchedule schedule;
    std::vector<Call> calls;
    FrameBuilder builder;
    std::vector<std::vector<rte_mbuf*>> delayed;
    std::size_t delayedCount = 0;
    Fates fates {};
    bool impaired = false;
    bool draining = false;
    struct Other {
        std::vector<std::byte> bytes;
        bool tcp = false;
    };
    std::vector<Other> others;
    std::size_t nextOther = 0;
    double othersDue = 0;

    rte_ring* ring = nullptr;
    Pool mediaPool;
    Pool messagePool;
    Tick tick = 0;
    Tick latest = 0; // how many ticks the pump was ever behind
    std::uint64_t started = 0;
    double ticksPerCycle = 0;
    double cyclesPerByte = 0; // of the link; 0: no limit
    double linkFreeAt = 0; // cycles since `started`
    double linkAhead = 0; // cycles
    std::uint32_t sentNow = 0;
    RingTruth truth;
};

Result<std::unique_ptr<RingTraffic>> RingTraffic::create(
    const RingTrafficOptions& options, const SpeechTable& speech, const std::string& device)
{
    // net_ring sends through the ring that it receives from, under this name (drivers/net/ring/rte_eth_ring.c).
    rte_ring* const ring = rte_ring_lookup(("ETH_RXTX0_" + device).c_str());
    if (!ring)
        return Error { device + " is no open device of net_ring" };
    auto traffic = std::make_unique<Traffic>(options, speech);
    traffic->ring = ring;
    std::uint32_t buffers = options.buffers;
    traffic->mediaPool.reset(makePool("media_" + device, buffers, mediaRoom));
    buffers = messageBuffers;
    traffic->messagePool.reset(makePool("sip_" + device, buffers, RTE_MBUF_DEFAULT_BUF_SIZE));
    if (!traffic->mediaPool || !traffic->messagePool)
        return Error { "no memory for the generator's packet buffers: " + std::string(rte_strerror(rte_errno)) };
    fillPayload(traffic->mediaPool.get(), traffic->loops);
    traffic->ticksPerCycle = ticksPerSecond / cyclesPerSecond();
    if (options.paced && options.linkMbps > 0) {
        traffic->cyclesPerByte = cyclesPerSecond() * 8 / (options.linkMbps * 1e6);
        traffic->linkAhead = linkAheadSeconds * cyclesPerSecond();
    }
    return std::unique_ptr<RingTraffic>(new RingTraffic(std::move(traffic)));
}

RingTraffic::RingTraffic(std::unique_ptr<Traffic> traffic)
    : m_traffic(std::move(traffic))
{
}

RingTraffic::~RingTraffic()
{
    for (const auto& frames : m_traffic->delayed)
        for (rte_mbuf* const frame : frames)
            rte_pktmbuf_free(frame);
}

std::uint64_t RingTraffic::now()
{
    return rte_rdtsc();
}

double RingTraffic::cyclesPerSecond()
{
    using Clock = std::chrono::steady_clock;
    static const double measured = [] {
        const auto begin = Clock::now();
        const std::uint64_t first = rte_rdtsc();
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        const std::uint64_t cycles = rte_rdtsc() - first;
        return static_cast<double>(cycles) / std::chrono::duration<double>(Clock::now() - begin).count();
    }();
    return measured;
}

void RingTraffic::start(std::uint64_t now)
{
    m_traffic->started = now;
}

std::uint32_t RingTraffic::pump(std::uint64_t now)
{
    Traffic& traffic = *m_traffic;
    traffic.sentNow = 0;
    Tick due = UINT64_MAX;
    if (traffic.options.paced) {
        due = static_cast<Tick>(static_cast<double>(now - traffic.started) * traffic.ticksPerCycle);
        if (due > traffic.tick)
            traffic.latest = std::max(traffic.latest, due - traffic.tick);
    }
    while (traffic.tick < due && rte_ring_count(traffic.ring) < aheadOfReader && traffic.roomForTick()
        && traffic.linkIsFree(now)) {
        traffic.sendTick();
        if (!traffic.options.paced && traffic.draining && traffic.delayedCount == 0)
            break;
    }
    return traffic.sentNow;
}

bool RingTraffic::Traffic::linkIsFree(std::uint64_t now)
{
    const double elapsed = static_cast<double>(now - started);
    linkFreeAt = std::max(linkFreeAt, elapsed - linkAhead);
    return linkFreeAt <= elapsed;
}

bool RingTraffic::Traffic::roomForTick() const
{
    const std::uint32_t streams = wheel.count(static_cast<std::uint32_t>(tick % StreamWheel::slotCount));
    const double frames = (impaired ? 2 : 1) * streams / (1 - options.otherShare);
    const std::size_t needed = static_cast<std::size_t>(frames) + delayed[tick % delayTicks].size() + 64;
    return rte_ring_free_count(ring) >= std::min<std::size_t>(needed, rte_ring_get_capacity(ring));
}

void RingTraffic::Traffic::sendTick()
{
    if (auto& frames = delayed[tick % delayTicks]; !frames.empty()) {
        delayedCount -= frames.size();
        enqueue(frames.data(), static_cast<std::uint32_t>(frames.size()));
        frames.clear();
    }
    if (!draining) {
        const std::uint64_t before = truth.messages + truth.mediaPackets;
        while (const auto step = schedule.next(tick))
            onStep(*step);
        const auto slot = static_cast<std::uint32_t>(tick % StreamWheel::slotCount);
        if (!impaired)
            sendSlot(slot);
        else
            for (std::uint32_t i = 0; i < wheel.count(slot); ++i)
                sendImpaired(wheel.slot(slot)[i], wheel.restsOf(slot)[i]);
        if (!others.empty())
            sendOther(truth.messages + truth.mediaPackets - before);
    }
    ++tick;
}

void RingTraffic::Traffic::makeOther()
{
    CrossTraffic cross(options.seed, options.ipv6Share, options.vlan);
    for (std::size_t i = 0; i < otherFrames; ++i) {
        const std::uint64_t tcpBefore = cross.truth().tcpFrames;
        const auto frame = cross.next();
        others.push_back({ { frame.begin(), frame.end() }, cross.truth().tcpFrames > tcpBefore });
    }
}

void RingTraffic::Traffic::sendOther(std::uint64_t voip)
{
    othersDue += static_cast<double>(voip) * options.otherShare / (1 - options.otherShare);
    for (; othersDue >= 1; --othersDue) {
        const Other& other = others[nextOther++ % others.size()];
        ++(other.tcp ? truth.otherTcp : truth.otherUdp);
        rte_mbuf* frame = rte_pktmbuf_alloc(messagePool.get());
        if (!frame) {
            ++truth.refused;
            continue;
        }
        const auto size = static_cast<std::uint16_t>(other.bytes.size());
        std::memcpy(rte_pktmbuf_append(frame, size), other.bytes.data(), size);
        enqueue(&frame, 1);
    }
}

void RingTraffic::Traffic::sendSlot(std::uint32_t slot)
{
    constexpr std::uint32_t ahead = 16; // the processing core has read them. bench: full_load_bench
    constexpr std::uint32_t streamsAhead = 8;
    auto streams = wheel.slot(slot);
    auto rests = wheel.restsOf(slot);
    rte_mbuf* frames[burst];
    while (!streams.empty()) {
        const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(streams.size(), burst));
        // As drivers take them (rte_mbuf_raw_alloc()): writeFrame() sets what is not as the pool's buffers always are.
        // rte_pktmbuf_alloc_bulk() would write their second line, which nobody reads.
        const bool buffers = rte_mempool_get_bulk(mediaPool.get(), reinterpret_cast<void**>(frames), count) == 0;
        if (buffers)
            for (std::uint32_t i = 0; i < std::min(ahead, count); ++i)
                fetch(frames[i]);
        for (std::uint32_t i = 0; i < count; ++i) {
            MediaStream& stream = streams[i];
            if (i + streamsAhead < streams.size())
                __builtin_prefetch(&streams[i + streamsAhead], 1);
            if (buffers) {
                if (i + ahead < count)
                    fetch(frames[i + ahead]);
                writeFrame(*frames[i], stream, rests[i], loops[0].blockSize());
            }
            stream.advance();
        }
        truth.mediaPackets += count;
        if (buffers)
            enqueue(frames, count);
        else
            truth.refused += count;
        streams = streams.subspan(count);
        rests = rests.subspan(count);
    }
}

rte_mbuf* RingTraffic::Traffic::frameOf(const MediaStream& stream, const StreamRest& rest)
{
    ++truth.mediaPackets;
    rte_mbuf* const frame = rte_pktmbuf_alloc(mediaPool.get());
    if (!frame) {
        ++truth.refused;
        return nullptr;
    }
    writeFrame(*frame, stream, rest, loops[0].blockSize());
    return frame;
}

void RingTraffic::Traffic::sendImpaired(MediaStream& stream, StreamRest& rest)
{
    const std::uint32_t draw = scatter(rest.number * 0x9e3779b9u + stream.due);
    const bool spared = stream.due == 0 || stream.due % 2 == 1 || draw >= fates.duplicate;
    if (!spared && draw < fates.lost) {
        stream.advance();
        ++rest.lost;
        ++rest.lostLast;
        return;
    }
    rte_mbuf* frames[2] { frameOf(stream, rest), nullptr };
    const bool isLate = !spared && draw < fates.late;
    if (!spared && draw >= fates.jittered && frames[0] && stream.isV4()) {
        frames[1] = frameOf(stream, rest);
        ++rest.duplicates;
        if (frames[1])
            stream.markSentAgain(rte_pktmbuf_mtod(frames[1], std::byte*));
    }
    if (std::exchange(rest.lateBefore, isLate))
        ++rest.reordered;
    stream.advance();
    rest.lostLast = 0;
    if (!frames[0])
        return;
    if (!spared && draw < fates.jittered) {
        const std::uint32_t ticks = isLate ? lateTicks : 1 + draw % jitterTicks;
        delayed[(tick + ticks) % delayTicks].push_back(frames[0]);
        ++delayedCount;
    } else {
        enqueue(frames, frames[1] ? 2 : 1);
    }
}

void RingTraffic::Traffic::enqueue(rte_mbuf** frames, std::uint32_t count)
{
    if (cyclesPerByte > 0)
        for (std::uint32_t i = 0; i < count; ++i)
            linkFreeAt += (frames[i]->pkt_len + wireOverhead) * cyclesPerByte;
    const std::uint32_t taken = rte_ring_sp_enqueue_burst(ring, reinterpret_cast<void**>(frames), count, nullptr);
    sentNow += taken;
    if (taken < count) {
        truth.refused += count - taken;
        rte_pktmbuf_free_bulk(frames + taken, count - taken);
    }
}

void RingTraffic::Traffic::onStep(const CallStep& step)
{
    // Everything about a call follows from its number: nothing of it needs to be kept.
    Random random(schedule.seedOf(step.call));
    const bool ipv6 = random.chance(options.ipv6Share);
    CallPlan plan;
    plan.codec = options.codec;
    plan.endedBy = random.chance(0.5) ? Party::Caller : Party::Callee;
    const CallParties parties = makeParties(step.slot, ipv6, random);
    const SipDialogue dialogue(parties, plan, random.next());
    dialogue.write(step.step, text);
    const bool fromCaller = dialogue.sender(step.step) == Party::Caller;
    const PartyIdentity& from = fromCaller ? parties.caller : parties.callee;
    const PartyIdentity& to = fromCaller ? parties.callee : parties.caller;
    std::memcpy(builder.payload().data(), text.data(), text.size());
    const auto bytes =
        builder.build({ from.signalling, to.signalling }, text.size(), Dscp::Signalling, Side::BeforeRouter);
    ++truth.messages;
    if (rte_mbuf* frame = rte_pktmbuf_alloc(messagePool.get())) {
        std::memcpy(rte_pktmbuf_append(frame, static_cast<std::uint16_t>(bytes.size())), bytes.data(), bytes.size());
        enqueue(&frame, 1);
    } else {
        ++truth.refused;
    }

    truth.callsBegun += step.step == Step::Invite;
    truth.callsAnswered += step.step == Step::Answer;
    truth.callsEnded += step.step == Step::Bye;
    if (step.step == Step::AckAnswer)
        startMedia(step, parties);
    else if (step.step == Step::Bye)
        stopMedia(step.slot);
}

void RingTraffic::Traffic::startMedia(const CallStep& step, const CallParties& parties)
{
    if (wheel.size() + 2 > wheel.capacity()) // chance has brought far more calls than were asked for
        return;
    Random random(schedule.seedOf(step.call) + 1);
    Call& call = calls[step.slot];
    for (std::uint8_t side = 0; side < 2; ++side) {
        const auto number = static_cast<std::uint32_t>(truth.streams.size());
        const Ssrc ssrc { scatter(number + static_cast<std::uint32_t>(options.seed << 24)) };
        const Endpoint& caller = parties.caller.media;
        const Endpoint& callee = parties.callee.media;
        const FlowKey flow = side == 0 ? FlowKey { caller, callee } : FlowKey { callee, caller };
        const auto sequence = static_cast<std::uint16_t>(random.next());
        const auto timestamp = static_cast<std::uint32_t>(random.next());
        NewStream stream =
            makeStream(flow, options.codec, ssrc, options.vlan, loops[side].blockSize(), sequence, timestamp);
        stream.rest.side = side;
        stream.rest.call = step.slot;
        stream.rest.number = number;
        truth.streams.push_back({ .ssrc = ssrc.value });
        call.places[side] = wheel.add(stream, random.below(StreamWheel::slotCount));
    }
    call.talking = true;
}

void RingTraffic::Traffic::stopMedia(std::uint32_t slot)
{
    Call& call = calls[slot];
    if (!std::exchange(call.talking, false))
        return;
    for (const StreamWheel::Place& place : call.places) {
        record(wheel.at(place), wheel.restOf(place));
        if (wheel.remove(place)) { // another stream is there now
            const StreamRest& moved = wheel.restOf(place);
            calls[moved.call].places[moved.side] = place;
        }
    }
}

void RingTraffic::Traffic::record(const MediaStream& stream, const StreamRest& rest)
{
    truth.streams[rest.number] = { truth.streams[rest.number].ssrc, stream.due - rest.lost + rest.duplicates,
        rest.duplicates, rest.reordered, stream.due - rest.lostLast };
}

bool RingTraffic::steady() const
{
    return m_traffic->tick >= m_traffic->schedule.steadyFrom();
}

bool RingTraffic::drain()
{
    m_traffic->draining = true;
    return m_traffic->delayedCount == 0;
}

void RingTraffic::finish()
{
    for (std::uint32_t slot = 0; slot < StreamWheel::slotCount; ++slot)
        for (std::uint32_t i = 0; i < m_traffic->wheel.count(slot); ++i)
            m_traffic->record(m_traffic->wheel.slot(slot)[i], m_traffic->wheel.restsOf(slot)[i]);
}

const RingTruth& RingTraffic::truth() const
{
    return m_traffic->truth;
}

std::size_t RingTraffic::streamsOn() const
{
    return m_traffic->wheel.size();
}

double RingTraffic::latestMilliseconds() const
{
    return static_cast<double>(m_traffic->latest) / ticksPerSecond * 1000;
}

void RingTraffic::forgetLateness()
{
    m_traffic->latest = 0;
}

std::size_t RingTraffic::bytesOfBuffers() const
{
    const rte_mempool& pool = *m_traffic->mediaPool;
    return std::size_t(pool.size) * (pool.header_size + pool.elt_size + pool.trailer_size);
}

}
