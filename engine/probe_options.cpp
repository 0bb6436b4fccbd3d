#include "engine/probe_options.h"

#include "engine/alarm_tables.h"
#include "engine/probe_option_table.h"
#include "engine/recording_tables.h"
#include "engine/trunk_tables.h"
#include "shared/remote/transport.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <numeric>
#include <toml++/toml.h>
#include <utility>

namespace callmon {

namespace {

using Values = ProbeOption::Values;

std::size_t lettersApart(std::string_view a, std::string_view b) // Levenshtein's distance
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t { 0 });
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] != b[j] ? 1 : 0);
            diagonal = std::exchange(row[j + 1], std::min({ row[j] + 1, row[j + 1] + 1, replaced }));
        }
    }
    return row.back();
}

// What to do about a name that is none: "did you mean data?", where one is near.
std::string insteadOf(std::string name)
{
    constexpr std::size_t slips = 2;
    std::ranges::replace(name, '_', '-');
    const auto apart = [&name](const ProbeOption& option) { return lettersApart(name, option.name); };
    const auto nearest = std::ranges::min_element(probeOptionTable(), {}, apart);
    const bool isNear = apart(*nearest) <= std::min(slips, name.size() / 2);
    return (isNear ? "did you mean '" + std::string(nearest->name) + "'? " : std::string())
        + "callmon-engine --help lists them all";
}

// Of these a number or true is a slip: it would become a directory of that name.
bool takesTextAlone(std::string_view option)
{
    constexpr std::array<std::string_view, 7> options { "replay", "port", "data", "listen", "listen-tls", "identity",
        "media-directories" };
    return std::ranges::find(options, option) != options.end();
}

std::optional<std::string> scalarText(const toml::node& node, bool textAlone)
{
    if (const auto value = node.value_exact<std::string>())
        return *value;
    if (textAlone)
        return std::nullopt;
    if (const auto value = node.value_exact<bool>())
        return *value ? "true" : "false";
    if (const auto value = node.value_exact<std::int64_t>())
        return std::to_string(*value);
    return std::nullopt;
}

Result<toml::table> readFile(const std::string& path)
{
    std::ifstream file(path);
    if (const int reason = file ? 0 : errno; reason == ENOENT)
        return Error {
            "there is no configuration file " + path
            + "; callmon-engine.toml, in resources/ of the source or with the documents of the package, is an example"
        };
    else if (reason != 0)
        return Error { "cannot open the configuration " + path + ": " + std::strerror(reason)
            + (reason == EACCES ? "; this user has to be able to read it and to enter its directory" : "") };
    if (file.peek(); file.bad()) // a directory can be opened, and not be read
        return Error { "the configuration " + path + " is a directory: name the file in it" };
    try { // toml++ as Debian builds it reports by exceptions: caught here, nowhere else
        return toml::parse(file, path);
    } catch (const toml::parse_error& mistake) {
        return Error { "cannot read the configuration " + path + ", line " + std::to_string(mistake.source().begin.line)
            + ": " + std::string(mistake.description()) };
    }
}

Result<void> applyFile(const std::string& path, ProbeOptions& options)
{
    const auto parsed = readFile(path);
    if (!parsed)
        return parsed.error();
    for (const auto& [key, node] : parsed.value()) {
        const std::string name(key.str());
        if (name == "alarm") {
            if (auto applied = applyAlarmTables(node, options.alarmRules); !applied)
                return Error { path + ": " + applied.error().what };
            continue;
        }
        if (name == "recording") {
            if (auto applied = applyRecordingTables(node, options.recordingRules); !applied)
                return Error { path + ": " + applied.error().what };
            continue;
        }
        if (name == "trunk") {
            if (auto applied = applyTrunkTables(node, options.trunks); !applied)
                return Error { path + ": " + applied.error().what };
            continue;
        }
        const auto known = probeOptionTable();
        const auto option =
            std::find_if(known.begin(), known.end(), [&](const ProbeOption& o) { return name == o.name; });
        if (option == known.end())
            return Error { path + ", line " + std::to_string(key.source().begin.line) + ": there is no option '" + name
                + "'; " + insteadOf(name) };
        const bool textAlone = takesTextAlone(name);
        const std::string kind =
            textAlone ? "a text in quotes" : "a text in quotes, a whole number, or true or false without quotes";
        Values values;
        if (const auto* list = node.as_array(); list && option->isList) {
            for (const auto& element : *list) {
                const auto value = scalarText(element, textAlone);
                if (!value)
                    return Error { path + ": '" + name + "' takes " + kind + ", each" };
                values.push_back(*value);
            }
        } else if (const auto value = scalarText(node, textAlone)) {
            values.push_back(*value);
        }
        if (values.empty())
            return Error { path + ": '" + name + "' takes " + (option->isList ? "a list [...], each of it " : "")
                + kind };
        if (auto applied = option->apply(options, values); !applied)
            return Error { path + ": " + name + " " + applied.error().what };
    }
    return {};
}

Result<void> checkUrl(const std::string& option, const std::string& url, bool tls)
{
    const auto address = parseRemoteUrl(QString::fromStdString(url));
    if (!address)
        return Error { option + ' ' + url + ": " + address.error().what };
    if (address.value().isTls() != tls)
        return Error { option + ' ' + url
            + (tls ? ": write tls://0.0.0.0:5062" : ": that is for the local socket; TLS is --listen-tls") };
    return {};
}

Result<void> checkPreparation(const ProbeOptions& options)
{
    if (options.data.empty())
        return Error { "say where media will go: --data DIR" };
    if (options.mediaLimitGib == 0)
        return Error { "say how much media will be kept: --media-limit-gib N" };
    return {};
}

Result<void> checkWhole(ProbeOptions& options)
{
    if (options.prepareMedia)
        return checkPreparation(options);
    if (!options.replay.empty() && !options.port.empty())
        return Error { "frames come either from --replay FILE... or from --port EAL-NAME, not from both" };
    if (options.replay.empty() && options.port.empty())
        return Error { "say where frames come from: --replay FILE... or --port EAL-NAME" };
    if (options.data.empty())
        return Error { "say where records go: --data DIR" };
    if (!options.port.empty() && options.pace == ProbeOptions::Pace::Recorded)
        return Error { "--pace is for --replay; a port has a pace of its own" };
    if (!options.port.empty() && options.stay)
        return Error { "--stay is for --replay; a port is read until the engine is stopped" };
    if (options.stay && options.listen == "none" && options.listenTls.empty())
        return Error { "--stay is for others to look at what was read: leave out --listen none" };
    if (auto checked = checkRecordingRules(options.recordingRules, options.trunks); !checked)
        return checked;
    if (!options.listen.empty() && options.listen != "none")
        if (auto checked = checkUrl("--listen", options.listen, false); !checked)
            return checked;
    if (!options.listenTls.empty())
        if (auto checked = checkUrl("--listen-tls", options.listenTls, true); !checked)
            return checked;
    return {};
}

}

std::variant<ProbeOptions, HelpWanted, Error> parseProbeOptions(int argc, const char* const* argv)
{
    CLI::App app("Captures VoIP, tracks and measures every call, keeps records and media.", "callmon-engine");
    std::string config;
    app.add_option("--config", config, "TOML file: every option below under its name; the command line wins");
    std::map<std::string, Values> given;
    for (const ProbeOption& option : probeOptionTable()) {
        auto* added = app.add_option(std::string("--") + option.name, given[option.name], option.help);
        if (!option.isList)
            added->expected(1);
        added->type_name("");
    }
    bool version = false;
    app.add_flag("--version", version, "Print the version");
    ProbeOptions options;
    app.add_flag("--stay", options.stay,
        "After --replay: go on answering consoles and callmonctl --engine until stopped (prints \"replay ended\" when "
        "everything is read and stored)");
    app.add_flag("--prepare-media", options.prepareMedia,
        "Write the files that media-limit-gib is about once, before an engine fills them, and end: a disk takes media "
        "twice as fast then");
    try { // CLI11 reports by exceptions: caught here, nowhere else
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        return HelpWanted { app.help() };
    } catch (const CLI::ParseError& problem) {
        const std::vector<std::string> strange = app.remaining();
        const auto misspelt = std::ranges::find_if(strange, [](const auto& word) { return word.starts_with("--"); });
        if (misspelt != strange.end())
            return Error { "there is no option " + *misspelt + "; " + insteadOf(misspelt->substr(2)) };
        return Error { std::string(problem.what()) + " (callmon-engine --help lists the options)" };
    }
    if (version)
        return HelpWanted { "callmon-engine " CALLMON_VERSION "\n" };

    if (!config.empty())
        if (auto applied = applyFile(config, options); !applied)
            return applied.error();
    if (!given["replay"].empty())
        options.port.clear(); // a source on the command line takes the place of the file's
    if (!given["port"].empty())
        options.replay.clear();
    for (const ProbeOption& option : probeOptionTable()) {
        const Values& values = given[option.name];
        if (values.empty())
            continue;
        if (auto applied = option.apply(options, values); !applied)
            return Error { std::string("--") + option.name + " " + applied.error().what };
    }
    if (auto whole = checkWhole(options); !whole)
        return whole.error();
    return options;
}

}
