// DIR/messages/NNNNNN.log: the signalling messages of all calls in the order of their arrival, in append-only segment
// files with a retention period of their own. Version 1, all little-endian:
//
//   0        MessageSegmentHeader
//   n * 8    messages: StoredMessageHeader, text, zeros up to the next multiple of 8
//
// Each message names the place of the one before it of the same call, and the day database the place of the last: a
// call's messages are read without scanning. A segment is gone on with only when its writer closed it; after a kill the
// next one is begun, and what the last write left at its end is no message that anybody names.
#pragma once

#include "shared/calls/call_message.h"
#include "shared/calls/media_chunk.h"

#include <filesystem>

namespace callmon {

using MessageLocation = MediaLocation; // of a StoredMessageHeader, in this log

struct MessageSegmentHeader {
    static constexpr std::array<char, 8> expectedMagic { 'C', 'M', 'F', 'L', 'O', 'W', 'S', '\n' };
    static constexpr std::uint32_t currentVersion = 1;
    std::array<char, 8> magic = expectedMagic;
    std::uint32_t version = currentVersion;
    std::uint32_t headerSize = 64;
    std::array<std::byte, 48> reserved {};
};
static_assert(sizeof(MessageSegmentHeader) == 64);

struct StoredMessageHeader {
    static constexpr std::uint32_t expectedMagic = 0x3147534d; // "MSG1"
    static constexpr std::uint32_t mostBytes = 65535; // so that a text travels as wire.h has it
    std::uint32_t magic = expectedMagic;
    std::uint32_t crc = 0; // CRC-32C of this header with crc = 0, then of the text
    std::uint32_t bytes = 0; // of text, which follows
    std::uint32_t wireSize = 0; // of the whole message
    std::int64_t callKey = 0;
    std::int64_t arrival = 0; // ns since 1970
    MessageLocation previous; // of the same call; segment 0 in its first one
    MessageLocation here; // a message found elsewhere is none
    std::array<std::byte, 16> source {}; // IPv4 as ::ffff:a.b.c.d
    std::array<std::byte, 16> destination {};
    std::uint16_t sourcePort = 0;
    std::uint16_t destinationPort = 0;
    std::uint32_t uncertainty = 0; // of the arrival time, ns; at most 4.29 s
    std::uint8_t signalling = 0; // enum Signalling
    std::uint8_t transport = 0; // enum Transport
    std::uint8_t repeated = 0;
    std::array<std::byte, 5> reserved {};
};
static_assert(sizeof(StoredMessageHeader) == 96 && std::is_trivially_copyable_v<StoredMessageHeader>);

constexpr std::uint64_t messageAlignment = 8;

std::filesystem::path messageSegmentPath(const std::filesystem::path& directory, std::uint32_t segment);
std::uint32_t lastMessageSegment(const std::filesystem::path& directory); // highest number; 0: none

StoredMessageHeader storedHeader(const MessageHead& head, std::size_t bytes);
std::uint32_t crcOf(StoredMessageHeader header, Bytes text);

struct StoredMessage {
    CallMessage message;
    MessageLocation previous;
};
// What lies at the beginning of `bytes`, which come from this place of the log. Nothing when that is no whole message.
std::optional<StoredMessage> parseMessage(Bytes bytes, MessageLocation at);

}
