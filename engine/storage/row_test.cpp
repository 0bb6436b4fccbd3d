#include "engine/storage/row_test.h"

#include "shared/base/pattern.h"

#include <algorithm>

namespace callmon {

namespace {

using CellKind = RowCell::Kind;

template <typename T> int order(const T& a, const T& b)
{
    return a < b ? -1 : b < a;
}

bool isFitting(Comparison comparison, int order) // below 0, 0, above 0
{
    constexpr int below = 1, same = 2, above = 4;
    constexpr std::array fitting { same, below | above, below, below | same, same | above, above };
    const int found = order < 0 ? below : order == 0 ? same : above;
    return (fitting[static_cast<std::size_t>(comparison)] & found) != 0;
}

std::optional<int> orderOf(const RowCell& cell, const SearchValue& value)
{
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
        if (cell.kind == CellKind::Integer)
            return order(cell.integer, *whole);
        if (cell.kind == CellKind::Real)
            return -callmon::orderOf(*whole, cell.real);
    } else if (const auto* real = std::get_if<double>(&value)) {
        if (cell.kind == CellKind::Integer)
            return callmon::orderOf(cell.integer, *real);
        if (cell.kind == CellKind::Real)
            return order(cell.real, *real);
    } else if (const auto* text = std::get_if<std::string>(&value); text && cell.kind == CellKind::Text) {
        return cell.text.compare(*text);
    }
    return std::nullopt;
}

std::optional<bool> isMet(const RowTest& test, const RowCell& cell)
{
    if (cell.kind == CellKind::Null)
        return test.kind == RowTest::Kind::Absent;
    switch (test.kind) {
    case RowTest::Kind::Absent:
        return false;
    case RowTest::Kind::Present:
        return true;
    case RowTest::Kind::Compared:
        if (const auto found = orderOf(cell, test.value))
            return isFitting(test.comparison, *found);
        return std::nullopt;
    case RowTest::Kind::Fits:
    case RowTest::Kind::FitsNot:
        if (cell.kind != CellKind::Text)
            return std::nullopt;
        return fitsPattern(cell.text, std::get<std::string>(test.value)) == (test.kind == RowTest::Kind::Fits);
    case RowTest::Kind::OneOf:
    case RowTest::Kind::NoneOf:
        if (cell.kind != CellKind::Integer)
            return std::nullopt;
        return (std::ranges::find(test.words, cell.integer) != test.words.end()) == (test.kind == RowTest::Kind::OneOf);
    }
    return std::nullopt;
}

}

int orderOf(std::int64_t whole, double real)
{
    constexpr double beyond = 9223372036854775808.0; // 2^63
    if (real < -beyond)
        return 1;
    if (real >= beyond)
        return -1;
    const auto cut = static_cast<std::int64_t>(real);
    return whole != cut ? order(whole, cut) : order(static_cast<double>(whole), real);
}

RowCell cellOf(const RowExpression& expression, const RowCells& row)
{
    RowCell cell = row.at(expression.at.of);
    if (expression.kind == RowExpression::Kind::Cell)
        return cell;
    if (expression.kind == RowExpression::Kind::CellOrNone)
        return cell.kind == CellKind::Integer && cell.integer == 0 ? RowCell {} : cell;
    RowCell until = row.at(expression.at.ended);
    if (until.kind == CellKind::Null)
        until = row.at(expression.at.lastPacket);
    if (cell.kind == CellKind::Null || until.kind == CellKind::Null)
        return {};
    const bool whole = cell.kind == CellKind::Integer && until.kind == CellKind::Integer
        && !__builtin_sub_overflow(until.integer, cell.integer, &cell.integer);
    if (!whole)
        cell.kind = CellKind::Blob;
    return cell;
}

std::optional<bool> holds(const RowCondition& condition, const RowCells& row)
{
    for (const RowTest& test : condition) {
        const auto held = test.of.kind == RowExpression::Kind::Cell ? isMet(test, row.at(test.of.at.of))
                                                                    : isMet(test, cellOf(test.of, row));
        if (!held || *held)
            return held;
    }
    return false;
}

}
