// What an engine, or what both programs share, says to the user, in the user's language, time zone and number format.
// The English pattern is the key of its translation, under the context Engine; one that a newer engine has is English.
#pragma once

#include "shared/base/sentence.h"

#include <QString>
#include <span>
#include <string_view>

namespace callmon {

QString wordsOf(const Sentence& sentence);

// Sentences that name a call or an alarm by its number, or a command of callmonctl: for whoever typed either. Here they
// stand beside the call or the alarm, which nobody knows by its number, and are worded anew.
struct Reworded {
    std::string_view pattern;
    const char* words; // places as in the pattern, or fewer
};
std::span<const Reworded> rewordedSentences();

}
