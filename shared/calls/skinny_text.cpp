#include "shared/calls/skinny_text.h"

#include "shared/base/flow_key.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace callmon {

namespace {

struct Name {
    std::uint32_t id;
    std::string_view text;
};

// Those that belong to calls.
constexpr std::array<Name, 28> messageNames { {
    { 0x0003, "KeypadButton" },
    { 0x0004, "EnblocCall" },
    { 0x0005, "Stimulus" },
    { 0x0006, "OffHook" },
    { 0x0007, "OnHook" },
    { 0x0022, "OpenReceiveChannelAck" },
    { 0x0023, "ConnectionStatisticsRes" },
    { 0x0024, "OffHookWithCallingPartyNumber" },
    { 0x0026, "SoftKeyEvent" },
    { 0x0031, "OpenMultiMediaReceiveChannelAck" },
    { 0x0082, "StartTone" },
    { 0x008a, "StartMediaTransmission" },
    { 0x008b, "StopMediaTransmission" },
    { 0x008f, "CallInfo" },
    { 0x0105, "OpenReceiveChannel" },
    { 0x0106, "CloseReceiveChannel" },
    { 0x0107, "ConnectionStatisticsReq" },
    { 0x0110, "SelectSoftKeys" },
    { 0x0111, "CallState" },
    { 0x011d, "DialedNumber" },
    { 0x0131, "OpenMultiMediaReceiveChannel" },
    { 0x0132, "StartMultiMediaTransmission" },
    { 0x0133, "StopMultiMediaTransmission" },
    { 0x0136, "CloseMultiMediaReceiveChannel" },
    { 0x014a, "CallInfoDynamic" },
    { 0x0154, "StartMediaTransmissionAck" },
    { 0x0155, "StartMultiMediaTransmissionAck" },
    { 0x0156, "StartMediaFailureDetection" },
} };

constexpr std::array<std::string_view, 18> stateNames { "Idle", "OffHook", "OnHook", "RingOut", "RingIn", "Connected",
    "Busy", "Congestion", "Hold", "CallWaiting", "CallTransfer", "CallPark", "Proceed", "RemoteMultiline",
    "InvalidNumber", "HoldRevert", "Whisper", "RemoteHold" };

constexpr std::array<Name, 9> softKeyNames { { { 1, "Redial" }, { 2, "NewCall" }, { 3, "Hold" }, { 4, "Transfer" },
    { 5, "CFwdAll" }, { 9, "EndCall" }, { 10, "Resume" }, { 11, "Answer" }, { 13, "Conference" } } };

std::uint32_t littleEndian(ByteReader& in)
{
    const std::uint32_t value = in.u32();
    return value >> 24 | (value >> 8 & 0xff00) | (value << 8 & 0xff0000) | value << 24;
}

template <std::size_t count> std::string nameIn(const std::array<Name, count>& names, std::uint32_t id)
{
    const auto found = std::ranges::find(names, id, &Name::id);
    return found == names.end() ? std::string() : std::string(found->text);
}

std::string addressIn(ByteReader in, std::uint32_t version)
{
    Endpoint endpoint;
    if (version < 17) {
        const Bytes ip = in.take(4);
        if (ip.size() == 4)
            endpoint.ip = IpAddress::v4(std::span<const std::byte, 4>(ip.data(), 4));
    } else {
        const bool v4 = littleEndian(in) == 0;
        const Bytes ip = in.take(16);
        if (ip.size() == 16)
            endpoint.ip = v4 ? IpAddress::v4(std::span<const std::byte, 4>(ip.data(), 4))
                             : IpAddress::v6(std::span<const std::byte, 16>(ip.data(), 16));
    }
    endpoint.port = static_cast<std::uint16_t>(littleEndian(in));
    return in.ok() && endpoint.port != 0 ? toString(endpoint) : std::string();
}

std::string detailOf(std::uint32_t id, ByteReader body)
{
    const std::uint32_t first = littleEndian(body);
    if (!body.ok())
        return {};
    if (id == 0x0111)
        return first < stateNames.size() ? ' ' + std::string(stateNames[first]) : std::string();
    if (id == 0x0026) {
        const std::string key = nameIn(softKeyNames, first);
        return ' ' + (key.empty() ? std::to_string(first) : key);
    }
    if (id == 0x0005) // of the buttons those that calls know
        return first == 3 ? " Hold" : first == 4 ? " Transfer" : "";
    if (id == 0x0003) // 14 and 15: Wireshark's packet-skinny, Asterisk's chan_skinny
        return first < 10 ? ' ' + std::to_string(first) : first == 14 ? " *" : first == 15 ? " #" : "";
    return {};
}

std::string mediaOf(std::uint32_t id, std::uint32_t version, ByteReader body)
{
    const bool tells = id == 0x0022 || id == 0x0031; // the telephone: status, where it receives
    const bool isTold = id == 0x008a || id == 0x0132; // conference, party, where to send
    if (!tells && !isTold)
        return {};
    body.skip(tells ? 4 : id == 0x008a ? 8 : 12); // of video the codec comes first
    const std::string address = addressIn(body, version);
    return address.empty() ? std::string() : (id == 0x0022 || id == 0x008a ? "audio " : "video ") + address;
}

}

SkinnyText skinnyText(Bytes message)
{
    ByteReader in(message);
    in.skip(4);
    const std::uint32_t version = littleEndian(in);
    const std::uint32_t id = littleEndian(in);
    SkinnyText text { nameIn(messageNames, id), {} };
    if (text.line.empty()) {
        char unknown[24];
        std::snprintf(unknown, sizeof unknown, "Skinny 0x%04x", static_cast<unsigned>(id));
        text.line = unknown;
        return text;
    }
    const ByteReader body(in.rest());
    text.line += detailOf(id, body);
    text.media = mediaOf(id, version, body);
    return text;
}

std::string hexDump(Bytes bytes)
{
    constexpr std::size_t width = 16;
    std::string text;
    char piece[12];
    for (std::size_t at = 0; at < bytes.size(); at += width) {
        const Bytes line = bytes.subspan(at, std::min(width, bytes.size() - at));
        std::snprintf(piece, sizeof piece, "%04x ", static_cast<unsigned>(at & 0xffff));
        text += piece;
        std::string ascii;
        for (const std::byte byte : line) {
            const auto value = std::to_integer<unsigned char>(byte);
            std::snprintf(piece, sizeof piece, " %02x", value);
            text += piece;
            ascii += value >= 0x20 && value < 0x7f ? static_cast<char>(value) : '.';
        }
        text += std::string(3 * (width - line.size()) + 2, ' ') + ascii + '\n';
    }
    return text;
}

}
