#include "engine/ctl/report_options.h"

#include "engine/ctl/option_words.h"

#include <algorithm>
#include <array>

namespace callmon {

namespace {

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

bool isPlainPeriod(const CallQuery& query) // from and to alone
{
    return query.caller.empty() && query.callee.empty() && query.number.empty() && query.conditions.empty()
        && query.leg.empty() && !query.outcome && !query.trust && !query.recorded && query.recordingRule.empty()
        && !query.minMos && !query.maxMos && query.limit == 0;
}

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
            "With --by trunk, any number of times: a name and an address or network of it, north=192.0.2.0/24; "
            "without, "
            "the trunks are those of the engine's configuration, as the records name them. A call counts in the trunk "
            "of each of its ends")
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
    if (options.reportBy != ReportBy::Trunk && !options.trunks.empty())
        return "--trunk NAME=ADDRESS goes with --by trunk";
    return {};
}

}
