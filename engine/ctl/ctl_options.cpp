#include "engine/ctl/ctl_options.h"

#include "shared/base/utc_time.h"
#include "shared/remote/transport.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

namespace callmon {

namespace {

using Command = CtlOptions::Command;

void addSource(CLI::App& command, CtlOptions& options)
{
    auto* data = command.add_option("--data", options.data, "Data directory to read")->type_name("DIR");
    auto* engine = command
                       .add_option("--engine", options.engine,
                           "Running engine to ask, as in local:/run/callmon/engine.sock; the default is the engine "
                           "of this user, else that of the system")
                       ->type_name("URL");
    data->excludes(engine);
}

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

void addFilters(CLI::App& command, CtlOptions& options)
{
    CallQuery& query = options.query;
    addTime(
        command, "--from", query.from, "Calls that started at T or later: 2026-11-23, 2026-11-23T06:14:55.5Z (UTC)");
    addTime(command, "--to", query.to, "Calls that started before T");
    command.add_option("--caller", query.caller, "Calling party; * stands for any characters: +34*, *1234")
        ->type_name("P");
    command.add_option("--callee", query.callee, "Called party, likewise")->type_name("P");
    command
        .add_option("--leg", query.leg,
            "All legs of one call, by their common leg_id, or by the Call-ID of the leg that has given its own")
        ->type_name("ID");
    command.add_option("--call", options.call, "One call, by its Call-ID or its call_key")->type_name("ID");
    command
        .add_option_function<std::string>(
            "--outcome", [&query](const std::string& text) { query.outcome = parseOutcome(text); },
            "How the call went: answered, busy, cancelled, no_answer, rejected, failed or incomplete")
        ->type_name("O")
        ->check(CLI::Validator(
            [](std::string& text) {
                return parseOutcome(text)
                    ? std::string()
                    : "\"" + text + "\" is none of answered, busy, cancelled, no_answer, rejected, failed, incomplete";
            },
            ""));
    command
        .add_option_function<std::string>(
            "--trust", [&query](const std::string& text) { query.trust = parseTrust(text); },
            "What the probe itself missed while the call was on: whole (nothing), delayed (times suffer) or lossy")
        ->type_name("T")
        ->check(CLI::Validator(
            [](std::string& text) {
                return parseTrust(text) ? std::string() : "\"" + text + "\" is none of whole, delayed, lossy";
            },
            ""));
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
    command
        .add_option_function<std::string>(
            "--ssrc", [&streams](const std::string& text) { streams.ssrc = readSsrc(text); },
            "Only streams of that source: 0x1A2B3C4D, or decimal")
        ->type_name("S")
        ->check(CLI::Validator(
            [](std::string& text) {
                return readSsrc(text) ? std::string() : "\"" + text + "\" is no SSRC; write 0x1A2B3C4D";
            },
            ""));
}

void addFormat(CLI::App& command, CtlOptions& options)
{
    static const std::map<std::string, Format> formats { { "table", Format::Table }, { "csv", Format::Csv },
        { "json", Format::Json } };
    command
        .add_option_function<std::string>(
            "--format", [&options](const std::string& text) { options.format = formats.at(text); },
            "table (default; the main columns), csv or json (all columns)")
        ->type_name("F")
        ->check(CLI::Validator(
            [](std::string& text) {
                return formats.contains(text) ? std::string() : "\"" + text + "\" is none of table, csv, json";
            },
            ""));
}

void addGrouping(CLI::App& command, CtlOptions& options)
{
    static const std::map<std::string, ReportBy> groupings { { "total", ReportBy::Total },
        { "prefix", ReportBy::Prefix }, { "caller", ReportBy::Caller }, { "callee", ReportBy::Callee },
        { "caller-address", ReportBy::CallerAddress }, { "callee-address", ReportBy::CalleeAddress },
        { "hour", ReportBy::Hour }, { "day", ReportBy::Day }, { "outcome", ReportBy::Outcome },
        { "outcome-code", ReportBy::OutcomeCode } };
    command
        .add_option_function<std::string>(
            "--by", [&options](const std::string& text) { options.reportBy = groupings.at(text); },
            "A row for each: total (default), prefix, caller, callee, caller-address, callee-address, hour, day, "
            "outcome or outcome-code")
        ->type_name("G")
        ->check(CLI::Validator(
            [](std::string& text) {
                return groupings.contains(text) ? std::string()
                                                : "\"" + text
                        + "\" is none of total, prefix, caller, callee, caller-address, callee-address, hour, day, "
                          "outcome, outcome-code";
            },
            ""));
    command
        .add_option("--prefix", options.prefixes,
            "With --by prefix, any number of times: first digits of the callee; the longest that fits counts")
        ->type_name("P")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

// One of a list of words, to be parsed into a member of a query.
template <typename Parse, typename Into>
void addWord(CLI::App& command, const char* name, Parse parse, std::span<const std::string_view> words,
    std::optional<Into>& into, const char* help)
{
    std::string known;
    for (const std::string_view word : words)
        known += (known.empty() ? "" : ", ") + std::string(word);
    command
        .add_option_function<std::string>(
            name, [&into, parse](const std::string& text) { into = parse(text); }, help + known)
        ->type_name("W")
        ->check(CLI::Validator(
            [parse, known](
                std::string& text) { return parse(text) ? std::string() : "\"" + text + "\" is none of " + known; },
            ""));
}

void addAlarmFilters(CLI::App& command, CtlOptions& options)
{
    addTime(command, "--from", options.query.from, "Alarms raised at T or later");
    addTime(command, "--to", options.query.to, "Alarms raised before T");
    addWord(command, "--severity", parseAlarmSeverity, alarmSeverityTexts(), options.alarms.severity,
        "This severity and worse: ");
    addWord(command, "--kind", parseAlarmKind, alarmKindTexts(), options.alarms.kind, "One of ");
    command.add_option("--rule", options.alarms.rule, "Of this rule")->type_name("NAME");
    command.add_option("--call", options.call, "Of one call, by its Call-ID or its call_key")->type_name("ID");
    command.add_flag("--open", options.alarms.openOnly, "Those that are not cleared");
    command.add_flag("--newest-first", options.query.newestFirst, "Else the oldest comes first");
    command.add_option("--limit", options.query.limit, "At most N alarms; 0, the default: all")->type_name("N");
}

void addCall(CLI::App& command, CtlOptions& options)
{
    command.add_option("call", options.call, "Call-ID or call_key; of several calls with one Call-ID the newest")
        ->required()
        ->type_name("CALL");
}

void addExport(CLI::App& command, CtlOptions& options, const char* what)
{
    addCall(command, options);
    command.add_option("-o,--output", options.output, what)->required()->type_name("FILE");
}

void addChannels(CLI::App& command, CtlOptions& options)
{
    static const std::map<std::string, WavChannels> channels { { "stereo", WavChannels::Stereo },
        { "mono", WavChannels::Mono }, { "caller", WavChannels::Caller }, { "callee", WavChannels::Callee } };
    command
        .add_option_function<std::string>(
            "--channels", [&options](const std::string& text) { options.channels = channels.at(text); },
            "stereo (default; caller left, callee right), mono (both in one), caller or callee (one side alone)")
        ->type_name("C")
        ->check(CLI::Validator(
            [](std::string& text) {
                return channels.contains(text) ? std::string()
                                               : "\"" + text + "\" is none of stereo, mono, caller, callee";
            },
            ""));
}

}

std::variant<CtlOptions, CtlMessage> parseCtlOptions(const std::vector<std::string>& arguments)
{
    CtlOptions options;
    CLI::App app("Searches and exports what a VoIPCallMon probe has recorded, and shows what it sees.", "callmonctl");
    app.set_version_flag("--version", std::string("callmonctl " CALLMON_VERSION));
    app.require_subcommand(1);
    app.footer("Times are UTC. Exit status: 0 done (also when nothing was found), 1 failed, 2 wrong usage.\n"
               "callmonctl COMMAND --help tells about a command.");
    const auto add = [&](Command command, const char* name, const char* help) -> CLI::App& {
        CLI::App* const added = app.add_subcommand(name, help);
        added->callback([&options, command] { options.command = command; });
        addSource(*added, options);
        return *added;
    };
    for (const auto command : { Command::Calls, Command::Streams }) {
        CLI::App& added = command == Command::Calls ? add(command, "calls", "List calls")
                                                    : add(command, "streams", "List the RTP streams of calls");
        addFilters(added, options);
        if (command == Command::Streams)
            addStreamFilter(added, options);
        addFormat(added, options);
    }
    CLI::App& report = add(Command::Report, "report", "Sum up calls: attempts, ASR, NER, SER, durations, delays, MOS");
    addFilters(report, options);
    addGrouping(report, options);
    addFormat(report, options);
    CLI::App& quality = add(Command::Quality, "quality", "List the seconds of a call, of each of its streams");
    addCall(quality, options);
    addFormat(quality, options);
    CLI::App& flow = add(Command::Flow, "flow", "Show the signalling messages of a call as a ladder");
    addCall(flow, options);
    addFormat(flow, options);
    flow.add_flag("--messages", options.messages, "Print the text of every message, too; csv and json always have it");
    CLI::App& wav = add(Command::Wav, "wav", "Write the sound of a call");
    addExport(wav, options, "WAV file to write");
    addChannels(wav, options);
    addExport(add(Command::Pcap, "pcap", "Write signalling and media of a call as captured, for Wireshark"), options,
        "pcap file to write");
    CLI::App& live = add(Command::Live, "live", "Show the calls that are on, renewed each second on a terminal");
    live.add_flag("--once", options.once, "Print them once and end; so it does when the output is no terminal");
    addFormat(add(Command::Unbound, "unbound", "List RTP that belongs to no call, the most packets first"), options);
    CLI::App& alarms = add(Command::Alarms, "alarms", "List alarms, open and cleared");
    addAlarmFilters(alarms, options);
    addFormat(alarms, options);
    addFormat(add(Command::Status, "status", "Show the state of the engine and all its counters"), options);

    const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
    const auto isNamed = [&](const CLI::App* command) { return command->get_name() == arguments.front(); };
    if (!arguments.empty() && !arguments.front().starts_with('-') && std::ranges::none_of(commands, isNamed))
        return CtlMessage { 2,
            "callmonctl: there is no command '" + arguments.front() + "'; callmonctl --help lists them\n" };
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
        app.parse(reversed);
    } catch (const CLI::ParseError& error) {
        std::ostringstream out;
        std::ostringstream wrong;
        const int code = app.exit(error, out, wrong);
        if (code == 0)
            return CtlMessage { 0, out.str() };
        return CtlMessage { 2, std::string("callmonctl: ") + error.what() + "; callmonctl --help tells more\n" };
    }
    const bool ofNow =
        options.command == Command::Live || options.command == Command::Status || options.command == Command::Unbound;
    if (ofNow && !options.data.empty())
        return CtlMessage { 2,
            "callmonctl: a data directory does not tell what is on now; leave out --data, or give --engine URL\n" };
    if (options.command == Command::Report && (options.reportBy == ReportBy::Prefix) == options.prefixes.empty())
        return CtlMessage { 2, "callmonctl: --by prefix and --prefix P belong together\n" };
    if (!options.engine.empty())
        if (const auto address = parseRemoteUrl(QString::fromStdString(options.engine)); !address)
            return CtlMessage { 2, "callmonctl: --engine " + options.engine + ": " + address.error().what + '\n' };
    for (const auto& mos : { options.query.minMos, options.query.maxMos })
        if (mos && !std::isfinite(*mos))
            return CtlMessage { 2, "callmonctl: --min-mos and --max-mos take a MOS, 1 to 4.5\n" };
    return options;
}

}
