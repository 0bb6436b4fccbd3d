// The first byte chooses the link type, the rest is the frame.
#include "engine/packet/frame_classifier.h"
#include "engine/packet/ip_packet.h"
#include "engine/packet/mirror_copies.h"

#include <algorithm>
#include <cstdlib>

using namespace callmon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static constexpr std::uint16_t linkTypes[] = { 1, 0, 101, 108, 113, 276, 228, 229, 0xffff };
    static constexpr std::uint16_t sipPort = 5060;
    static FrameClassifier classifier(std::span(&sipPort, 1));
    if (size == 0)
        return 0;
    const Bytes frame = std::as_bytes(std::span(data + 1, size - 1));
    const std::uint16_t linkType = linkTypes[data[0] % std::size(linkTypes)];
    const FrameClass found = classifier.classify(linkType, frame);
    const FrameClass careful = classifier.classifyCarefully(linkType, frame);
    if (found.kind != careful.kind || found.reason != careful.reason || found.udp != careful.udp)
        std::abort();
    if (found.kind == FrameKind::Drop)
        return 0;
    static const MirrorCopies copies(1);
    copies.packetOf(frame, found);
    if (found.kind == FrameKind::Piece) { // begins at its IP header
        const auto packet = parseIp(frame.subspan(found.udp.ip));
        if (!std::holds_alternative<IpPacket>(packet))
            std::abort();
        return 0;
    }
    const Datagram datagram = datagramOf(frame, found.udp);
    if (datagram.payload.size() > datagram.wirePayloadSize || datagram.wirePayloadSize + 28u > datagram.ipSize)
        std::abort();
    unsigned sum = destinationHash(frame, found.udp, 1); // reads every byte handed out, for the sanitizer
    for (const std::byte byte : datagram.payload)
        sum += std::to_integer<unsigned>(byte);
    return sum == ~0u ? 1 : 0;
}
