#include "console/models/filter_words.h"

#include "console/models/call_words.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>

namespace callmon {

namespace {

struct Field {
    const char* begin; // what a term of it begins with
    const char* what;
    std::array<const char*, 3> figures {}; // to compare with, where the field is a figure
};

constexpr std::array fields {
    Field { "from:", QT_TRANSLATE_NOOP("FilterWords", "the caller; from:+34* fits all of it") },
    Field { "to:", QT_TRANSLATE_NOOP("FilterWords", "the callee; to:*1234 fits all of it") },
    Field { "codec:", QT_TRANSLATE_NOOP("FilterWords", "the codec of the last stream") },
    Field { "state:", QT_TRANSLATE_NOOP("FilterWords", "what the call is doing") },
    Field { "is:", QT_TRANSLATE_NOOP("FilterWords", "what is wrong with its media") },
    Field { "trust:", QT_TRANSLATE_NOOP("FilterWords", "whether the probe saw all of it") },
    Field { "code:", QT_TRANSLATE_NOOP("FilterWords", "the last response") },
    Field { "id:", QT_TRANSLATE_NOOP("FilterWords", "the Call-ID") },
    Field { "trunk:", QT_TRANSLATE_NOOP("FilterWords", "the trunk of either end") },
    Field { "probe:", QT_TRANSLATE_NOOP("FilterWords", "the probe that sees it") },
    Field { "mos<", QT_TRANSLATE_NOOP("FilterWords", "the worse direction's MOS of the last second"),
        { "3.1", "3.5", "4" } },
    Field {
        "minmos<", QT_TRANSLATE_NOOP("FilterWords", "the lowest MOS of ten seconds so far"), { "3.1", "3.5", "4" } },
    Field { "loss>", QT_TRANSLATE_NOOP("FilterWords", "the worse direction's loss, %"), { "1", "2", "5" } },
    Field { "jitter>", QT_TRANSLATE_NOOP("FilterWords", "the worse direction's jitter, ms"), { "20", "30", "50" } },
    Field { "duration>", QT_TRANSLATE_NOOP("FilterWords", "seconds since the answer"), { "60", "600", "3600" } },
    Field { "counted>=",
        QT_TRANSLATE_NOOP("FilterWords", "when the service metrics counted it, UTC, as in 2026-11-23T06:14") },
};

constexpr std::array quick {
    QuickFilter { QT_TRANSLATE_NOOP("FilterWords", "&Bad MOS"), "mos<3.1",
        QT_TRANSLATE_NOOP("FilterWords", "Either direction's MOS of the last second is below 3.1") },
    QuickFilter { QT_TRANSLATE_NOOP("FilterWords", "&One-way"), "is:one-way",
        QT_TRANSLATE_NOOP("FilterWords", "Answered more than 5 s ago, and only one party has sent any media") },
    QuickFilter { QT_TRANSLATE_NOOP("FilterWords", "&No media"), "is:no-media",
        QT_TRANSLATE_NOOP("FilterWords", "Answered more than 5 s ago, and neither party has sent any media") },
    QuickFilter { QT_TRANSLATE_NOOP("FilterWords", "Pac&ket loss"), "loss>2",
        QT_TRANSLATE_NOOP("FilterWords", "More than 2 % of either direction's packets were lost on their way") },
    QuickFilter { QT_TRANSLATE_NOOP("FilterWords", "Lon&g"), "duration>3600",
        QT_TRANSLATE_NOOP("FilterWords", "Answered more than an hour ago") },
    QuickFilter { QT_TRANSLATE_NOOP("FilterWords", "Probe &lost"), "trust:lossy",
        QT_TRANSLATE_NOOP(
            "FilterWords", "The probe itself lost packets while the call was on: its figures may be wrong") },
};

struct Words { // the context of the translations
    Q_DECLARE_TR_FUNCTIONS(FilterWords)
};

QString quoted(const QString& value)
{
    return value.contains(QLatin1Char(' ')) ? QLatin1Char('"') + value + QLatin1Char('"') : value;
}

void addValues(std::vector<FilterSuggestion>& found, const QString& field, const QString& typed,
    const std::vector<std::pair<QString, QString>>& values)
{
    const QString plain = QString(typed).remove(QLatin1Char('"'));
    for (const auto& [value, what] : values)
        if (value.startsWith(plain, Qt::CaseInsensitive) && value.compare(plain, Qt::CaseInsensitive) != 0)
            found.push_back({ field + quoted(value), what, true });
}

std::vector<std::pair<QString, QString>> valuesOf(const QString& field, const FilterValues& seen)
{
    std::vector<std::pair<QString, QString>> values;
    const auto all = [&](const QStringList& texts) {
        for (const QString& one : texts)
            values.emplace_back(one, QString());
    };
    if (field == QLatin1String("codec:"))
        all(seen.codecs);
    else if (field == QLatin1String("probe:"))
        all(seen.probes);
    else if (field == QLatin1String("trunk:"))
        all(seen.trunks);
    else if (field == QLatin1String("code:"))
        for (const QString& code : seen.codes)
            values.emplace_back(
                code, codeMeaning(static_cast<std::uint16_t>(code.toUInt())).section(QLatin1Char(' '), 1));
    else if (field == QLatin1String("state:"))
        for (const CallState state : { CallState::Trying, CallState::Ringing, CallState::Answered, CallState::OnHold })
            values.emplace_back(text(toText(state)), word(state));
    else if (field == QLatin1String("trust:"))
        for (const CaptureTrust trust : { CaptureTrust::Whole, CaptureTrust::Delayed, CaptureTrust::Lossy })
            values.emplace_back(text(toText(trust)), word(trust));
    else if (field == QLatin1String("is:"))
        values = { { QStringLiteral("one-way"), Words::tr("only one party has sent any media") },
            { QStringLiteral("no-media"), Words::tr("neither party has sent any media") } };
    return values;
}

}

FilterWord wordAt(const QString& filter, qsizetype cursor)
{
    FilterWord word;
    bool inQuotes = false;
    cursor = std::clamp<qsizetype>(cursor, 0, filter.size());
    for (qsizetype i = 0; i < cursor; ++i)
        if (filter[i] == QLatin1Char('"'))
            inQuotes = !inQuotes;
        else if (filter[i].isSpace() && !inQuotes)
            word.begin = i + 1;
    word.text = filter.mid(word.begin, cursor - word.begin);
    return word;
}

std::vector<FilterSuggestion> suggestionsFor(const QString& typed, const FilterValues& values)
{
    if (typed.startsWith(QLatin1Char('-'))) { // not so
        std::vector<FilterSuggestion> found = suggestionsFor(typed.mid(1), values);
        for (FilterSuggestion& one : found)
            one = { QLatin1Char('-') + one.word, Words::tr("not: %1").arg(one.what), one.complete };
        return found;
    }
    std::vector<FilterSuggestion> found;
    for (const Field& field : fields) {
        const QString begin = QString::fromLatin1(field.begin);
        if ((begin == QLatin1String("probe:") && values.probes.isEmpty())
            || (begin == QLatin1String("trunk:") && values.trunks.isEmpty()))
            continue;
        if (begin.size() > typed.size()) {
            if (begin.startsWith(typed, Qt::CaseInsensitive))
                found.push_back({ begin, Words::tr(field.what), false });
            continue;
        }
        if (!typed.startsWith(begin, Qt::CaseInsensitive))
            continue;
        const QString value = typed.mid(begin.size());
        if (field.figures[0] == nullptr) {
            addValues(found, begin, value, valuesOf(begin, values));
        } else if (value.isEmpty()) { // behind a digit the user knows what is wanted
            for (const char* figure : field.figures)
                found.push_back({ begin + QString::fromLatin1(figure), Words::tr(field.what), true });
        }
    }
    if (typed.size() >= 2) // a value by itself, without its field
        for (const char* name : { "codec:", "state:", "is:", "trust:", "trunk:", "probe:" }) {
            const QString field = QString::fromLatin1(name);
            std::vector<FilterSuggestion> more;
            addValues(more, field, typed, valuesOf(field, values));
            for (const auto& [value, what] : valuesOf(field, values))
                if (value.compare(typed, Qt::CaseInsensitive) == 0)
                    more.push_back({ field + quoted(value), what, true });
            found.insert(found.end(), more.begin(), more.end());
        }
    return found;
}

QString withSuggestion(const QString& filter, qsizetype& cursor, const FilterSuggestion& suggestion)
{
    const FilterWord word = wordAt(filter, cursor);
    QString rest = filter.mid(word.begin + word.text.size());
    QString put = suggestion.word;
    if (suggestion.complete && !rest.startsWith(QLatin1Char(' ')))
        put += QLatin1Char(' ');
    cursor = word.begin + put.size();
    return filter.left(word.begin) + put + rest;
}

std::span<const QuickFilter> quickFilters()
{
    return quick;
}

QString nameOf(const QuickFilter& filter)
{
    return Words::tr(filter.name);
}

QString helpOf(const QuickFilter& filter)
{
    return Words::tr(filter.help);
}

bool hasWord(const QString& filter, const QString& word)
{
    return filter.split(QLatin1Char(' '), Qt::SkipEmptyParts).contains(word, Qt::CaseInsensitive);
}

QString toggled(const QString& filter, const QString& word)
{
    if (!hasWord(filter, word)) {
        const QString before = filter.trimmed();
        return before.isEmpty() ? word : before + QLatin1Char(' ') + word;
    }
    QStringList words = filter.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    words.removeIf([&](const QString& one) { return one.compare(word, Qt::CaseInsensitive) == 0; });
    return words.join(QLatin1Char(' '));
}

}
