#include "engine/trunk_tables.h"

namespace callmon {

Result<void> applyTrunkTables(const toml::node& node, std::vector<Trunk>& trunks)
{
    const auto* tables = node.as_array();
    if (tables == nullptr)
        return Error { "trunks are written as [[trunk]]" };
    for (const toml::node& one : *tables) {
        const auto* table = one.as_table();
        const auto name = table != nullptr ? (*table)["name"].value<std::string>() : std::nullopt;
        if (!name)
            return Error { "each [[trunk]] has a name" };
        Trunk& trunk = trunks.emplace_back(Trunk { *name, {} });
        for (const auto& [key, value] : *table) {
            if (key.str() == "name")
                continue;
            const auto* list = value.as_array();
            if (key.str() != "addresses" || list == nullptr)
                return Error { "trunk '" + *name + "': it has a name, and a list of addresses" };
            for (const toml::node& element : *list) {
                const auto text = element.value<std::string>();
                const auto network = text ? IpNetwork::parse(*text) : std::nullopt;
                if (!network)
                    return Error { "trunk '" + *name
                        + "': addresses are written 192.0.2.7, 192.0.2.0/24 or "
                          "2001:db8::/32"
                        + (text ? ", not '" + *text + '\'' : std::string()) };
                trunk.addresses.push_back(*network);
            }
        }
    }
    return checkTrunks(trunks);
}

}
