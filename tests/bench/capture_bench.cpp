// What the capture core pays for a frame: receive, stamp, classify, hand on or free, by the program's own CaptureLoop
// and DpdkPort on one core. The same device received and freed with nothing between is the floor to compare with.
//
//   capture_bench [rounds] [frames per round]
//
// net_null hands out zeroed buffers of one pool, warm in the cache. Into net_ring go frames of a pool without a cache,
// so that each comes from memory, as a card's do; each RTP packet has a number of its own there, or it would be a copy
// of another. What the bench does itself (filling the ring, reading batches) is
// taken off by the time stamp counter, twice per 64 frames.
#include "bench_machine.h"
#include "port_behind.h"
#include "engine/capture/capture_loop.h"
#include "engine/capture/cycle_counter.h"
#include "engine/capture/dpdk_port.h"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <functional>
#include <immintrin.h>

using namespace callmon;

namespace {

constexpr unsigned burst = FrameBatch::capacity;
constexpr std::size_t rtpSize = 214;
constexpr unsigned buffersInMemory = 32768; // 80 MB of them: more than the cache holds

using Content = std::vector<std::uint8_t>;

// Ethernet, IPv4 and the transport's first bytes, padded to `size` (without check sequence).
Content ipFrame(std::uint8_t protocol, std::size_t size, const Content& transport)
{
    Content frame { 2, 0, 0, 0, 0, 10, 2, 0, 0, 0, 0, 11, 8, 0, 0x45, 0 };
    const std::size_t ipSize = size - 14;
    frame.insert(frame.end(),
        { std::uint8_t(ipSize >> 8), std::uint8_t(ipSize), 0, 1, 0x40, 0, 64, protocol, 0, 0, 192, 0, 2, 1, 198, 51,
            100, 2 });
    frame.insert(frame.end(), transport.begin(), transport.end());
    frame.resize(size);
    return frame;
}

// Sizes without the check sequence of 4 bytes, which no driver hands out.
Content tcpSyn()
{
    return ipFrame(6, 60, { 0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0xff, 0xff });
}
Content otherUdp()
{
    return ipFrame(17, 60, { 0x9c, 0x40, 0, 53, 0, 26, 0, 0, 0x12, 0x34, 1, 0, 0, 1 });
}
Content rtp()
{
    return ipFrame(17, rtpSize, { 0x9c, 0x40, 0x13, 0x88, 0, 180, 0, 0, 0x80, 8, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4 });
}

// A source in front of another that fills the device first and reads what was handed on; counts the cycles that this
// takes.
class Loaded : public PortBehind {
public:
    Loaded(FrameSource& port, std::function<void()> fill, std::uint64_t frames)
        : PortBehind(port)
        , m_fill(std::move(fill))
        , m_frames(frames)
    {
    }
    void read(CaptureLoop& loop) { m_loop = &loop; }
    std::uint64_t ownCycles() const { return m_own; }

    Result<void> receive(FrameBatch& batch) override
    {
        const std::uint64_t begun = __rdtsc();
        while (m_loop->framesHandedOn() > m_read) {
            FrameBatch* const handedOn = m_loop->next();
            m_read += handedOn->count;
            m_loop->giveBack(handedOn);
        }
        m_fill();
        m_own += __rdtsc() - begun;
        auto received = m_port.receive(batch);
        batch.last = m_loop->framesReceived() >= m_frames;
        return received;
    }

private:
    std::function<void()> m_fill;
    std::uint64_t m_frames;
    CaptureLoop* m_loop = nullptr;
    std::uint64_t m_read = 0;
    std::uint64_t m_own = 0;
};

struct Round {
    double cycles; // per frame
    std::uint64_t received;
    std::uint64_t handedOn;
};

Round measureLoop(FrameSource& port, const std::function<void()>& fill, std::uint64_t frames, bool dropMirrorCopies)
{
    Loaded source(port, fill, frames);
    CaptureLoop loop(source, { .batches = 64, .dropMirrorCopies = dropMirrorCopies });
    source.read(loop);
    const std::uint64_t begun = __rdtsc();
    loop.run({});
    const std::uint64_t cycles = __rdtsc() - begun - source.ownCycles();
    while (FrameBatch* batch = loop.next())
        loop.giveBack(batch);
    return { double(cycles) / double(loop.framesReceived()), loop.framesReceived(), loop.framesHandedOn() };
}

Round measureFloor(std::uint16_t port, const std::function<void()>& fill, std::uint64_t frames)
{
    rte_mbuf* buffers[burst];
    std::uint64_t received = 0;
    std::uint64_t cycles = 0;
    while (received < frames) {
        fill();
        const std::uint64_t begun = __rdtsc();
        const std::uint16_t count = rte_eth_rx_burst(port, 0, buffers, burst);
        rte_pktmbuf_free_bulk(buffers, count);
        cycles += __rdtsc() - begun;
        received += count;
    }
    return { double(cycles) / double(received), received, 0 };
}

void print(const char* what, std::vector<Round> rounds, double hertz)
{
    std::sort(rounds.begin(), rounds.end(), [](const Round& a, const Round& b) { return a.cycles < b.cycles; });
    const double median = rounds[rounds.size() / 2].cycles;
    std::printf("%-44s %6.1f [%6.1f .. %6.1f] %8.1f %9.0f %%\n", what, median, rounds.front().cycles,
        rounds.back().cycles, hertz / median / 1e6, 100.0 * double(rounds[0].handedOn) / double(rounds[0].received));
}

// Buffers that hold the frames already: what allocates one finds its content in it.
class PreparedBuffers {
public:
    PreparedBuffers(const char* name, const std::vector<Content>& contents)
        : m_contents(contents)
        , m_pool(rte_pktmbuf_pool_create(name, buffersInMemory - 1, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY))
    {
        std::vector<rte_mbuf*> all(m_pool ? buffersInMemory - 1 : 0);
        if (!m_pool || rte_pktmbuf_alloc_bulk(m_pool, all.data(), unsigned(all.size())) != 0) {
            std::fprintf(stderr, "no memory for the frames\n");
            std::exit(1);
        }
        for (std::size_t i = 0; i < all.size(); ++i) {
            const Content& content = contents[i % contents.size()];
            std::memcpy(rte_pktmbuf_mtod(all[i], void*), content.data(), content.size());
        }
        for (rte_mbuf* buffer : all) // one by one: their order is kept
            rte_pktmbuf_free(buffer);
    }
    ~PreparedBuffers() { rte_mempool_free(m_pool); }
    PreparedBuffers(const PreparedBuffers&) = delete;
    PreparedBuffers& operator=(const PreparedBuffers&) = delete;

    // Of RTP the same packet comes `copies` times.
    void into(rte_ring* ring, std::uint32_t copies)
    {
        rte_mbuf* buffers[burst];
        if (rte_ring_count(ring) >= burst || rte_pktmbuf_alloc_bulk(m_pool, buffers, burst) != 0)
            return;
        for (rte_mbuf* buffer : buffers) {
            // Which content it holds shows in its length of the IP header: the bench's own frames are IPv4.
            auto* data = rte_pktmbuf_mtod(buffer, std::uint8_t*);
            const std::size_t size = m_contents.size() == 1 ? m_contents[0].size() : 14u + (data[16] << 8 | data[17]);
            buffer->data_len = static_cast<std::uint16_t>(size);
            buffer->pkt_len = static_cast<std::uint32_t>(size);
            if (size == rtpSize) { // sequence and timestamp, and out of the cache with them
                const std::uint32_t number = m_number++ / copies;
                std::memcpy(data + 14 + 20 + 8 + 2, &number, sizeof number);
                _mm_clflush(data);
            }
        }
        rte_ring_enqueue_bulk(ring, reinterpret_cast<void**>(buffers), burst, nullptr);
    }

private:
    std::vector<Content> m_contents;
    rte_mempool* m_pool;
    std::uint32_t m_number = 0;
};

std::unique_ptr<DpdkPort> mustOpen(const char* name)
{
    auto port = DpdkPort::open({ .name = name, .mbufs = 32768, .linkMbps = 10000, .pollBusy = true });
    if (!port) {
        std::fprintf(stderr, "%s\n", port.error().what.c_str());
        std::exit(1);
    }
    for (const std::string& note : port.value()->notes())
        std::printf("note: %s\n", note.c_str());
    return std::move(port.value());
}

double tscHertz()
{
    const CycleCounter counter;
    CounterClock clock;
    for (int i = 0; i < 10; ++i) {
        clock.calibrate(counter.read());
        timespec time { .tv_sec = 0, .tv_nsec = 20'000'000 };
        nanosleep(&time, nullptr);
    }
    return 1e9 / clock.nanosecondsPerTick();
}

std::uint64_t argument(int argc, char** argv, int index, std::uint64_t otherwise)
{
    std::uint64_t value = otherwise;
    if (index < argc)
        std::from_chars(argv[index], argv[index] + std::strlen(argv[index]), value);
    return value;
}

}

int main(int argc, char** argv)
{
    const std::uint64_t rounds = std::max<std::uint64_t>(argument(argc, argv, 1, 9), 1);
    const std::uint64_t frames = argument(argc, argv, 2, 5'000'000);
    printMachine();
    const double hertz = tscHertz();
    std::printf("time stamp counter %.0f MHz; %llu rounds of %llu frames\n", hertz / 1e6,
        static_cast<unsigned long long>(rounds), static_cast<unsigned long long>(frames));
    std::printf("%-44s %6s [%6s .. %6s] %8s %11s\n", "", "cycles", "least", "most", "Mpps", "handed on");

    const auto compare = [&](const char* what, FrameSource& port, std::uint16_t id, const std::function<void()>& fill) {
        std::vector<Round> drop;
        std::vector<Round> keep;
        std::vector<Round> floor;
        for (std::uint64_t i = 0; i < rounds; ++i) {
            floor.push_back(measureFloor(id, fill, frames));
            keep.push_back(measureLoop(port, fill, frames, false));
            drop.push_back(measureLoop(port, fill, frames, true));
        }
        print(what, drop, hertz);
        print("    mirror copies kept", keep, hertz);
        print("    only received and freed", floor, hertz);
    };
    const auto idOf = [](const char* name) {
        std::uint16_t id = 0;
        rte_eth_dev_get_port_by_name(name, &id);
        return id;
    };
    {
        const auto port = mustOpen("net_null0,size=64");
        compare("net_null, 64 bytes, no IP", *port, idOf("net_null0"), [] {});
    }
    const auto port = mustOpen("net_ring0");
    rte_ring* const ring = rte_ring_lookup("ETH_RXTX0_net_ring0");
    if (!ring) {
        std::fprintf(stderr, "net_ring has no ring by the name that DPDK 22.11 gives it\n");
        return 1;
    }
    struct Traffic {
        const char* name;
        std::vector<Content> contents;
        std::uint32_t copies = 1;
    };
    const Traffic traffic[] = { { "net_ring, TCP SYN of 64 bytes", { tcpSyn() } },
        { "net_ring, UDP of 64 bytes, not VoIP", { otherUdp() } }, { "net_ring, G.711 RTP of 218 bytes", { rtp() } },
        { "net_ring, the same, each packet twice", { rtp() }, 2 },
        { "net_ring, SYN, SYN, UDP, RTP in turn", { tcpSyn(), tcpSyn(), otherUdp(), rtp() } } };
    int number = 0;
    for (const Traffic& each : traffic) {
        PreparedBuffers buffers(("frames" + std::to_string(number++)).c_str(), each.contents);
        compare(each.name, *port, idOf("net_ring0"), [&] { buffers.into(ring, each.copies); });
        rte_mbuf* left[burst]; // the pool is to be whole again
        while (const unsigned count = rte_ring_dequeue_burst(ring, reinterpret_cast<void**>(left), burst, nullptr))
            rte_pktmbuf_free_bulk(left, count);
    }
    std::printf("the paper's capture, 64-byte frames on one core: 14.2 Mpps (line rate 14.88); goal: 20\n");
}
