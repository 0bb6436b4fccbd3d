#include "console/models/calls_behind.h"

#include "shared/base/utc_time.h"
#include "shared/calls/call_groups.h"

#include <QCoreApplication>
#include <algorithm>

namespace callmon {

namespace {

constexpr std::size_t mostConditions = 28; // what a search form holds, but for those on the time

struct Words { // the context of the translations
    Q_DECLARE_TR_FUNCTIONS(CallsBehind)
};

QString nameOf(const ServiceSeries& series)
{
    return QString::fromStdString(series.whole.group.name.str());
}

// A call counts for the longest prefix that fits, and for "other" when none does; a prefix without a row had no call.
std::vector<ConditionDraft> conditionsOfPrefix(const std::vector<ServiceSeries>& rows, const QString& prefix)
{
    const QString callee = QStringLiteral("callee");
    const QString other = QStringLiteral("other");
    std::vector<ConditionDraft> conditions;
    if (prefix != other)
        conditions.push_back({ callee, Relation::BeginsWith, prefix });
    for (const ServiceSeries& series : rows) {
        const QString longer = nameOf(series);
        if (longer != prefix && longer != other && (prefix == other || longer.startsWith(prefix)))
            conditions.push_back({ callee, Relation::IsNot, longer + QLatin1Char('*') });
    }
    return conditions;
}

bool hasStarOfItsOwn(const ConditionDraft& condition)
{
    return condition.value.chopped(condition.relation == Relation::IsNot).contains(QLatin1Char('*'));
}

QString timeText(Timestamp time)
{
    return QString::fromStdString(toIso8601(std::chrono::floor<std::chrono::seconds>(time))).left(19)
        + QLatin1Char('Z');
}

QString quoted(QString value)
{
    if (!value.contains(QLatin1Char(' ')) && !value.contains(QLatin1Char('"')))
        return value;
    return QLatin1Char('"') + value.replace(QStringLiteral("\""), QStringLiteral("\"\"")) + QLatin1Char('"');
}

QString termOf(const ConditionDraft& condition)
{
    if (condition.field == QLatin1String("trunk") && condition.relation == Relation::Is)
        return QStringLiteral("trunk=") + quoted(condition.value);
    if (condition.field != QLatin1String("callee"))
        return {};
    if (condition.relation == Relation::BeginsWith)
        return QStringLiteral("to:") + quoted(condition.value + QLatin1Char('*'));
    if (condition.relation == Relation::IsNot)
        return QStringLiteral("-to:") + quoted(condition.value);
    return {};
}

}

std::optional<CallsBehind> callsBehindRow(
    const std::vector<ServiceSeries>& rows, std::size_t row, Timestamp from, Timestamp to, QString& whyNot)
{
    const ServiceGroup& group = rows[row].whole.group;
    CallsBehind figure { from, to };
    switch (group.grouping) {
    case ServiceGrouping::Total:
        break;
    case ServiceGrouping::Trunk:
        figure.conditions = { { QStringLiteral("trunk"), Relation::Is, nameOf(rows[row]) } };
        break;
    case ServiceGrouping::Prefix:
        figure.conditions = conditionsOfPrefix(rows, nameOf(rows[row]));
        if (std::ranges::any_of(figure.conditions, hasStarOfItsOwn)) {
            whyNot = Words::tr("These calls cannot be searched for: a prefix has a *, which in a search stands for any "
                               "digits.");
            return std::nullopt;
        }
        break;
    case ServiceGrouping::Codec: // which is known, and counted, when a call is over
        figure.by = CallsBehind::By::Ends;
        if (group.name == "other") {
            whyNot = Words::tr("These are the calls of all codecs beyond the first that the engine met. Search past "
                               "calls by one of those codecs instead.");
            return std::nullopt;
        }
        if (group.name == noCodecName)
            figure.conditions = { { QStringLiteral("codec"), Relation::Unknown, {} } };
        else
            figure.codec = nameOf(rows[row]);
        break;
    }
    if (figure.conditions.size() > mostConditions) {
        whyNot = Words::tr("A search cannot leave out so many prefixes at once. Search past calls by a part of the "
                           "number instead.");
        return std::nullopt;
    }
    return figure;
}

QString liveFilterOf(const CallsBehind& figure)
{
    if (figure.by != CallsBehind::By::Attempts || !figure.codec.isEmpty())
        return {};
    QStringList terms { QStringLiteral("counted>=") + timeText(figure.from),
        QStringLiteral("counted<") + timeText(figure.to) };
    for (const ConditionDraft& condition : figure.conditions) {
        terms += termOf(condition);
        if (terms.back().isEmpty())
            return {};
    }
    return terms.join(QLatin1Char(' '));
}

}
