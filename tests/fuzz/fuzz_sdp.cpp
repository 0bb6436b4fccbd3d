// The input is a message body.
#include "engine/signalling/sdp.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto description = callmon::parseSdp(text);
    if (!description)
        return 0;
    if (description->media.size() > callmon::SessionDescription::maxMedia)
        std::abort();
    unsigned sum = 0;
    for (const callmon::SdpMedia& media : description->media) {
        if (media.codecs.size() > callmon::SdpMedia::maxCodecs || media.rejected != (media.address.port == 0))
            std::abort();
        for (const callmon::SdpCodec& codec : media.codecs) {
            if (codec.payloadType > 127 || codec.channels == 0)
                std::abort();
            for (const char c : codec.name) // a view into the text or a static name: the sanitizer knows
                sum += static_cast<unsigned char>(c);
            for (const char c : codec.parameters)
                sum += static_cast<unsigned char>(c);
        }
        for (const callmon::SdpCandidate& candidate : media.candidates)
            if (candidate.address.port == 0 || candidate.address.ip.isUnspecified() || candidate.component > 2)
                std::abort();
        if (!media.rejected && media.rtcpAddress.port == 0 && media.address.port != 65535)
            std::abort();
        for (const char c : media.mid)
            sum += static_cast<unsigned char>(c);
        sum += static_cast<unsigned>(media.ptimeMs.value_or(0));
    }
    return sum == ~0U ? 1 : 0;
}
