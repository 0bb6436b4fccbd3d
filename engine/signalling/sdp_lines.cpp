#include "engine/signalling/sdp_lines.h"

#include "engine/signalling/text.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr auto npos = std::string_view::npos;

MediaKind kindOf(std::string_view media)
{
    if (media == "audio")
        return MediaKind::Audio;
    if (media == "video")
        return MediaKind::Video;
    return media == "image" ? MediaKind::Image : MediaKind::Other;
}

}

std::optional<SdpConnection> readSdpConnection(std::string_view value)
{
    const std::string_view network = takeWord(value);
    const std::string_view family = takeWord(value);
    const std::string_view address = takeWord(value);
    if (network != "IN" || (family != "IP4" && family != "IP6") || address.empty())
        return std::nullopt;
    const auto ip = IpAddress::parse(address.substr(0, findAny<'/'>(address))); // TTL and count of multicast
    return SdpConnection { ip.value_or(IpAddress()), ip && ip->isUnspecified() };
}

void readSdpMedia(std::string_view value, SdpMedia& media, SdpExcess& excess)
{
    media.kind = kindOf(takeWord(value));
    const std::string_view port = takeWord(value);
    media.address.port = decimal<std::uint16_t>(port.substr(0, findAny<'/'>(port))).value_or(0);
    media.rejected = media.address.port == 0;
    const std::string_view protocol = takeWord(value);
    const bool isPlainRtp = protocol == "RTP/AVP"; // nearly always
    media.secure = !isPlainRtp && (protocol.find("SAVP") != npos || protocol.find("TLS/") != npos);
    if (!isPlainRtp && protocol.find("RTP/") == npos) // T.38 over UDPTL, BFCP, MSRP: their formats are no payload types
        return;
    for (std::string_view format = takeWord(value); !format.empty(); format = takeWord(value)) {
        const auto type = decimal<std::uint8_t>(format);
        if (!type || *type >= 128)
            continue;
        if (media.codecs.full())
            ++excess.payloadTypes;
        else
            media.codecs.append(staticCodec(*type));
    }
}

SdpAttribute splitSdpAttribute(std::string_view text)
{
    const std::size_t colon = findAny<':'>(text);
    return { trim(text.substr(0, colon)), colon == npos ? std::string_view() : text.substr(colon + 1) };
}

std::optional<MediaDirection> readSdpDirection(std::string_view attribute)
{
    if (attribute == "sendrecv")
        return MediaDirection::SendReceive;
    if (attribute == "sendonly")
        return MediaDirection::SendOnly;
    if (attribute == "recvonly")
        return MediaDirection::ReceiveOnly;
    if (attribute == "inactive")
        return MediaDirection::Inactive;
    return std::nullopt;
}

std::optional<std::uint16_t> readSdpMilliseconds(std::string_view value)
{
    const auto milliseconds = decimal<std::uint16_t>(trim(value));
    return milliseconds && *milliseconds > 0 ? milliseconds : std::nullopt;
}

// RFC 4566 6. A line without a clock rate still names a codec that nothing else names.
void readSdpRtpmap(std::string_view value, SdpMedia& media)
{
    const auto type = decimal<std::uint8_t>(takeWord(value));
    std::string_view encoding = trim(value);
    const std::string_view name = trim(takeUntil<'/'>(encoding));
    const auto rate = decimal<std::uint32_t>(trim(takeUntil<'/'>(encoding)));
    const auto channels = decimal<std::uint8_t>(trim(encoding));
    if (!type || name.empty())
        return;
    for (SdpCodec& codec : media.codecs) {
        if (codec.payloadType != *type || (!rate && !codec.name.empty()))
            continue;
        const SdpCodec fixed = staticCodec(*type);
        codec.name = name == fixed.name ? fixed.name : standardSpelling(name);
        // A static type has the clock of RFC 3551, whatever the line says: many write G722/16000, and count at 8,000.
        codec.clockRate = fixed.clockRate.value != 0 ? fixed.clockRate : Hertz { rate.value_or(0) };
        codec.channels = std::max<std::uint8_t>(channels.value_or(1), 1);
    }
}

void readSdpFmtp(std::string_view value, SdpMedia& media)
{
    const auto type = decimal<std::uint8_t>(takeWord(value));
    for (SdpCodec& codec : media.codecs) {
        if (type && codec.payloadType == *type)
            codec.parameters = trim(value);
    }
}

std::optional<SdpRtcp> readSdpRtcp(std::string_view value)
{
    const auto port = decimal<std::uint16_t>(takeWord(value));
    if (!port || *port == 0)
        return std::nullopt;
    SdpRtcp rtcp { *port, {} };
    if (const auto connection = readSdpConnection(value))
        rtcp.ip = connection->address;
    return rtcp;
}

std::optional<SdpCandidate> readSdpCandidate(std::string_view value)
{
    takeWord(value); // foundation
    const auto component = decimal<std::uint8_t>(takeWord(value));
    const std::string_view transport = takeWord(value);
    takeWord(value); // priority
    const auto ip = IpAddress::parse(takeWord(value));
    const auto port = decimal<std::uint16_t>(takeWord(value));
    if (!component || (*component != 1 && *component != 2) || !equalsIgnoringCase(transport, "udp") || !ip
        || ip->isUnspecified() || !port || *port == 0)
        return std::nullopt;
    return SdpCandidate { { *ip, *port }, *component };
}

}
