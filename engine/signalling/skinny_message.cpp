#include "engine/signalling/skinny_message.h"

#include "engine/signalling/sdp.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr std::uint32_t firstVersionWithIpv6 = 17;
constexpr std::uint32_t firstVersionWithLongNumbers = 18;

// What every message of this folder is made of; ByteReader is big-endian.
class SkinnyReader {
public:
    SkinnyReader(Bytes body, std::uint32_t version)
        : m_body(body)
        , m_version(version)
    {
    }

    std::uint32_t number() { return __builtin_bswap32(m_body.u32()); }
    std::uint32_t numberIfThere() { return m_body.left() >= 4 ? number() : 0; }
    std::uint8_t byte() { return m_body.u8(); }
    void skip(std::size_t count) { m_body.skip(count); }
    void skipIfThere(std::size_t count) { m_body.skip(std::min(count, m_body.left())); }
    bool ok() const { return m_body.ok(); }
    std::size_t left() const { return m_body.left(); }

    SkinnyLine line() // two statements: the order of a call's arguments is not said
    {
        SkinnyLine at;
        at.line = numberIfThere();
        at.callReference = numberIfThere();
        return at;
    }
    std::string_view text(std::size_t size)
    {
        const Bytes bytes = m_body.take(size);
        const auto end = std::find(bytes.begin(), bytes.end(), std::byte { 0 });
        return asText(bytes.first(static_cast<std::size_t>(end - bytes.begin())));
    }
    // Up to a zero; one that the message cuts is none. Once nothing is left: empty.
    std::string_view terminatedText()
    {
        const Bytes rest = m_body.rest();
        const auto end = std::find(rest.begin(), rest.end(), std::byte { 0 });
        if (end == rest.end()) {
            skipIfThere(rest.size());
            return {};
        }
        const Bytes bytes = m_body.take(static_cast<std::size_t>(end - rest.begin()));
        m_body.skip(1);
        return asText(bytes);
    }
    // A directory number that something follows: 24 bytes; from version 18 on 25, which some implementations pad to 28.
    std::string_view directoryNumber()
    {
        if (m_version < firstVersionWithLongNumbers)
            return text(24);
        const std::string_view number = text(25);
        const Bytes rest = m_body.rest();
        // What follows is a line or a call, hence not zero in its lower three bytes: else it is padding.
        if (rest.size() >= 3
            && std::all_of(rest.begin(), rest.begin() + 3, [](std::byte b) { return b == std::byte {}; }))
            m_body.skip(3);
        return number;
    }
    IpAddress address()
    {
        if (m_version < firstVersionWithIpv6)
            return v4();
        constexpr std::uint32_t ipv6 = 1;
        const bool isV6 = number() == ipv6;
        const Bytes bytes = m_body.take(16);
        if (bytes.size() != 16)
            return {};
        return isV6 ? IpAddress::v6(bytes.first<16>()) : IpAddress::v4(bytes.first<4>());
    }
    Endpoint endpoint()
    {
        const IpAddress ip = address();
        const std::uint32_t port = number();
        return port <= 0xffff ? Endpoint { ip, static_cast<std::uint16_t>(port) } : Endpoint {};
    }

private:
    static std::string_view asText(Bytes bytes)
    {
        return { reinterpret_cast<const char*>(bytes.data()), bytes.size() };
    }
    IpAddress v4()
    {
        const Bytes bytes = m_body.take(4);
        return bytes.size() == 4 ? IpAddress::v4(bytes.first<4>()) : IpAddress();
    }

    ByteReader m_body;
    std::uint32_t m_version;
};

char digitOf(std::uint32_t button)
{
    constexpr std::uint32_t star = 14;
    constexpr std::uint32_t pound = 15;
    if (button <= 9)
        return static_cast<char>('0' + button);
    return button == star ? '*' : button == pound ? '#' : '\0';
}

std::uint8_t payloadTypeOf(std::uint32_t number)
{
    return number < 128 ? static_cast<std::uint8_t>(number) : std::uint8_t { 0 };
}

// MediaEncryptionKeyInfo and what stands behind it; all of it is left out by older versions. The key is not kept.
struct MediaTail {
    bool encrypted = false;
    std::uint8_t eventPayloadType = 0;
};
MediaTail mediaTail(SkinnyReader& body)
{
    constexpr std::size_t restOfKeyInfo = 2 + 2 + 16 + 16 + 4 + 4; // key and salt with their lengths, MKI, rate
    constexpr std::size_t streamIds = 8;
    MediaTail tail;
    tail.encrypted = body.numberIfThere() != 0; // the algorithm; 0: none
    body.skipIfThere(restOfKeyInfo + streamIds);
    tail.eventPayloadType = payloadTypeOf(body.numberIfThere());
    return tail;
}

SkinnyBody readRegister(SkinnyReader& body)
{
    SkinnyRegister found;
    found.device = body.text(16);
    body.skip(8); // user, instance
    body.skip(4 + 4 + 4); // address, device type, streams
    body.skipIfThere(4); // streams in use
    found.protocolVersion = body.left() > 0 ? body.byte() : std::uint8_t { 0 };
    return found;
}

SkinnyBody readRegisterAck(SkinnyReader& body)
{
    SkinnyRegisterAck found;
    body.skip(4 + 8 + 4); // keep-alive interval, date template and padding, interval of the secondary
    found.protocolVersion = body.byte();
    return found;
}

SkinnyBody readFixedCallInfo(SkinnyReader& body)
{
    SkinnyCallInfo found;
    found.callingName = body.text(40);
    found.callingNumber = body.text(24);
    found.calledName = body.text(40);
    found.calledNumber = body.text(24);
    found.at.line = body.number();
    found.at.callReference = body.number();
    found.type = static_cast<SkinnyCallType>(body.number());
    body.skipIfThere(40); // name of the one who was called at first
    found.originalCalledNumber = body.left() >= 24 ? body.text(24) : std::string_view();
    return found;
}

SkinnyBody readDynamicCallInfo(SkinnyReader& body, std::uint32_t version)
{
    constexpr std::uint32_t firstVersionWithAlternate = 16;
    SkinnyCallInfo found;
    found.at.line = body.number();
    found.at.callReference = body.number();
    found.type = static_cast<SkinnyCallType>(body.number());
    body.skip(5 * 4); // reasons of redirection, call instance, security, restrictions
    found.callingNumber = body.terminatedText();
    if (version >= firstVersionWithAlternate)
        body.terminatedText(); // alternate calling number
    found.calledNumber = body.terminatedText();
    found.originalCalledNumber = body.terminatedText();
    body.terminatedText(); // last redirecting number
    for (int mailbox = 0; mailbox < 4; ++mailbox)
        body.terminatedText();
    found.callingName = body.terminatedText();
    found.calledName = body.terminatedText();
    return found;
}

SkinnyBody readOpenReceive(SkinnyReader& body)
{
    SkinnyOpenReceive found;
    found.channel.conference = body.number();
    found.channel.passThroughParty = body.number();
    found.packetMs = body.number();
    found.codec = body.number();
    body.skipIfThere(4 + 4); // echo cancellation, bit rate or codec parameters
    found.channel.callReference = body.numberIfThere();
    const MediaTail tail = mediaTail(body);
    found.encrypted = tail.encrypted;
    found.eventPayloadType = tail.eventPayloadType;
    return found;
}

SkinnyBody readReceiveOpened(SkinnyReader& body, bool video)
{
    SkinnyReceiveOpened found;
    found.video = video;
    found.accepted = body.number() == 0;
    found.address = body.endpoint();
    found.channel.passThroughParty = body.number();
    found.channel.callReference = body.numberIfThere();
    return found;
}

SkinnyBody readStartTransmit(SkinnyReader& body)
{
    SkinnyStartTransmit found;
    found.channel.conference = body.number();
    found.channel.passThroughParty = body.number();
    found.remote = body.endpoint();
    found.packetMs = body.number();
    found.codec = body.number();
    body.skipIfThere(4 + 4 + 4 + 4); // precedence, silence suppression, frames per packet, bit rate or parameters
    found.channel.callReference = body.numberIfThere();
    const MediaTail tail = mediaTail(body);
    found.encrypted = tail.encrypted;
    found.eventPayloadType = tail.eventPayloadType;
    return found;
}

SkinnyBody readStartVideo(SkinnyReader& body)
{
    SkinnyStartTransmit found;
    found.video = true;
    found.channel.conference = body.number();
    found.channel.passThroughParty = body.number();
    found.codec = body.number();
    found.remote = body.endpoint();
    found.channel.callReference = body.number();
    body.skip(4); // of which RFC the payload is
    found.payloadType = payloadTypeOf(body.number());
    return found;
}

SkinnyBody readTransmitStarted(SkinnyReader& body, bool video)
{
    SkinnyTransmitStarted found;
    found.video = video;
    found.channel.conference = body.number();
    found.channel.passThroughParty = body.number();
    found.channel.callReference = body.number();
    found.local = body.endpoint();
    found.accepted = body.number() == 0;
    return found;
}

SkinnyBody readChannelClosed(SkinnyReader& body, bool receiving)
{
    SkinnyChannelClosed found;
    found.receiving = receiving;
    found.channel.conference = body.number();
    found.channel.passThroughParty = body.number();
    found.channel.callReference = body.numberIfThere();
    return found;
}

SkinnyBody readStatistics(SkinnyReader& body)
{
    SkinnyStatistics found;
    found.number = body.directoryNumber();
    found.callReference = body.number();
    // Whether the telephone starts anew, as a word; the latest versions have a byte. A word is 0 or 1.
    constexpr std::size_t figures = 7 * 4;
    SkinnyReader asByte = body;
    const std::uint32_t mode = body.number();
    if (mode > 1 && asByte.left() >= 1 + figures) {
        body = asByte;
        body.skip(1);
    }
    found.packetsSent = body.number();
    found.octetsSent = body.number();
    found.packetsReceived = body.number();
    found.octetsReceived = body.number();
    found.packetsLost = body.number();
    found.jitterMs = body.number();
    found.latencyMs = body.number();
    return found;
}

SkinnyBody readKeypad(SkinnyReader& body)
{
    SkinnyKeypad found;
    found.digit = digitOf(body.number());
    found.at = body.line();
    return found;
}

SkinnyBody readDialed(SkinnyReader& body)
{
    SkinnyDialed found;
    found.number = body.directoryNumber();
    found.at = body.line();
    return found;
}

SkinnyBody readEnbloc(SkinnyReader& body, std::uint32_t version)
{
    SkinnyDialed found;
    found.number = body.text(version < firstVersionWithLongNumbers ? 24 : 25);
    found.at.line = body.left() >= 4 ? body.number() : 0; // with no call yet
    return found;
}

SkinnyBody readSoftKeyEvent(SkinnyReader& body)
{
    SkinnySoftKeyEvent found;
    found.key = static_cast<SkinnySoftKey>(body.number());
    found.at = body.line();
    return found;
}

SkinnyBody readStimulus(SkinnyReader& body)
{
    SkinnyStimulus found;
    found.button = static_cast<SkinnyButton>(body.number());
    found.at = body.line();
    return found;
}

SkinnyBody readCallState(SkinnyReader& body)
{
    SkinnyCallState found;
    found.state = static_cast<SkinnyState>(body.number());
    found.at.line = body.number();
    found.at.callReference = body.number();
    return found;
}

SkinnyBody readTone(SkinnyReader& body)
{
    SkinnyTone found;
    found.tone = body.number();
    body.skipIfThere(4); // where it is heard
    found.at = body.line();
    return found;
}

SkinnyBody readSoftKeys(SkinnyReader& body)
{
    SkinnySoftKeys found;
    found.at = body.line();
    found.set = body.number();
    return found;
}

SkinnyBody readStatisticsRequest(SkinnyReader& body)
{
    SkinnyStatisticsRequest found;
    found.number = body.directoryNumber();
    found.callReference = body.number();
    return found;
}

SkinnyBody readBody(std::uint32_t id, std::uint32_t version, SkinnyReader& body, bool& fromPhone)
{
    fromPhone = true;
    switch (id) {
    case 0x0000:
        return SkinnyKeepAlive {};
    case 0x0001:
        return readRegister(body);
    case 0x0003:
        return readKeypad(body);
    case 0x0004:
        return readEnbloc(body, version);
    case 0x0005:
        return readStimulus(body);
    case 0x0006:
    case 0x0007:
        return SkinnyHook { id == 0x0006, body.line() };
    case 0x0024:
        return SkinnyHook { true, {} }; // with the caller's number; the call is named afterwards
    case 0x0022:
    case 0x0031:
        return readReceiveOpened(body, id == 0x0031);
    case 0x0023:
        return readStatistics(body);
    case 0x0026:
        return readSoftKeyEvent(body);
    case 0x0027:
        return SkinnyUnregister {};
    case 0x0154:
    case 0x0155:
        return readTransmitStarted(body, id == 0x0155);
    default:
        break;
    }
    fromPhone = false;
    switch (id) {
    case 0x0081:
        return readRegisterAck(body);
    case 0x0082:
        return readTone(body);
    case 0x008a:
        return readStartTransmit(body);
    case 0x008b:
        return readChannelClosed(body, false);
    case 0x008f:
        return readFixedCallInfo(body);
    case 0x0100:
        return SkinnyKeepAlive {};
    case 0x0105:
        return readOpenReceive(body);
    case 0x0106:
        return readChannelClosed(body, true);
    case 0x0107:
        return readStatisticsRequest(body);
    case 0x0110:
        return readSoftKeys(body);
    case 0x0111:
        return readCallState(body);
    case 0x011d:
        return readDialed(body);
    case 0x0132:
        return readStartVideo(body);
    case 0x014a:
        return readDynamicCallInfo(body, version);
    default:
        return {};
    }
}

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

std::optional<SkinnyMessage> parseSkinny(Bytes message)
{
    constexpr std::uint32_t idSize = 4;
    SkinnyReader header(message, 0);
    const std::uint32_t length = header.number();
    SkinnyMessage found;
    found.version = header.number();
    found.id = header.number();
    if (!header.ok() || length < idSize || length - idSize > header.left())
        return std::nullopt;
    SkinnyReader body(message.subspan(3 * 4, length - idSize), found.version);
    found.body = readBody(found.id, found.version, body, found.fromPhone);
    if (!body.ok())
        return std::nullopt;
    return found;
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
