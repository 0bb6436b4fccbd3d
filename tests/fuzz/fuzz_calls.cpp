// The whole monitor: frames on their way to records. Input, again and again: a byte that moves the clock, a byte of
// link type, u16 size, the frame. What the records come to must add up, whatever the frames say.
#include "engine/records/call_monitor.h"
#include "tests/engine/packet/packet_decoder.h"
#include "tests/fuzz/require.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <vector>

namespace {

using namespace callmon;

// Keeps nothing but who is on, to see that each call ends once and nothing follows.
class CheckingSink : public RecordSink {
public:
    void liveCall(const CallRecord& call) override { m_live.insert(call.key); }
    void stream(const StreamRecord& stream) override
    {
        require(stream.lost <= stream.expected);
        require(stream.duplicates < stream.packets);
        require(stream.packetsStored + stream.packetsNotStored + stream.packetsNotWanted <= stream.packets);
        require(stream.lossPercent >= 0 && stream.lossPercent <= 100);
        require(std::isfinite(stream.throughputBps) && stream.throughputBps >= 0);
        require(!stream.rFactor || (*stream.rFactor >= 0 && *stream.rFactor <= 100));
        require(!stream.mosMean || (*stream.mosMean >= 1 && *stream.mosMean <= 4.5));
        require(!m_ended.contains(stream.key.call));
    }
    void quality(const QualityPoint& point) override { require(!m_ended.contains(point.stream.call)); }
    void callEnded(const CallRecord& call) override
    {
        m_live.erase(call.key);
        require(m_ended.insert(call.key).second);
    }
    MediaChunk* takeChunk() override
    {
        if (m_taken == m_chunks.size()) // none left, as when the disk is late
            return nullptr;
        for (std::size_t i = 0; i < m_chunks.size(); ++i)
            if (!m_isTaken[i]) {
                m_isTaken[i] = true;
                ++m_taken;
                return &m_chunks[i];
            }
        std::abort();
    }
    void media(MediaChunk* chunk) override
    {
        const auto index = static_cast<std::size_t>(chunk - m_chunks.data());
        require(m_isTaken[index] && chunk->packets() > 0);
        m_recorded.clear();
        unpackPackets(*chunk, m_recorded);
        MediaReader reader(m_recorded);
        std::uint32_t packets = 0;
        while (reader.next())
            ++packets;
        require(packets == chunk->packets() && !reader.damaged());
        m_isTaken[index] = false;
        --m_taken;
    }
    void second(Timestamp) override { }

    void requireAllOver() const { require(m_live.empty() && m_taken == 0); }

private:
    std::set<CallKey> m_live;
    std::set<CallKey> m_ended;
    std::array<MediaChunk, 4> m_chunks;
    std::vector<std::byte> m_recorded;
    std::array<bool, 4> m_isTaken {};
    std::size_t m_taken = 0;
};

Nanoseconds step(std::uint8_t code)
{
    using namespace std::chrono_literals;
    static constexpr Nanoseconds steps[] = { 0ns, 1ns, 20ms, 99ms, 100ms, 1s, 6s, 33s, 181s, 301s, 7300s, 876'000h,
        -1ns, -20ms, -1s, -9s, -11s, -200s, -876'000h };
    return steps[code % std::size(steps)];
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static constexpr std::uint16_t linkTypes[] = { 1, 101, 113 };
    // What a classic capture file can say: 1970 to 2106.
    constexpr Timestamp earliest;
    constexpr Timestamp latest = earliest + std::chrono::seconds(0xffffffff);
    ByteReader in(std::as_bytes(std::span(data, size)));
    CheckingSink sink;
    TrackerOptions options; // small, so that every table fills up
    options.maxCalls = 4;
    options.maxStreams = 6;
    options.maxMediaAddresses = 6;
    options.maxUnboundFlows = 64;
    options.waitingBytes = 1 << 16;
    RecordingRule asks; // for what may come late, or never
    asks.name = "asks";
    asks.percent = 50;
    asks.address = "10.0.0.0/8";
    asks.header = "X-Record: *yes*";
    std::vector<RecordingRule> rules = builtInRecordingRules();
    rules.insert(rules.begin(), asks);
    options.recording = RecordingPolicy(rules, {});
    options.rtp.digits = DigitsKept::Masked;
    CallMonitor monitor(options, sink, { .masksKeys = true });
    static PacketDecoder decoder;
    Timestamp now = earliest + std::chrono::seconds(1'700'000'000);
    std::vector<Datagram> batch;
    std::uint64_t datagrams = 0;
    const auto hand = [&] {
        monitor.process(batch);
        datagrams += batch.size();
        batch.clear();
        monitor.advance(now);
    };
    while (in.left() > 0) {
        const std::uint8_t code = in.u8();
        now = std::clamp(now + step(code & 0x7f), earliest, latest);
        const std::uint8_t link = in.u8();
        const std::size_t length = in.u16();
        const Bytes frame = in.take(std::min(length, in.left()));
        if (const auto datagram = decoder.decode(linkTypes[link % std::size(linkTypes)], frame, now, {}))
            batch.push_back(*datagram);
        if ((code & 0x80) != 0)
            hand();
    }
    hand();
    monitor.finish();
    require(monitor.liveCalls() == 0 && monitor.datagrams() == datagrams);
    sink.requireAllOver();
    std::uint64_t counted = 0; // each datagram under exactly one of the first seven
    const auto counters = monitor.counters();
    for (std::size_t i = 0; i < 7; ++i)
        counted += counters[i].value;
    require(counted == datagrams);
    return 0;
}
