// rte_eth_read_clock() is marked experimental in DPDK 22.11.
#define ALLOW_EXPERIMENTAL_API
#include "engine/capture/given_times.h"

#include "engine/capture/buffer_owners.h"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>

namespace callmon {

using namespace std::chrono_literals;

void GivenTimes::find(std::uint16_t port, bool isFile, bool stampsFrames, const PortTimes& times)
{
    m_port = port;
    m_offset = rte_mbuf_dynfield_lookup(RTE_MBUF_DYNFIELD_TIMESTAMP_NAME, nullptr);
    const int flag = rte_mbuf_dynflag_lookup(RTE_MBUF_DYNFLAG_RX_TIMESTAMP_NAME, nullptr);
    if (m_offset >= 0 && flag >= 0)
        m_flag = std::uint64_t(1) << flag;
    std::uint64_t clock = 0;
    m_recorded = isFile && m_flag != 0;
    m_hardware = stampsFrames && m_flag != 0 && rte_eth_read_clock(m_port, &clock) == 0;
    if (m_hardware)
        readDeviceClock(times);
}

std::optional<std::uint64_t> GivenTimes::timeOf(void* owner) const
{
    const rte_mbuf* const mbuf = BufferOwners::bufferOf(owner);
    if ((mbuf->ol_flags & m_flag) == 0)
        return std::nullopt;
    return *RTE_MBUF_DYNFIELD(mbuf, m_offset, const rte_mbuf_timestamp_t*);
}

// net_pcap gives microseconds, cut off: the true time lies up to one later.
void GivenTimes::setRecorded(FrameBatch& batch, std::size_t from, Nanoseconds polled)
{
    for (std::size_t i = from; i < batch.count; ++i) {
        const auto microseconds = timeOf(batch.owners[i]);
        if (!microseconds)
            continue;
        m_lastFileTime = timestampFromNanoseconds(static_cast<std::int64_t>(1000 * *microseconds));
        m_lastFileFrame = polled;
        batch.frames[i].arrival = m_lastFileTime;
        batch.frames[i].uncertainty = 1us;
    }
    if (m_lastFileFrame > 0ns) // at the end of the file time goes on, so that calls can end
        batch.now = m_lastFileTime + (polled - m_lastFileFrame);
}

void GivenTimes::setHardware(FrameBatch& batch, std::size_t from, Nanoseconds polled, const PortTimes& times)
{
    for (std::size_t i = from; i < batch.count; ++i) {
        const auto given = timeOf(batch.owners[i]);
        if (!given)
            continue;
        if (const auto mapped = m_deviceTimes.map(*given, polled)) {
            batch.frames[i].arrival = times.toUtc(mapped->steady);
            batch.frames[i].uncertainty = mapped->uncertainty;
        }
    }
    if (polled - m_deviceClockRead >= CounterClock::interval)
        readDeviceClock(times);
}

void GivenTimes::readDeviceClock(const PortTimes& times)
{
    std::uint64_t clock = 0;
    const Nanoseconds before = times.now();
    if (rte_eth_read_clock(m_port, &clock) == 0)
        m_deviceTimes.calibrate(clock, before, times.now());
    m_deviceClockRead = before;
}

}
