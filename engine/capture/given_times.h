// Arrival times that frames of a DPDK device bring with them: a file's, as they were recorded, or those of a card's
// clock.
#pragma once

#include "engine/capture/device_times.h"
#include "engine/capture/frame.h"
#include "engine/capture/port_times.h"

#include <optional>

namespace callmon {

// The capture thread's, but for what it says of itself.
class GivenTimes {
public:
    // Of a device that has been started; `stampsFrames`: the card does.
    void find(std::uint16_t port, bool isFile, bool stampsFrames, const PortTimes& times);
    bool areRecorded() const { return m_recorded; }
    bool areTheCards() const { return m_hardware; }

    // In place of those in `times`, which stay where a frame brings none. The batch's owners are of BufferOwners.
    void set(FrameBatch& batch, std::size_t from, Nanoseconds polled, const PortTimes& times)
    {
        if (m_recorded)
            setRecorded(batch, from, polled);
        else if (m_hardware)
            setHardware(batch, from, polled, times);
    }

private:
    void setRecorded(FrameBatch& batch, std::size_t from, Nanoseconds polled);
    void setHardware(FrameBatch& batch, std::size_t from, Nanoseconds polled, const PortTimes& times);
    std::optional<std::uint64_t> timeOf(void* owner) const;
    void readDeviceClock(const PortTimes& times);

    std::uint16_t m_port = 0;
    int m_offset = -1; // of the time in an mbuf
    std::uint64_t m_flag = 0; // of an mbuf that has one
    bool m_recorded = false; // net_pcap reading a file
    Timestamp m_lastFileTime {};
    Nanoseconds m_lastFileFrame {};
    bool m_hardware = false;
    DeviceTimes m_deviceTimes;
    Nanoseconds m_deviceClockRead {};
};

}
