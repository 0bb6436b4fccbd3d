// Conditions on any field of a call, what calls can be sorted by, and the place in a sorted list from which it goes on.
// Fields have the names that exports give them (call_fields.h).
#pragma once

#include "shared/base/result.h"
#include "shared/calls/call_record.h"

#include <functional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace callmon {

// A field as it is kept: times and durations in ns, delays in ms, words by their enumerator; monostate when absent.
using SearchValue = std::variant<std::monostate, std::int64_t, double, std::string>;

enum class Comparison : std::uint8_t { Equal, NotEqual, Less, AtMost, AtLeast, Greater };

// A value of an Equal or NotEqual may be a pattern, * for any run of characters, where the field is a text, an address
// or a word; an empty one stands for "absent".
struct CallCondition {
    std::string field;
    Comparison comparison = Comparison::Equal;
    std::string value;
    bool operator==(const CallCondition&) const = default;
};

struct SearchField {
    // Tags: what people said of the call, not kept in its record: = and != ask whether it has one that fits. LegalHold:
    // likewise, by its text (hold.h). Codec: likewise, of its streams. Trunk: of either end, as service metrics count
    // it (trunksOf() in call_groups.h); a pattern may fit an end's "other", too.
    enum class Kind : std::uint8_t { Text, Address, Number, Time, Word, Tags, LegalHold, Codec, Trunk };
    const char* name;
    Kind kind;
    double unit; // of a Number: what is kept for 1 of what is shown
    std::vector<std::string_view> words; // of a Word: by enumerator
    SearchValue (*of)(const CallRecord&);
};
constexpr bool isBesideRecord(SearchField::Kind kind)
{
    return kind == SearchField::Kind::Tags || kind == SearchField::Kind::LegalHold || kind == SearchField::Kind::Codec;
}
std::span<const SearchField> searchFields(); // those of the exports in their order, then codec and trunk
const SearchField* searchField(std::string_view name); // nullptr: there is none

// "mos_mean<3.5", "caller=+34*", "outcome!=answered", "ringing_at=" (never rang); the error says what to write.
Result<CallCondition> parseCondition(std::string_view text);
std::string toText(const CallCondition& condition);

// What a condition compares with: one value, or of a word pattern all that fit. Empty texts give monostate.
struct ConditionOperand {
    SearchValue value;
    std::vector<std::int64_t> words; // of a Word: the enumerators that `value` stands for
    bool pattern = false; // `value` is a text with *
};
Result<ConditionOperand> operandOf(const CallCondition& condition);

// Absent values come last, up and down.
struct CallCursor {
    SearchValue value; // of the field that the list is sorted by; monostate when that is the start
    CallKey key;
    bool operator==(const CallCursor&) const = default;
};
CallCursor cursorAt(const CallRecord& call, std::string_view sortBy);
bool comesBefore(const CallCursor& a, const CallCursor& b, bool descending);
std::string toText(const CallCursor& cursor);
std::optional<CallCursor> parseCursor(std::string_view text);

}
