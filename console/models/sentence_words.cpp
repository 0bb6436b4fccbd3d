#include "console/models/sentence_words.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "shared/base/utc_time.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>

namespace callmon {

namespace {

constexpr std::array reworded {
    Reworded { "the alarm '%1' has ended meanwhile: there is nothing to shelve",
        QT_TRANSLATE_NOOP("SentenceWords", "it has ended meanwhile: there is nothing to shelve") },
    Reworded { "that alarm has ended meanwhile: there is nothing to shelve",
        QT_TRANSLATE_NOOP("SentenceWords", "it has ended meanwhile: there is nothing to shelve") },
    Reworded { "there is no alarm %1", QT_TRANSLATE_NOOP("SentenceWords", "the engine does not keep it any more") },
    Reworded { "there is no call %1", QT_TRANSLATE_NOOP("SentenceWords", "the engine keeps no such call") },
    Reworded { "call %1 is held already, by %2 since %3",
        QT_TRANSLATE_NOOP("SentenceWords", "the call is held already, by %2 since %3") },
    Reworded { "call %1 is not held; callmonctl hold list shows what is",
        QT_TRANSLATE_NOOP("SentenceWords", "the call is not held any more") },
    Reworded { "a legal hold keeps it: callmonctl hold list",
        QT_TRANSLATE_NOOP("SentenceWords", "a legal hold keeps it: Records, Legal holds") },
    Reworded { "call %1 was deleted on request at %2",
        QT_TRANSLATE_NOOP("SentenceWords", "the call was deleted on request at %2") },
    Reworded { "a tag has %1 bytes at most; what is longer is a note: callmonctl note",
        QT_TRANSLATE_NOOP("SentenceWords", "a tag has %1 bytes at most; what is longer is a note") },
};

}

std::span<const Reworded> rewordedSentences()
{
    return reworded;
}

QString wordsOf(const Sentence& sentence)
{
    switch (sentence.sort) {
    case Sentence::Sort::Text:
        break;
    case Sentence::Sort::Time:
        if (const auto time = parseIso8601(sentence.words))
            return dateTimeText(*time);
        break;
    case Sentence::Sort::Count: {
        bool whole = false;
        const qulonglong count = QByteArray::fromStdString(sentence.words).toULongLong(&whole);
        if (whole)
            return countText(count);
        break;
    }
    case Sentence::Sort::Pattern: {
        if (sentence.words.empty()) // has no translation: Qt would give what stands at the head of a file of them
            return {};
        std::vector<std::string> parts;
        for (const Sentence& part : sentence.parts)
            parts.push_back(wordsOf(part).toStdString());
        const auto* const anew = std::ranges::find(reworded, std::string_view(sentence.words), &Reworded::pattern);
        const QString pattern = anew != reworded.end() ? QCoreApplication::translate("SentenceWords", anew->words)
                                                       : QCoreApplication::translate("Engine", sentence.words.c_str());
        return QString::fromStdString(filled(pattern.toStdString(), parts));
    }
    }
    return text(sentence.words);
}

}
