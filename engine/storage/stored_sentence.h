// Sentences in a column of text: of each its sort (a digit), the number of bytes of its words, a colon, the words, the
// number of its parts (a digit), and these.
#pragma once

#include "shared/base/sentence.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callmon {

std::string storedForm(const std::vector<Sentence>& sentences);
// Nothing: it is damaged, or of another program.
std::optional<std::vector<Sentence>> storedSentences(std::string_view text);

}
