// PCI devices as sysfs shows them: whether DPDK can have one, and what to do when not.
#pragma once

#include "shared/base/result.h"

#include <string>
#include <string_view>

namespace callmon {

// "03:00.0" or "0000:03:00.0" to the latter; empty for anything else.
std::string toPciAddress(std::string_view text);

// Fails with what to do about it: no such device, bound to a driver of the kernel, no permission.
Result<void> checkPciDevice(const std::string& address);

}
