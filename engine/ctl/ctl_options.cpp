#include "engine/ctl/ctl_options.h"

#include "engine/ctl/option_words.h"
#include "shared/base/utc_time.h"
#include "shared/remote/transport.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

namespace callmon {

namespace {

using Command = CtlOptions::Command;

void addSource(CLI::App& command, CtlOptions& options)
{
    auto* data = command.add_option("--data", options.data, "Data directory to read")->type_name("DIR");
    auto* engine =
        command
            .add_option("--engine", options.engine,
                "Running engine to ask, as in local:/run/callmon/engine.sock or tls://host; the default is the engine "
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
            "outcome!=answered, ringing_at= (never rang); and on the codec of its streams: codec=G729, codec!=G7*")
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
    command
        .add_option_function<std::vector<std::string>>(
            "--tag",
            [&query](const std::vector<std::string>& tags) {
                for (const std::string& tag : tags) {
                    CallCondition condition { "tags", Comparison::Equal, tag };
                    if (const auto operand = operandOf(condition); tag.empty() || !operand)
                        throw CLI::ValidationError("--tag " + (operand ? "needs a tag" : operand.error().what));
                    query.conditions.push_back(std::move(condition));
                }
            },
            "Any number of times: calls with that tag, bad-line, or one that fits, bad-*; callmonctl tag lists them")
        ->type_name("TAG")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
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

void addFormat(CLI::App& command, CtlOptions& options)
{
    constexpr std::array formats { Choice { "table", Format::Table }, Choice { "csv", Format::Csv },
        Choice { "json", Format::Json } };
    addChoice(command, "--format", "F", formats, options.format,
        "table (default; the main columns), csv or json (all columns)");
    addCsvOptions(command, options.csv);
}

// NAME=ADDRESS, any number of times; several of one name are one trunk.
std::string readTrunk(const std::string& text, std::vector<Trunk>& trunks)
{
    const std::size_t equals = text.find('=');
    const auto network = equals == std::string::npos ? std::nullopt : IpNetwork::parse(text.substr(equals + 1));
    if (!network)
        return "\"" + text + "\" is no trunk; write north=192.0.2.0/24";
    const std::string name = text.substr(0, equals);
    auto trunk = std::ranges::find(trunks, name, &Trunk::name);
    if (trunk == trunks.end())
        trunk = trunks.insert(trunks.end(), Trunk { name, {} });
    trunk->addresses.push_back(*network);
    const auto checked = checkTrunks(trunks);
    return checked ? std::string() : checked.error().what;
}

void addGrouping(CLI::App& command, CtlOptions& options)
{
    constexpr std::array groupings { Choice { "total", ReportBy::Total }, Choice { "trunk", ReportBy::Trunk },
        Choice { "prefix", ReportBy::Prefix }, Choice { "codec", ReportBy::Codec },
        Choice { "caller", ReportBy::Caller }, Choice { "callee", ReportBy::Callee },
        Choice { "caller-address", ReportBy::CallerAddress }, Choice { "callee-address", ReportBy::CalleeAddress },
        Choice { "hour", ReportBy::Hour }, Choice { "day", ReportBy::Day }, Choice { "outcome", ReportBy::Outcome },
        Choice { "outcome-code", ReportBy::OutcomeCode } };
    addChoice(command, "--by", "G", groupings, options.reportBy,
        "A row for each: total (default), trunk, prefix, codec, caller, callee, caller-address, callee-address, hour, "
        "day, outcome or outcome-code");
    command
        .add_option("--prefix", options.prefixes,
            "With --by prefix, any number of times: first digits of the callee; the longest that fits counts")
        ->type_name("P")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command
        .add_option_function<std::vector<std::string>>(
            "--trunk",
            [&options](const std::vector<std::string>& texts) {
                for (const std::string& text : texts)
                    if (const std::string wrong = readTrunk(text, options.trunks); !wrong.empty())
                        throw CLI::ValidationError("--trunk: " + wrong);
            },
            "With --by trunk, any number of times: a name and an address or network of it, north=192.0.2.0/24; a call "
            "counts in the trunk of each of its ends")
        ->type_name("N=A")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command
        .add_option("--top", options.mostGroups,
            "Of callers, callees and addresses the N with most attempts, the others in one row; 0: all; default 100")
        ->type_name("N")
        ->check(CLI::Range(0, 200'000));
}

void addServiceHistory(CLI::App& command, CtlOptions& options)
{
    auto* history = command.add_flag_callback(
        "--history", [&options] { options.reportOf = ReportOf::History; },
        "Of the metrics that the engine kept each minute while calls were on: --by total, trunk, prefix or codec");
    constexpr std::array steps { Choice { "1m", 1U }, Choice { "5m", 5U }, Choice { "15m", 15U }, Choice { "1h", 60U },
        Choice { "1d", 1440U } };
    addChoice(command, "--step", "S", steps, options.stepMinutes,
        "With --history, a row for each 1m, 5m, 15m, 1h (default) or 1d");
    command
        .add_flag_callback(
            "--live", [&options] { options.reportOf = ReportOf::Windows; },
            "Of the last 1, 5, 15, 60 minutes and the last day, as a running engine has them now")
        ->excludes(history);
}

bool isPlainPeriod(const CallQuery& query) // from and to alone
{
    return query.caller.empty() && query.callee.empty() && query.number.empty() && query.conditions.empty()
        && query.leg.empty() && !query.outcome && !query.trust && !query.recorded && query.recordingRule.empty()
        && !query.minMos && !query.maxMos && query.limit == 0;
}

// What is wrong with a report as it was asked for; empty: nothing.
std::string complaintAboutReport(const CtlOptions& options)
{
    if (options.stepMinutes != 0 && options.reportOf != ReportOf::History)
        return "--step is of the metrics of minutes: give --history, too";
    if (options.reportOf != ReportOf::Calls) {
        if (options.reportBy > ReportBy::Codec)
            return "the metrics of minutes and windows are kept --by total, trunk, prefix or codec";
        if (!isPlainPeriod(options.query) || !options.call.empty() || !options.trunks.empty()
            || !options.prefixes.empty())
            return "the metrics of minutes and windows are kept by group, not by call: only --by, --from and --to "
                   "choose";
        if (options.reportOf == ReportOf::Windows && (options.query.from || options.query.to))
            return "--live is of now: leave out --from and --to, or give --history";
        return {};
    }
    if ((options.reportBy == ReportBy::Prefix) == options.prefixes.empty())
        return "--by prefix and --prefix P belong together";
    if ((options.reportBy == ReportBy::Trunk) == options.trunks.empty())
        return "--by trunk and --trunk NAME=ADDRESS belong together";
    return {};
}

// "30m", "8h", "7d".
std::optional<std::chrono::seconds> parseShelfTime(std::string_view text)
{
    const char unit = text.empty() ? '\0' : text.back();
    const std::int64_t each = unit == 'm' ? 60 : unit == 'h' ? 3600 : unit == 'd' ? 86'400 : 0;
    std::int64_t count = 0;
    if (each == 0 || !readNumber(text.substr(0, text.size() - 1), count) || count < 1
        || count > longestOnShelf.count() / each)
        return std::nullopt;
    return std::chrono::seconds(count * each);
}

void addAlarmFilters(CLI::App& command, CtlOptions& options)
{
    addTime(command, "--from", options.query.from, "Alarms raised at T or later");
    addTime(command, "--to", options.query.to, "Alarms raised before T");
    const std::string severities = listOf(alarmSeverityTexts());
    const std::string kinds = listOf(alarmKindTexts());
    addParsed(command, "--severity", "W", parseAlarmSeverity, options.alarms.severity, "is none of " + severities,
        "This severity and worse: " + severities);
    addParsed(command, "--kind", "W", parseAlarmKind, options.alarms.kind, "is none of " + kinds, "One of " + kinds);
    command.add_option("--rule", options.alarms.rule, "Of this rule")->type_name("NAME");
    command.add_option("--call", options.call, "Of one call, by its Call-ID or its call_key")->type_name("ID");
    command.add_flag("--open", options.alarms.openOnly, "Those that are not cleared");
    command.add_flag("--newest-first", options.query.newestFirst, "Else the oldest comes first");
    command.add_option("--limit", options.query.limit, "At most N alarms; 0, the default: all")->type_name("N");
    const auto isId = [](std::string& text) {
        AlarmId id;
        return readNumber(text, id.value) ? std::string() : "\"" + text + "\" is no alarm_id";
    };
    const auto addId = [&](const char* name, std::optional<AlarmId>& id, const char* help) {
        return command
            .add_option_function<std::string>(
                name, [&id](const std::string& text) { readNumber(text, id.emplace().value); }, help)
            ->type_name("ID")
            ->check(CLI::Validator(isId, ""));
    };
    auto* acknowledge = addId("--acknowledge", options.acknowledge,
        "Acknowledge the alarm with this alarm_id instead, in your name; of a running engine only");
    auto* shelve = addId("--shelve", options.shelve,
        "Have nobody told of this open alarm, nor of what its rule raises about the same call or group, in your name");
    auto* unshelve = addId("--unshelve", options.unshelve, "Take it from the shelf before its time");
    addParsed(command, "--for", "TIME", parseShelfTime, options.shelfTime,
        "is no time such as 30m, 8h or 7d; 30 days at most", "With --shelve: how long, such as 30m, 8h or 7d");
    command.get_option("--for")->needs(shelve);
    acknowledge->excludes(shelve)->excludes(unshelve);
    shelve->excludes(unshelve);
    command.add_option("--comment", options.comment, "What the others are to know about it")->type_name("TEXT");
}

std::string complaintAboutAlarms(const CtlOptions& options)
{
    if (!options.comment.empty() && !options.acknowledge && !options.shelve)
        return "--comment belongs to --acknowledge or --shelve";
    if (options.shelve && options.shelfTime.count() == 0)
        return "--shelve takes --for TIME: 30m, 8h, 7d";
    return {};
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
    constexpr std::array channels { Choice { "stereo", WavChannels::Stereo }, Choice { "mono", WavChannels::Mono },
        Choice { "caller", WavChannels::Caller }, Choice { "callee", WavChannels::Callee } };
    addChoice(command, "--channels", "C", channels, options.channels,
        "stereo (default; caller left, callee right), mono (both in one), caller or callee (one side alone)");
}

void addListening(CLI::App& command, CtlOptions& options)
{
    addCall(command, options);
    command.add_option("-o,--output", options.output, "WAV file to write; - (default): standard output, for a player")
        ->type_name("FILE")
        ->default_str("-");
    addChannels(command, options);
    command.add_flag("--from-start", options.fromStart, "From the first packet of the call; else from now on");
    command
        .add_option_function<unsigned>(
            "--for", [&options](unsigned seconds) { options.listenFor = std::chrono::seconds(seconds); },
            "End after so much sound; else with the call")
        ->type_name("SECONDS")
        ->check(CLI::PositiveNumber);
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
        else
            addOrder(added, options);
        addFormat(added, options);
    }
    CLI::App& report = add(Command::Report, "report", "Sum up calls: attempts, ASR, NER, SER, durations, delays, MOS");
    addFilters(report, options);
    addGrouping(report, options);
    addServiceHistory(report, options);
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
    CLI::App& listen = add(
        Command::Listen, "listen", "Write the sound of a call that is on as it comes, some three seconds behind it");
    addListening(listen, options);
    for (CLI::App* sound : { &wav, &listen })
        sound->add_flag("--heard", options.heard,
            "As it was heard: without the packets that were too late for the jitter buffer, the others when it played "
            "them");
    addExport(add(Command::Pcap, "pcap", "Write signalling and media of a call as captured, for Wireshark"), options,
        "pcap file to write");
    CLI::App& live = add(Command::Live, "live", "Show the calls that are on, renewed each second on a terminal");
    live.add_flag("--once", options.once, "Print them once and end; so it does when the output is no terminal");
    addFormat(add(Command::Unbound, "unbound", "List RTP that belongs to no call, the most packets first"), options);
    CLI::App& alarms = add(Command::Alarms, "alarms", "List alarms, open and cleared; acknowledge or shelve one");
    addAlarmFilters(alarms, options);
    addFormat(alarms, options);
    CLI::App& recording =
        add(Command::Recording, "recording", "List the rules by which calls are recorded, or change them");
    addFormat(recording, options);
    addRecordingCommands(recording, options.recordingEdit);
    CLI::App& rules = add(Command::Rules, "rules", "List the rules that raise alarms, or change them");
    addFormat(rules, options);
    addRuleCommands(rules, options.ruleEdit);
    addFormat(add(Command::Status, "status", "Show the state of the engine and all its counters"), options);

    CLI::App& hold = add(Command::Hold, "hold", "Keep calls under legal hold, or list those that are");
    addFormat(hold, options);
    addHoldCommands(hold, options.keeping, options.call);
    CLI::App& tag = add(Command::Tag, "tag", "List, add or remove the tags of a call, or list the tags in use");
    addFormat(tag, options);
    addTagOptions(tag, options.notes, options.call);
    CLI::App& note = add(Command::Note, "note", "List or add the notes of a call");
    addFormat(note, options);
    addNoteOptions(note, options.notes, options.call);
    CLI::App& deletion = add(Command::Delete, "delete", "Delete all that is stored of the calls of a number");
    deletion
        .add_option("--number", options.keeping.deletion.number,
            "Whole, as it stands in the records: of caller, callee, asserted identity, diversion or transfer target")
        ->required()
        ->type_name("N");
    addTime(deletion, "--since", options.keeping.deletion.from, "Calls that started at T or later");
    addTime(deletion, "--until", options.keeping.deletion.to, "Calls that started before T");
    deletion.add_flag("--dry-run", options.keeping.deletion.dryRun, "Only tell what would go");
    addFormat(deletion, options);
    add(Command::Retention, "retention", "Show the clock that ages are counted by, and confirm it after it stepped")
        .add_flag("--confirm-clock", options.keeping.confirmClock,
            "The clock is right as it is now: what is too old by it may be deleted");

    CLI::App* const audit = app.add_subcommand("audit", "List who asked the engine for what, and check the chain");
    audit->callback([&options] { options.command = Command::Audit; });
    addSource(*audit, options);
    addTime(*audit, "--from", options.query.from, "Entries of T or later");
    addTime(*audit, "--to", options.query.to, "Entries before T");
    addFormat(*audit, options);
    CLI::App* const cert = app.add_subcommand("cert", "Make and revoke the certificates of engines and users");
    cert->callback([&options] { options.command = Command::Cert; });
    addCertCommands(*cert, options.cert);

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
    const bool ofNow = options.command == Command::Live || options.command == Command::Status
        || options.command == Command::Unbound || options.reportOf == ReportOf::Windows;
    if (ofNow && !options.data.empty())
        return CtlMessage { 2,
            "callmonctl: a data directory does not tell what is on now; leave out --data, or give --engine URL\n" };
    if (options.command == Command::Report)
        if (const std::string wrong = complaintAboutReport(options); !wrong.empty())
            return CtlMessage { 2, "callmonctl: " + wrong + '\n' };
    const bool changesRules = options.command == Command::Rules || options.command == Command::Recording;
    if (options.command == Command::Alarms)
        if (const std::string wrong = complaintAboutAlarms(options); !wrong.empty())
            return CtlMessage { 2, "callmonctl: " + wrong + '\n' };
    if ((changesRules || options.acknowledge || options.shelve || options.unshelve) && !options.data.empty())
        return CtlMessage { 2,
            "callmonctl: that is asked of a running engine; leave out --data, or give --engine URL\n" };
    const bool aboutNotes = options.command == Command::Tag || options.command == Command::Note;
    if (const std::string wrong = aboutNotes ? complaintAbout(options.notes, options.command == Command::Tag) : "";
        !wrong.empty())
        return CtlMessage { 2, "callmonctl: " + wrong + '\n' };
    if (!options.engine.empty())
        if (const auto address = parseRemoteUrl(QString::fromStdString(options.engine)); !address)
            return CtlMessage { 2, "callmonctl: --engine " + options.engine + ": " + address.error().what + '\n' };
    if (options.query.from && options.query.to && *options.query.from >= *options.query.to)
        return CtlMessage { 2, "callmonctl: nothing lies between --from and --to: the one is not before the other\n" };
    for (const auto& mos : { options.query.minMos, options.query.maxMos })
        if (mos && !std::isfinite(*mos))
            return CtlMessage { 2, "callmonctl: --min-mos and --max-mos take a MOS, 1 to 4.5\n" };
    return options;
}

}
