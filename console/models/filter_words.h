// What can be typed into the live list's filter: the names of its fields, and values that there are, for the word that
// the cursor is in. And the filters that are wanted most, as one word each.
#pragma once

#include <QString>
#include <QStringList>
#include <span>
#include <vector>

namespace callmon {

struct FilterValues { // seen in the list, in their order
    QStringList codecs;
    QStringList codes; // "180"
    QStringList probes; // empty where there is one
    QStringList trunks {}; // empty where none is configured
};

struct FilterSuggestion {
    QString word; // takes the place of the one that is typed
    QString what; // says what it finds
    bool complete = false; // a space may follow; else a value is wanted
};

struct FilterWord { // of a text
    qsizetype begin = 0;
    QString text;
};

// The word that ends at the cursor, or the part of it before the cursor. Spaces within quotes end no word.
FilterWord wordAt(const QString& filter, qsizetype cursor);

// For what is typed of a word; for an empty one every field. Nothing where it is complete already, or stands for
// itself.
std::vector<FilterSuggestion> suggestionsFor(const QString& typed, const FilterValues& values);

// The text with the word at the cursor replaced; `cursor` goes behind it.
QString withSuggestion(const QString& filter, qsizetype& cursor, const FilterSuggestion& suggestion);

struct QuickFilter {
    const char* name; // to be translated, with its key: "&Bad MOS"
    const char* word; // of the filter: "mos<3.1"
    const char* help; // to be translated
};
std::span<const QuickFilter> quickFilters();
QString nameOf(const QuickFilter& filter);
QString helpOf(const QuickFilter& filter);

bool hasWord(const QString& filter, const QString& word);
QString toggled(const QString& filter, const QString& word); // the word taken out, or put behind

}
