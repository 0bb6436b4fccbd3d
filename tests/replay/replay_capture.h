// A capture file through packet, tracking and records into a CollectingSink.
#pragma once

#include "engine/capture/pcap_file.h"
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
    std::string failure; // empty when the file was read to its end
};

// `batchSize`: how many datagrams at a time.
inline std::unique_ptr<Replayed> replayCapture(const std::string& path, std::size_t batchSize = 64)
{
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
        for (Frame& frame : std::span(batch.frames).first(batch.count)) {
            const FrameClass found = classifier.classify(static_cast<std::uint16_t>(frame.linkType), frame.bytes);
            if (found.kind == FrameKind::Drop)
                continue;
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
