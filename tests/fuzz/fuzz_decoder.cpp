// Every decoder fed payloads of any bytes. Input: a byte that chooses codec and rate, then pieces of a u16 size (modulo
// 2,048) and a payload; size 2,047 is a loss of 20 ms, concealed with the next payload at hand.
#include "require.h"
#include "shared/codecs/decoder.h"

#include <iterator>

using namespace callmon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    struct Codec {
        const char* name;
        std::uint32_t clock;
        unsigned channels = 1;
    };
    static constexpr Codec codecs[] = { { "PCMA", 8000 }, { "PCMU", 8000 }, { "G722", 8000 }, { "G726-16", 8000 },
        { "G726-24", 8000 }, { "G726-32", 8000 }, { "G726-40", 8000 }, { "AAL2-G726-24", 8000 },
        { "AAL2-G726-40", 8000 }, { "G729", 8000 }, { "GSM", 8000 }, { "L16", 8000 }, { "L16", 44'100, 2 },
        { "L16", 11'025 }, { "opus", 48'000 } };
    ByteReader in(std::as_bytes(std::span(data, size)));
    const std::uint8_t choice = in.u8();
    const Codec& codec = codecs[(choice & 0x7f) % std::size(codecs)];
    const std::uint32_t rate = (choice & 0x80) != 0 ? 16'000 : 8000;
    const auto decoder = makeDecoder(codec.name, { codec.clock }, rate, codec.channels);
    require(decoder != nullptr);
    constexpr std::size_t loss = 2047;
    constexpr std::size_t longest = 200; // payloads of one input, for the time it takes
    std::vector<std::int16_t> sound;
    for (std::size_t i = 0; i < longest && in.left() > 0; ++i) {
        const std::size_t length = in.u16() % 2048;
        sound.clear();
        if (length == loss) {
            decoder->conceal(rate / 50, in.rest(), sound);
            require(sound.size() == rate / 50);
            continue;
        }
        const Bytes payload = in.take(std::min(length, in.left()));
        require(decoder->decode(payload, sound) <= payload.size());
        // The most that a byte can hold: half an L16 sample at 11,025 Hz gives little; a byte of Opus 120 ms.
        require(sound.size() <= rate * 120 / 1000 + 80 * 16 * (payload.size() + 1));
        decoder->pausing();
    }
    return 0;
}
