#include "shared/codecs/packet_order.h"

#include "shared/calls/media_chunk.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr std::int32_t maxDropout = 3000; // RFC 3550 A.1: further ahead is another numbering
constexpr std::int32_t maxMisorder = 100; // and so is further behind

std::int32_t distance(std::uint16_t from, std::uint16_t to)
{
    return static_cast<std::int16_t>(static_cast<std::uint16_t>(to - from));
}

std::vector<OrderedPacket> readAll(Bytes recorded, Timestamp end, PacketOrder& order)
{
    std::vector<OrderedPacket> packets;
    MediaReader reader(recorded);
    while (const auto packet = reader.next()) {
        if (packet->arrival < Timestamp()) { // no time of a packet: from here on the bytes are not what was recorded
            order.damaged = true;
            return packets;
        }
        if (packet->arrival >= end)
            return packets;
        const bool cut = packet->wireSize > packet->datagram.size();
        const auto rtp = parseRtpHeader(packet->datagram, cut ? Stored::CutShort : Stored::Whole);
        if (!rtp) {
            ++order.notRtp;
            continue;
        }
        order.cut += cut ? 1 : 0;
        packets.push_back({ packet->arrival, packet->uncertainty, 0, *rtp });
    }
    order.damaged = reader.damaged();
    return packets;
}

}

bool isNearInSequence(std::uint16_t highest, std::uint16_t sequence)
{
    const std::int32_t ahead = distance(highest, sequence);
    return ahead < maxDropout && ahead > -maxMisorder;
}

PacketOrder orderPackets(Bytes recorded, Timestamp end)
{
    PacketOrder order;
    const std::vector<OrderedPacket> packets = readAll(recorded, end, order);
    std::int64_t highest = 0;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        OrderedPacket packet = packets[i];
        const bool begins = order.runs.empty() || order.runs.back().front().rtp.ssrc != packet.rtp.ssrc;
        const auto highest16 = static_cast<std::uint16_t>(highest);
        if (begins || !isNearInSequence(highest16, packet.rtp.sequence)) {
            // RFC 3550 A.1: a jump is believed when the next packet follows it.
            const bool followed = i + 1 < packets.size() && packets[i + 1].rtp.ssrc == packet.rtp.ssrc
                && isNearInSequence(packet.rtp.sequence, packets[i + 1].rtp.sequence);
            if (!begins && !followed) {
                ++order.strays;
                continue;
            }
            order.runs.emplace_back();
            highest = packet.rtp.sequence;
            packet.sequence = highest;
        } else {
            packet.sequence = highest + distance(highest16, packet.rtp.sequence);
            highest = std::max(highest, packet.sequence);
        }
        order.runs.back().push_back(packet);
    }
    for (PacketRun& run : order.runs) {
        const auto bySequence = [](const OrderedPacket& a, const OrderedPacket& b) { return a.sequence < b.sequence; };
        std::stable_sort(run.begin(), run.end(), bySequence); // of duplicates the first to arrive stays
        const auto last = std::unique(run.begin(), run.end(),
            [](const OrderedPacket& a, const OrderedPacket& b) { return a.sequence == b.sequence; });
        order.duplicates += static_cast<std::uint64_t>(run.end() - last);
        run.erase(last, run.end());
    }
    return order;
}

}
