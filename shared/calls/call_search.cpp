#include "shared/calls/call_search.h"

#include "shared/base/pattern.h"
#include "shared/base/utc_time.h"
#include "shared/calls/call_notes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace callmon {

namespace {

using Kind = SearchField::Kind;

SearchValue kept(std::string_view text)
{
    return std::string(text);
}
SearchValue kept(const IpAddress& address)
{
    return address.toString();
}
SearchValue kept(Timestamp time)
{
    return nanosecondsSinceEpoch(time);
}
SearchValue kept(Milliseconds time)
{
    return time.count();
}
SearchValue kept(double value)
{
    return value;
}
template <typename Value>
requires std::is_integral_v<Value> || std::is_enum_v<Value> SearchValue kept(Value value)
{
    return static_cast<std::int64_t>(value);
}
template <std::size_t capacity> SearchValue kept(const FixedText<capacity>& text)
{
    return kept(text.view());
}
template <typename Value> SearchValue kept(const std::optional<Value>& value)
{
    return value ? kept(*value) : SearchValue {};
}
SearchValue orAbsent(std::int64_t value) // of figures of which 0 says that there is none
{
    return value != 0 ? SearchValue(value) : SearchValue {};
}

template <typename Word> std::vector<std::string_view> wordsUpTo(Word last)
{
    std::vector<std::string_view> words;
    for (int i = 0; i <= static_cast<int>(last); ++i)
        words.push_back(toText(static_cast<Word>(i)));
    return words;
}

std::vector<std::string_view> sets() // of media kinds
{
    static const std::array<std::string, 16> texts = [] {
        std::array<std::string, 16> made;
        for (std::uint8_t bits = 0; bits < made.size(); ++bits)
            made[bits] = toText(MediaKinds { bits });
        return made;
    }();
    return { texts.begin(), texts.end() };
}

#define CALLMON_FIELD(expression) [](const CallRecord& call) -> SearchValue { return expression; }

std::vector<SearchField> makeFields()
{
    const auto text = [](const char* name, SearchValue (*of)(const CallRecord&)) {
        return SearchField { name, Kind::Text, 1, {}, of };
    };
    const auto address = [](const char* name, SearchValue (*of)(const CallRecord&)) {
        return SearchField { name, Kind::Address, 1, {}, of };
    };
    const auto time = [](const char* name, SearchValue (*of)(const CallRecord&)) {
        return SearchField { name, Kind::Time, 1, {}, of };
    };
    const auto number = [](const char* name, SearchValue (*of)(const CallRecord&), double unit = 1) {
        return SearchField { name, Kind::Number, unit, {}, of };
    };
    const auto word = [](const char* name, std::vector<std::string_view> words, SearchValue (*of)(const CallRecord&)) {
        return SearchField { name, Kind::Word, 1, std::move(words), of };
    };
    return {
        number("call_key", CALLMON_FIELD(kept(call.key.value))),
        text("call_id", CALLMON_FIELD(kept(call.callId))),
        word("signalling", wordsUpTo(Signalling::Skinny), CALLMON_FIELD(kept(call.signalling))),
        word("transport", wordsUpTo(Transport::WebSocket), CALLMON_FIELD(kept(call.transport))),
        word("state", wordsUpTo(CallState::Ended), CALLMON_FIELD(kept(call.state))),
        text("caller", CALLMON_FIELD(kept(call.caller))),
        text("callee", CALLMON_FIELD(kept(call.callee))),
        address("caller_ip", CALLMON_FIELD(kept(call.callerAddress.ip))),
        number("caller_port", CALLMON_FIELD(kept(call.callerAddress.port))),
        address("callee_ip", CALLMON_FIELD(kept(call.calleeAddress.ip))),
        number("callee_port", CALLMON_FIELD(kept(call.calleeAddress.port))),
        time("started_at", CALLMON_FIELD(kept(call.startedAt))),
        time("ringing_at", CALLMON_FIELD(kept(call.ringingAt))),
        time("answered_at", CALLMON_FIELD(kept(call.answeredAt))),
        time("ended_at", CALLMON_FIELD(kept(call.endedAt))),
        number("duration_s",
            CALLMON_FIELD(call.answeredAt
                    ? kept(std::int64_t { (call.endedAt.value_or(call.lastPacketAt) - *call.answeredAt).count() })
                    : SearchValue {}),
            1e9),
        word("outcome", wordsUpTo(CallOutcome::Incomplete), CALLMON_FIELD(kept(call.outcome))),
        number("final_code", CALLMON_FIELD(orAbsent(call.finalCode))),
        word("ended_by", wordsUpTo(EndedBy::ProbeStopped), CALLMON_FIELD(kept(call.endedBy))),
        number("post_dial_delay_ms", CALLMON_FIELD(kept(call.postDialDelay))),
        number("answer_delay_ms", CALLMON_FIELD(kept(call.answerDelay))),
        number("signalling_rtt_ms", CALLMON_FIELD(kept(call.signallingRtt))),
        number("mos_mean", CALLMON_FIELD(kept(call.mosMean))),
        number("mos_min", CALLMON_FIELD(kept(call.mosMin))),
        number("streams", CALLMON_FIELD(kept(call.streamCount))),
        number("messages", CALLMON_FIELD(kept(call.messages))),
        number("retransmissions", CALLMON_FIELD(kept(call.retransmissions))),
        number("media_packets_not_stored", CALLMON_FIELD(kept(call.mediaPacketsNotStored))),
        number("probe_frames_lost", CALLMON_FIELD(kept(call.probeFramesLost))),
        number("poll_gap_longest_ms", CALLMON_FIELD(kept(std::int64_t { call.pollGapLongest.count() })), 1e6),
        word("trust", wordsUpTo(CaptureTrust::Lossy), CALLMON_FIELD(kept(call.trust))),
        number("q850_cause", CALLMON_FIELD(orAbsent(call.q850Cause))),
        text("end_reason", CALLMON_FIELD(kept(call.endReason))),
        text("asserted_identity", CALLMON_FIELD(kept(call.assertedIdentity))),
        text("diversion", CALLMON_FIELD(kept(call.diversion))),
        text("leg_id", CALLMON_FIELD(kept(call.legId))),
        text("transfer_target", CALLMON_FIELD(kept(call.transferTarget))),
        text("replaced_call_id", CALLMON_FIELD(kept(call.replacedCallId))),
        text("caller_agent", CALLMON_FIELD(kept(call.callerAgent))),
        text("callee_agent", CALLMON_FIELD(kept(call.calleeAgent))),
        number("session_expires_s", CALLMON_FIELD(orAbsent(call.sessionExpiresSeconds))),
        number("branches", CALLMON_FIELD(kept(call.branches))),
        number("offers", CALLMON_FIELD(kept(call.offers))),
        number("holds", CALLMON_FIELD(kept(call.holds))),
        number("hold_time_s", CALLMON_FIELD(kept(call.holdTime)), 1e3),
        word("media_kinds", sets(), CALLMON_FIELD(kept(call.mediaKinds.bits))),
        number("secure_media", CALLMON_FIELD(kept(call.secureMedia))),
        number("began_before_probe", CALLMON_FIELD(kept(call.beganBeforeProbe))),
        word("encapsulation", wordsUpTo(Encapsulation::L2tp), CALLMON_FIELD(kept(call.encapsulation))),
        number("messages_not_stored", CALLMON_FIELD(kept(call.messagesNotStored))),
        word("media_after_answer", wordsUpTo(MediaAfterAnswer::Both), CALLMON_FIELD(kept(call.mediaAfterAnswer))),
        number("media_after_end_ms", CALLMON_FIELD(kept(call.mediaAfterEnd))),
        word("recorded", wordsUpTo(Recording::Partly), CALLMON_FIELD(kept(call.recorded))),
        text("recording_rule", CALLMON_FIELD(kept(call.recordingRule))),
        text("caller_trunk", CALLMON_FIELD(kept(call.callerTrunk))),
        text("callee_trunk", CALLMON_FIELD(kept(call.calleeTrunk))),
        time("counted_at", CALLMON_FIELD(kept(call.countedAt))),
        { "tags", Kind::Tags, 1, {}, CALLMON_FIELD((static_cast<void>(call), SearchValue {})) },
        { "legal_hold", Kind::LegalHold, 1, {}, CALLMON_FIELD((static_cast<void>(call), SearchValue {})) },
        { "codec", Kind::Codec, 1, {}, CALLMON_FIELD((static_cast<void>(call), SearchValue {})) },
        { "trunk", Kind::Trunk, 1, {}, CALLMON_FIELD((static_cast<void>(call), SearchValue {})) },
    };
}

#undef CALLMON_FIELD

struct Operator {
    std::string_view sign;
    Comparison comparison;
};
constexpr std::array operators { Operator { "<=", Comparison::AtMost }, Operator { ">=", Comparison::AtLeast },
    Operator { "!=", Comparison::NotEqual }, Operator { "=", Comparison::Equal }, Operator { "<", Comparison::Less },
    Operator { ">", Comparison::Greater } };

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

template <typename Number> bool readAll(std::string_view text, Number& number)
{
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failed == std::errc() && end == text.data() + text.size();
}

Error wrong(const CallCondition& condition, const std::string& what)
{
    return { "\"" + toText(condition) + "\": " + what };
}

std::string wordList(const SearchField& field)
{
    std::string list;
    for (const std::string_view word : field.words)
        if (!word.empty())
            list.append(list.empty() ? "" : ", ").append(word);
    return list;
}

int order(const SearchValue& a, const SearchValue& b) // of one field: of one type
{
    if (const auto* text = std::get_if<std::string>(&a)) {
        const int compared = text->compare(std::get<std::string>(b));
        return compared < 0 ? -1 : compared > 0;
    }
    if (const auto* number = std::get_if<double>(&a))
        return *number < std::get<double>(b) ? -1 : *number > std::get<double>(b);
    if (const auto* number = std::get_if<std::int64_t>(&a))
        return *number < std::get<std::int64_t>(b) ? -1 : *number > std::get<std::int64_t>(b);
    return 0;
}

}

std::span<const SearchField> searchFields()
{
    static const std::vector<SearchField> fields = makeFields();
    return fields;
}

const SearchField* searchField(std::string_view name)
{
    for (const SearchField& field : searchFields())
        if (field.name == name)
            return &field;
    return nullptr;
}

Result<CallCondition> parseCondition(std::string_view text)
{
    const std::size_t at = text.find_first_of("<>=!");
    const Operator* found = nullptr;
    for (const Operator& each : operators)
        if (found == nullptr && at != std::string_view::npos && text.substr(at).starts_with(each.sign))
            found = &each;
    if (found == nullptr)
        return Error { sentence(
            TR("Engine", "\"%1\" is no condition; write a field, one of = != < <= > >=, and a value: mos_mean<3.5"),
            text) };
    CallCondition condition { std::string(trimmed(text.substr(0, at))), found->comparison,
        std::string(trimmed(text.substr(at + found->sign.size()))) };
    if (const auto operand = operandOf(condition); !operand)
        return operand.error();
    return condition;
}

std::string toText(const CallCondition& condition)
{
    for (const Operator& each : operators)
        if (each.comparison == condition.comparison)
            return condition.field + std::string(each.sign) + condition.value;
    return {};
}

Result<ConditionOperand> operandOf(const CallCondition& condition)
{
    const SearchField* const field = searchField(condition.field);
    if (field == nullptr)
        return wrong(condition, "calls have no field of that name; callmonctl calls --format csv shows all of them");
    const bool equality = condition.comparison == Comparison::Equal || condition.comparison == Comparison::NotEqual;
    const bool pattern = condition.value.find('*') != std::string::npos;
    if (!equality && (pattern || condition.value.empty()))
        return wrong(condition, pattern ? "a pattern goes with = and != only" : "there is no value to compare with");
    ConditionOperand operand;
    if (field->kind == Kind::Address && !equality)
        return wrong(condition, "addresses have no order; write = or !=, as in 10.0.0.*");
    if (field->kind == Kind::Word) {
        if (!equality)
            return wrong(condition, "words have no order; write = or !=");
        for (std::size_t i = 0; i < field->words.size(); ++i)
            if (fitsPattern(field->words[i], condition.value))
                operand.words.push_back(static_cast<std::int64_t>(i));
        if (operand.words.empty() && !condition.value.empty())
            return wrong(condition, "the words of this field are " + wordList(*field));
        return operand;
    }
    if (field->kind == Kind::Tags && !equality)
        return wrong(condition, "a call has tags or not; write tags=bad-line, tags!=bad-*, or tags= (none)");
    if (field->kind == Kind::Codec && !equality)
        return wrong(condition, "codecs have no order; write codec=G729, codec!=G7*, or codec= (none was seen)");
    if (field->kind == Kind::Trunk && !equality)
        return wrong(condition, "trunks have no order; write trunk=north, trunk!=nor*, or trunk= (it is not known)");
    if (field->kind == Kind::LegalHold && !equality)
        return wrong(condition,
            "a call is under legal hold or not; write legal_hold!= (it is), legal_hold= (it is not), or "
            "legal_hold=*case "
            "17*");
    if (condition.value.empty())
        return operand;
    if (pattern && isBesideRecord(field->kind)) {
        operand.value = condition.value;
        operand.pattern = true;
        return operand;
    }
    if (pattern && field->kind != Kind::Text && field->kind != Kind::Address && field->kind != Kind::Trunk)
        return wrong(condition, "* stands for characters of texts, addresses and words only");
    operand.pattern = pattern;
    std::int64_t whole = 0;
    double number = 0;
    switch (field->kind) {
    case Kind::Text:
    case Kind::LegalHold:
    case Kind::Codec:
    case Kind::Trunk:
        operand.value = condition.value;
        break;
    case Kind::Tags: {
        const auto tag = tagOf(condition.value);
        if (!tag)
            return wrong(condition, tag.error().what);
        operand.value = tag.value();
        break;
    }
    case Kind::Address: {
        const auto address = IpAddress::parse(condition.value);
        if (!address && !pattern)
            return wrong(condition, "that is no address; write 10.0.0.1, 2001:db8::1 or 10.0.0.*");
        operand.value = address && !pattern ? address->toString() : condition.value;
        break;
    }
    case Kind::Time: {
        const auto time = parseIso8601(condition.value);
        if (!time)
            return wrong(condition, "that is no time; write 2026-11-23T06:14:55Z or 2026-11-23");
        operand.value = nanosecondsSinceEpoch(*time);
        break;
    }
    default:
        if (field->unit == 1 && readAll(condition.value, whole))
            operand.value = whole;
        else if (readAll(condition.value, number) && std::isfinite(number))
            operand.value = number * field->unit;
        else
            return wrong(condition, "that is no number");
    }
    return operand;
}

CallCursor cursorAt(const CallRecord& call, std::string_view sortBy)
{
    const SearchField* const field = sortBy.empty() ? nullptr : searchField(sortBy);
    return { field ? field->of(call) : SearchValue {}, call.key };
}

bool comesBefore(const CallCursor& a, const CallCursor& b, bool descending)
{
    const bool aThere = a.value.index() != 0, bThere = b.value.index() != 0;
    if (aThere != bThere)
        return aThere;
    if (a.value.index() == b.value.index())
        if (const int compared = order(a.value, b.value); compared != 0)
            return descending ? compared > 0 : compared < 0;
    return descending ? b.key < a.key : a.key < b.key;
}

std::string toText(const CallCursor& cursor)
{
    std::string text = std::to_string(cursor.key.value);
    if (const auto* whole = std::get_if<std::int64_t>(&cursor.value))
        return text + ":i" + std::to_string(*whole);
    if (const auto* number = std::get_if<double>(&cursor.value)) {
        char exact[40];
        std::snprintf(exact, sizeof exact, ":d%.17g", *number);
        return text + exact;
    }
    if (const auto* words = std::get_if<std::string>(&cursor.value))
        return text + ":t" + *words;
    return text;
}

std::optional<CallCursor> parseCursor(std::string_view text)
{
    CallCursor cursor;
    const std::size_t colon = text.find(':');
    if (!readAll(text.substr(0, colon), cursor.key.value))
        return std::nullopt;
    if (colon == std::string_view::npos)
        return cursor;
    const std::string_view value = text.substr(colon + 1);
    if (value.empty())
        return std::nullopt;
    bool good = true;
    if (value.front() == 'i')
        good = readAll(value.substr(1), cursor.value.emplace<std::int64_t>());
    else if (value.front() == 'd')
        good = readAll(value.substr(1), cursor.value.emplace<double>());
    else if (value.front() == 't')
        cursor.value = std::string(value.substr(1));
    else
        good = false;
    return good ? std::optional(std::move(cursor)) : std::nullopt;
}

}
