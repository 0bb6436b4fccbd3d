// Sentences as retention.sqlite keeps them (engine/storage/stored_sentence.h): read, written and read again they say
// the same.
#include "engine/storage/stored_sentence.h"
#include "tests/fuzz/require.h"

using namespace callmon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto sentences = storedSentences({ reinterpret_cast<const char*>(data), size });
    if (!sentences)
        return 0;
    const auto again = storedSentences(storedForm(*sentences));
    require(again && again->size() == sentences->size());
    for (std::size_t i = 0; i < sentences->size(); ++i) // too deep a one is kept as its text
        require(toText((*again)[i]) == toText((*sentences)[i]));
    return 0;
}
