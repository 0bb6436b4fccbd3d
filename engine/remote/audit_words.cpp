#include "engine/remote/audit_words.h"

#include "shared/base/utc_time.h"

#include <cstdio>

namespace callmon {

namespace {

void add(std::string& words, const char* name, std::string_view value)
{
    if (value.empty())
        return;
    words += words.empty() ? "" : " ";
    words += name;
    words += ' ';
    words += value;
}

void add(std::string& words, const char* name, const std::optional<double>& value)
{
    char text[32];
    if (value) {
        std::snprintf(text, sizeof text, "%g", *value);
        add(words, name, std::string_view(text));
    }
}

}

std::string wordsOf(CallKey call)
{
    return "call_key " + std::to_string(call.value);
}

std::string wordsOf(const CallQuery& query)
{
    std::string words;
    add(words, "number", query.number);
    add(words, "caller", query.caller);
    add(words, "callee", query.callee);
    add(words, "call_id", query.callId);
    add(words, "leg", query.leg);
    if (query.key)
        add(words, "call_key", std::to_string(query.key->value));
    if (query.outcome)
        add(words, "outcome", toText(*query.outcome));
    if (query.trust)
        add(words, "trust", toText(*query.trust));
    if (query.recorded)
        add(words, "recorded", toText(*query.recorded));
    add(words, "recording_rule", query.recordingRule);
    add(words, "min_mos", query.minMos);
    add(words, "max_mos", query.maxMos);
    for (const CallCondition& condition : query.conditions)
        add(words, "where", toText(condition));
    if (query.from)
        add(words, "from", toIso8601(*query.from));
    if (query.to)
        add(words, "to", toIso8601(*query.to));
    return words.empty() ? "all calls" : words;
}

std::string wordsOf(const AlarmQuery& query)
{
    std::string words;
    if (query.id)
        add(words, "alarm", std::to_string(query.id->value));
    if (query.severity)
        add(words, "severity", toText(*query.severity));
    if (query.kind)
        add(words, "kind", toText(*query.kind));
    add(words, "rule", query.rule);
    if (query.call)
        add(words, "call_key", std::to_string(query.call->value));
    if (query.openOnly)
        add(words, "state", "open");
    if (query.from)
        add(words, "from", toIso8601(*query.from));
    if (query.to)
        add(words, "to", toIso8601(*query.to));
    return words.empty() ? "all alarms" : words;
}

}
