// Who is at the other end of a local connection: the kernel says it (unix(7), SO_PEERCRED).
#pragma once

#include <QIODevice>
#include <cstdint>
#include <optional>
#include <string>

namespace callmon {

std::optional<std::uint32_t> peerUid(const QIODevice& connection); // empty when it is no local one
// "anna"; "uid 1234" when that has no name. May ask a directory service: not on the event loop.
std::string userName(std::optional<std::uint32_t> uid);

}
