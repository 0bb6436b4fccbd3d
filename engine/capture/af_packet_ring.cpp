#include "engine/capture/af_packet_ring.h"

#include <algorithm>
#include <charconv>
#include <net/if.h>

namespace callmon {

namespace {

constexpr std::size_t placeOfDpdk = 2048; // DFLT_FRAME_SIZE

// The text of an argument, "" when the device does not have it.
std::string_view argument(std::string_view device, std::string_view name)
{
    const std::size_t at = device.find("," + std::string(name) + "=");
    if (at == std::string_view::npos)
        return {};
    const std::string_view rest = device.substr(at + name.size() + 2);
    return rest.substr(0, rest.find(','));
}

}

bool isAfPacket(std::string_view device)
{
    return device.starts_with("net_af_packet");
}

std::string withLongPlaces(std::string_view device)
{
    std::string all(device);
    if (!isAfPacket(device) || !argument(device, "framesz").empty())
        return all;
    all += ",framesz=16384";
    if (argument(device, "blocksz").empty())
        all += ",blocksz=65536";
    if (argument(device, "framecnt").empty())
        all += ",framecnt=4096";
    return all;
}

std::optional<std::string> complaintAboutInterface(std::string_view device)
{
    if (!isAfPacket(device))
        return std::nullopt;
    const std::string interface(argument(device, "iface"));
    if (interface.empty())
        return "say which interface it captures from: net_af_packet0,iface=eth1";
    if (if_nametoindex(interface.c_str()) == 0)
        return "there is no interface " + interface + "; `ip link` lists those there are";
    return std::nullopt;
}

std::size_t placeSizeOf(std::string_view device)
{
    std::size_t size = placeOfDpdk;
    const std::string_view text = argument(device, "framesz");
    if (isAfPacket(device))
        std::from_chars(text.data(), text.data() + text.size(), size);
    return std::max(size, placeOfDpdk);
}

}
