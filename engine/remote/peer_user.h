// Who is at the other end of a local connection: the kernel says it (unix(7), SO_PEERCRED).
#pragma once

#include <QIODevice>
#include <cstdint>
#include <optional>

namespace callmon {

std::optional<std::uint32_t> peerUid(const QIODevice& connection); // empty when it is no local one

}
