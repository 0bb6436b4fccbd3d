#include "engine/capture/pci_device.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <unistd.h>

namespace callmon {

std::string toPciAddress(std::string_view text)
{
    const std::string_view shape = "hhhh:hh:hh.d"; // hexadecimal, decimal
    const std::string address = (text.size() == 7 ? "0000:" : "") + std::string(text);
    const auto fits = [](char wanted, char given) {
        const auto digit = static_cast<unsigned char>(given);
        return wanted == 'h' ? std::isxdigit(digit) != 0 : wanted == 'd' ? std::isdigit(digit) != 0 : wanted == given;
    };
    return std::equal(shape.begin(), shape.end(), address.begin(), address.end(), fits) ? address : std::string();
}

Result<void> checkPciDevice(const std::string& address)
{
    const std::filesystem::path device = "/sys/bus/pci/devices/" + address;
    std::error_code failed;
    if (!std::filesystem::exists(device, failed))
        return Error { "no PCI device has the address " + address + ": `dpdk-devbind.py --status` lists the ports" };
    const std::string driver = std::filesystem::read_symlink(device / "driver", failed).filename();
    if (driver == "vfio-pci") {
        const std::string group = std::filesystem::read_symlink(device / "iommu_group", failed).filename();
        const std::string file = group.empty() ? "/dev/vfio/vfio" : "/dev/vfio/" + group;
        if (access(file.c_str(), R_OK | W_OK) != 0)
            return Error { "no permission for port " + address + ": run as root, or give this user " + file
                + " and /dev/vfio/vfio, and the right to lock memory (ulimit -l unlimited)" };
        return {};
    }
    // These drivers share the port with DPDK, or hand it over whole.
    for (const char* shared : { "mlx5_core", "mlx4_core", "uio_pci_generic", "igb_uio" })
        if (driver == shared)
            return {};
    const std::string bound = driver.empty() ? "is bound to no driver" : "belongs to the kernel's driver " + driver;
    return Error { "port " + address + " " + bound + ": `dpdk-devbind.py --bind=vfio-pci " + address
        + "` gives it to DPDK, and the kernel no longer sees it" };
}

}
