#include "shared/codecs/decoder.h"

#include "shared/base/ascii.h"
#include "shared/codecs/converted_decoder.h"
#include "shared/codecs/g711_decoder.h"
#include "shared/codecs/g722_decoder.h"
#include "shared/codecs/g726_decoder.h"
#include "shared/codecs/g729_decoder.h"
#include "shared/codecs/gsm_decoder.h"
#include "shared/codecs/l16_decoder.h"
#include "shared/codecs/opus_decoder.h"

#include <algorithm>
#include <array>

namespace callmon {

namespace {

enum class Codec : std::uint8_t { G711A, G711Mu, G722, G726, Aal2G726, G729, Gsm, L16, Opus };

struct Name {
    std::string_view name; // lower case
    Codec codec;
    unsigned bitsPerSample = 0; // of G.726
};

constexpr std::array names {
    Name { "pcma", Codec::G711A },
    Name { "g711a", Codec::G711A },
    Name { "pcmu", Codec::G711Mu },
    Name { "g711u", Codec::G711Mu },
    Name { "g722", Codec::G722 },
    Name { "g726-16", Codec::G726, 2 },
    Name { "g726-24", Codec::G726, 3 },
    Name { "g726-32", Codec::G726, 4 },
    Name { "g726-40", Codec::G726, 5 },
    Name { "g721", Codec::G726, 4 }, // RFC 1890's name of payload type 2
    Name { "aal2-g726-16", Codec::Aal2G726, 2 },
    Name { "aal2-g726-24", Codec::Aal2G726, 3 },
    Name { "aal2-g726-32", Codec::Aal2G726, 4 },
    Name { "aal2-g726-40", Codec::Aal2G726, 5 },
    Name { "g729", Codec::G729 },
    Name { "g729a", Codec::G729 },
    Name { "g729b", Codec::G729 },
    Name { "g729ab", Codec::G729 },
    Name { "gsm", Codec::Gsm },
    Name { "l16", Codec::L16 },
    Name { "opus", Codec::Opus },
};

constexpr std::uint32_t wideband = 16'000;

const Name* find(std::string_view codec)
{
    const auto found = std::find_if(
        names.begin(), names.end(), [codec](const Name& name) { return equalsIgnoringCase(codec, name.name); });
    return found == names.end() ? nullptr : found;
}

std::uint32_t clockOf(Codec codec)
{
    switch (codec) {
    case Codec::L16:
        return 44'100; // of the static types 10 and 11
    case Codec::Opus:
        return 48'000;
    default:
        return 8000;
    }
}

// The decoder at the rate that the codec itself has.
std::unique_ptr<Decoder> makeOwn(const Name& codec, std::uint32_t rate, unsigned channels)
{
    switch (codec.codec) {
    case Codec::G711A:
        return std::make_unique<G711Decoder>(G711Law::A);
    case Codec::G711Mu:
        return std::make_unique<G711Decoder>(G711Law::Mu);
    case Codec::G722:
        return std::make_unique<G722Decoder>();
    case Codec::G726:
        return std::make_unique<G726Decoder>(codec.bitsPerSample, G726Packing::LowestFirst);
    case Codec::Aal2G726:
        return std::make_unique<G726Decoder>(codec.bitsPerSample, G726Packing::HighestFirst);
    case Codec::G729:
        return std::make_unique<G729Decoder>();
    case Codec::Gsm:
        return std::make_unique<GsmDecoder>();
    case Codec::L16:
        return std::make_unique<L16Decoder>(rate, channels);
    case Codec::Opus:
        return std::make_unique<OpusDecoder>(rate);
    }
    return nullptr;
}

}

std::optional<CodecRates> ratesOf(std::string_view codec, Hertz clock)
{
    const Name* const known = find(codec);
    if (known == nullptr)
        return std::nullopt;
    const std::uint32_t own = clockOf(known->codec);
    CodecRates rates { clock.value == 0 ? own : clock.value, 8000 };
    switch (known->codec) {
    case Codec::L16: // RFC 3551 4.5.11: any rate; these are the ones that sound devices have
        if (rates.clock < L16Decoder::lowestRate || rates.clock > L16Decoder::highestRate)
            return std::nullopt;
        rates.sound = rates.clock > 8000 ? wideband : 8000;
        return rates;
    case Codec::G722:
        rates.sound = wideband;
        break;
    case Codec::Opus:
        rates.sound = wideband;
        break;
    default:
        break;
    }
    return rates.clock == own ? std::optional(rates) : std::nullopt;
}

std::unique_ptr<Decoder> makeDecoder(std::string_view codec, Hertz clock, std::uint32_t rate, unsigned channels)
{
    const auto rates = ratesOf(codec, clock);
    if (!rates)
        return nullptr;
    const Name& known = *find(codec);
    std::uint32_t own = 8000;
    if (known.codec == Codec::Opus)
        own = rate; // the library decodes to any
    else if (known.codec == Codec::L16)
        own = rates->clock;
    else if (known.codec == Codec::G722)
        own = wideband;
    auto decoder = makeOwn(known, own, channels);
    if (own == rate)
        return decoder;
    return std::make_unique<ConvertedDecoder>(std::move(decoder), own, rate);
}

}
