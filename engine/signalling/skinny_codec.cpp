// The codec numbers of Skinny.
#include "engine/signalling/sdp.h"
#include "engine/signalling/skinny_message.h"

#include <algorithm>
#include <iterator>

namespace callmon {

namespace {

// In a static payload type's place nothing: RFC 3551 says its name and clock.
struct NumberedCodec {
    std::uint32_t number;
    std::uint8_t payloadType; // static, or dynamicPayloadType
    std::string_view name;
    std::uint32_t clockRate;
};
constexpr std::uint8_t dynamic = SkinnyCodec::dynamicPayloadType;
constexpr NumberedCodec codecs[] {
    { 2, 8, {}, 0 }, // G.711 A-law
    { 3, 8, {}, 0 }, // on 56 kbit/s lines
    { 4, 0, {}, 0 }, // G.711 mu-law
    { 5, 0, {}, 0 },
    { 6, 9, {}, 0 }, // G.722 64, 56, 48 kbit/s
    { 7, 9, {}, 0 },
    { 8, 9, {}, 0 },
    { 9, 4, {}, 0 }, // G.723.1
    { 10, 15, {}, 0 }, // G.728
    { 11, 18, {}, 0 }, // G.729, A, B, AB: the same on the wire
    { 12, 18, {}, 0 },
    { 15, 18, {}, 0 },
    { 16, 18, {}, 0 },
    { 18, 3, {}, 0 }, // GSM full rate
    { 25, dynamic, "L16", 16000 }, // wide band 256 kbit/s
    { 40, dynamic, "G7221", 16000 },
    { 41, dynamic, "G7221", 16000 },
    { 80, 3, {}, 0 }, // GSM
    { 82, dynamic, "G726-32", 8000 },
    { 83, dynamic, "G726-24", 8000 },
    { 84, dynamic, "G726-16", 8000 },
    { 86, dynamic, "iLBC", 8000 },
    { 97, dynamic, "AMR", 8000 },
    { 98, dynamic, "AMR-WB", 16000 },
    { 100, 31, {}, 0 }, // H.261
    { 101, 34, {}, 0 }, // H.263
    { 103, dynamic, "H264", 90000 },
};

}

SkinnyCodec skinnyCodec(std::uint32_t number)
{
    const auto known = std::find_if(
        std::begin(codecs), std::end(codecs), [&](const NumberedCodec& codec) { return codec.number == number; });
    if (known == std::end(codecs))
        return {};
    if (known->payloadType == SkinnyCodec::dynamicPayloadType)
        return { known->name, Hertz { known->clockRate }, known->payloadType };
    const SdpCodec codec = staticCodec(known->payloadType);
    return { codec.name, codec.clockRate, known->payloadType };
}

}
