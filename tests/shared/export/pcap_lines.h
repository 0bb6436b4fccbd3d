// What a call's capture file is made of, and what it holds.
#pragma once

#include "shared/calls/call_message.h"
#include "tests/shared/codecs/recorded_media.h"

#include <QFile>
#include <array>
#include <cstring>

namespace callmon::test {

inline FlowKey flowOf(std::uint16_t port)
{
    return { { *IpAddress::parse("10.0.0.1"), port }, { *IpAddress::parse("10.0.0.2"), port } };
}

constexpr std::uint16_t sipPort = 5060;

inline CallMessage messageAt(Timestamp arrival)
{
    CallMessage message;
    message.text = "OPTIONS sip:a@b SIP/2.0\r\n\r\n";
    message.head.arrival = arrival;
    message.head.flow = flowOf(sipPort);
    message.head.wireSize = static_cast<std::uint32_t>(message.text.size());
    return message;
}

inline std::vector<std::byte> packetsOf(std::uint32_t ssrc, std::int64_t fromMs, int packets)
{
    std::vector<std::byte> media;
    for (int i = 0; i < packets; ++i) {
        TestPacket packet;
        packet.sequence = static_cast<std::uint16_t>(i);
        packet.ssrc = ssrc;
        packet.payload.resize(160);
        record(media, testStart + std::chrono::milliseconds(fromMs + i * 20), datagramOf(packet));
    }
    return media;
}

// What a pcap file holds: of each packet its time in ms since `testStart` and its source port.
struct Line {
    std::int64_t ms;
    std::uint16_t port;
    bool operator==(const Line&) const = default;
};

inline std::vector<Line> linesOf(const QString& path)
{
    std::vector<Line> lines;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly) || file.read(24).size() != 24)
        return lines;
    for (QByteArray head = file.read(16); head.size() == 16; head = file.read(16)) {
        std::array<std::uint32_t, 4> fields {}; // pcap-savefile(5)
        std::memcpy(fields.data(), head.constData(), 16);
        const QByteArray packet = file.read(fields[2]);
        const std::int64_t time = std::int64_t { fields[0] } * 1'000'000'000 + fields[1];
        lines.push_back({ (time - nanosecondsSinceEpoch(testStart)) / 1'000'000,
            static_cast<std::uint16_t>(
                static_cast<unsigned char>(packet[20]) << 8 | static_cast<unsigned char>(packet[21])) });
    }
    return lines;
}

}
