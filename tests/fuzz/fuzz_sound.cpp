// From recorded bytes to the sound of a call. Input: a byte of codec, a byte of the second stream's, u16 size of the
// first stream's media, and the media of both (MediaChunk bytes).
#include "shared/calls/media_chunk.h"
#include "shared/codecs/call_audio.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace {

using namespace callmon;

constexpr Nanoseconds longest = std::chrono::seconds(20); // of one input, for the time and the memory it takes

StreamMedia streamOf(std::uint32_t index, std::uint8_t code, Bytes media)
{
    struct Codec {
        std::uint8_t payloadType;
        const char* name;
        std::uint32_t clock;
    };
    static constexpr Codec codecs[] = { { 8, "PCMA", 8000 }, { 0, "PCMU", 8000 }, { 18, "G729", 8000 },
        { 101, "telephone-event", 8000 }, { 97, "opus", 48000 }, { 0, "", 0 }, { 13, "CN", 8000 },
        { 8, "PCMA", 8000 } };
    constexpr std::size_t redundant = 7; // 99 repeats PCMA and keys (RFC 2198)
    const Codec& codec = codecs[(code & 0x7f) % std::size(codecs)];
    StreamMedia stream;
    stream.stream.key.index = index;
    stream.stream.direction = (code & 0x80) != 0 ? Party::Callee : Party::Caller;
    stream.stream.payloadType = codec.payloadType;
    stream.stream.codec = codec.name;
    stream.stream.clockRate = { codec.clock };
    if ((code & 0x7f) % std::size(codecs) == redundant) {
        stream.stream.payloads.add(99, "red", { 8000 }, {});
        stream.stream.payloads.add(8, "PCMA", { 8000 }, {});
        stream.stream.payloads.add(101, "telephone-event", { 8000 }, {});
    }
    stream.bytes.assign(media.begin(), media.end());
    return stream;
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    ByteReader in(std::as_bytes(std::span(data, size)));
    const std::uint8_t first = in.u8();
    const std::uint8_t second = in.u8();
    const std::size_t length = in.u16();
    std::vector<StreamMedia> media;
    media.push_back(streamOf(0, first, in.take(std::min(length, in.left()))));
    media.push_back(streamOf(1, second, in.rest()));

    std::int64_t from = std::numeric_limits<std::int64_t>::max();
    std::int64_t to = std::numeric_limits<std::int64_t>::min();
    for (const StreamMedia& stream : media) {
        MediaReader reader(stream.bytes);
        while (const auto packet = reader.next()) {
            if (packet->datagram.size() > stream.bytes.size())
                std::abort();
            const std::int64_t arrival = nanosecondsSinceEpoch(packet->arrival);
            if (arrival < 0)
                break; // damaged: nothing behind it is read
            from = std::min(from, arrival);
            to = std::max(to, arrival);
        }
    }
    if (from <= to && to - from > longest.count())
        return 0;
    const CallAudio audio = assembleCallAudio(media);
    // The packets' arrivals, a second for the last one's sound, and four for a first one that was held up.
    constexpr std::size_t most = (longest / std::chrono::seconds(1) + 1 + 4) * 16'000;
    if (audio.caller.size() != audio.callee.size() || audio.caller.size() > most)
        std::abort();
    return 0;
}
