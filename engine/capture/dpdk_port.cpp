// rte_eth_read_clock() is marked experimental in DPDK 22.11.
#define ALLOW_EXPERIMENTAL_API
#include "engine/capture/dpdk_port.h"

#include "engine/capture/af_packet_ring.h"
#include "engine/capture/device_times.h"
#include "engine/capture/eal.h"
#include "engine/capture/idle_sleep.h"
#include "engine/capture/pci_device.h"
#include "engine/capture/port_times.h"

#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>
#include <unistd.h>
#include <utility>

namespace callmon {

using namespace std::chrono_literals;

namespace {

// Headroom, rte_mbuf and the pool's own header, beside the data. In small pages none crosses from one into the next
// unless it is longer than a page.
constexpr std::size_t bytesBesideData = 512;
constexpr std::size_t usualData = RTE_MBUF_DEFAULT_DATAROOM;
std::size_t bytesPerBuffer(std::size_t data, bool hugePages)
{
    constexpr std::size_t page = 4096;
    return hugePages ? data + bytesBesideData : (data + bytesBesideData + page - 1) / page * page + 128;
}
constexpr std::size_t buffersAtLeast = 8192;
constexpr std::size_t buffersPerThread = 256; // mempool cache
constexpr std::uint16_t descriptorsAtMost = 16384;
constexpr std::uint16_t tunnelMtu = 1900; // tags and tunnels on a mirror port; still one buffer
constexpr std::size_t longFrame = 16 * 1024; // jumbo frames end at 9 KiB
// A card's statistics take microseconds to read. Not for every poll, but soon after one that may have come too late.
constexpr auto statisticsEvery = 100ms;
constexpr auto suspiciousGap = 4ms;

// DPDK's caches are per registered thread; without, each buffer comes straight from the shared ring.
struct RegisteredThread {
    bool isOurs = rte_lcore_id() == LCORE_ID_ANY && rte_thread_register() == 0;
    ~RegisteredThread()
    {
        if (isOurs)
            rte_thread_unregister();
    }
};

// With DPDK's own reason: its error numbers mostly say EPERM.
Error portError(const std::string& name, const std::string& what)
{
    std::string text = "port " + name + ": " + what + ": " + takeEalLog();
    if (geteuid() != 0)
        text += "; without root, capturing from an interface needs the capabilities cap_net_raw and cap_net_admin";
    return Error { text };
}

std::size_t fittingBuffers(std::size_t wanted, std::size_t bytesPerBuffer, std::size_t bytes)
{
    while (wanted > buffersAtLeast && wanted * bytesPerBuffer > bytes)
        wanted /= 2;
    return std::max(wanted, buffersAtLeast);
}

void store(std::atomic<std::uint64_t>& counter, std::uint64_t value)
{
    counter.store(value, std::memory_order_relaxed);
}

std::uint64_t load(const std::atomic<std::uint64_t>& counter)
{
    return counter.load(std::memory_order_relaxed);
}

}

struct DpdkPort::Port {
    std::string name; // as it was asked for
    std::string driver;
    std::uint16_t id = RTE_MAX_ETHPORTS;
    rte_device* device = nullptr;
    bool isPci = false;
    bool started = false;
    bool hugePages = false;
    bool promiscuous = false;
    bool pollBusy = false;
    std::uint16_t descriptors = 0;
    std::size_t bufferData = usualData; // bytes of a frame that a buffer holds
    std::size_t wantedBuffers = 0;
    std::size_t buffers = 0;
    std::uint32_t linkMbps = 0;
    rte_mempool* pool = nullptr;

    // Times that come with the frames.
    int timeOffset = -1;
    std::uint64_t timeFlag = 0;
    bool isFile = false; // net_pcap reading a file: the recorded times
    Timestamp lastFileTime {};
    Nanoseconds lastFileFrame {};
    bool hardwareTimes = false; // the card's own clock
    DeviceTimes deviceTimes;
    Nanoseconds deviceClockRead {};

    PortTimes times;
    Nanoseconds opened = times.now(); // frames may queue up from then on
    IdleSleep idle;
    IdleSleep::Microseconds sleep {};
    Nanoseconds statisticsRead {};
    ProbeLoss loss; // not yet taken

    std::atomic<std::uint64_t> frames { 0 };
    std::atomic<std::uint64_t> oversized { 0 };
    std::atomic<std::uint64_t> missed { 0 };
    std::atomic<std::uint64_t> errors { 0 };
    std::atomic<std::uint64_t> noBuffers { 0 };

    ~Port();
    Result<void> attach();
    Result<void> configure(std::size_t fitting);
    Result<void> makePool(std::size_t fitting);
    Result<void> setUpQueues(rte_eth_dev_info& info);
    void findFrameTimes();
    bool take(FrameBatch& batch, rte_mbuf* buffer);
    void setFileTimes(FrameBatch& batch, std::size_t from, Nanoseconds polled);
    void setHardwareTimes(FrameBatch& batch, std::size_t from, Nanoseconds polled);
    void readDeviceClock();
    void readStatistics();
    std::size_t countWaiting() const;
};

// The device must be there before its port can be found; a virtual one is made here.
Result<void> DpdkPort::Port::attach()
{
    takeEalLog(); // what came before is no reason
    const std::string deviceName = name.substr(0, name.find(','));
    std::uint16_t found = 0;
    const auto find = [&] { return rte_eth_dev_get_port_by_name(deviceName.c_str(), &found) == 0; };
    if (find() && !isPci) // a PCI port is there since DPDK was started
        return Error { "port " + name + ": " + deviceName + " is open already" };
    if (!find()) {
        const int probed = rte_dev_probe(name.c_str());
        if (probed == -EFAULT)
            return Error { "port " + name
                + ": is neither a PCI address nor a virtual device of DPDK, such as net_af_packet0,iface=eth1" };
        if (probed < 0)
            return portError(name, "cannot be opened");
        if (!find())
            return Error { "port " + name + ": DPDK has no network driver for it (" + takeEalLog() + ")" };
    }
    id = found; // ours from here on, to be closed in the end
    return {};
}

Result<void> DpdkPort::Port::configure(std::size_t fitting)
{
    rte_eth_dev_info info {};
    if (const int status = rte_eth_dev_info_get(id, &info); status != 0)
        return portError(name, "it does not say what it can do");
    device = info.device;
    driver = info.driver_name;
    if (const auto made = makePool(fitting); !made)
        return made.error();
    if (const auto queues = setUpQueues(info); !queues)
        return queues.error();
    if (isPci) // on af_packet it would change the interface itself
        rte_eth_dev_set_mtu(id, std::min(info.max_mtu, tunnelMtu));
    if (const int status = rte_eth_dev_start(id); status != 0)
        return portError(name, "it does not start");
    started = true;
    promiscuous = rte_eth_promiscuous_enable(id) == 0;
    rte_eth_link link {};
    // Virtual devices all claim 10 Gbit/s.
    if (isPci && rte_eth_link_get_nowait(id, &link) == 0 && link.link_speed != RTE_ETH_SPEED_NUM_UNKNOWN
        && link.link_speed > 0)
        linkMbps = link.link_speed;
    times.begin(std::uint64_t(linkMbps) * 1'000'000, opened);
    findFrameTimes();
    return {};
}

Result<void> DpdkPort::Port::makePool(std::size_t fitting)
{
    const std::string poolName = "callmon_" + std::to_string(id);
    const int socket = rte_eth_dev_socket_id(id);
    for (buffers = fitting; buffers >= buffersAtLeast; buffers /= 2) {
        // One less than a power of two fits the pool's ring.
        pool = rte_pktmbuf_pool_create(poolName.c_str(), static_cast<unsigned>(buffers - 1), buffersPerThread, 0,
            static_cast<std::uint16_t>(RTE_PKTMBUF_HEADROOM + bufferData), socket < 0 ? SOCKET_ID_ANY : socket);
        if (pool)
            return {};
    }
    return portError(name, "no memory for " + std::to_string(buffersAtLeast) + " packet buffers");
}

Result<void> DpdkPort::Port::setUpQueues(rte_eth_dev_info& info)
{
    rte_eth_conf configuration {};
    hardwareTimes = (info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_TIMESTAMP) != 0;
    if (hardwareTimes)
        configuration.rxmode.offloads |= RTE_ETH_RX_OFFLOAD_TIMESTAMP;
    // We never send, but some drivers (tap, virtio) want the queues in pairs.
    std::uint16_t sending = 0;
    int status = rte_eth_dev_configure(id, 1, sending, &configuration);
    if (status != 0) {
        sending = 1;
        status = rte_eth_dev_configure(id, 1, sending, &configuration);
    }
    if (status != 0)
        return portError(name, "it cannot be configured with one receive queue");

    descriptors =
        static_cast<std::uint16_t>(std::min<std::size_t>({ descriptorsAtMost, buffers / 2, info.rx_desc_lim.nb_max }));
    std::uint16_t sendingDescriptors = 0;
    rte_eth_dev_adjust_nb_rx_tx_desc(id, &descriptors, &sendingDescriptors);
    const auto socket = static_cast<unsigned>(std::max(rte_eth_dev_socket_id(id), 0));
    status = rte_eth_rx_queue_setup(id, 0, descriptors, socket, nullptr, pool);
    if (status == 0 && sending > 0)
        status = rte_eth_tx_queue_setup(id, 0, sendingDescriptors, socket, nullptr);
    if (status != 0)
        return portError(name, "its queues cannot be set up");
    return {};
}

void DpdkPort::Port::findFrameTimes()
{
    isFile = driver == "net_pcap" && name.find(",rx_pcap=") != std::string::npos
        && name.find(",infinite_rx=1") == std::string::npos;
    timeOffset = rte_mbuf_dynfield_lookup(RTE_MBUF_DYNFIELD_TIMESTAMP_NAME, nullptr);
    const int flag = rte_mbuf_dynflag_lookup(RTE_MBUF_DYNFLAG_RX_TIMESTAMP_NAME, nullptr);
    if (timeOffset >= 0 && flag >= 0)
        timeFlag = std::uint64_t(1) << flag;
    std::uint64_t clock = 0;
    isFile = isFile && timeFlag != 0;
    hardwareTimes = hardwareTimes && timeFlag != 0 && rte_eth_read_clock(id, &clock) == 0;
    if (hardwareTimes)
        readDeviceClock();
}

DpdkPort::Port::~Port()
{
    if (id != RTE_MAX_ETHPORTS) {
        if (started)
            rte_eth_dev_stop(id);
        rte_eth_dev_close(id);
        if (device)
            rte_dev_remove(device);
    }
    // Buffers that were not given back are still read by someone: better a leak than that.
    if (pool && rte_mempool_full(pool))
        rte_mempool_free(pool);
}

Result<std::unique_ptr<DpdkPort>> DpdkPort::open(const DpdkPortOptions& options)
{
    const std::string address = toPciAddress(options.name.substr(0, options.name.find(',')));
    if (!address.empty())
        if (const auto checked = checkPciDevice(address); !checked)
            return checked.error();
    if (options.name.empty())
        return Error { "the port has no name" };
    auto port = std::make_unique<Port>();
    port->isPci = !address.empty();
    port->name = address.empty() ? withLongPlaces(options.name)
                                 : address + options.name.substr(std::min(options.name.find(','), options.name.size()));
    port->pollBusy = options.pollBusy;
    port->linkMbps = options.linkMbps;
    port->bufferData = std::min<std::size_t>(placeSizeOf(port->name), UINT16_MAX - RTE_PKTMBUF_HEADROOM);
    // Of long buffers as many as the usual ones take memory.
    port->wantedBuffers =
        std::max(options.mbufs * usualData / port->bufferData, std::min(options.mbufs, buffersAtLeast));

    const EalMemory memory = findEalMemory();
    const std::size_t bytesEach = bytesPerBuffer(port->bufferData, memory.hugePages);
    const std::size_t buffers = fittingBuffers(port->wantedBuffers, bytesEach, memory.availableBytes);
    port->hugePages = memory.hugePages;
    if (const auto eal = startEal(port->isPci ? port->name : std::string(), memory, buffers * bytesEach); !eal)
        return eal.error();
    if (const auto attached = port->attach(); !attached)
        return attached.error();
    if (const auto configured = port->configure(buffers); !configured)
        return configured.error();
    return std::unique_ptr<DpdkPort>(new DpdkPort(std::move(port)));
}

DpdkPort::DpdkPort(std::unique_ptr<Port> port)
    : m_port(std::move(port))
{
}

DpdkPort::~DpdkPort() = default;

Result<void> DpdkPort::receive(FrameBatch& batch)
{
    thread_local const RegisteredThread registered;
    Port& port = *m_port;
    if (port.sleep > 0us)
        std::this_thread::sleep_for(port.sleep);
    rte_mbuf* buffers[FrameBatch::capacity];
    const std::size_t before = batch.count;
    const auto wanted = static_cast<std::uint16_t>(FrameBatch::capacity - before);
    const std::uint16_t received = rte_eth_rx_burst(port.id, 0, buffers, wanted);
    const PortTimes::Poll poll = port.times.polled();
    if (!port.pollBusy)
        port.sleep = port.idle.after(received, wanted);

    batch.last = false;
    if (before == 0)
        batch.arenaUsed = 0;
    constexpr std::uint16_t ahead = 6; // a ring hands out buffers it has not looked at. bench: full_load_bench
    for (std::uint16_t i = 0; i < received; ++i) {
        if (i + ahead < received)
            rte_prefetch0(buffers[i + ahead]);
        port.take(batch, buffers[i]);
    }
    store(port.frames, load(port.frames) + received);

    std::size_t waiting = ArrivalClock::drained;
    if (received == wanted)
        waiting = port.times.wantsToKnowWaiting(poll) ? port.countWaiting() : ArrivalClock::unknown;
    port.times.stamp(std::span(batch.frames).first(batch.count).subspan(before), poll, waiting);
    batch.now = port.times.toUtc(poll.at);
    if (port.isFile)
        port.setFileTimes(batch, before, poll.at);
    if (port.hardwareTimes)
        port.setHardwareTimes(batch, before, poll.at);

    port.loss.pollGap = std::max(port.loss.pollGap, poll.gap);
    if (poll.at - port.statisticsRead >= statisticsEvery || poll.gap >= suspiciousGap) {
        port.statisticsRead = poll.at;
        port.readStatistics();
    }
    return {};
}

// Not every driver tells.
std::size_t DpdkPort::Port::countWaiting() const
{
    const int count = rte_eth_rx_queue_count(id, 0);
    return count < 0 ? ArrivalClock::unknown : static_cast<std::size_t>(count);
}

void DpdkPort::Port::readStatistics()
{
    rte_eth_stats stats {};
    if (rte_eth_stats_get(id, &stats) != 0)
        return;
    const auto follow = [this](std::atomic<std::uint64_t>& counter, std::uint64_t value) {
        if (value > load(counter)) // some drivers start again from 0
            loss.frames += value - load(counter);
        store(counter, value);
    };
    follow(missed, stats.imissed);
    follow(errors, stats.ierrors);
    follow(noBuffers, stats.rx_nombuf);
}

ProbeLoss DpdkPort::takeLoss()
{
    return std::exchange(m_port->loss, {});
}

// Adds the frame to the batch. False, and counted, when it is longer than any frame that we take.
bool DpdkPort::Port::take(FrameBatch& batch, rte_mbuf* buffer)
{
    const std::size_t size = rte_pktmbuf_pkt_len(buffer);
    if (size > longFrame) {
        rte_pktmbuf_free(buffer);
        store(oversized, load(oversized) + 1);
        return false;
    }
    rte_prefetch0(rte_pktmbuf_mtod(buffer, const void*)); // for the classifier
    Frame& frame = batch.frames[batch.count];
    batch.owners[batch.count] = buffer;
    frame.bytes = Bytes(rte_pktmbuf_mtod(buffer, const std::byte*), size);
    if (buffer->nb_segs > 1) { // a jumbo frame in several buffers
        if (batch.arena.size() < FrameBatch::capacity * longFrame)
            batch.arena.resize(FrameBatch::capacity * longFrame);
        std::byte* to = batch.arena.data() + batch.arenaUsed;
        batch.arenaUsed += size;
        rte_pktmbuf_read(buffer, 0, static_cast<std::uint32_t>(size), to);
        frame.bytes = Bytes(to, size);
    }
    frame.wireSize = static_cast<std::uint32_t>(size);
    frame.linkType = LinkType::Ethernet;
    ++batch.count;
    return true;
}

// net_pcap gives microseconds, cut off: the true time lies up to one later.
void DpdkPort::Port::setFileTimes(FrameBatch& batch, std::size_t from, Nanoseconds polled)
{
    for (std::size_t i = from; i < batch.count; ++i) {
        const auto* buffer = static_cast<const rte_mbuf*>(batch.owners[i]);
        if ((buffer->ol_flags & timeFlag) == 0)
            continue;
        const auto microseconds = *RTE_MBUF_DYNFIELD(buffer, timeOffset, const rte_mbuf_timestamp_t*);
        lastFileTime = timestampFromNanoseconds(static_cast<std::int64_t>(1000 * microseconds));
        lastFileFrame = polled;
        batch.frames[i].arrival = lastFileTime;
        batch.frames[i].uncertainty = 1us;
    }
    if (lastFileFrame > 0ns) // at the end of the file time goes on, so that calls can end
        batch.now = lastFileTime + (polled - lastFileFrame);
}

// In place of the arrival clock's time, which stays where the card gave none that can be.
void DpdkPort::Port::setHardwareTimes(FrameBatch& batch, std::size_t from, Nanoseconds polled)
{
    for (std::size_t i = from; i < batch.count; ++i) {
        const auto* buffer = static_cast<const rte_mbuf*>(batch.owners[i]);
        if ((buffer->ol_flags & timeFlag) == 0)
            continue;
        const auto given = *RTE_MBUF_DYNFIELD(buffer, timeOffset, const rte_mbuf_timestamp_t*);
        if (const auto mapped = deviceTimes.map(given, polled)) {
            batch.frames[i].arrival = times.toUtc(mapped->steady);
            batch.frames[i].uncertainty = mapped->uncertainty;
        }
    }
    if (polled - deviceClockRead >= CounterClock::interval)
        readDeviceClock();
}

void DpdkPort::Port::readDeviceClock()
{
    std::uint64_t clock = 0;
    const Nanoseconds before = times.now();
    if (rte_eth_read_clock(id, &clock) == 0)
        deviceTimes.calibrate(clock, before, times.now());
    deviceClockRead = before;
}

void DpdkPort::releaseFrom(FrameBatch& batch, std::size_t first)
{
    rte_pktmbuf_free_bulk(
        reinterpret_cast<rte_mbuf**>(batch.owners.data() + first), static_cast<unsigned>(batch.count - first));
    batch.count = first;
}

std::string DpdkPort::describe() const
{
    const Port& port = *m_port;
    std::string text = "port " + port.name + " (" + port.driver;
    if (port.linkMbps > 0)
        text += ", " + std::to_string(port.linkMbps) + " Mbit/s";
    text += ", " + std::to_string(port.descriptors) + " descriptors, " + std::to_string(port.buffers) + " buffers)";
    if (port.hardwareTimes)
        text += ", times by the card";
    else if (!port.isFile && !port.pollBusy)
        text += ", polled adaptively: times are sure to 0.2 ms while frames flow, to 2 ms after a silence";
    return text;
}

std::vector<std::string> DpdkPort::notes() const
{
    const Port& port = *m_port;
    std::vector<std::string> notes;
    if (!port.hugePages)
        notes.push_back("no huge pages are free: capturing works, slower (dpdk-hugepages.py --setup 1G reserves some)");
    if (port.buffers < port.wantedBuffers)
        notes.push_back("memory is short: " + std::to_string(port.buffers) + " packet buffers instead of "
            + std::to_string(port.wantedBuffers));
    if (!port.promiscuous)
        notes.push_back("the port is not promiscuous: it sees frames for its own address only");
    return notes;
}

bool DpdkPort::isLive() const
{
    return !m_port->isFile;
}

std::vector<CaptureCounter> DpdkPort::counters() const
{
    std::vector<CaptureCounter> counters { { "port_frames", load(m_port->frames) },
        { "port_oversized_frames", load(m_port->oversized) }, { "nic_missed", load(m_port->missed) },
        { "nic_errors", load(m_port->errors) }, { "nic_no_buffers", load(m_port->noBuffers) } };
    for (const CaptureCounter& counter : m_port->times.counters())
        counters.push_back(counter);
    return counters;
}

}
