#include "engine/storage/call_filter.h"

namespace callmon {

std::string globOf(std::string_view pattern)
{
    std::string glob;
    for (const char c : pattern)
        if (c == '?' || c == '[')
            glob += { '[', c, ']' };
        else
            glob += c;
    return glob;
}

}
