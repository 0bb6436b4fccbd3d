// What changed in a list between two versions of it.
#pragma once

#include <cstdint>
#include <vector>

namespace callmon {

template <typename Row, typename Key> struct ListDelta {
    bool snapshot = false; // changed is the whole list; fromVersion is 0
    std::uint64_t fromVersion = 0; // applies on top of this version only: on a gap ask for a snapshot
    std::uint64_t toVersion = 0;
    std::vector<Row> changed; // new or updated; whole rows, so that applying one twice does no harm
    std::vector<Key> removed;
};

// Of some lists, rows in which only a few figures changed come as those.
template <typename Delta>
concept HasFigures = requires(Delta delta)
{
    delta.figures;
};

}
