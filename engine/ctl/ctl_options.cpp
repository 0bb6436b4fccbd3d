#include "engine/ctl/ctl_options.h"

#include "engine/ctl/alarm_options.h"
#include "engine/ctl/filter_options.h"
#include "engine/ctl/option_words.h"
#include "engine/ctl/report_options.h"
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

void addFormat(CLI::App& command, CtlOptions& options)
{
    constexpr std::array formats { Choice { "table", Format::Table }, Choice { "csv", Format::Csv },
        Choice { "json", Format::Json } };
    addChoice(command, "--format", "F", formats, options.format,
        "table (default; the main columns), csv or json (all columns)");
    addCsvOptions(command, options.csv);
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
        addTrunkFilter(added, options);
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
            "Whole, as it stands in the records, a telephone number with or without - . ( ): of caller, callee, "
            "asserted identity, diversion or transfer target")
        ->required()
        ->type_name("N");
    addTime(deletion, "--from", options.keeping.deletion.from, "Calls that started at T or later");
    addTime(deletion, "--to", options.keeping.deletion.to, "Calls that started before T");
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
