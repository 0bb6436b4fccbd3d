// What tracking costs per packet: calls set up by real SIP and SDP, then one RTP packet of every stream every 20 ms in
// a new random order each time, in frames of their own as a port's buffers hold them. Ours does all that the engine
// does with them: binding, every statistic, a quality point and a record a second, expiry. Beside it, in the same run,
// the statistics alone behind std::unordered_map and behind DPDK's rte_hash in bulk; with payload, a vector per stream;
// and ours where no call claims the packets, as many calls as before being on.
//
//   tracking_bench [--calls N] [--round-ms N] [--rounds N] [--payload] [--churn CALLS] [--only ours|unclaimed|map|rte]
#include "bench_machine.h"
#include "engine/alarms/alarm_desk.h"
#include "engine/metrics/service_monitor.h"
#include "engine/records/call_monitor.h"

#include <rte_eal.h>
#include <rte_hash.h>
#include <rte_hash_crc.h>
#include <x86intrin.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <numeric>
#include <random>
#include <string_view>
#include <unordered_map>

using namespace callmon;

namespace {

constexpr std::size_t burst = 64;
constexpr Nanoseconds packetInterval = std::chrono::milliseconds(20);
constexpr Timestamp begin = Timestamp(std::chrono::seconds(1'700'000'000));

struct Options {
    std::uint32_t calls = 52'000;
    std::uint32_t roundMs = 1000; // of traffic
    std::uint32_t rounds = 5;
    std::uint32_t churn = 100'000;
    bool payload = false;
    std::string_view only;
    bool wants(std::string_view what) const { return only.empty() || only == what; }
};

std::size_t residentBytes()
{
    std::size_t pages = 0;
    std::size_t resident = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident;
    return resident * 4096;
}

Endpoint mediaOf(std::uint32_t stream)
{
    return { IpAddress::v4(0x0a000000u + (stream / 500) * 2 + (stream & 1)),
        static_cast<std::uint16_t>(10'000 + (stream / 2) % 250 * 2) };
}

std::string sip(std::uint32_t call, const char* start, const char* cseq, bool toTag, const Endpoint* media)
{
    const std::string id = std::to_string(call);
    std::string body;
    if (media != nullptr) {
        const std::string ip = media->ip.toString();
        body = "v=0\r\no=- 1 1 IN IP4 " + ip + "\r\ns=-\r\nc=IN IP4 " + ip + "\r\nt=0 0\r\nm=audio "
            + std::to_string(media->port)
            + " RTP/AVP 8 0 18 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:18 G729/8000\r\n"
              "a=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\na=sendrecv\r\n";
    }
    return std::string(start) + "\r\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK" + id + cseq + "\r\nFrom: <sip:+3491"
        + id + "@example.net>;tag=a" + id + "\r\nTo: <sip:+3492" + id + "@example.net>" + (toTag ? ";tag=b" + id : "")
        + "\r\nCall-ID: " + id + "-9a8b7c6d@192.0.2.10\r\nCSeq: " + cseq
        + (media != nullptr ? "\r\nContent-Type: application/sdp" : "")
        + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Frames as a port leaves them: one buffer each, what was written to it likely not in this core's cache any more.
class Frames {
public:
    static constexpr std::size_t count = 1 << 16;
    static constexpr std::size_t room = 2304; // an rte_mbuf with 2 KiB

    Frames()
        : m_bytes(count * room)
        , datagrams(count)
    {
        m_bytes.touch();
    }
    void write(std::size_t i, std::uint32_t stream, std::uint32_t number, Timestamp at)
    {
        auto* packet = static_cast<std::uint8_t*>(m_bytes.data()) + i * room + 256 + 42; // behind Ethernet, IPv4, UDP
        const auto put = [&](std::size_t offset, std::uint32_t value, int bytes) {
            for (int b = 0; b < bytes; ++b)
                packet[offset + static_cast<std::size_t>(b)] = static_cast<std::uint8_t>(value >> 8 * (bytes - 1 - b));
        };
        put(0, 0x8008, 2);
        put(2, number, 2);
        put(4, number * 160, 4);
        put(8, stream * 2654435761u, 4);
        std::memset(packet + 12, 0x55, 160);
        Datagram& datagram = datagrams[i];
        datagram.arrival = at;
        datagram.flow = { mediaOf(stream ^ 1), mediaOf(stream) };
        datagram.payload = Bytes(reinterpret_cast<const std::byte*>(packet), 172);
        datagram.wirePayloadSize = 172;
        datagram.ipSize = 200;
    }

private:
    MappedMemory m_bytes;

public:
    std::vector<Datagram> datagrams;
};

class CountingSink : public RecordSink {
public:
    explicit CountingSink(std::size_t pool)
        : m_memory(pool * sizeof(MediaChunk))
        , m_keeps(pool > 0)
    {
        m_memory.touch();
        m_free.resize(pool);
        for (std::size_t i = 0; i < pool; ++i)
            m_free[i] = ::new (static_cast<MediaChunk*>(m_memory.data()) + i) MediaChunk;
        m_count = pool;
    }
    void liveCall(const CallRecord&) override { }
    void stream(const StreamRecord&) override { ++records; }
    void quality(const QualityPoint&) override { ++points; }
    void callEnded(const CallRecord&) override { ++ended; }
    bool keepsMedia() const override { return m_keeps; }
    MediaChunk* takeChunk() override // the one that was handed over longest ago: written by now, and cold
    {
        if (m_count == 0)
            return nullptr;
        --m_count;
        MediaChunk* chunk = m_free[m_first];
        m_first = (m_first + 1) % m_free.size();
        return chunk;
    }
    void media(MediaChunk* chunk) override
    {
        m_free[(m_first + m_count++) % m_free.size()] = chunk;
        ++chunks;
    }
    void second(Timestamp) override { }
    std::uint64_t records = 0;
    std::uint64_t points = 0;
    std::uint64_t ended = 0;
    std::uint64_t chunks = 0;

private:
    MappedMemory m_memory;
    std::vector<MediaChunk*> m_free; // a ring
    std::size_t m_first = 0;
    std::size_t m_count = 0;
    bool m_keeps;
};

// Gives packets in rounds of 20 ms, each stream once in a new order; streams begin spread over the first second, as
// calls do, so that their seconds do not end all at once.
class Traffic {
public:
    Traffic(std::uint32_t firstStream, std::uint32_t streams)
        : m_first(firstStream)
        , m_order(streams)
        , m_sent(streams)
        , m_at(streams)
    {
        std::iota(m_order.begin(), m_order.end(), 0u);
    }
    // Calls use(span of datagrams) for `periods` times 20 ms; between, frames are written.
    template <typename Use> void run(Frames& frames, std::uint32_t periods, Use&& use)
    {
        std::size_t filled = 0;
        for (std::uint32_t p = 0; p < periods; ++p, ++m_period) {
            std::shuffle(m_order.begin(), m_order.end(), m_random);
            std::uint32_t position = 0;
            for (const std::uint32_t stream : m_order) {
                const auto place = Nanoseconds(packetInterval.count() * position++ / static_cast<std::int64_t>(m_at));
                if (m_period < 50 && stream % 50 > m_period)
                    continue;
                frames.write(filled++, m_first + stream, m_sent[stream]++, begin + m_period * packetInterval + place);
                if (filled == Frames::count) {
                    use(std::span<const Datagram>(frames.datagrams));
                    filled = 0;
                }
            }
        }
        use(std::span<const Datagram>(frames.datagrams).first(filled));
    }

private:
    std::uint32_t m_first;
    std::vector<std::uint32_t> m_order;
    std::vector<std::uint32_t> m_sent;
    std::uint32_t m_at;
    std::uint32_t m_period = 0;
    std::mt19937 m_random { 42 };
};

struct Cost {
    double cyclesPerPacket = 0;
    double mpps = 0;
};

// Median, least and most of the rounds.
template <typename Use>
double measure(const char* name, const Options& options, Frames& frames, Use&& use, std::uint32_t firstStream = 0)
{
    Traffic traffic(firstStream, options.calls * 2);
    traffic.run(frames, 60, use); // every stream is known, and every buffer was used
    std::vector<Cost> costs;
    for (std::uint32_t round = 0; round < options.rounds; ++round) {
        std::uint64_t cycles = 0;
        std::uint64_t packets = 0;
        std::chrono::duration<double, std::micro> wall {};
        traffic.run(frames, options.roundMs / 20, [&](std::span<const Datagram> datagrams) {
            const auto from = std::chrono::steady_clock::now();
            const std::uint64_t tsc = __rdtsc();
            use(datagrams);
            cycles += __rdtsc() - tsc;
            wall += std::chrono::steady_clock::now() - from;
            packets += datagrams.size();
        });
        costs.push_back({ static_cast<double>(cycles) / static_cast<double>(packets),
            static_cast<double>(packets) / wall.count() });
    }
    std::sort(costs.begin(), costs.end(), [](Cost a, Cost b) { return a.cyclesPerPacket < b.cyclesPerPacket; });
    const Cost& median = costs[costs.size() / 2];
    std::printf("  %-42s %7.1f cycles/packet (%.1f to %.1f)  %6.2f Mpps\n", name, median.cyclesPerPacket,
        costs.front().cyclesPerPacket, costs.back().cyclesPerPacket, median.mpps);
    std::fflush(stdout);
    return median.cyclesPerPacket;
}

template <typename Monitor> void setUp(Monitor& monitor, std::uint32_t calls)
{
    for (std::uint32_t call = 0; call < calls; ++call) {
        const Endpoint a = mediaOf(2 * call);
        const Endpoint b = mediaOf(2 * call + 1);
        const std::string messages[] = { sip(call, "INVITE sip:b@192.0.2.20 SIP/2.0", "1 INVITE", false, &a),
            sip(call, "SIP/2.0 200 OK", "1 INVITE", true, &b),
            sip(call, "ACK sip:b@192.0.2.20 SIP/2.0", "1 ACK", true, nullptr) };
        std::array<Datagram, 3> datagrams;
        for (std::size_t i = 0; i < 3; ++i) {
            const bool response = i == 1;
            datagrams[i].arrival = begin - std::chrono::seconds(1) + Nanoseconds(std::uint64_t { call } * 1000);
            datagrams[i].flow = { { IpAddress::v4(response ? 0xc0000214 : 0xc000020a), 5060 },
                { IpAddress::v4(response ? 0xc000020a : 0xc0000214), 5060 } };
            datagrams[i].payload = std::as_bytes(std::span(messages[i]));
        }
        monitor.process(datagrams);
    }
}

// As when the INVITEs were lost: these streams' addresses are none that a call has.
void unclaimed(const Options& options, Frames& frames)
{
    CountingSink sink(0);
    TrackerOptions tracker;
    tracker.maxCalls = options.calls + options.calls / 4;
    tracker.maxStreams = tracker.maxMediaAddresses = 2 * tracker.maxCalls;
    tracker.signallingPatience = std::chrono::milliseconds(500); // over when it is measured
    CallMonitor monitor(tracker, sink);
    setUp(monitor, options.calls);
    const std::uint32_t others = 2 * options.calls;
    measure(
        "ours, claimed by no call", options, frames,
        [&](std::span<const Datagram> datagrams) {
            for (std::size_t i = 0; i < datagrams.size(); i += burst)
                monitor.process(datagrams.subspan(i, std::min(burst, datagrams.size() - i)));
        },
        others);
    for (const NamedCounter& counter : monitor.counters())
        if (counter.name == "rtp_packets" && counter.value > 0)
            std::printf("  WRONG: %s %llu\n", counter.name.c_str(), static_cast<unsigned long long>(counter.value));
}

double ours(const Options& options, Frames& frames, bool payload)
{
    const std::uint32_t streams = options.calls * 2;
    const std::size_t before = residentBytes();
    const auto sink = std::make_unique<CountingSink>(payload ? streams + streams / 8 : 0);
    const std::size_t withChunks = residentBytes();
    TrackerOptions tracker;
    tracker.maxCalls = options.calls + options.calls / 4;
    tracker.maxStreams = streams + streams / 4;
    tracker.maxMediaAddresses = streams + streams / 4;
    CallMonitor monitor(tracker, *sink);
    setUp(monitor, options.calls);
    const std::size_t withCalls = residentBytes();
    const double cycles = measure(payload ? "ours, payload into chunks" : "ours, statistics only", options, frames,
        [&](std::span<const Datagram> datagrams) {
            for (std::size_t i = 0; i < datagrams.size(); i += burst)
                monitor.process(datagrams.subspan(i, std::min(burst, datagrams.size() - i)));
        });
    std::uint64_t counted = 0;
    for (const NamedCounter& counter : monitor.counters()) {
        if (counter.name == "rtp_packets")
            counted = counter.value;
        if ((counter.name == "rtp_unbound" || counter.name == "rtp_refused") && counter.value > 0)
            std::printf("  WRONG: %s %llu\n", counter.name.c_str(), static_cast<unsigned long long>(counter.value));
    }
    std::printf(
        "    %llu packets, %llu points, %llu chunks; resident: %.0f bytes a call, %.0f a stream, chunks %.0f MiB\n",
        static_cast<unsigned long long>(counted), static_cast<unsigned long long>(sink->points),
        static_cast<unsigned long long>(sink->chunks), double(withCalls - withChunks) / options.calls,
        double(residentBytes() - withCalls) / streams, double(withChunks - before) / 1048576);
    return cycles;
}

// Takes what tracking finds, and makes nothing of it.
class StatisticsAlone final : public TrackerListener, public LaneListener {
public:
    void attach(MediaLane& lane) { m_lane = &lane; }
    std::uint64_t streams = 0;

private:
    void callStarted(std::uint32_t) override { }
    void callChanged(std::uint32_t) override { }
    void messageSeen(std::uint32_t, const SeenMessage&) override { }
    void callEnded(std::uint32_t) override { }
    void callForgotten(std::uint32_t) override { }
    bool wantsMedia() const override { return false; }
    void streamStarted(std::uint32_t stream, Timestamp) override
    {
        m_lane->head(stream).secondEndsAt = Timestamp::max(); // it has no seconds
        ++streams;
    }
    void streamNumbered(std::uint32_t) override { }
    void streamDropped(std::uint32_t) override { }
    void secondPassed(std::uint32_t, Timestamp) override { }
    void media(std::span<const MediaPacket>) override { }
    void probeLost(Timestamp, Timestamp) override { }
    void tick(Timestamp) override { }

    MediaLane* m_lane = nullptr;
};

// What the storage thread does with a record but for storing it: it takes them from a queue, and looks some ahead.
class JudgingSink final : public CountingSink {
public:
    explicit JudgingSink(std::uint32_t maxCalls)
        : CountingSink(0)
        , m_alarms(maxCalls, builtInRules())
        , m_service([&] {
            ServiceOptions options;
            options.maxCalls = maxCalls;
            return options;
        }())
    {
    }
    void liveCall(const CallRecord& call) override
    {
        take();
        m_alarms.calls().liveCall(call);
        m_service.liveCall(call);
    }
    void stream(const StreamRecord& stream) override
    {
        take();
        CountingSink::stream(stream);
        m_alarms.calls().stream(stream);
        m_service.stream(stream);
    }
    void quality(const QualityPoint& point) override
    {
        CountingSink::quality(point);
        judged += point.mos > 0 ? 1 : 0;
        m_streams[m_waiting] = point.stream;
        m_points[m_waiting] = point;
        if (++m_waiting == m_points.size())
            take();
    }
    void callEnded(const CallRecord& call) override
    {
        take();
        m_alarms.calls().callEnded(call);
        m_service.callEnded(call);
    }
    void second(Timestamp now) override
    {
        take();
        m_alarms.second(now);
        m_service.second(now);
    }
    std::uint64_t judged = 0; // points with a MOS

private:
    void take()
    {
        m_alarms.calls().expect(std::span(m_streams).first(m_waiting));
        for (const QualityPoint& point : std::span(m_points).first(std::exchange(m_waiting, 0)))
            m_alarms.calls().quality(point);
    }

    std::array<QualityPoint, 32> m_points; // as many as the storage thread looks ahead
    std::array<StreamKey, 32> m_streams;
    std::size_t m_waiting = 0;
    AlarmDesk m_alarms;
    ServiceMonitor m_service;
};

void judged(const Options& options, Frames& frames)
{
    const std::uint32_t streams = options.calls * 2;
    TrackerOptions tracker;
    tracker.maxCalls = options.calls + options.calls / 4;
    tracker.maxStreams = tracker.maxMediaAddresses = streams + streams / 4;
    const auto take = [](auto& monitor, std::span<const Datagram> datagrams) {
        for (std::size_t i = 0; i < datagrams.size(); i += burst)
            monitor.process(datagrams.subspan(i, std::min(burst, datagrams.size() - i)));
    };
    double alone = 0;
    {
        TrackerOptions plain = tracker;
        plain.rtp.buffer.kind = JitterBufferKind::None;
        StatisticsAlone nothing;
        const std::array<LaneListener*, 1> lanes { &nothing };
        Tracker monitor(plain, nothing, lanes);
        nothing.attach(monitor.lane(0));
        setUp(monitor, options.calls);
        alone = measure("ours, statistics alone", options, frames,
            [&](std::span<const Datagram> datagrams) { take(monitor, datagrams); });
        if (nothing.streams != streams)
            std::printf("  WRONG: %llu streams\n", static_cast<unsigned long long>(nothing.streams));
    }
    JudgingSink sink(tracker.maxCalls);
    CallMonitor monitor(tracker, sink);
    setUp(monitor, options.calls);
    const double all = measure("ours, all measured and judged", options, frames,
        [&](std::span<const Datagram> datagrams) { take(monitor, datagrams); });
    std::printf("    %llu points, %llu of them with a MOS; %.2f times statistics alone (goal: at most 1.25)\n",
        static_cast<unsigned long long>(sink.points), static_cast<unsigned long long>(sink.judged), all / alone);
}

struct IdentityHash {
    std::size_t operator()(const StreamIdentity& identity) const { return SeededHash(1)(identity); }
};

StreamIdentity identityOf(const Datagram& datagram, const RtpHeader& packet)
{
    return { datagram.flow, packet.ssrc };
}

const PayloadMeaning pcma { 8, PayloadKind::Media, 1, { 8000 } };

void withMap(const Options& options, Frames& frames, bool payload)
{
    struct Entry {
        RtpRun run;
        RtpStream stream;
        std::vector<std::byte> media;
    };
    std::unordered_map<StreamIdentity, Entry, IdentityHash> map;
    measure(payload ? "std::unordered_map, vector per stream" : "std::unordered_map", options, frames,
        [&](std::span<const Datagram> datagrams) {
            for (const Datagram& datagram : datagrams) {
                const auto packet = parseRtp(datagram.payload, datagram.wirePayloadSize);
                Entry& entry = map[identityOf(datagram, *packet)];
                entry.stream.add(
                    entry.run, { datagram.arrival, datagram.uncertainty, datagram.ipSize }, *packet, pcma, {});
                if (payload) {
                    if (entry.media.size() > 9400)
                        entry.media = {}; // written
                    entry.media.resize(entry.media.size() + 16);
                    entry.media.insert(entry.media.end(), datagram.payload.begin(), datagram.payload.end());
                }
            }
        });
}

void withRteHash(const Options& options, Frames& frames)
{
    rte_hash_parameters parameters {};
    parameters.name = "streams";
    parameters.entries = options.calls * 4;
    parameters.key_len = sizeof(StreamIdentity);
    parameters.hash_func = rte_hash_crc;
    rte_hash* table = rte_hash_create(&parameters);
    if (table == nullptr) {
        std::printf("  rte_hash: could not be made\n");
        return;
    }
    std::vector<RtpStream> streams(options.calls * 4 + 1);
    std::vector<RtpRun> runs(streams.size());
    measure("rte_hash, lookups in bulk of 64", options, frames, [&](std::span<const Datagram> datagrams) {
        for (std::size_t from = 0; from < datagrams.size(); from += burst) {
            const auto some = datagrams.subspan(from, std::min(burst, datagrams.size() - from));
            std::array<StreamIdentity, burst> keys;
            std::array<const void*, burst> pointers;
            std::array<std::int32_t, burst> positions;
            std::array<RtpHeader, burst> packets;
            for (const Datagram& datagram : some)
                __builtin_prefetch(datagram.payload.data());
            for (std::size_t i = 0; i < some.size(); ++i) {
                packets[i] = *parseRtp(some[i].payload, some[i].wirePayloadSize);
                keys[i] = identityOf(some[i], packets[i]);
                pointers[i] = &keys[i];
            }
            rte_hash_lookup_bulk(table, pointers.data(), static_cast<std::uint32_t>(some.size()), positions.data());
            for (std::size_t i = 0; i < some.size(); ++i) {
                if (positions[i] < 0)
                    positions[i] = rte_hash_add_key(table, &keys[i]);
                const auto* const run = reinterpret_cast<const char*>(&runs[static_cast<std::size_t>(positions[i])]);
                for (std::size_t line = 0; line < sizeof(RtpRun); line += 64)
                    __builtin_prefetch(run + line, 1);
            }
            for (std::size_t i = 0; i < some.size(); ++i) {
                const auto stream = static_cast<std::size_t>(positions[i]);
                streams[stream].add(
                    runs[stream], { some[i].arrival, some[i].uncertainty, some[i].ipSize }, packets[i], pcma, {});
            }
        }
    });
    rte_hash_free(table);
}

// Calls set up, talking for a packet each way, and torn down, as fast as it goes; packet time runs at 10,000 calls/s.
void churn(const Options& options)
{
    const auto sink = std::make_unique<CountingSink>(0);
    TrackerOptions tracker;
    tracker.maxCalls = 131'072;
    tracker.maxStreams = 2 * 131'072;
    tracker.maxMediaAddresses = 2 * 131'072;
    tracker.touchMemory = true;
    tracker.lingerAfterEnd = std::chrono::seconds(1); // so that calls end while others begin
    CallMonitor monitor(tracker, *sink);
    constexpr std::uint32_t at = 256;
    constexpr Nanoseconds apart = std::chrono::microseconds(100);
    std::chrono::duration<double> spent {};
    std::vector<double> pausesUs;
    std::vector<std::string> texts;
    std::vector<Datagram> datagrams;
    const auto frames = std::make_unique<Frames>();
    for (std::uint32_t from = 0; from < options.churn; from += at) {
        texts.clear();
        datagrams.clear();
        for (std::uint32_t call = from; call < from + at; ++call) {
            const Endpoint a = mediaOf(2 * call);
            const Endpoint b = mediaOf(2 * call + 1);
            texts.push_back(sip(call, "INVITE sip:b@192.0.2.20 SIP/2.0", "1 INVITE", false, &a));
            texts.push_back(sip(call, "SIP/2.0 200 OK", "1 INVITE", true, &b));
            texts.push_back(sip(call, "ACK sip:b@192.0.2.20 SIP/2.0", "1 ACK", true, nullptr));
            texts.push_back(sip(call, "BYE sip:b@192.0.2.20 SIP/2.0", "2 BYE", true, nullptr));
            const Timestamp now = begin + call * apart;
            for (int i = 0; i < 6; ++i) {
                if (i == 3 || i == 4) { // a packet each way before the BYE
                    const std::size_t frame = 2 * (call - from) + static_cast<std::size_t>(i - 3);
                    frames->write(frame, 2 * call + static_cast<std::uint32_t>(i - 3), 0, now);
                    datagrams.push_back(frames->datagrams[frame]);
                    continue;
                }
                Datagram datagram;
                datagram.arrival = now;
                datagram.flow = { { IpAddress::v4(i == 1 ? 0xc0000214 : 0xc000020a), 5060 },
                    { IpAddress::v4(i == 1 ? 0xc000020a : 0xc0000214), 5060 } };
                datagrams.push_back(datagram);
            }
        }
        for (std::size_t i = 0, text = 0; i < datagrams.size(); ++i) {
            if (datagrams[i].payload.empty())
                datagrams[i].payload = std::as_bytes(std::span(texts[text++]));
        }
        for (std::size_t i = 0; i < datagrams.size(); i += burst) {
            const auto start = std::chrono::steady_clock::now();
            monitor.process(std::span(datagrams).subspan(i, std::min(burst, datagrams.size() - i)));
            const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
            spent += took;
            pausesUs.push_back(took.count() * 1e6);
        }
    }
    std::sort(pausesUs.begin(), pausesUs.end());
    std::printf(
        "calls set up and torn down (4 SIP messages, 2 RTP packets each): %.0f a second; %llu ended; a burst of 64: "
        "median %.0f us, 99.9 %% %.0f us, longest %.0f us\n",
        options.churn / spent.count(), static_cast<unsigned long long>(sink->ended), pausesUs[pausesUs.size() / 2],
        pausesUs[pausesUs.size() * 999 / 1000], pausesUs.back());
}

Options parse(int argc, char** argv)
{
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        const auto value = [&] { return i + 1 < argc ? static_cast<std::uint32_t>(std::stoul(argv[++i])) : 0u; };
        if (word == "--calls")
            options.calls = value();
        else if (word == "--round-ms")
            options.roundMs = std::max(20u, value());
        else if (word == "--rounds")
            options.rounds = std::max(1u, value());
        else if (word == "--churn")
            options.churn = value();
        else if (word == "--payload")
            options.payload = true;
        else if (word == "--only" && i + 1 < argc)
            options.only = argv[++i];
        else {
            std::printf(
                "tracking_bench [--calls N] [--round-ms N] [--rounds N] [--payload] [--churn CALLS, 0 for none] "
                "[--only ours|judged|unclaimed|map|rte]\n");
            std::exit(2);
        }
    }
    return options;
}

bool startDpdk()
{
    std::vector<std::string> words { "tracking_bench", "--no-huge", "--no-shconf", "--no-pci", "--no-telemetry", "-m",
        "1024", "--log-level=error", "--lcores=0" };
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    return rte_eal_init(static_cast<int>(arguments.size()), arguments.data()) >= 0;
}

}

int main(int argc, char** argv)
{
    const Options options = parse(argc, argv);
    printMachine();
    const bool dpdk = options.wants("rte") && startDpdk();
    std::printf("%u streams of %u calls, %u rounds of %u ms of traffic\n", options.calls * 2, options.calls,
        options.rounds, options.roundMs);
    {
        Frames frames;
        if (options.wants("ours"))
            ours(options, frames, options.payload);
        if (options.wants("judged"))
            judged(options, frames);
        if (options.wants("unclaimed"))
            unclaimed(options, frames);
        if (options.wants("map"))
            withMap(options, frames, options.payload);
        if (dpdk && !options.payload)
            withRteHash(options, frames);
    }
    if (options.churn > 0 && options.wants("ours"))
        churn(options);
    return 0;
}
