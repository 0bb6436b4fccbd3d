// Conditions on a call's fields as people write them, made into those of a search (shared/calls/call_search.h), and
// read back as words.
#pragma once

#include "console/models/condition_fields.h"
#include "shared/calls/call_query.h"

namespace callmon {

// A condition as it stands in a form. A time is in ns since 1970, a choice the contract's value.
struct ConditionDraft {
    QString field;
    Relation relation = Relation::Is;
    QString value;
};
// Empty: it makes no condition, and `problem` is a sentence for the user.
std::optional<CallCondition> conditionOf(const ConditionDraft& draft, QString& problem);

QString textOf(const CallCondition& condition); // "mean MOS < 3.5"
QString textOf(const CallQuery& query); // all of its conditions; empty: it has none

}
