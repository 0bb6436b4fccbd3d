// Every UDP datagram of frames, whatever it carries: the classifier with all ports taken for SIP's.
#pragma once

#include "engine/packet/frame_classifier.h"

#include <numeric>
#include <optional>
#include <vector>

namespace callmon {

class PacketDecoder {
public:
    std::optional<Datagram> decode(std::uint16_t linkType, Bytes frame, Timestamp arrival, Nanoseconds uncertainty)
    {
        const FrameClass found = m_classifier.classify(linkType, frame);
        if (found.kind == FrameKind::Drop) {
            ++m_counts[static_cast<std::size_t>(found.reason)];
            return std::nullopt;
        }
        m_pieces += found.kind == FrameKind::Piece;
        if (found.kind == FrameKind::Piece)
            return std::nullopt;
        Datagram datagram = datagramOf(frame, found.udp);
        datagram.arrival = arrival;
        datagram.uncertainty = uncertainty;
        return datagram;
    }
    std::uint64_t pieces() const { return m_pieces; }
    std::uint64_t count(DropReason reason) const { return m_counts[static_cast<std::size_t>(reason)]; }

private:
    static std::vector<std::uint16_t> allPorts()
    {
        std::vector<std::uint16_t> ports(65535);
        std::iota(ports.begin(), ports.end(), std::uint16_t(1));
        return ports;
    }
    FrameClassifier m_classifier { allPorts() };
    std::array<std::uint64_t, dropReasons> m_counts {};
    std::uint64_t m_pieces = 0;
};

}
