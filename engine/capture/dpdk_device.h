// A device of DPDK with one receive queue: found or made, set up, started; and closed again.
#pragma once

#include "engine/capture/packet_pool.h"

struct rte_device;
struct rte_eth_dev_info;

namespace callmon {

class DpdkDevice {
public:
    DpdkDevice() = default;
    DpdkDevice(const DpdkDevice&) = delete;
    DpdkDevice& operator=(const DpdkDevice&) = delete;
    ~DpdkDevice();

    // Once, after DPDK was started. `name`: a PCI address, or a virtual device, with its arguments.
    Result<void> open(const std::string& name, bool isPci, const PoolPlan& plan);

    std::uint16_t id() const { return m_id; }
    const std::string& driver() const { return m_driver; }
    std::size_t buffers() const { return m_pool.buffers(); }
    std::size_t buffersInUse() const { return m_pool.buffersInUse(); }
    std::uint16_t descriptors() const { return m_descriptors; }
    bool isPromiscuous() const { return m_promiscuous; }
    bool stampsFrames() const { return m_stampsFrames; } // the card does
    std::uint32_t linkMbps() const { return m_linkMbps; } // 0: it does not know

private:
    static constexpr std::uint16_t none = 0xffff;

    Result<void> attach();
    Result<void> setUpQueues(const rte_eth_dev_info& info);

    std::string m_name;
    std::string m_driver;
    bool m_isPci = false;
    std::uint16_t m_id = none;
    rte_device* m_device = nullptr;
    PacketPool m_pool; // closed devices read it no more: it goes after them
    bool m_started = false;
    bool m_promiscuous = false;
    bool m_stampsFrames = false;
    std::uint16_t m_descriptors = 0;
    std::uint32_t m_linkMbps = 0;
};

}
