// What is known as a whole, answered in messages that the client acknowledges one by one.
#pragma once

#include <algorithm>
#include <vector>

namespace callmon {

// Until `send` returns false; of nothing nothing is sent.
template <typename T, typename Send> bool inPages(const std::vector<T>& all, std::size_t perPage, Send send)
{
    for (std::size_t at = 0; at < all.size(); at += perPage) {
        const auto first = all.begin() + static_cast<std::ptrdiff_t>(at);
        const auto count = static_cast<std::ptrdiff_t>(std::min(perPage, all.size() - at));
        if (!send(std::vector<T>(first, first + count)))
            return false;
    }
    return true;
}

}
