// Conditions on a call's fields as people write them: titles, comparisons, values with their units. What they are in a
// search is a CallCondition (shared/calls/call_search.h).
#pragma once

#include "shared/calls/call_query.h"

#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

namespace callmon {

struct ConditionField {
    enum class Kind { Text, Codec, Tag, Hold, Address, Number, Duration, Time, Choice };
    QString name; // as exports and callmonctl call it
    QString title;
    QString unit; // of a number; empty: none
    Kind kind = Kind::Text;
};
const std::vector<ConditionField>& conditionFields(); // by title
const ConditionField* conditionField(const QString& name); // nullptr: there is none

// What a field's value is compared by.
enum class Relation {
    Is,
    IsNot,
    BeginsWith,
    EndsWith,
    Contains,
    ContainsNot,
    Less,
    AtMost,
    AtLeast,
    Greater,
    Known, // no value
    Unknown,
};
constexpr bool takesValue(Relation relation)
{
    return relation != Relation::Known && relation != Relation::Unknown;
}
std::vector<Relation> relationsOf(ConditionField::Kind kind); // the first is what is wanted most
QString word(Relation relation, ConditionField::Kind kind);
QString nameOf(Relation relation); // to be kept
std::optional<Relation> relationNamed(const QString& name);

struct ConditionChoice {
    QString value; // of the contract; a pattern where it stands for several
    QString word;
};
std::vector<ConditionChoice> choicesOf(const ConditionField& field); // of a Choice
QStringList knownCodecs();
QString valueHint(const ConditionField& field); // how a value of it is written

// A condition as it stands in a form. A time is in ns since 1970, a choice the contract's value.
struct ConditionDraft {
    QString field;
    Relation relation = Relation::Is;
    QString value;
};
// Empty: it makes no condition, and `problem` is a sentence for the user.
std::optional<CallCondition> conditionOf(const ConditionDraft& draft, QString& problem);

// "90", "90 s", "1:30", "1:02:03", "2 min", "1 h 30 min"; empty: none of these.
std::optional<double> secondsOf(const QString& text);
QString secondsText(double seconds); // "90 s", "1:30:00"

// "486", "4xx", "400-499": a SIP response, its class, or a range. Empty: none of these.
struct CodeRange {
    int first = 0;
    int last = 0;
};
std::optional<CodeRange> codesOf(const QString& text);

QString textOf(const CallCondition& condition); // "mean MOS < 3.5"
QString textOf(const CallQuery& query); // all of its conditions; empty: it has none

}
