// "1 call", "2 calls": what callmonctl says of a number of things.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace callmon {

inline std::string counted(std::uint64_t count, std::string_view one, std::string_view more)
{
    return std::to_string(count) + ' ' + std::string(count == 1 ? one : more);
}

}
