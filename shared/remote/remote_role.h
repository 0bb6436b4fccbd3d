// What a client of an engine may do. Over TLS it is in the certificate, as its organisational unit; who can open the
// local socket runs the engine, or was let in by its administrator: an admin.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace callmon {

// Each may do what those before it may.
enum class RemoteRole {
    Viewer, // live figures, with the numbers masked
    Operator, // numbers, alarms, searches of records
    Reviewer, // message flows and sound
    Admin, // rules
};
std::string_view toText(RemoteRole role);
std::optional<RemoteRole> parseRemoteRole(std::string_view text);
const std::array<std::string_view, 4>& remoteRoleTexts(); // in their order

}
