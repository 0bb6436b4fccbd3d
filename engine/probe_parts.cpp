#include "engine/probe_parts.h"

#include "engine/capture/dpdk_port.h"
#include "engine/capture/machine.h"
#include "engine/capture/pcap_file.h"
#include "shared/base/ascii.h"

#include <algorithm>
#include <random>

namespace callmon {

namespace {

constexpr std::size_t messageQueueBytes = 32u << 20; // a second of 30,000 INVITEs, while a commit takes so long

StorageQueue::Sizes queueSizes(const ProbeOptions& options, bool signalling)
{
    StorageQueue::Sizes sizes;
    if (signalling)
        sizes.messageBytes = messageQueueBytes;
    if (options.recordMedia) {
        sizes.openChunks = options.maxStreams;
        sizes.chunksInFlight = std::max<std::size_t>(
            1, std::size_t(options.mediaPoolMib) * 1024 * 1024 / sizeof(MediaChunk) / options.processingCores);
    }
    sizes.hugePages = sizes.touchMemory = !options.port.empty();
    return sizes;
}

}

Result<CoreLayout> coreLayout(const ProbeOptions& options)
{
    if (options.port.empty() || (options.poll != ProbeOptions::Poll::Busy && options.cores.empty()))
        return CoreLayout {};
    return layOutCores(allowedCpus(),
        { .portNode = nodeOfPort(options.port),
            .lanes = options.processingCores,
            .captureSleeps = options.poll != ProbeOptions::Poll::Busy,
            .chosen = options.cores });
}

bool mayPollBusy(const ProbeOptions& options, const CoreLayout& layout)
{
    return options.poll == ProbeOptions::Poll::Busy && layout.capture;
}

Result<std::unique_ptr<FrameSource>> openSource(
    const ProbeOptions& options, const CoreLayout& layout, const std::function<void(const std::string&)>& warn)
{
    if (options.port.empty()) {
        const Pace pace = options.pace == ProbeOptions::Pace::Recorded ? Pace::Recorded : Pace::AsFastAsPossible;
        auto file = PcapFile::open(options.replay, pace);
        if (!file)
            return file.error();
        return std::unique_ptr<FrameSource>(std::move(file.value()));
    }
    auto port = DpdkPort::open({ .name = options.port,
        .mbufs = options.mbufs,
        .linkMbps = options.linkMbps,
        .pollBusy = mayPollBusy(options, layout) });
    if (!port)
        return port.error();
    for (const std::string& note : port.value()->notes())
        warn(note);
    return std::unique_ptr<FrameSource>(std::move(port.value()));
}

CaptureLoopOptions captureOptions(const ProbeOptions& options, const CoreLayout& layout, const LaneDeal& deal)
{
    // A file waits for the processing core instead of riding out its stalls: few batches stay in the cache.
    constexpr std::uint32_t fileBatches = 256;
    const bool isFile = options.port.empty();
    CaptureLoopOptions capture;
    capture.batches = isFile ? std::min(options.ringBatches, fileBatches) : options.ringBatches;
    capture.sipPorts = options.sipPorts;
    capture.skinnyPorts = options.skinnyPorts;
    capture.deal = deal;
    capture.dropMirrorCopies = options.mirrorCopies == ProbeOptions::MirrorCopies::Drop;
    if (mayPollBusy(options, layout) && layout.processingMaySpin)
        capture.processingWaits = Waiter::Manner::Spin;
    return capture;
}

TrackerOptions trackerOptions(const ProbeOptions& options)
{
    TrackerOptions tracker;
    tracker.maxCalls = options.maxCalls;
    tracker.maxStreams = options.maxStreams;
    tracker.touchMemory = !options.port.empty();
    tracker.sipPorts = options.sipPorts;
    for (const std::string& name : options.legHeaders) { // compared in lower case (RFC 3261 7.3.1)
        std::string& lower = tracker.legHeaders.emplace_back(name);
        std::transform(lower.begin(), lower.end(), lower.begin(), toLower);
    }
    tracker.sipLimits = { options.maxSipHeaders, options.maxSipHeaderBytes };
    tracker.maxSdpLines = options.maxSdpLines;
    tracker.maxStreamsPerCall = options.maxStreamsPerCall;
    const bool isFixed = options.jitterBuffer == JitterBufferKind::Fixed;
    const Milliseconds usual = isFixed ? fixedJitterBuffer : adaptiveJitterBuffer;
    const Milliseconds delay = options.jitterBufferMs > 0 ? Milliseconds(options.jitterBufferMs) : usual;
    tracker.rtp.buffer = isFixed ? JitterBufferRule::fixed(delay) : JitterBufferRule::adaptive(delay);
    tracker.rtp.digits = options.dtmf == ProbeOptions::Dtmf::Store ? DigitsKept::Store
        : options.dtmf == ProbeOptions::Dtmf::Masked               ? DigitsKept::Masked
                                                                   : DigitsKept::Count;
    tracker.callsPerSecondOfSource = options.callsPerSource;
    tracker.lingerAfterEnd = options.lingerAfterEnd;
    tracker.unansweredTimeout = options.silenceUnanswered;
    tracker.mediaTimeout = options.silenceWithMedia;
    tracker.quietTimeout = options.silenceWithoutMedia;
    return tracker;
}

ReassemblerOptions reassemblerOptions(const ProbeOptions& options)
{
    ReassemblerOptions reassembler;
    reassembler.streams.sipPorts = options.sipPorts;
    reassembler.streams.skinnyPorts = options.skinnyPorts;
    reassembler.fragments.maxDatagrams = options.maxFragmentedDatagrams;
    reassembler.fragments.maxFragments = options.maxFragments;
    reassembler.tcp.maxConnections = options.maxTcpConnections;
    reassembler.touchMemory = !options.port.empty();
    return reassembler;
}

ServiceOptions serviceOptions(const ProbeOptions& options)
{
    ServiceOptions service;
    service.groups = CallGroups(options.trunks, options.prefixes);
    service.repeatWithin = options.repeatWithin;
    service.shortCall = options.shortCall;
    service.maxCalls = options.maxCalls;
    service.seed = std::random_device()();
    return service;
}

std::vector<std::filesystem::path> disksOf(const ProbeOptions& options)
{
    std::vector<std::filesystem::path> disks { options.data };
    disks.insert(disks.end(), options.mediaDirectories.begin(), options.mediaDirectories.end());
    return disks;
}

std::deque<StorageQueue> makeQueues(const ProbeOptions& options)
{
    std::deque<StorageQueue> queues;
    for (std::uint32_t i = 0; i < options.processingCores; ++i)
        queues.emplace_back(queueSizes(options, i == 0));
    return queues;
}

}
