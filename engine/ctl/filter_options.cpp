#include "engine/ctl/filter_options.h"

#include "engine/ctl/option_words.h"
#include "shared/base/utc_time.h"

namespace callmon {

void addTime(CLI::App& command, const char* name, std::optional<Timestamp>& time, const char* help)
{
    command
        .add_option_function<std::string>(
            name,
            [&time, name](const std::string& text) {
                time = parseIso8601(text);
                if (!time)
                    throw CLI::ValidationError(
                        std::string(name) + ": \"" + text + "\" is no time; write 2026-11-23T06:14:55Z or 2026-11-23");
            },
            help)
        ->type_name("T");
}

namespace {

// An option that stands for `field`=VALUE, any number of times.
void addConditions(
    CLI::App& command, const char* name, const char* type, const char* field, CallQuery& query, const char* help)
{
    command
        .add_option_function<std::vector<std::string>>(
            name,
            [&query, name, field](const std::vector<std::string>& values) {
                for (const std::string& value : values) {
                    CallCondition condition { field, Comparison::Equal, value };
                    if (const auto operand = operandOf(condition); value.empty() || !operand)
                        throw CLI::ValidationError(
                            name + (operand ? std::string(" needs a name") : ' ' + operand.error().what));
                    query.conditions.push_back(std::move(condition));
                }
            },
            help)
        ->type_name(type)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}

void addFilters(CLI::App& command, CtlOptions& options)
{
    CallQuery& query = options.query;
    addTime(
        command, "--from", query.from, "Calls that started at T or later: 2026-11-23, 2026-11-23T06:14:55.5Z (UTC)");
    addTime(command, "--to", query.to, "Calls that started before T");
    command
        .add_option("--caller", query.caller,
            "Calling party; * stands for any characters: +34*, *1234; a telephone number with or without - . ( )")
        ->type_name("P");
    command.add_option("--callee", query.callee, "Called party, likewise")->type_name("P");
    command.add_option("--number", query.number, "Either party, likewise")->type_name("P");
    command
        .add_option_function<std::vector<std::string>>(
            "--where",
            [&query](const std::vector<std::string>& texts) {
                for (const std::string& text : texts) {
                    auto condition = parseCondition(text);
                    if (!condition)
                        throw CLI::ValidationError("--where " + condition.error().what);
                    query.conditions.push_back(std::move(condition.value()));
                }
            },
            "Any number of times: a condition on any field of the csv form: \"mos_mean<3.5\", "
            "\"callee_agent=Asterisk*\", "
            "outcome!=answered, ringing_at= (never rang); on the codec of its streams: codec=G729, codec!=G7*; and on "
            "the "
            "trunk of either end: trunk=north")
        ->type_name("COND")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command
        .add_option("--leg", query.leg,
            "All legs of one call, by their common leg_id, or by the Call-ID of the leg that has given its own")
        ->type_name("ID");
    command.add_option("--call", options.call, "One call, by its Call-ID or its call_key")->type_name("ID");
    addParsed(command, "--outcome", "O", parseOutcome, query.outcome,
        "is none of answered, busy, cancelled, no_answer, rejected, failed, incomplete",
        "How the call went: answered, busy, cancelled, no_answer, rejected, failed or incomplete");
    addParsed(command, "--trust", "T", parseTrust, query.trust, "is none of whole, delayed, lossy",
        "What the probe itself missed while the call was on: whole (nothing), delayed (times suffer) or lossy");
    addParsed(command, "--recorded", "R", parseRecorded, query.recorded, "is none of yes, no, partly",
        "Whether the media of the call were kept, as the rules said: yes, no, or partly (from the middle on)");
    command.add_option("--recording-rule", query.recordingRule, "Calls of which that rule decided this")
        ->type_name("NAME");
    addConditions(command, "--tag", "TAG", "tags", query,
        "Any number of times: calls with that tag, bad-line, or one that fits, bad-*; callmonctl tag lists them");
    command.add_option("--min-mos", query.minMos, "Calls with a mean MOS of X or more")->type_name("X");
    command.add_option("--max-mos", query.maxMos, "Calls with a mean MOS of X or less")->type_name("X");
    command.add_option("--limit", query.limit, "At most N calls; 0, the default: all")
        ->type_name("N")
        ->check(CLI::Validator(
            [](std::string& text) {
                const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
                return digits ? std::string() : "\"" + text + "\" is no number of calls";
            },
            ""));
}

void addTrunkFilter(CLI::App& command, CtlOptions& options)
{
    addConditions(command, "--trunk", "NAME", "trunk", options.query,
        "Any number of times: calls with an end in that trunk of the engine's configuration: north, nor*, or other (no "
        "end in any)");
}

void addOrder(CLI::App& command, CtlOptions& options)
{
    CallQuery& query = options.query;
    command.add_option("--sort", query.sortBy, "By this field of the csv form; the default is by start")
        ->type_name("FIELD")
        ->check(CLI::Validator(
            [](std::string& text) {
                return searchField(text) ? std::string()
                                         : "calls have no field \"" + text + "\"; --format csv shows all";
            },
            ""));
    command.add_flag("--descending", query.newestFirst, "The newest, or the greatest, first");
    command
        .add_option_function<std::string>(
            "--after", [&query](const std::string& text) { query.after = parseCursor(text); },
            "Go on behind that place of the same list, as an earlier call with --limit has told it")
        ->type_name("PLACE")
        ->check(CLI::Validator(
            [](std::string& text) {
                return parseCursor(text) ? std::string() : "\"" + text + "\" is no place in a list of calls";
            },
            ""));
    command.add_flag_callback(
        "--no-count", [&query] { query.count = false; },
        "Do not count what matches beyond --limit, so that the answer need not wait for it");
}

void addStreamFilter(CLI::App& command, CtlOptions& options)
{
    StreamFilter& streams = options.streams;
    command
        .add_option_function<std::string>(
            "--address", [&streams](const std::string& text) { readAddress(text, streams); },
            "Only streams from or to that host, and port: 10.0.0.1, 10.0.0.1:4000, [2001:db8::1]:4000")
        ->type_name("HOST[:PORT]")
        ->check(CLI::Validator(
            [](std::string& text) {
                StreamFilter filter;
                return readAddress(text, filter) ? std::string()
                                                 : "\"" + text + "\" is no address; write 10.0.0.1:4000";
            },
            ""));
    addParsed(command, "--ssrc", "S", readSsrc, streams.ssrc, "is no SSRC; write 0x1A2B3C4D",
        "Only streams of that source: 0x1A2B3C4D, or decimal");
}

}
