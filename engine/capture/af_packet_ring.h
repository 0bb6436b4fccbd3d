// The ring in which the kernel hands frames to DPDK's net_af_packet, by the device's arguments.
//
// DPDK 22.11 makes its socket the only member of a fanout group with PACKET_FANOUT_FLAG_DEFRAG, so the kernel puts IPv4
// fragments together before it hands them on, and what a place of the ring does not hold is cut off without a word:
// with DPDK's own 2 KiB the SDP of a SIP message in three fragments.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace callmon {

bool isAfPacket(std::string_view device);
// `device` of net_af_packet with places of 16 KiB where it does not say framesz itself, and 4096 of them.
std::string withLongPlaces(std::string_view device);
// What is wrong with the interface that `device` of net_af_packet names; DPDK itself gives no reason, or an ioctl's
// name.
std::optional<std::string> complaintAboutInterface(std::string_view device);
// What a packet buffer must hold for this device, bytes: a place of the ring, headroom not included.
std::size_t placeSizeOf(std::string_view device);

}
