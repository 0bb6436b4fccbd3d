#include "console/models/fuzzy_match.h"

#include <algorithm>
#include <vector>

namespace callmon {

// best[j]: the best score of what is typed so far with its last letter at place j of the name.
std::optional<int> fuzzyScore(const QString& typed, const QString& name)
{
    constexpr int none = -1;
    const auto size = static_cast<std::size_t>(name.size());
    std::vector<int> best(size, none);
    bool first = true;
    for (const QChar letter : typed) {
        if (letter.isSpace())
            continue;
        std::vector<int> next(size, none);
        int before = first ? 0 : none; // the best that ends before this place
        for (std::size_t at = 0; at < size; ++at) {
            const QChar here = name[static_cast<qsizetype>(at)];
            const bool inRow = at > 0 && best[at - 1] != none;
            if (here.toLower() == letter.toLower() && before != none) {
                const bool beginsWord = at == 0 || !name[static_cast<qsizetype>(at) - 1].isLetterOrNumber();
                next[at] = before + 1 + (beginsWord ? 6 : 0);
                if (inRow)
                    next[at] = std::max(next[at], best[at - 1] + 5);
            }
            if (!first)
                before = std::max(before, best[at]);
        }
        best = std::move(next);
        first = false;
    }
    if (first)
        return 0;
    const int score = best.empty() ? none : *std::ranges::max_element(best);
    return score == none ? std::nullopt : std::optional(score);
}

}
