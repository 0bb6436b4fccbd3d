// A capture file through packet, tracking and records into a CollectingSink.
#pragma once

#include "engine/capture/pcap_file.h"
#include "engine/packet/mirror_copies.h"
#include "engine/piece_reader.h"
#include "engine/records/call_monitor.h"
#include "tests/replay/collecting_sink.h"

namespace callmon {

inline TrackerOptions smallTracker()
{
    TrackerOptions options;
    options.maxCalls = 4096;
    options.maxStreams = 8192;
    options.maxMediaAddresses = 16384;
    return options;
}

struct Replayed {
    CollectingSink sink;
    std::vector<NamedCounter> counters;
    std::uint64_t datagrams = 0;
    std::uint64_t mirrorCopies = 0;
    std::string failure; // empty when the file was read to its end
};

enum class Mirrored : std::uint8_t {
    AsRecorded, // copies that the capture holds are measured
    Once, // copies are left out
    Twice, // as Once, but every frame comes again from behind a router, in another VLAN
};

// A frame as another port of a mirror delivers it: tagged, one hop less to live. Empty where it is not Ethernet and IP.
inline std::vector<std::byte> behindRouter(const Frame& frame)
{
    constexpr std::array tag { std::byte { 0x81 }, std::byte { 0 }, std::byte { 0 }, std::byte { 7 } }; // 802.1Q
    if (frame.linkType != LinkType::Ethernet || frame.bytes.size() < 34)
        return {};
    std::vector<std::byte> copy(frame.bytes.begin(), frame.bytes.end());
    const bool isV4 = copy[12] == std::byte { 8 } && copy[13] == std::byte { 0 };
    if (isV4)
        copy[14 + 8] = static_cast<std::byte>(std::to_integer<unsigned>(copy[14 + 8]) - 1);
    copy.insert(copy.begin() + 12, tag.begin(), tag.end());
    return copy;
}

// `batchSize`: how many datagrams at a time.
inline std::unique_ptr<Replayed> replayCapture(
    const std::string& path, std::size_t batchSize = 64, Mirrored mirrored = Mirrored::AsRecorded)
{
    MirrorCopies copies(1);
    auto replayed = std::make_unique<Replayed>();
    auto source = PcapFile::open({ path }, Pace::AsFastAsPossible);
    if (!source) {
        replayed->failure = source.error().what;
        return replayed;
    }
    CallMonitor monitor(smallTracker(), replayed->sink);
    const FrameClassifier classifier(smallTracker().sipPorts);
    FrameBatch batch;
    PieceReader pieces(monitor, {}, true);
    std::uint64_t sequence = 0;
    std::vector<Datagram> datagrams;
    const auto process = [&] {
        for (std::size_t at = 0; at < datagrams.size(); at += batchSize)
            monitor.process(std::span(datagrams).subspan(at, std::min(batchSize, datagrams.size() - at)));
        datagrams.clear();
    };
    do {
        if (auto received = source.value()->receive(batch); !received)
            replayed->failure = received.error().what;
        datagrams.clear();
        std::vector<std::vector<std::byte>> again;
        std::vector<Frame> frames;
        for (const Frame& frame : batch.view()) {
            frames.push_back(frame);
            if (mirrored != Mirrored::Twice || again.emplace_back(behindRouter(frame)).empty())
                continue;
            frames.push_back(frame);
            frames.back().bytes = again.back();
        }
        for (Frame& frame : frames) {
            const FrameClass found = classifier.classify(static_cast<std::uint16_t>(frame.linkType), frame.bytes);
            if (found.kind == FrameKind::Drop)
                continue;
            if (mirrored != Mirrored::AsRecorded && copies.isCopy(copies.packetOf(frame.bytes, found), frame.arrival)) {
                ++replayed->mirrorCopies;
                continue;
            }
            frame.udp = found.udp;
            if (found.kind == FrameKind::Piece) {
                process();
                pieces.read(frame, sequence++);
                continue;
            }
            datagrams.push_back(datagramOf(frame, sequence++));
        }
        process();
        pieces.advance(batch.now, sequence);
        monitor.advance(batch.now);
        source.value()->release(batch);
    } while (!batch.last);
    monitor.finish();
    replayed->counters = monitor.counters();
    replayed->datagrams = monitor.datagrams();
    return replayed;
}

}
