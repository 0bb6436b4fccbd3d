#include "console/models/sentence_words.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "shared/base/utc_time.h"

#include <QCoreApplication>

namespace callmon {

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
        const QString pattern = QCoreApplication::translate("Engine", sentence.words.c_str());
        return QString::fromStdString(filled(pattern.toStdString(), parts));
    }
    }
    return text(sentence.words);
}

}
