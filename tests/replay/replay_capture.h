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

// A capture has few connections, and reserving the usual memory takes longer than to read it.
inline ReassemblerOptions smallReassembler()
{
    ReassemblerOptions options;
    options.fragments.maxBytes = 1 << 21;
    options.tcp.maxConnections = 2048;
    options.tcp.maxBytes = 1 << 21;
    options.sctp.maxBytes = 1 << 20;
    options.streams.smallBuffers = 1024;
    options.streams.largeBuffers = 32;
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

// Frames as the capture and processing cores read them, on one thread. `batchSize`: how many datagrams at a time.
class FrameReplay {
public:
    explicit FrameReplay(std::size_t batchSize = 64, Mirrored mirrored = Mirrored::AsRecorded)
        : m_batchSize(batchSize)
        , m_mirrored(mirrored)
    {
    }

    // Their bytes may go afterwards. `now`: what packet time comes to with the last of them.
    void read(std::span<const Frame> frames, Timestamp now)
    {
        std::vector<std::vector<std::byte>> copies;
        copies.reserve(frames.size());
        for (const Frame& frame : frames) {
            readOne(frame);
            if (m_mirrored != Mirrored::Twice || copies.emplace_back(behindRouter(frame)).empty())
                continue;
            Frame copy = frame;
            copy.bytes = copies.back();
            readOne(copy);
        }
        process();
        m_pieces.advance(now, m_sequence);
        m_monitor.advance(now);
    }
    std::unique_ptr<Replayed> finish(std::string failure = {})
    {
        m_monitor.finish();
        m_replayed->failure = std::move(failure);
        m_replayed->counters = m_monitor.counters();
        m_replayed->datagrams = m_monitor.datagrams();
        return std::move(m_replayed);
    }

private:
    void readOne(Frame frame)
    {
        const FrameClass found = m_classifier.classify(static_cast<std::uint16_t>(frame.linkType), frame.bytes);
        if (found.kind == FrameKind::Drop)
            return;
        if (m_mirrored != Mirrored::AsRecorded
            && m_mirrorCopies.isCopy(m_mirrorCopies.packetOf(frame.bytes, found), frame.arrival)) {
            ++m_replayed->mirrorCopies;
            return;
        }
        frame.udp = found.udp;
        if (found.kind == FrameKind::Piece) {
            process();
            m_pieces.read(frame, m_sequence++);
            return;
        }
        m_datagrams.push_back(datagramOf(frame, m_sequence++));
    }
    void process()
    {
        for (std::size_t at = 0; at < m_datagrams.size(); at += m_batchSize)
            m_monitor.process(std::span(m_datagrams).subspan(at, std::min(m_batchSize, m_datagrams.size() - at)));
        m_datagrams.clear();
    }

    const std::size_t m_batchSize;
    const Mirrored m_mirrored;
    std::unique_ptr<Replayed> m_replayed = std::make_unique<Replayed>();
    MirrorCopies m_mirrorCopies { 1 };
    CallMonitor m_monitor { smallTracker(), m_replayed->sink };
    FrameClassifier m_classifier { smallTracker().sipPorts };
    PieceReader m_pieces { m_monitor, smallReassembler(), {} };
    std::uint64_t m_sequence = 0;
    std::vector<Datagram> m_datagrams;
};

inline std::unique_ptr<Replayed> replayCapture(
    const std::string& path, std::size_t batchSize = 64, Mirrored mirrored = Mirrored::AsRecorded)
{
    FrameReplay replay(batchSize, mirrored);
    auto source = PcapFile::open({ path }, Pace::AsFastAsPossible);
    if (!source)
        return replay.finish(source.error().what);
    std::string failure;
    FrameBatch batch;
    do {
        if (auto received = source.value()->receive(batch); !received)
            failure = received.error().what;
        replay.read(batch.view(), batch.now);
        source.value()->release(batch);
    } while (!batch.last);
    return replay.finish(failure);
}

}
