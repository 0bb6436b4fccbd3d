#include "engine/capture/dpdk_device.h"

#include <rte_ethdev.h>

#include <algorithm>
#include <cerrno>
#include <unistd.h>

namespace callmon {

namespace {

constexpr std::uint16_t descriptorsAtMost = 16384;
constexpr std::uint16_t tunnelMtu = 1900; // tags and tunnels on a mirror port; still one buffer

// With DPDK's own reason: its error numbers mostly say EPERM.
Error portError(const std::string& name, const std::string& what)
{
    std::string text = "port " + name + ": " + what + ": " + takeEalLog();
    if (geteuid() != 0)
        text += "; without root, capturing from an interface needs the capabilities cap_net_raw and cap_net_admin";
    return Error { text };
}

}

Result<void> DpdkDevice::open(const std::string& name, bool isPci, const PoolPlan& plan)
{
    m_name = name;
    m_isPci = isPci;
    if (const auto attached = attach(); !attached)
        return attached.error();
    rte_eth_dev_info info {};
    if (const int status = rte_eth_dev_info_get(m_id, &info); status != 0)
        return portError(m_name, "it does not say what it can do");
    m_device = info.device;
    m_driver = info.driver_name;
    if (!m_pool.make(plan, m_id, rte_eth_dev_socket_id(m_id)))
        return portError(m_name, "no memory for its packet buffers");
    if (const auto queues = setUpQueues(info); !queues)
        return queues.error();
    if (m_isPci) // on af_packet it would change the interface itself
        rte_eth_dev_set_mtu(m_id, std::min(info.max_mtu, tunnelMtu));
    if (const int status = rte_eth_dev_start(m_id); status != 0)
        return portError(m_name, "it does not start");
    m_started = true;
    m_promiscuous = rte_eth_promiscuous_enable(m_id) == 0;
    rte_eth_link link {};
    // Virtual devices all claim 10 Gbit/s.
    if (m_isPci && rte_eth_link_get_nowait(m_id, &link) == 0 && link.link_speed != RTE_ETH_SPEED_NUM_UNKNOWN)
        m_linkMbps = link.link_speed;
    return {};
}

// The device must be there before its port can be found; a virtual one is made here.
Result<void> DpdkDevice::attach()
{
    takeEalLog(); // what came before is no reason
    const std::string deviceName = m_name.substr(0, m_name.find(','));
    std::uint16_t found = 0;
    const auto find = [&] { return rte_eth_dev_get_port_by_name(deviceName.c_str(), &found) == 0; };
    if (find() && !m_isPci) // a PCI port is there since DPDK was started
        return Error { "port " + m_name + ": " + deviceName + " is open already" };
    if (!find()) {
        const int probed = rte_dev_probe(m_name.c_str());
        if (probed == -EFAULT)
            return Error { "port " + m_name
                + ": is neither a PCI address nor a virtual device of DPDK, such as net_af_packet0,iface=eth1" };
        if (probed < 0)
            return portError(m_name, "cannot be opened");
        if (!find())
            return Error { "port " + m_name + ": DPDK has no network driver for it (" + takeEalLog() + ")" };
    }
    m_id = found; // ours from here on, to be closed in the end
    return {};
}

Result<void> DpdkDevice::setUpQueues(const rte_eth_dev_info& info)
{
    rte_eth_conf configuration {};
    m_stampsFrames = (info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_TIMESTAMP) != 0;
    if (m_stampsFrames)
        configuration.rxmode.offloads |= RTE_ETH_RX_OFFLOAD_TIMESTAMP;
    // We never send, but some drivers (tap, virtio) want the queues in pairs.
    std::uint16_t sending = 0;
    int status = rte_eth_dev_configure(m_id, 1, sending, &configuration);
    if (status != 0) {
        sending = 1;
        status = rte_eth_dev_configure(m_id, 1, sending, &configuration);
    }
    if (status != 0)
        return portError(m_name, "it cannot be configured with one receive queue");

    m_descriptors = static_cast<std::uint16_t>(
        std::min<std::size_t>({ descriptorsAtMost, m_pool.buffers() / 2, info.rx_desc_lim.nb_max }));
    std::uint16_t sendingDescriptors = 0;
    rte_eth_dev_adjust_nb_rx_tx_desc(m_id, &m_descriptors, &sendingDescriptors);
    const auto socket = static_cast<unsigned>(std::max(rte_eth_dev_socket_id(m_id), 0));
    status = rte_eth_rx_queue_setup(m_id, 0, m_descriptors, socket, nullptr, m_pool.pool());
    if (status == 0 && sending > 0)
        status = rte_eth_tx_queue_setup(m_id, 0, sendingDescriptors, socket, nullptr);
    if (status != 0)
        return portError(m_name, "its queues cannot be set up");
    return {};
}

DpdkDevice::~DpdkDevice()
{
    static_assert(none >= RTE_MAX_ETHPORTS);
    if (m_id == none)
        return;
    if (m_started)
        rte_eth_dev_stop(m_id);
    rte_eth_dev_close(m_id);
    if (m_device)
        rte_dev_remove(m_device);
}

}
