// CRC-32C (Castagnoli, RFC 3720 appendix B.4): guards journal records and media chunks against torn writes.
#pragma once

#include "shared/base/byte_reader.h"

namespace callmon {

// `crc` is the result over what came before; 0 to begin.
std::uint32_t crc32c(Bytes bytes, std::uint32_t crc = 0);

}
