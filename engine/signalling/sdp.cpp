#include "engine/signalling/sdp.h"

#include "engine/signalling/sdp_lines.h"
#include "engine/signalling/text.h"

namespace callmon {

namespace {

// What the session says for every media that does not say it itself.
struct SessionLevel {
    IpAddress address;
    bool unspecified = false; // 0.0.0.0
    bool hasAddress = false;
    MediaDirection direction = MediaDirection::SendReceive;
    std::optional<std::uint16_t> ptimeMs;
    SdpKeying keying = SdpKeying::None;
    bool ice = false;
    std::string_view bundle; // identification tags of the first a=group:BUNDLE
};

// An address that nobody can send to takes the sending of the other side away, whatever the attribute says.
MediaDirection onHold(MediaDirection direction)
{
    if (direction == MediaDirection::SendReceive)
        return MediaDirection::SendOnly;
    return direction == MediaDirection::ReceiveOnly ? MediaDirection::Inactive : direction;
}

bool listsWord(std::string_view words, std::string_view wanted)
{
    for (std::string_view word = takeWord(words); !word.empty(); word = takeWord(words)) {
        if (word == wanted)
            return true;
    }
    return false;
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
        else if (line[0] == 'a' && !m_inMedia)
            readSessionAttribute(splitSdpAttribute(value));
        else if (line[0] == 'a' && m_media)
            readMediaAttribute(splitSdpAttribute(value));
    }

    void end()
    {
        endMedia();
        for (std::size_t i = 0; i < m_description.media.size(); ++i)
            settleBundle(i);
    }

private:
    // What the lines of the media in hand say, until it ends.
    struct Pending {
        bool unspecified = false;
        bool hasAddress = false; // a c= of its own
        bool ice = false;
        SdpRtcp rtcp; // port 0: nothing said
    };

    // A line that cannot be read still takes its place as a refused media: the lines of an answer match those of the
    // offer by position (RFC 3264 6).
    void beginMedia(std::string_view value)
    {
        endMedia();
        m_inMedia = true;
        m_media = nullptr; // lines of a media beyond the limit are left out with it
        if (m_description.media.full()) {
            ++m_description.excess.media;
            return;
        }
        m_bundleOnly[m_description.media.size()] = false;
        m_media = &m_description.media.append();
        readSdpMedia(value, *m_media, m_description.excess);
        m_media->address.ip = m_session.address;
        m_media->direction = m_session.direction;
        m_media->ptimeMs = m_session.ptimeMs;
        m_media->keying = m_session.keying;
        m_pending = { m_session.unspecified, false, m_session.ice, {} };
    }

    void endMedia()
    {
        if (!m_media)
            return;
        // With ICE the address may come later (RFC 8840 4.1.1): nobody is on hold.
        if (m_pending.unspecified && !m_pending.ice)
            m_media->direction = onHold(m_media->direction);
        settleRtcp();
        m_media = nullptr;
    }

    void settleRtcp()
    {
        const Endpoint& rtp = m_media->address;
        const auto above = static_cast<std::uint16_t>(rtp.port + 1); // RFC 3550 11, whether or not it is odd
        m_media->rtcpAddress = { rtp.ip, m_media->rejected ? std::uint16_t { 0 } : above };
        if (m_pending.rtcp.port != 0 && !m_media->rejected)
            m_media->rtcpAddress = { m_pending.rtcp.ip.isUnspecified() ? rtp.ip : m_pending.rtcp.ip,
                m_pending.rtcp.port };
    }

    // RFC 9143 7.2.1: port 0 with a=bundle-only is no refusal; the media go where the first of the group goes.
    void settleBundle(std::size_t index)
    {
        SdpMedia& media = m_description.media[index];
        if (!m_bundleOnly[index] || !media.rejected || !listsWord(m_session.bundle, media.mid))
            return;
        std::string_view tags = m_session.bundle;
        const std::string_view first = takeWord(tags);
        for (const SdpMedia& other : m_description.media) {
            if (other.mid != first || other.rejected)
                continue;
            media.rejected = false;
            media.address = other.address;
            media.rtcpAddress = other.rtcpAddress;
            return;
        }
    }

    void readConnectionLine(std::string_view value)
    {
        const auto connection = readSdpConnection(value);
        if (!connection)
            return;
        if (!m_inMedia && !m_session.hasAddress) {
            m_session.address = connection->address;
            m_session.unspecified = connection->unspecified;
            m_session.hasAddress = true;
        } else if (m_media && !m_pending.hasAddress) { // further ones are the layers of a multicast (RFC 4566 5.7)
            m_media->address.ip = connection->address;
            m_pending.unspecified = connection->unspecified;
            m_pending.hasAddress = true;
        }
    }

    void readSessionAttribute(const SdpAttribute& attribute)
    {
        if (const auto direction = readSdpDirection(attribute.name)) {
            m_session.direction = *direction;
        } else if (attribute.name == "ptime") {
            m_session.ptimeMs = readSdpMilliseconds(attribute.value);
        } else if (attribute.name == "fingerprint") {
            m_session.keying = SdpKeying::Dtls;
        } else if (attribute.name == "ice-ufrag" || attribute.name == "ice-options") {
            m_session.ice = true;
        } else if (attribute.name == "group" && m_session.bundle.empty()) { // "BUNDLE 0 1"
            std::string_view words = attribute.value;
            if (takeWord(words) == "BUNDLE")
                m_session.bundle = trim(words);
        }
    }

    void readMediaAttribute(const SdpAttribute& attribute)
    {
        if (equalsIgnoringCase(attribute.name, "rtpmap")) { // the most frequent first
            readSdpRtpmap(attribute.value, *m_media);
        } else if (equalsIgnoringCase(attribute.name, "fmtp")) {
            readSdpFmtp(attribute.value, *m_media);
        } else if (const auto direction = readSdpDirection(attribute.name)) {
            m_media->direction = *direction;
        } else if (attribute.name == "candidate") {
            m_pending.ice = true;
            addCandidate(attribute.value);
        } else if (attribute.name == "ptime" || attribute.name == "maxptime") {
            if (const auto milliseconds = readSdpMilliseconds(attribute.value))
                (attribute.name == "ptime" ? m_media->ptimeMs : m_media->maxPtimeMs) = milliseconds;
        } else if (attribute.name == "rtcp-mux") {
            m_media->rtcpMux = true;
        } else if (attribute.name == "rtcp") {
            if (const auto rtcp = readSdpRtcp(attribute.value))
                m_pending.rtcp = *rtcp;
        } else if (attribute.name == "crypto") {
            m_media->keying = SdpKeying::Sdes;
        } else if (attribute.name == "fingerprint") {
            m_media->keying = SdpKeying::Dtls;
        } else if (attribute.name == "ice-ufrag") {
            m_pending.ice = true;
        } else if (attribute.name == "mid") {
            m_media->mid = trim(attribute.value);
        } else if (attribute.name == "bundle-only") {
            m_bundleOnly[m_description.media.size() - 1] = true;
        }
    }

    void addCandidate(std::string_view value)
    {
        const auto candidate = readSdpCandidate(value);
        if (!candidate)
            return;
        if (m_media->candidates.full())
            ++m_description.excess.candidates;
        else
            m_media->candidates.append(*candidate);
    }

    SessionDescription& m_description;
    SessionLevel m_session;
    SdpMedia* m_media = nullptr;
    Pending m_pending; // of m_media
    bool m_inMedia = false;
    std::array<bool, SessionDescription::maxMedia> m_bundleOnly {};
};

void readLines(std::string_view body, std::size_t maxLines, SessionDescription& description)
{
    Reader reader(description);
    for (std::size_t lines = 0; !body.empty() && lines < maxLines; ++lines)
        reader.readLine(takeLine(body));
    for (; !body.empty(); takeLine(body))
        ++description.excess.lines;
    reader.end();
}

std::optional<SessionDescription> readDescription(std::string_view body, std::size_t maxLines)
{
    auto description = std::make_optional<SessionDescription>();
    readLines(body, maxLines, *description);
    return description;
}

}

std::optional<SessionDescription> parseSdp(std::string_view body, std::size_t maxLines)
{
    while (!body.empty() && isBlank(body.front()))
        body.remove_prefix(1);
    if (trim(takeLine(body)) != "v=0")
        return std::nullopt;
    return readDescription(body, maxLines - 1); // the version was one
}

SessionDescription parseIceFragment(std::string_view body, std::size_t maxLines)
{
    SessionDescription description;
    readLines(body, maxLines, description);
    for (SdpMedia& media : description.media)
        media.codecs = {};
    return description;
}

}
