#include "shared/quality/e_model.h"

#include <algorithm>
#include <array>

namespace callmon {

namespace {

struct NamedImpairment {
    std::string_view name; // upper case
    CodecImpairment impairment;
};

// ITU-T G.113 appendix I, tables I.1 and I.4. G.711 is counted with the packet-loss concealment that every phone has.
// An SDP says "G729" for all of A, B and AB (RFC 4856 2.1.9), so its row is the published one, A with VAD; likewise
// "G723" is the 6.3 kbit/s rate. Codecs whose Bpl was never published (G.722, G.726, GSM-FR, iLBC...) are left out.
constexpr CodecImpairment g711 { 0, 25.1 };
constexpr CodecImpairment g729 { 11, 19.0 };
constexpr CodecImpairment g723 { 15, 16.1 };
constexpr CodecImpairment gsmEfr { 5, 10.0 };
constexpr std::array<NamedImpairment, 14> published { {
    { "PCMA", g711 },
    { "PCMU", g711 },
    { "G711", g711 },
    { "G711A", g711 },
    { "G711U", g711 },
    { "G729", g729 },
    { "G729A", g729 },
    { "G729B", g729 },
    { "G729AB", g729 },
    { "G723", g723 },
    { "G723.1", g723 },
    { "GSM-EFR", gsmEfr },
    { "GSM_EFR", gsmEfr },
    { "GSMEFR", gsmEfr },
} };

constexpr char upper(char c)
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

constexpr double allDefaults = 93.2; // Ro - Is with the default values of G.107 table 2

// G.107 7.4, delay without echo, as simplified by Cole and Rosenbluth (2001): within 1 point of Idd up to 400 ms.
double delayImpairment(Milliseconds oneWay)
{
    const double d = std::max(0.0, oneWay.count());
    constexpr double conversationSuffers = 177.3; // ms
    return 0.024 * d + (d > conversationSuffers ? 0.11 * (d - conversationSuffers) : 0.0);
}

// G.107 7.5, equation 7-29 (Ie-eff); loss in percent.
double effectiveEquipmentImpairment(const EModelInputs& inputs)
{
    const double loss = std::clamp(inputs.lossPercent + inputs.discardPercent, 0.0, 100.0);
    if (loss <= 0)
        return inputs.codec.ie;
    const double burstRatio = std::max(1.0, inputs.burstRatio);
    return inputs.codec.ie + (95 - inputs.codec.ie) * loss / (loss / burstRatio + inputs.codec.bpl);
}

}

std::optional<CodecImpairment> impairmentOf(std::string_view codec)
{
    const auto found = std::find_if(published.begin(), published.end(), [codec](const NamedImpairment& row) {
        return std::equal(row.name.begin(), row.name.end(), codec.begin(), codec.end(),
            [](char known, char given) { return known == upper(given); });
    });
    if (found == published.end())
        return std::nullopt;
    return found->impairment;
}

double rFactor(const EModelInputs& inputs)
{
    // G.107 lets R lie in 0 to 100: a reply that took minutes is no rating of minus thousands.
    return std::max(0.0, allDefaults - delayImpairment(inputs.oneWayDelay) - effectiveEquipmentImpairment(inputs));
}

double mosOfR(double r)
{
    if (!(r > 0))
        return 1;
    if (r >= 100)
        return 4.5;
    // The cubic of annex B dips below 1 for R under 6.5; no rating is worse than "bad".
    return std::max(1.0, 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r));
}

double burstRatioOf(std::uint64_t lost, std::uint64_t expected, std::uint64_t runs)
{
    if (lost == 0 || runs == 0 || expected < lost)
        return 1;
    const double came = static_cast<double>(expected - lost) / static_cast<double>(expected);
    return static_cast<double>(lost) / static_cast<double>(runs) * came;
}

MosWaterfall waterfallOf(const EModelInputs& inputs)
{
    EModelInputs soFar;
    soFar.codec = inputs.codec;
    double left = mosOfR(allDefaults);
    const auto taken = [&] {
        const double before = left;
        left = mosOfR(rFactor(soFar));
        return before - left;
    };
    MosWaterfall waterfall;
    waterfall.codec = taken();
    soFar.lossPercent = inputs.lossPercent;
    waterfall.loss = taken();
    soFar.discardPercent = inputs.discardPercent;
    waterfall.discards = taken();
    soFar.burstRatio = inputs.burstRatio;
    waterfall.bursts = taken();
    soFar.oneWayDelay = inputs.oneWayDelay;
    waterfall.delay = taken();
    return waterfall;
}

Milliseconds assumedOneWayDelay(Milliseconds packetisation, Milliseconds jitterBuffer, std::optional<Milliseconds> rtt)
{
    return packetisation + jitterBuffer + rtt.value_or(assumedRtt) / 2;
}

}
