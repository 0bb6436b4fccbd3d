// The conditions of a CallQuery, each with what it compares with.
#pragma once

#include "engine/storage/row_test.h"
#include "shared/calls/call_query.h"
#include "shared/calls/call_search.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace callmon {

struct Term {
    std::string field;
    Comparison comparison = Comparison::Equal;
    ConditionOperand operand;
};
using AnyOf = std::vector<Term>; // one of them is enough

struct Terms { // all of them hold
    std::vector<Term> single;
    std::vector<AnyOf> either;
};

// Of a query whose conditions all make sense; else a sentence for the user.
Result<Terms> termsOf(const CallQuery& query);

Result<const SearchField*> sortFieldOf(const std::string& name); // likewise, of what calls can be sorted by

std::string textOf(const Term& term); // what it compares with; empty when that is no text
RowExpression rowExpressionOf(const SearchField& field);
// nullopt: only SQL can tell.
std::optional<RowCondition> rowConditionOf(std::span<const Term> any);

}
