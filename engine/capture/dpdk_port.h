// One port of DPDK as a source of frames: a network card or one of DPDK's virtual devices.
#pragma once

#include "engine/capture/frame_source.h"

#include <memory>

namespace callmon {

struct DpdkPortOptions {
    // A PCI address, "0000:03:00.0", or a virtual device with its arguments: "net_pcap0,rx_pcap=F",
    // "net_af_packet0,iface=eth1", "net_ring0", "net_null0".
    std::string name;
    // Packet buffers of 2 KiB (of net_af_packet as long as a place of its ring, and as many as take the memory of
    // these): deep, since they ride out the stalls of a busy machine. Halved, down to 8192 at least, until they take no
    // more than three quarters of the free huge pages, or a quarter of the memory without these.
    std::size_t mbufs = 131072;
    // The rate of the link where the port does not know it: virtual devices. 0 when it is not to be guessed.
    std::uint32_t linkMbps = 10000;
    // Never sleep between polls: arrival times are then sure to the poll's length, at the cost of a whole core.
    bool pollBusy = false;
};

class DpdkPort : public FrameSource {
public:
    // Starts DPDK on the first call, which takes about 0.3 s and as long as it takes to touch the buffers.
    static Result<std::unique_ptr<DpdkPort>> open(const DpdkPortOptions& options);
    // Every batch must have been released.
    ~DpdkPort() override;

    Result<void> receive(FrameBatch& batch) override;
    void releaseFrom(FrameBatch& batch, std::size_t first) override;
    ProbeLoss takeLoss() override;
    std::string describe() const override;
    // What the user should know at the start, a sentence each: no huge pages, fewer buffers than asked for, ...
    std::vector<std::string> notes() const;
    // Not so for net_pcap with rx_pcap: that file waits, and its frames have the recorded times (net_pcap keeps
    // microseconds). Its end is not told: the port stays idle.
    bool isLive() const override;
    // port_frames, of these port_oversized_frames were dropped; nic_missed, nic_errors and nic_no_buffers never came
    // in, as of the last tenth of a second; clock_steps and the poll gaps say how far the arrival times can be trusted.
    std::vector<CaptureCounter> counters() const override;
    Nanoseconds takeLongestPollGap() override;
    double bufferPercent() const override;

private:
    struct Port;
    explicit DpdkPort(std::unique_ptr<Port> port);
    std::unique_ptr<Port> m_port;
};

}
