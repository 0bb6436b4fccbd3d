// What an engine, or what both programs share, says to the user, in the user's language, time zone and number format.
// The English pattern is the key of its translation, under the context Engine; one that a newer engine has is English.
#pragma once

#include "shared/base/sentence.h"

#include <QString>

namespace callmon {

QString wordsOf(const Sentence& sentence);

}
