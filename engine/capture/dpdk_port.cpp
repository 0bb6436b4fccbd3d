#include "engine/capture/dpdk_port.h"

#include "engine/capture/af_packet_ring.h"
#include "engine/capture/buffer_owners.h"
#include "engine/capture/dpdk_device.h"
#include "engine/capture/given_times.h"
#include "engine/capture/idle_sleep.h"
#include "engine/capture/pci_device.h"
#include "engine/capture/port_statistics.h"
#include "shared/base/prefetch.h"

#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace callmon {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t longFrame = 16 * 1024; // jumbo frames end at 9 KiB

// DPDK's caches are per registered thread; without, each buffer comes straight from the shared ring.
struct RegisteredThread {
    bool isOurs = rte_lcore_id() == LCORE_ID_ANY && rte_thread_register() == 0;
    ~RegisteredThread()
    {
        if (isOurs)
            rte_thread_unregister();
    }
};

}

struct DpdkPort::Port {
    std::string name; // as it was asked for
    bool pollBusy = false;
    PoolPlan plan;
    DpdkDevice device;
    std::uint32_t linkMbps = 0;
    BufferOwners owners;

    PortTimes times;
    GivenTimes givenTimes;
    Nanoseconds opened = times.now(); // frames may queue up from then on
    IdleSleep idle;
    IdleSleep::Microseconds sleep {};
    PortStatistics statistics;
    ProbeLoss loss; // not yet taken

    void take(FrameBatch& batch, rte_mbuf* buffer);
    Bytes inOnePiece(FrameBatch& batch, const rte_mbuf* buffer);
    std::size_t countWaiting() const;
};

Result<std::unique_ptr<DpdkPort>> DpdkPort::open(const DpdkPortOptions& options)
{
    const std::string address = toPciAddress(options.name.substr(0, options.name.find(',')));
    const bool isPci = !address.empty();
    if (isPci)
        if (const auto checked = checkPciDevice(address); !checked)
            return checked.error();
    if (options.name.empty())
        return Error { "the port has no name" };
    if (const auto wrong = complaintAboutInterface(options.name))
        return Error { "port " + options.name + ": " + *wrong };
    auto port = std::make_unique<Port>();
    port->name = isPci ? address + options.name.substr(std::min(options.name.find(','), options.name.size()))
                       : withLongPlaces(options.name);
    port->pollBusy = options.pollBusy;

    const EalMemory memory = findEalMemory();
    port->plan = planPool(options.mbufs, placeSizeOf(port->name), memory);
    if (const auto eal = startEal(isPci ? port->name : std::string(), memory, port->plan.bytes()); !eal)
        return eal.error();
    if (const auto opened = port->device.open(port->name, isPci, port->plan); !opened)
        return opened.error();
    port->linkMbps = port->device.linkMbps() > 0 ? port->device.linkMbps() : options.linkMbps;
    port->times.begin(std::uint64_t(port->linkMbps) * 1'000'000, port->opened);
    const bool isFile = port->device.driver() == "net_pcap" && port->name.find(",rx_pcap=") != std::string::npos
        && port->name.find(",infinite_rx=1") == std::string::npos;
    port->givenTimes.find(port->device.id(), isFile, port->device.stampsFrames(), port->times);
    return std::unique_ptr<DpdkPort>(new DpdkPort(std::move(port)));
}

DpdkPort::DpdkPort(std::unique_ptr<Port> port)
    : m_port(std::move(port))
{
}

DpdkPort::~DpdkPort() = default;

// Adds the frame to the batch, unless it is longer than any frame that we take: then it is counted.
inline void DpdkPort::Port::take(FrameBatch& batch, rte_mbuf* buffer)
{
    const std::size_t size = rte_pktmbuf_pkt_len(buffer);
    if (size > longFrame) [[unlikely]] {
        rte_pktmbuf_free(buffer);
        statistics.addOversized();
        return;
    }
    rte_prefetch0(rte_pktmbuf_mtod(buffer, const void*)); // for the classifier
    Frame& frame = batch.frames[batch.count];
    batch.owners[batch.count] = owners.ownerOf(buffer);
    frame.bytes =
        buffer->nb_segs == 1 ? Bytes(rte_pktmbuf_mtod(buffer, const std::byte*), size) : inOnePiece(batch, buffer);
    frame.wireSize = static_cast<std::uint32_t>(size);
    frame.linkType = LinkType::Ethernet;
    ++batch.count;
}

// A jumbo frame in several buffers.
[[gnu::noinline]] Bytes DpdkPort::Port::inOnePiece(FrameBatch& batch, const rte_mbuf* buffer)
{
    const std::size_t size = rte_pktmbuf_pkt_len(buffer);
    if (batch.arena.size() < FrameBatch::capacity * longFrame)
        batch.arena.resize(FrameBatch::capacity * longFrame);
    std::byte* to = batch.arena.data() + batch.arenaUsed;
    batch.arenaUsed += size;
    rte_pktmbuf_read(buffer, 0, static_cast<std::uint32_t>(size), to);
    return Bytes(to, size);
}

Result<void> DpdkPort::receive(FrameBatch& batch)
{
    thread_local const RegisteredThread registered;
    Port& port = *m_port;
    if (port.sleep > 0us)
        std::this_thread::sleep_for(port.sleep);
    rte_mbuf* buffers[FrameBatch::capacity];
    const std::size_t before = batch.count;
    const auto wanted = static_cast<std::uint16_t>(FrameBatch::capacity - before);
    const std::uint16_t received = rte_eth_rx_burst(port.device.id(), 0, buffers, wanted);
    const PortTimes::Poll poll = port.times.polled();
    if (!port.pollBusy)
        port.sleep = port.idle.after(received, wanted);

    batch.last = false;
    if (before == 0)
        batch.arenaUsed = 0;
    for (std::uint16_t i = 0; i < received; ++i)
        prefetchToWrite(&batch.frames[before + i]);
    constexpr std::uint16_t ahead = 6; // a ring hands out buffers it has not looked at. bench: full_load_bench
    for (std::uint16_t i = 0; i < received; ++i) {
        if (i + ahead < received)
            rte_prefetch0(buffers[i + ahead]);
        port.take(batch, buffers[i]);
    }
    port.statistics.addFrames(received);

    std::size_t waiting = ArrivalClock::drained;
    if (received == wanted)
        waiting = port.times.wantsToKnowWaiting(poll) ? port.countWaiting() : ArrivalClock::unknown;
    port.times.stamp(std::span(batch.frames).first(batch.count).subspan(before), poll, waiting);
    batch.now = port.times.toUtc(poll.at);
    port.givenTimes.set(batch, before, poll.at, port.times);

    port.loss.pollGap = std::max(port.loss.pollGap, poll.gap);
    port.loss.frames += port.statistics.lostSince(port.device.id(), poll.at, poll.gap);
    return {};
}

// Not every driver tells.
std::size_t DpdkPort::Port::countWaiting() const
{
    const int count = rte_eth_rx_queue_count(device.id(), 0);
    return count < 0 ? ArrivalClock::unknown : static_cast<std::size_t>(count);
}

ProbeLoss DpdkPort::takeLoss()
{
    return std::exchange(m_port->loss, {});
}

void DpdkPort::releaseFrom(FrameBatch& batch, std::size_t first)
{
    m_port->owners.release(std::span(batch.owners).first(batch.count).subspan(first));
    batch.count = first;
}

std::string DpdkPort::describe() const
{
    const Port& port = *m_port;
    std::string text = "port " + port.name + " (" + port.device.driver();
    if (port.linkMbps > 0)
        text += ", " + std::to_string(port.linkMbps) + " Mbit/s";
    text += ", " + std::to_string(port.device.descriptors()) + " descriptors, " + std::to_string(port.device.buffers())
        + " buffers)";
    if (port.givenTimes.areTheCards())
        text += ", times by the card";
    else if (!port.givenTimes.areRecorded() && !port.pollBusy)
        text += ", polled adaptively: times are sure to 0.2 ms while frames flow, to 2 ms after a silence";
    return text;
}

std::vector<std::string> DpdkPort::notes() const
{
    const Port& port = *m_port;
    std::vector<std::string> notes;
    if (!port.plan.hugePages)
        notes.push_back("no huge pages are free: capturing works, slower (dpdk-hugepages.py --setup 1G reserves some)");
    if (port.device.buffers() < port.plan.wanted)
        notes.push_back("memory is short: " + std::to_string(port.device.buffers()) + " packet buffers instead of "
            + std::to_string(port.plan.wanted));
    if (!port.device.isPromiscuous())
        notes.push_back("the port is not promiscuous: it sees frames for its own address only");
    return notes;
}

bool DpdkPort::isLive() const
{
    return !m_port->givenTimes.areRecorded();
}

std::vector<CaptureCounter> DpdkPort::counters() const
{
    std::vector<CaptureCounter> counters = m_port->statistics.counters();
    for (const CaptureCounter& counter : m_port->times.counters())
        counters.push_back(counter);
    return counters;
}

Nanoseconds DpdkPort::takeLongestPollGap()
{
    return m_port->times.takeLongestGap();
}

// A card's queue keeps a buffer ready in each of its descriptors.
double DpdkPort::bufferPercent() const
{
    const DpdkDevice& device = m_port->device;
    const std::size_t ready = device.descriptors();
    const std::size_t inUse = device.buffersInUse();
    if (inUse <= ready || device.buffers() <= ready)
        return 0;
    return std::min(100.0, 100.0 * static_cast<double>(inUse - ready) / static_cast<double>(device.buffers() - ready));
}

}
