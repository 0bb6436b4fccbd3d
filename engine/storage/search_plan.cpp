#include "engine/storage/search_plan.h"

#include "engine/storage/call_filter.h"
#include "engine/storage/search_schema.h"
#include "engine/storage/search_terms.h"
#include "shared/base/ascii.h"

#include <algorithm>
#include <array>
#include <functional>

namespace callmon {

namespace {

using Kind = SearchField::Kind;

std::string expressionOf(const SearchField& field)
{
    const RowExpression row = rowExpressionOf(field);
    switch (row.kind) {
    case RowExpression::Kind::Cell:
        break;
    case RowExpression::Kind::CellOrNone: // not by nullif(), a function that is called for each row
        return "iif(" + row.column + "<>0," + row.column + ",NULL)";
    case RowExpression::Kind::Duration:
        return "(coalesce(ended_at_ns,last_packet_at_ns)-" + row.column + ')';
    }
    return row.column;
}

StoredValue stored(const SearchValue& value)
{
    if (const auto* whole = std::get_if<std::int64_t>(&value))
        return toStored(*whole);
    if (const auto* number = std::get_if<double>(&value))
        return toStored(*number);
    if (const auto* text = std::get_if<std::string>(&value))
        return toStored(std::string_view(*text));
    return {};
}

const char* signOf(Comparison comparison)
{
    constexpr std::array signs { " = ", " <> ", " < ", " <= ", " >= ", " > " };
    return signs[static_cast<std::size_t>(comparison)];
}

bool isMosRange(const Term& term)
{
    return term.field == "mos_mean" && term.comparison != Comparison::NotEqual && term.operand.value.index() != 0;
}

bool isOneOutcome(const Term& term)
{
    return term.field == "outcome" && term.comparison == Comparison::Equal && term.operand.words.size() == 1;
}

class Builder {
public:
    std::string parameter(StoredValue value)
    {
        m_plan.values.push_back(std::move(value));
        return '?' + std::to_string(StartedTo + m_plan.values.size());
    }

    std::string condition(const Term& term)
    {
        const SearchField& field = *searchField(term.field);
        const std::string expression = expressionOf(field);
        const bool equal = term.comparison == Comparison::Equal;
        if (field.kind == Kind::Codec)
            return ofStreams(textOf(term), equal == textOf(term).empty());
        if (isBesideRecord(field.kind)) // "tags=" wants those without any
            return tagged(field.kind == Kind::LegalHold, textOf(term), equal == textOf(term).empty());
        if (field.kind == Kind::Word) {
            std::string list;
            for (const std::int64_t word : term.operand.words)
                list += (list.empty() ? "" : ",") + std::to_string(word);
            return expression + (equal ? " IN (" : " NOT IN (") + list + ')';
        }
        if (term.operand.value.index() == 0) {
            if (field.kind == Kind::Text || field.kind == Kind::Address)
                return expression + (equal ? " = ''" : " <> ''");
            return expression + (equal ? " IS NULL" : " IS NOT NULL");
        }
        if (term.operand.pattern)
            return expression + (equal ? " GLOB " : " NOT GLOB ")
                + parameter(toStored(std::string_view(globOf(textOf(term)))));
        return expression + signOf(term.comparison) + parameter(stored(term.operand.value));
    }

    void require(const std::string& condition, std::optional<RowCondition> row)
    {
        m_plan.conditions.push_back(condition);
        m_plan.rowConditions.push_back(std::move(row));
    }

    std::string candidates(const char* index, const std::string& condition)
    {
        return std::string("SELECT call_key FROM calls INDEXED BY calls_in_quarter_by_") + index + source(condition);
    }
    void drive(const char* index, const std::string& condition, bool exact, bool tellsAll)
    {
        m_plan.drivers.push_back({ candidates(index, condition), exact,
            tellsAll
                ? std::string("SELECT count(*) FROM calls INDEXED BY calls_in_quarter_by_") + index + source(condition)
                : std::string() });
    }
    void driveEither(std::vector<std::string> parts, bool exact)
    {
        std::string sql;
        for (const std::string& part : parts)
            sql += (sql.empty() ? "" : " UNION ALL ") + part;
        m_plan.drivers.push_back({ sql, exact, {} });
    }

    // [prefix, what comes after everything that begins with it)
    std::string beginsWith(const std::string& column, const std::string& prefix)
    {
        std::string end = prefix;
        while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff)
            end.pop_back();
        std::string sql = column + " >= " + parameter(toStored(std::string_view(prefix)));
        if (end.empty())
            return sql;
        end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
        return sql + " AND " + column + " < " + parameter(toStored(std::string_view(end)));
    }

    SearchPlan take() { return std::move(m_plan); }

private:
    // Whether a stream of the call has that codec; empty: any. Letter case means nothing in the names of codecs (RFC
    // 4855 section 3), which are kept as their session description wrote them.
    std::string ofStreams(std::string codec, bool without)
    {
        std::ranges::transform(codec, codec.begin(), toLower);
        return std::string(without ? "NOT " : "")
            + "EXISTS (SELECT 1 FROM streams WHERE streams.call_key=calls.call_key AND "
            + (codec.empty() ? "codec<>''"
                             : "lower(codec) GLOB " + parameter(toStored(std::string_view(globOf(codec)))))
            + ')';
    }
    std::string tagged(bool legalHold, std::string pattern, bool without)
    {
        const std::string keys = "SELECT call_key FROM temp.tagged_" + std::to_string(m_plan.tagSets.size());
        m_plan.tagSets.push_back({ legalHold, std::move(pattern), without, {} });
        if (!without)
            m_plan.drivers.push_back({ keys + " WHERE call_key>=?1 AND call_key<?2", true, {} });
        return std::string(without ? "call_key NOT IN (" : "call_key IN (") + keys + ')';
    }
    static std::string source(const std::string& condition)
    {
        return " WHERE call_key/" + std::to_string(quarterNs) + "=?3 AND call_key>=?1 AND call_key<?2 AND " + condition;
    }
    SearchPlan m_plan;
};

// The characters of a pattern in front of its first * and behind its last, the latter backwards: as far as an index
// knows them.
struct PatternEnds {
    std::string prefix, reversedSuffix;
};
PatternEnds endsOf(const std::string& pattern)
{
    PatternEnds ends { pattern.substr(0, pattern.find('*')), pattern.substr(pattern.rfind('*') + 1) };
    const auto isAscii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    if (!std::ranges::all_of(ends.reversedSuffix, isAscii)) // the index knows characters, not bytes
        ends.reversedSuffix.clear();
    ends.reversedSuffix = reversedEnd(ends.reversedSuffix);
    return ends;
}

bool isNumber(const Term& term)
{
    return term.field == "caller" || term.field == "callee";
}

void driveByText(Builder& builder, const Term& term, bool only)
{
    const std::string text = textOf(term);
    if (!term.operand.pattern)
        return builder.drive(term.field.c_str(), term.field + " = " + builder.parameter(stored(term.operand.value)),
            !term.field.ends_with("_ip"), only); // all calls may come from one gateway
    const PatternEnds ends = endsOf(text);
    const bool prefixIsAll = text.find('*') + 1 == text.size();
    if (!ends.prefix.empty())
        builder.drive(term.field.c_str(), builder.beginsWith(term.field, ends.prefix), false, only && prefixIsAll);
    if (isNumber(term) && !ends.reversedSuffix.empty())
        builder.drive((term.field + "_reversed").c_str(),
            builder.beginsWith(term.field + "_reversed", ends.reversedSuffix), false, false);
}

// Of numbers alone, each to be equal or to fit; all of them are patterns, or none is.
void driveByNumbers(Builder& builder, const AnyOf& any)
{
    std::vector<std::string> whole, prefix, suffix;
    for (const Term& term : any) {
        const std::string text = textOf(term);
        const PatternEnds ends = term.operand.pattern ? endsOf(text) : PatternEnds {};
        if (!term.operand.pattern)
            whole.push_back(builder.candidates(
                term.field.c_str(), term.field + " = " + builder.parameter(toStored(std::string_view(text)))));
        if (!ends.prefix.empty())
            prefix.push_back(builder.candidates(term.field.c_str(), builder.beginsWith(term.field, ends.prefix)));
        if (!ends.reversedSuffix.empty())
            suffix.push_back(builder.candidates(
                (term.field + "_reversed").c_str(), builder.beginsWith(term.field + "_reversed", ends.reversedSuffix)));
    }
    for (auto* const parts : { &whole, &prefix, &suffix })
        if (parts->size() == any.size()) // else they lead to some of the candidates only
            builder.driveEither(*parts, parts == &whole);
}

void driveByOutcomeAndMos(Builder& builder, const std::vector<Term>& terms, bool moreThanTerms)
{
    std::string outcome = "outcome IN (0,1,2,3,4,5,6)";
    std::string mos;
    std::size_t used = 0;
    bool one = false;
    for (const Term& term : terms) {
        if (isOneOutcome(term) && !std::exchange(one, true))
            outcome = "outcome = " + std::to_string(term.operand.words.front());
        else if (isMosRange(term))
            mos += " AND mos_mean" + (signOf(term.comparison) + builder.parameter(stored(term.operand.value)));
        else
            continue;
        ++used;
    }
    if (used > 0)
        builder.drive("outcome", outcome + mos, false, used == terms.size() && !moreThanTerms);
}

}

Result<SearchPlan> planOf(const CallQuery& query)
{
    auto found = termsOf(query);
    if (!found)
        return found.error();
    const std::vector<Term>& terms = found.value().single;
    Builder builder;
    for (const Term& term : terms)
        builder.require(builder.condition(term), rowConditionOf({ &term, 1 }));
    for (const AnyOf& any : found.value().either) {
        std::string sql;
        for (const Term& term : any)
            sql += (sql.empty() ? "" : " OR ") + builder.condition(term);
        builder.require('(' + sql + ')', rowConditionOf(any));
    }
    std::string leg;
    if (!query.leg.empty()) {
        leg = builder.parameter(toStored(std::string_view(query.leg)));
        builder.require("((leg_id = " + leg + " AND leg_id<>'') OR call_id = " + leg + ')', std::nullopt);
    }

    const bool moreThanTerms = !found.value().either.empty() || !query.leg.empty();
    const auto texts = [&](bool pattern) {
        for (const char* field : { "call_id", "caller", "callee", "caller_ip", "callee_ip" })
            for (const Term& term : terms)
                if (term.field == field && term.comparison == Comparison::Equal && term.operand.value.index() != 0
                    && term.operand.pattern == pattern)
                    driveByText(builder, term, terms.size() == 1 && !moreThanTerms);
    };
    texts(false);
    if (!query.leg.empty())
        builder.driveEither({ builder.candidates("leg", "leg_id = " + leg + " AND leg_id<>''"),
                                builder.candidates("call_id", "call_id = " + leg) },
            true);
    for (const AnyOf& any : found.value().either)
        if (std::ranges::all_of(any, isNumber))
            driveByNumbers(builder, any);
    texts(true);
    driveByOutcomeAndMos(builder, terms, moreThanTerms);

    SearchPlan plan = builder.take();
    std::stable_partition(plan.drivers.begin(), plan.drivers.end(), std::mem_fn(&SearchPlan::Driver::exact));
    if (!query.sortBy.empty()) {
        const auto field = sortFieldOf(query.sortBy);
        if (!field)
            return field.error();
        if (query.sortBy != "call_key") {
            plan.sortExpression = expressionOf(*field.value());
            plan.sortRow = rowExpressionOf(*field.value());
        }
    }
    return plan;
}

}
