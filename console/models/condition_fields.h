// What a search can ask of a call: its fields as people call them, and how each is compared.
#pragma once

#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

namespace callmon {

struct ConditionField {
    enum class Kind { Text, Codec, Tag, Trunk, Hold, Address, Number, Duration, Time, Choice };
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

}
