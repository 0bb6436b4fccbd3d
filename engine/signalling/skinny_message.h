// Skinny (SCCP), between Cisco telephones and their call manager, as a passive observer reads it: the messages from
// which calls, their parties and their media are known. There is no specification that anybody may read; layouts are
// those on which Wireshark's packet-skinny, Asterisk's chan_skinny and captures agree, up to protocol version 22.
//
// u32 length | u32 version | u32 id | body, all little-endian; addresses as on the wire. Up to version 16 an address is
// 4 bytes of IPv4; from 17 on u32 type (0 IPv4, 1 IPv6) and 16 bytes.
#pragma once

#include "shared/base/byte_reader.h"
#include "shared/base/flow_key.h"
#include "shared/base/units.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace callmon {

// A call on one telephone: what names it there. 0 where the message leaves it open.
struct SkinnyLine {
    std::uint32_t line = 0;
    std::uint32_t callReference = 0;
};

// Media messages may name the call by any of these: older versions have no call reference.
struct SkinnyChannel {
    std::uint32_t conference = 0;
    std::uint32_t passThroughParty = 0;
    std::uint32_t callReference = 0;
};

struct SkinnyRegister { // 0x0001, and RegisterToken's is not read
    std::string_view device;
    std::uint8_t protocolVersion = 0;
};
struct SkinnyRegisterAck { // 0x0081
    std::uint8_t protocolVersion = 0; // the highest that the call manager speaks
};
struct SkinnyUnregister { }; // 0x0027
struct SkinnyKeepAlive { }; // 0x0000, 0x0100
struct SkinnyHook { // 0x0006, 0x0007, 0x0024: the handset; with line and call from later phones
    bool offHook = false;
    SkinnyLine at;
};
struct SkinnyKeypad { // 0x0003
    char digit = 0; // '0' to '9', '*', '#'; 0 for any other key
    SkinnyLine at;
};
struct SkinnyDialed { // EnblocCall 0x0004, DialedNumber 0x011d
    std::string_view number;
    SkinnyLine at;
};
enum class SkinnySoftKey : std::uint32_t { Hold = 3, Transfer = 4, EndCall = 9, Resume = 10, Answer = 11 }; // and more
struct SkinnySoftKeyEvent { // 0x0026
    SkinnySoftKey key {};
    SkinnyLine at;
};
enum class SkinnyButton : std::uint32_t { Hold = 3, Transfer = 4 }; // and more
struct SkinnyStimulus { // 0x0005: a button of the telephone
    SkinnyButton button {};
    SkinnyLine at;
};
enum class SkinnyCallType : std::uint32_t { Inbound = 1, Outbound = 2, Forward = 3 };
struct SkinnyCallInfo { // 0x008f with texts of fixed size, 0x014a with texts that end with a zero
    SkinnyLine at;
    SkinnyCallType type {};
    std::string_view callingNumber;
    std::string_view callingName;
    std::string_view calledNumber;
    std::string_view calledName;
    std::string_view originalCalledNumber; // before it was forwarded
};
enum class SkinnyState : std::uint32_t {
    Idle,
    OffHook,
    OnHook,
    RingOut,
    RingIn,
    Connected,
    Busy,
    Congestion,
    Hold,
    CallWaiting,
    CallTransfer,
    CallPark,
    Proceed,
    RemoteMultiline, // a shared line: another telephone has the call
    InvalidNumber,
    HoldRevert,
    Whisper,
    RemoteHold,
};
struct SkinnyCallState { // 0x0111
    SkinnyState state {};
    SkinnyLine at;
};
struct SkinnyTone { // StartTone 0x0082
    std::uint32_t tone = 0;
    SkinnyLine at;
};
struct SkinnySoftKeys { // SelectSoftKeys 0x0110
    std::uint32_t set = 0;
    SkinnyLine at;
};
struct SkinnyOpenReceive { // OpenReceiveChannel 0x0105: shall receive
    SkinnyChannel channel;
    std::uint32_t codec = 0;
    std::uint32_t packetMs = 0;
    std::uint8_t eventPayloadType = 0; // RFC 4733; 0: none
    bool encrypted = false;
};
struct SkinnyReceiveOpened { // OpenReceiveChannelAck 0x0022, OpenMultiMediaReceiveChannelAck 0x0031
    SkinnyChannel channel;
    bool accepted = false;
    bool video = false;
    Endpoint address; // receives here
};
struct SkinnyStartTransmit { // StartMediaTransmission 0x008a, StartMultiMediaTransmission 0x0132: shall send there
    SkinnyChannel channel;
    bool video = false;
    Endpoint remote;
    std::uint32_t codec = 0;
    std::uint32_t packetMs = 0;
    std::uint8_t payloadType = 0; // of video; 0: the codec's own
    std::uint8_t eventPayloadType = 0;
    bool encrypted = false;
};
struct SkinnyTransmitStarted { // StartMediaTransmissionAck 0x0154, StartMultiMediaTransmissionAck 0x0155
    SkinnyChannel channel;
    bool accepted = false;
    bool video = false;
    Endpoint local; // sends from here
};
struct SkinnyChannelClosed { // CloseReceiveChannel 0x0106, StopMediaTransmission 0x008b
    SkinnyChannel channel;
    bool receiving = false;
};
struct SkinnyStatisticsRequest { // ConnectionStatisticsReq 0x0107
    std::string_view number;
    std::uint32_t callReference = 0;
};
struct SkinnyStatistics { // ConnectionStatisticsRes 0x0023: what the telephone itself counted
    std::string_view number;
    std::uint32_t callReference = 0;
    std::uint32_t packetsSent = 0;
    std::uint32_t octetsSent = 0;
    std::uint32_t packetsReceived = 0;
    std::uint32_t octetsReceived = 0;
    std::uint32_t packetsLost = 0;
    std::uint32_t jitterMs = 0;
    std::uint32_t latencyMs = 0;
};

using SkinnyBody = std::variant<std::monostate, SkinnyRegister, SkinnyRegisterAck, SkinnyUnregister, SkinnyKeepAlive,
    SkinnyHook, SkinnyKeypad, SkinnyDialed, SkinnySoftKeyEvent, SkinnyStimulus, SkinnyCallInfo, SkinnyCallState,
    SkinnyTone, SkinnySoftKeys, SkinnyOpenReceive, SkinnyReceiveOpened, SkinnyStartTransmit, SkinnyTransmitStarted,
    SkinnyChannelClosed, SkinnyStatisticsRequest, SkinnyStatistics>;

inline constexpr std::size_t skinnyHeaderSize = 12;

struct SkinnyMessage {
    std::uint32_t version = 0; // of the header; 0 up to protocol version 10
    std::uint32_t id = 0;
    bool fromPhone = false; // else from the call manager; meaningless without a body that is read
    SkinnyBody body; // std::monostate: a message that says nothing of calls
};

// One whole message with its header. Empty when it is none, or is shorter than its layout. Texts are views into it.
std::optional<SkinnyMessage> parseSkinny(Bytes message);

// Codec numbers of Skinny as encoding names of RTP; an empty name for what has none. `payloadType` is the static one of
// RFC 3551, else dynamicPayloadType: Skinny never tells it for audio.
struct SkinnyCodec {
    static constexpr std::uint8_t dynamicPayloadType = 0xff;

    std::string_view name;
    Hertz clockRate;
    std::uint8_t payloadType = dynamicPayloadType;
};
SkinnyCodec skinnyCodec(std::uint32_t number);

}
