// What a packet's way costs in instructions: a capture, held in memory, through each step in a function of its own, to
// be counted by callgrind (instructions.py does that). A count is the same on every run of the same build, whatever
// else the machine does; it knows nothing of caches, so it stands beside the benches that measure time.
#include "engine/capture/pcap_file.h"
#include "engine/packet/frame_classifier.h"
#include "engine/records/call_monitor.h"

#include <cstdio>
#include <memory>

using namespace callmon;

namespace {

struct Kept { // a batch whose bytes stay
    std::vector<std::byte> bytes;
    std::vector<Frame> frames;
    Timestamp now;
};

class CountingSink : public RecordSink {
public:
    explicit CountingSink(bool keeps)
        : m_keeps(keeps)
    {
    }
    void liveCall(const CallRecord&) override { }
    void stream(const StreamRecord&) override { ++streams; }
    void quality(const QualityPoint&) override { }
    void callEnded(const CallRecord&) override { }
    bool keepsMedia() const override { return m_keeps; }
    MediaChunk* takeChunk() override
    {
        if (m_free.empty()) {
            m_chunks.push_back(std::make_unique<MediaChunk>());
            return m_chunks.back().get();
        }
        MediaChunk* const chunk = m_free.back();
        m_free.pop_back();
        return chunk;
    }
    void media(MediaChunk* chunk) override { m_free.push_back(chunk); }
    void second(Timestamp) override { }
    std::uint64_t streams = 0;

private:
    bool m_keeps;
    std::vector<std::unique_ptr<MediaChunk>> m_chunks;
    std::vector<MediaChunk*> m_free;
};

Result<std::vector<Kept>> read(const char* path)
{
    auto file = PcapFile::open({ path }, Pace::AsFastAsPossible);
    if (!file)
        return file.error();
    std::vector<Kept> batches;
    FrameBatch batch;
    while (!batch.last) {
        file.value()->release(batch);
        if (const auto received = file.value()->receive(batch); !received)
            return received.error();
        Kept& kept = batches.emplace_back();
        kept.now = batch.now;
        for (const Frame& frame : batch.view())
            kept.bytes.insert(kept.bytes.end(), frame.bytes.begin(), frame.bytes.end());
        std::size_t at = 0;
        for (Frame frame : batch.view()) {
            frame.bytes = Bytes(kept.bytes).subspan(at, frame.bytes.size());
            at += frame.bytes.size();
            kept.frames.push_back(frame);
        }
    }
    return batches;
}

}

// By these names they are found in callgrind's profile.
extern "C" {

[[gnu::noinline]] std::size_t step_classify(std::vector<Kept>& batches, FrameClassifier& classifier)
{
    std::size_t dropped = 0;
    for (Kept& batch : batches) {
        for (Frame& frame : batch.frames) {
            const FrameClass found = classifier.classify(static_cast<std::uint16_t>(frame.linkType), frame.bytes);
            frame.kind = found.kind;
            frame.udp = found.udp;
            dropped += found.kind == FrameKind::Drop;
        }
    }
    return dropped;
}

[[gnu::noinline]] void step_datagrams(const std::vector<Kept>& batches, std::vector<Datagram>& datagrams)
{
    for (const Kept& batch : batches) {
        for (const Frame& frame : batch.frames) {
            if (frame.kind == FrameKind::Drop || frame.kind == FrameKind::Piece)
                continue;
            datagrams.push_back(datagramOf(frame, datagrams.size()));
        }
    }
}

[[gnu::noinline]] void step_track(CallMonitor& monitor, std::span<const Datagram> datagrams)
{
    while (!datagrams.empty()) {
        const auto burst = datagrams.first(std::min(datagrams.size(), FrameBatch::capacity));
        monitor.process(burst);
        monitor.advance(burst.back().arrival);
        datagrams = datagrams.subspan(burst.size());
    }
}
}

int main(int argc, char** argv)
{
    if (argc < 2) {
        std::fprintf(stderr, "instructions_bench CAPTURE [keep]: run by instructions.py, under callgrind\n");
        return 2;
    }
    auto batches = read(argv[1]);
    if (!batches) {
        std::fprintf(stderr, "instructions_bench: %s\n", batches.error().what.c_str());
        return 2;
    }
    const std::uint16_t sipPorts[] { 5060 };
    FrameClassifier classifier(sipPorts);
    const std::size_t dropped = step_classify(batches.value(), classifier);
    std::size_t frames = 0;
    for (const Kept& batch : batches.value())
        frames += batch.frames.size();
    std::vector<Datagram> datagrams;
    datagrams.reserve(frames);
    step_datagrams(batches.value(), datagrams);
    TrackerOptions options;
    options.hashSeed = 1; // else the count would change a little with the collisions
    CountingSink sink(argc > 2); // with media into chunks
    CallMonitor monitor(options, sink);
    step_track(monitor, datagrams);
    std::printf("%zu frames, %zu datagrams, %zu dropped, %llu stream records\n", frames, datagrams.size(), dropped,
        static_cast<unsigned long long>(sink.streams));
    return 0;
}
