#include "engine/storage/search_terms.h"

#include "engine/storage/call_filter.h"
#include "shared/base/telephone_number.h"
#include "shared/calls/call_groups.h"

#include <algorithm>
#include <array>

namespace callmon {

namespace {

using Kind = SearchField::Kind;

Term numberTerm(const char* field, const std::string& pattern)
{
    return { field, Comparison::Equal, { pattern, {}, pattern.find('*') != std::string::npos } };
}

bool isOfNumber(const Term& term)
{
    constexpr std::array fields { "caller", "callee", "asserted_identity", "diversion", "transfer_target" };
    return std::ranges::find(fields, term.field) != fields.end();
}

// Numbers are kept without their separators, but in days that older engines wrote: who types some means either form.
std::vector<Term> formsOf(Term term)
{
    auto bare = isOfNumber(term) && term.comparison <= Comparison::NotEqual ? wantedWithoutSeparators(textOf(term))
                                                                            : std::nullopt;
    std::vector<Term> forms { std::move(term) };
    if (bare) {
        forms.push_back(forms.front());
        forms.back().operand.value = std::move(*bare);
    }
    return forms;
}

AnyOf ofBothEnds(const char* caller, const char* callee, Term term)
{
    AnyOf any { term, std::move(term) };
    any[0].field = caller;
    any[1].field = callee;
    return any;
}

// Terms of both ends that together say what one on "trunk" says; all of them hold.
std::vector<AnyOf> termsOfTrunk(Term term)
{
    const AnyOf ends = ofBothEnds("caller_trunk", "callee_trunk", term);
    const bool isOfNone = !term.operand.pattern && (textOf(term).empty() || textOf(term) == otherTrunk);
    if (isOfNone == (term.comparison == Comparison::Equal)) // so it is of both ends
        return { { ends[0] }, { ends[1] } };
    return { ends };
}

// nullopt: only SQL can tell.
std::optional<RowTest> rowTestOf(const Term& term)
{
    const SearchField& field = *searchField(term.field);
    if (isBesideRecord(field.kind))
        return std::nullopt;
    const bool equal = term.comparison == Comparison::Equal;
    RowTest test { rowExpressionOf(field), RowTest::Kind::Compared, term.comparison, term.operand.value, {} };
    if (field.kind == Kind::Word) {
        test.kind = equal ? RowTest::Kind::OneOf : RowTest::Kind::NoneOf;
        test.words = term.operand.words;
    } else if (term.operand.value.index() == 0 && (field.kind == Kind::Text || field.kind == Kind::Address)) {
        test.value = std::string();
    } else if (term.operand.value.index() == 0) {
        test.kind = equal ? RowTest::Kind::Absent : RowTest::Kind::Present;
    } else if (term.operand.pattern) {
        test.kind = equal ? RowTest::Kind::Fits : RowTest::Kind::FitsNot;
    }
    return test;
}

}

Result<Terms> termsOf(const CallQuery& query)
{
    Terms all;
    std::vector<Term>& terms = all.single;
    const auto add = [&all](Term term) {
        auto forms = formsOf(std::move(term));
        if (forms.size() > 1 && forms.front().comparison == Comparison::Equal)
            all.either.push_back(std::move(forms));
        else
            std::ranges::move(forms, std::back_inserter(all.single));
    };
    if (!query.callId.empty())
        terms.push_back({ "call_id", Comparison::Equal, { query.callId, {}, false } });
    if (!query.caller.empty())
        add(numberTerm("caller", query.caller));
    if (!query.callee.empty())
        add(numberTerm("callee", query.callee));
    if (query.outcome)
        terms.push_back({ "outcome", Comparison::Equal, { {}, { static_cast<std::int64_t>(*query.outcome) }, false } });
    if (query.trust)
        terms.push_back({ "trust", Comparison::Equal, { {}, { static_cast<std::int64_t>(*query.trust) }, false } });
    if (query.recorded)
        terms.push_back(
            { "recorded", Comparison::Equal, { {}, { static_cast<std::int64_t>(*query.recorded) }, false } });
    if (!query.recordingRule.empty())
        terms.push_back({ "recording_rule", Comparison::Equal, { query.recordingRule, {}, false } });
    if (query.minMos)
        terms.push_back({ "mos_mean", Comparison::AtLeast, { *query.minMos, {}, false } });
    if (query.maxMos)
        terms.push_back({ "mos_mean", Comparison::AtMost, { *query.maxMos, {}, false } });
    for (const CallCondition& condition : query.conditions) {
        auto operand = operandOf(condition);
        if (!operand)
            return operand.error();
        Term term { condition.field, condition.comparison, std::move(operand.value()) };
        if (searchField(term.field)->kind == Kind::Trunk)
            std::ranges::move(termsOfTrunk(std::move(term)), std::back_inserter(all.either));
        else
            add(std::move(term));
    }
    if (!query.number.empty()) {
        AnyOf any;
        for (Term& form : formsOf(numberTerm("caller", query.number)))
            std::ranges::move(ofBothEnds("caller", "callee", std::move(form)), std::back_inserter(any));
        all.either.push_back(std::move(any));
    }
    return all;
}

Result<const SearchField*> sortFieldOf(const std::string& name)
{
    const SearchField* const field = searchField(name);
    if (field == nullptr)
        return Error { sentence(
            TR("Engine", "calls have no field \"%1\" to be sorted by; callmonctl calls --format csv shows all fields"),
            name) };
    if (field->kind == Kind::Tags)
        return Error { sentence(
            TR("Engine", "calls cannot be sorted by their tags; search for one of them: tags=bad-line")) };
    if (field->kind == Kind::Codec)
        return Error { sentence(TR("Engine",
            "calls cannot be sorted by codec, of which a call may have several; search for one: codec=G729")) };
    if (field->kind == Kind::Trunk)
        return Error { sentence(TR("Engine", "a call may have two trunks; sort by caller_trunk or callee_trunk")) };
    if (field->kind == Kind::LegalHold)
        return Error { sentence(
            TR("Engine", "calls cannot be sorted by their legal hold; search for those under one: legal_hold!=")) };
    return field;
}

std::string textOf(const Term& term)
{
    const auto* text = std::get_if<std::string>(&term.operand.value);
    return text ? *text : std::string();
}

RowExpression rowExpressionOf(const SearchField& field)
{
    const std::string name = field.name;
    if (field.kind == Kind::Time)
        return { RowExpression::Kind::Cell, name + "_ns", {} };
    if (name == "duration_s")
        return { RowExpression::Kind::Duration, "answered_at_ns", {} };
    if (name == "final_code" || name == "q850_cause" || name == "session_expires_s")
        return { RowExpression::Kind::CellOrNone, name, {} };
    if (name == "streams")
        return { RowExpression::Kind::Cell, "stream_count", {} };
    if (name == "poll_gap_longest_ms")
        return { RowExpression::Kind::Cell, "poll_gap_longest_ns", {} };
    if (name == "hold_time_s")
        return { RowExpression::Kind::Cell, "hold_time_ms", {} };
    return { RowExpression::Kind::Cell, name, {} };
}

std::optional<RowCondition> rowConditionOf(std::span<const Term> any)
{
    RowCondition condition;
    for (const Term& term : any) {
        auto test = rowTestOf(term);
        if (!test)
            return std::nullopt;
        condition.push_back(std::move(*test));
    }
    return condition;
}

}
