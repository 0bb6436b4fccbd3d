#include "engine/signalling/sdp.h"

#include "engine/signalling/text.h"

namespace callmon {

namespace {

constexpr auto npos = std::string_view::npos;

// What the session says for every media that does not say it itself.
struct SessionLevel {
    IpAddress address;
    bool held = false;
    bool hasAddress = false;
    MediaDirection direction = MediaDirection::SendReceive;
    std::optional<std::uint16_t> ptimeMs;
};

struct Connection {
    IpAddress address; // unspecified when it is a name: a probe resolves none
    bool held = false; // 0.0.0.0 or ::, "on hold" before RFC 3264 (8.4)
};

// "IN IP4 224.2.36.42/127", "IN IP6 2001:db8::1"
std::optional<Connection> readConnection(std::string_view value)
{
    const std::string_view network = takeWord(value);
    const std::string_view family = takeWord(value);
    const std::string_view address = takeWord(value);
    if (network != "IN" || (family != "IP4" && family != "IP6") || address.empty())
        return std::nullopt;
    const auto ip = IpAddress::parse(address.substr(0, address.find('/'))); // TTL and count of multicast
    return Connection { ip.value_or(IpAddress()), ip && ip->isUnspecified() };
}

MediaKind kindOf(std::string_view media)
{
    if (media == "audio")
        return MediaKind::Audio;
    if (media == "video")
        return MediaKind::Video;
    return media == "image" ? MediaKind::Image : MediaKind::Other;
}

// "audio 49170/2 RTP/AVP 0 8 101". A line that cannot be read still takes its place as a refused media: the lines of an
// answer match those of the offer by position (RFC 3264 6).
SdpMedia readMedia(std::string_view value, const SessionLevel& session)
{
    SdpMedia media;
    media.kind = kindOf(takeWord(value));
    const std::string_view port = takeWord(value);
    media.address.port = decimal<std::uint16_t>(port.substr(0, port.find('/'))).value_or(0);
    media.address.ip = session.address;
    media.rejected = media.address.port == 0;
    media.direction = session.direction;
    media.ptimeMs = session.ptimeMs;
    const std::string_view protocol = takeWord(value);
    media.secure = protocol.find("SAVP") != npos || protocol.find("TLS/") != npos;
    if (protocol.find("RTP/") == npos) // T.38 over UDPTL, BFCP, MSRP: their formats are no payload types
        return media;
    while (media.codecCount < SdpMedia::maxCodecs) {
        const std::string_view format = takeWord(value);
        if (format.empty())
            break;
        if (const auto type = decimal<std::uint8_t>(format); type && *type < 128)
            media.codecs[media.codecCount++] = staticCodec(*type);
    }
    return media;
}

// "96 opus/48000/2" (RFC 4566 6). A line without a clock rate still names a codec that nothing else names.
void readRtpmap(std::string_view value, SdpMedia& media)
{
    const auto type = decimal<std::uint8_t>(takeWord(value));
    std::string_view encoding = trim(value);
    const std::size_t nameEnd = encoding.find('/');
    const std::string_view name = trim(encoding.substr(0, nameEnd));
    encoding.remove_prefix(nameEnd == npos ? encoding.size() : nameEnd + 1);
    const std::size_t rateEnd = encoding.find('/');
    const auto rate = decimal<std::uint32_t>(trim(encoding.substr(0, rateEnd)));
    const auto channels = rateEnd == npos ? std::nullopt : decimal<std::uint8_t>(trim(encoding.substr(rateEnd + 1)));
    if (!type || name.empty())
        return;
    for (SdpCodec& codec : std::span(media.codecs).first(media.codecCount)) {
        if (codec.payloadType != *type || (!rate && !codec.name.empty()))
            continue;
        codec.name = standardSpelling(name);
        // A static type has the clock of RFC 3551, whatever the line says: many write G722/16000, and count at 8,000.
        if (const SdpCodec fixed = staticCodec(*type); fixed.clockRate.value != 0)
            codec.clockRate = fixed.clockRate;
        else
            codec.clockRate = Hertz { rate.value_or(0) };
        codec.channels = std::max<std::uint8_t>(channels.value_or(1), 1);
    }
}

std::optional<MediaDirection> directionOf(std::string_view attribute)
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

std::optional<std::uint16_t> readPtime(std::string_view value)
{
    const auto milliseconds = decimal<std::uint16_t>(trim(value));
    return milliseconds && *milliseconds > 0 ? milliseconds : std::nullopt;
}

struct Attribute {
    std::string_view name;
    std::string_view value;
};

Attribute splitAttribute(std::string_view text)
{
    const std::size_t colon = text.find(':');
    return { trim(text.substr(0, colon)), colon == npos ? std::string_view() : text.substr(colon + 1) };
}

void readSessionAttribute(const Attribute& attribute, SessionLevel& session)
{
    if (const auto direction = directionOf(attribute.name))
        session.direction = *direction;
    else if (attribute.name == "ptime")
        session.ptimeMs = readPtime(attribute.value);
}

void readMediaAttribute(const Attribute& attribute, SdpMedia& media)
{
    if (const auto direction = directionOf(attribute.name)) {
        media.direction = *direction;
    } else if (equalsIgnoringCase(attribute.name, "rtpmap")) {
        readRtpmap(attribute.value, media);
    } else if (attribute.name == "ptime") {
        if (const auto ptime = readPtime(attribute.value))
            media.ptimeMs = ptime;
    } else if (attribute.name == "rtcp-mux") {
        media.rtcpMux = true;
    } else if (attribute.name == "rtcp") { // "53020 IN IP4 126.16.64.4": RFC 3605 2.1
        std::string_view value = attribute.value;
        if (const auto port = decimal<std::uint16_t>(takeWord(value)); port && *port > 0)
            media.rtcpPort = port;
    }
}

// An address that nobody can send to takes the sending of the other side away, whatever the attribute says.
MediaDirection onHold(MediaDirection direction)
{
    if (direction == MediaDirection::SendReceive)
        return MediaDirection::SendOnly;
    return direction == MediaDirection::ReceiveOnly ? MediaDirection::Inactive : direction;
}

// Collects the lines of one description. Session-level lines come first and hold for every media after them.
class Reader {
public:
    explicit Reader(SessionDescription& description)
        : m_description(description)
    {
    }

    void readLine(std::string_view line)
    {
        if (line.size() < 2 || line[1] != '=')
            return;
        const std::string_view value = line.substr(2);
        if (line[0] == 'm')
            beginMedia(value);
        else if (line[0] == 'c')
            readConnectionLine(value);
        else if (line[0] == 'a')
            readAttributeLine(splitAttribute(value));
    }

    void endMedia()
    {
        if (m_media && m_held)
            m_media->direction = onHold(m_media->direction);
    }

private:
    void beginMedia(std::string_view value)
    {
        endMedia();
        m_inMedia = true;
        m_media = nullptr; // lines of a media beyond the limit are left out with it
        if (m_description.mediaCount == SessionDescription::maxMedia)
            return;
        m_media = &m_description.media[m_description.mediaCount++];
        *m_media = readMedia(value, m_session);
        m_held = m_session.held;
        m_hasAddress = false;
    }

    void readConnectionLine(std::string_view value)
    {
        const auto connection = readConnection(value);
        if (!connection)
            return;
        if (!m_inMedia && !m_session.hasAddress) {
            m_session.address = connection->address;
            m_session.held = connection->held;
            m_session.hasAddress = true;
        } else if (m_media && !m_hasAddress) { // further ones are the layers of a multicast (RFC 4566 5.7)
            m_media->address.ip = connection->address;
            m_held = connection->held;
            m_hasAddress = true;
        }
    }

    void readAttributeLine(const Attribute& attribute)
    {
        if (!m_inMedia)
            readSessionAttribute(attribute, m_session);
        else if (m_media)
            readMediaAttribute(attribute, *m_media);
    }

    SessionDescription& m_description;
    SessionLevel m_session;
    SdpMedia* m_media = nullptr;
    bool m_inMedia = false;
    bool m_held = false; // of m_media
    bool m_hasAddress = false; // m_media has a c= of its own
};

}

std::optional<SessionDescription> parseSdp(std::string_view body)
{
    while (!body.empty() && isBlank(body.front()))
        body.remove_prefix(1);
    if (trim(takeLine(body)) != "v=0")
        return std::nullopt;
    auto description = std::make_optional<SessionDescription>();
    Reader reader(*description);
    while (!body.empty())
        reader.readLine(takeLine(body));
    reader.endMedia();
    return description;
}

}
