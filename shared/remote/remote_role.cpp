#include "shared/remote/remote_role.h"

#include "shared/base/translatable.h"

#include <algorithm>

namespace callmon {

const std::array<std::string_view, 4>& remoteRoleTexts()
{
    static constexpr std::array<std::string_view, 4> texts { TR("Engine", "viewer"), TR("Engine", "operator"),
        TR("Engine", "reviewer"), TR("Engine", "admin") };
    return texts;
}

std::string_view toText(RemoteRole role)
{
    return remoteRoleTexts()[static_cast<std::size_t>(role)];
}

std::optional<RemoteRole> parseRemoteRole(std::string_view text)
{
    const auto& texts = remoteRoleTexts();
    const auto found = std::ranges::find(texts, text);
    return found == texts.end() ? std::nullopt : std::optional(static_cast<RemoteRole>(found - texts.begin()));
}

}
