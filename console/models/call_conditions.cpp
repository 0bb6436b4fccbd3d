#include "console/models/call_conditions.h"

#include "console/models/call_words.h"
#include "console/models/condition_values.h"
#include "console/models/figures.h"
#include "console/models/sentence_words.h"
#include "console/zone/display_zone.h"
#include "shared/base/utc_time.h"
#include "shared/calls/call_notes.h"

#include <QCoreApplication>
#include <array>

namespace callmon {

namespace {

using Kind = ConditionField::Kind;

struct Words { // the context of the translations
    Q_DECLARE_TR_FUNCTIONS(CallConditions)
};

QString instantText(Timestamp time)
{
    return dateTimeText(time) + QLatin1Char(' ') + zoneOf(time);
}

Comparison comparisonOf(Relation relation)
{
    switch (relation) {
    case Relation::IsNot:
    case Relation::ContainsNot:
    case Relation::Known:
        return Comparison::NotEqual;
    case Relation::Less:
        return Comparison::Less;
    case Relation::AtMost:
        return Comparison::AtMost;
    case Relation::AtLeast:
        return Comparison::AtLeast;
    case Relation::Greater:
        return Comparison::Greater;
    default:
        return Comparison::Equal;
    }
}

QString withStars(const QString& value, Relation relation)
{
    const QString star = QStringLiteral("*");
    switch (relation) {
    case Relation::BeginsWith:
        return value + star;
    case Relation::EndsWith:
        return star + value;
    case Relation::Contains:
    case Relation::ContainsNot:
        return star + value + star;
    default:
        return value;
    }
}

QString choiceWord(const ConditionField& field, const QString& value)
{
    for (const ConditionChoice& choice : choicesOf(field))
        if (choice.value == value)
            return choice.word;
    return value;
}

// The field's value in the contract's form; empty: it is none, and `problem` says why.
QString valueOf(const ConditionField& field, const ConditionDraft& draft, QString& problem)
{
    const QString value = draft.value.trimmed();
    if (value.isEmpty() && field.kind != Kind::Choice) {
        problem = Words::tr("Give a value.");
        return {};
    }
    switch (field.kind) {
    case Kind::Number: {
        bool whole = false;
        const qlonglong digits = value.toLongLong(&whole); // a key has more than a double keeps
        if (whole)
            return QString::number(digits);
        if (const auto number = numberOf(value))
            return plainNumber(*number);
    }
        problem = Words::tr("That is no number; write %1").arg(valueHint(field));
        return {};
    case Kind::Duration:
        if (const auto seconds = secondsOf(value))
            return plainNumber(*seconds);
        problem = Words::tr("That is no time span; write %1").arg(valueHint(field));
        return {};
    case Kind::Time:
        return QString::fromStdString(toIso8601(timestampFromNanoseconds(value.toLongLong())));
    case Kind::Address:
        if (!value.contains(QLatin1Char('*')) && draft.relation <= Relation::IsNot
            && !IpAddress::parse(value.toStdString())) {
            problem = Words::tr("That is no address; write %1").arg(valueHint(field));
            return {};
        }
        return withStars(value, draft.relation);
    case Kind::Tag:
        if (!value.contains(QLatin1Char('*')) && !tagOf(value.toStdString())) {
            problem = Words::tr("A tag is one word; write %1").arg(valueHint(field));
            return {};
        }
        return value.toLower();
    default:
        return withStars(value, draft.relation);
    }
}

}

std::optional<CallCondition> conditionOf(const ConditionDraft& draft, QString& problem)
{
    problem.clear();
    const ConditionField* const field = conditionField(draft.field);
    if (field == nullptr) {
        problem = Words::tr("Calls have no such field."); // kept by another version
        return std::nullopt;
    }
    CallCondition condition { draft.field.toStdString(), comparisonOf(draft.relation), {} };
    if (takesValue(draft.relation)) {
        condition.value = valueOf(*field, draft, problem).toStdString();
        if (!problem.isEmpty())
            return std::nullopt;
    }
    if (const auto operand = operandOf(condition); !operand) {
        problem = wordsOf(operand.error().sentence);
        return std::nullopt;
    }
    return condition;
}

QString textOf(const CallCondition& condition)
{
    const ConditionField* const field = conditionField(text(condition.field));
    if (field == nullptr)
        return QString::fromStdString(toText(condition));
    const bool equality = condition.comparison == Comparison::Equal || condition.comparison == Comparison::NotEqual;
    const bool equal = condition.comparison == Comparison::Equal;
    Relation relation = equal ? Relation::Is : Relation::IsNot;
    QString value = text(condition.value);
    if (equality && value.isEmpty() && field->kind != Kind::Choice) {
        relation = equal ? Relation::Unknown : Relation::Known;
    } else if (!equality) {
        constexpr std::array ordered { Relation::Less, Relation::AtMost, Relation::AtLeast, Relation::Greater };
        relation = ordered[static_cast<std::size_t>(condition.comparison) - 2];
    } else if (field->kind == Kind::Text || field->kind == Kind::Hold) { // as the form would say it
        const QString inner = value.mid(1, value.size() - 2);
        if (value.size() > 2 && value.startsWith(QLatin1Char('*')) && value.endsWith(QLatin1Char('*'))
            && !inner.contains(QLatin1Char('*'))) {
            relation = equal ? Relation::Contains : Relation::ContainsNot;
            value = inner;
        }
    }
    switch (field->kind) {
    case Kind::Time:
        if (const auto time = parseIso8601(condition.value))
            value = instantText(*time);
        break;
    case Kind::Duration:
        if (const auto seconds = numberOf(value))
            value = secondsText(*seconds);
        break;
    case Kind::Choice:
        value = choiceWord(*field, value);
        break;
    default:
        if (!field->unit.isEmpty())
            value += QLatin1Char(' ') + field->unit;
    }
    QString all = field->title + QLatin1Char(' ') + word(relation, field->kind);
    if (takesValue(relation))
        all += QLatin1Char(' ') + value;
    return all;
}

QString textOf(const CallQuery& query)
{
    QStringList parts;
    if (!query.number.empty())
        parts += Words::tr("Number %1").arg(text(query.number));
    if (query.from)
        parts += Words::tr("From %1").arg(instantText(*query.from));
    if (query.to)
        parts += Words::tr("To %1").arg(instantText(*query.to));
    std::vector<CallCondition> conditions;
    if (query.outcome)
        conditions.push_back({ "outcome", Comparison::Equal, std::string(toText(*query.outcome)) });
    if (query.trust)
        conditions.push_back({ "trust", Comparison::Equal, std::string(toText(*query.trust)) });
    if (query.minMos)
        conditions.push_back({ "mos_mean", Comparison::AtLeast, plainNumber(*query.minMos).toStdString() });
    if (query.maxMos)
        conditions.push_back({ "mos_mean", Comparison::AtMost, plainNumber(*query.maxMos).toStdString() });
    conditions.insert(conditions.end(), query.conditions.begin(), query.conditions.end());
    for (const CallCondition& condition : conditions)
        parts += textOf(condition);
    return parts.join(QStringLiteral(" · "));
}

}
