#include "engine/signalling/sdp.h"

#include "engine/signalling/text.h"

#include <algorithm>

namespace callmon {

namespace {

struct StaticType {
    std::string_view name;
    std::uint32_t clockRate;
    std::uint8_t channels = 1;
};

// RFC 3551 table 4 (audio) and table 5 (video); index is the payload type. G.722 runs at 16 kHz and counts at 8
// (4.5.2).
constexpr std::array<StaticType, 35> staticTypes { {
    { "PCMU", 8000 },
    {},
    {}, // 2: G721, then G726-32; reserved now
    { "GSM", 8000 },
    { "G723", 8000 },
    { "DVI4", 8000 },
    { "DVI4", 16000 },
    { "LPC", 8000 },
    { "PCMA", 8000 },
    { "G722", 8000 },
    { "L16", 44100, 2 },
    { "L16", 44100 },
    { "QCELP", 8000 },
    { "CN", 8000 },
    { "MPA", 90000 },
    { "G728", 8000 },
    { "DVI4", 11025 },
    { "DVI4", 22050 },
    { "G729", 8000 },
    {},
    {},
    {},
    {},
    {},
    {},
    { "CelB", 90000 },
    { "JPEG", 90000 },
    {},
    { "nv", 90000 },
    {},
    {},
    { "H261", 90000 },
    { "MPV", 90000 },
    { "MP2T", 90000 },
    { "H263", 90000 },
} };

// Encodings of dynamic payload types that others look for by name or that calls are often made of.
constexpr std::array<std::string_view, 16> dynamicNames { "telephone-event", "opus", "iLBC", "speex", "AMR", "AMR-WB",
    "EVS", "G7221", "G726-16", "G726-24", "G726-32", "G726-40", "G729D", "G729E", "red", "H264" };

bool sameIgnoringCase(std::string_view a, std::string_view b)
{
    return a == b
        || std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return toLower(x) == toLower(y); });
}

}

std::string_view standardSpelling(std::string_view encodingName)
{
    for (const std::string_view known : dynamicNames)
        if (sameIgnoringCase(encodingName, known))
            return known;
    for (const StaticType& known : staticTypes)
        if (sameIgnoringCase(encodingName, known.name))
            return known.name;
    return encodingName;
}

SdpCodec staticCodec(std::uint8_t payloadType)
{
    SdpCodec codec;
    codec.payloadType = payloadType;
    if (payloadType < staticTypes.size()) {
        const StaticType& known = staticTypes[payloadType];
        codec.name = known.name;
        codec.clockRate = Hertz { known.clockRate };
        codec.channels = std::max<std::uint8_t>(known.channels, 1);
    }
    return codec;
}

}
