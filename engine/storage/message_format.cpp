#include "engine/storage/message_format.h"

#include "engine/storage/crc32c.h"
#include "engine/storage/segment_files.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace callmon {

std::filesystem::path messageSegmentPath(const std::filesystem::path& directory, std::uint32_t segment)
{
    return segmentPath(directory / "messages", segment);
}

std::uint32_t lastMessageSegment(const std::filesystem::path& directory)
{
    return lastSegment(directory / "messages");
}

StoredMessageHeader storedHeader(const MessageHead& head, std::size_t bytes)
{
    StoredMessageHeader header;
    header.bytes = static_cast<std::uint32_t>(bytes);
    header.wireSize = head.wireSize;
    header.callKey = head.call.value;
    header.arrival = nanosecondsSinceEpoch(head.arrival);
    std::copy_n(head.flow.src.ip.bytes().begin(), header.source.size(), header.source.begin());
    std::copy_n(head.flow.dst.ip.bytes().begin(), header.destination.size(), header.destination.begin());
    header.sourcePort = head.flow.src.port;
    header.destinationPort = head.flow.dst.port;
    header.uncertainty = static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(head.uncertainty.count(), 0, std::numeric_limits<std::uint32_t>::max()));
    header.signalling = static_cast<std::uint8_t>(head.signalling);
    header.transport = static_cast<std::uint8_t>(head.transport);
    header.repeated = head.repeated;
    return header;
}

std::uint32_t crcOf(StoredMessageHeader header, Bytes text)
{
    header.crc = 0;
    return crc32c(text, crc32c(std::as_bytes(std::span(&header, 1))));
}

std::optional<StoredMessage> parseMessage(Bytes bytes, MessageLocation at)
{
    StoredMessageHeader header;
    if (bytes.size() < sizeof header)
        return std::nullopt;
    std::memcpy(&header, bytes.data(), sizeof header);
    bytes = bytes.subspan(sizeof header);
    if (header.magic != StoredMessageHeader::expectedMagic || header.here != at
        || header.bytes > StoredMessageHeader::mostBytes || header.bytes > bytes.size())
        return std::nullopt;
    const Bytes text = bytes.first(header.bytes);
    if (crcOf(header, text) != header.crc || header.signalling > static_cast<std::uint8_t>(Signalling::Skinny)
        || header.transport > static_cast<std::uint8_t>(Transport::WebSocket))
        return std::nullopt;
    StoredMessage stored;
    stored.previous = header.previous;
    MessageHead& head = stored.message.head;
    head.call = { header.callKey };
    head.arrival = timestampFromNanoseconds(header.arrival);
    head.uncertainty = Nanoseconds(header.uncertainty);
    head.flow = { { IpAddress::v6(header.source), header.sourcePort },
        { IpAddress::v6(header.destination), header.destinationPort } };
    head.signalling = static_cast<Signalling>(header.signalling);
    head.transport = static_cast<Transport>(header.transport);
    head.repeated = header.repeated != 0;
    head.wireSize = header.wireSize;
    stored.message.text.assign(reinterpret_cast<const char*>(text.data()), text.size());
    return stored;
}

}
