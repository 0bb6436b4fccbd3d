#include "engine/signalling/skinny_message.h"

#include "engine/signalling/skinny_reader.h"

namespace callmon {

namespace {

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

}
