#include "engine/probe_options.h"

#include "engine/alarm_tables.h"
#include "engine/recording_tables.h"
#include "engine/trunk_tables.h"
#include "shared/remote/transport.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <toml++/toml.h>

namespace callmon {

namespace {

using Values = std::vector<std::string>;

struct Option {
    const char* name; // on the command line with -- before it, in the file as it is
    const char* help;
    bool isList;
    std::function<Result<void>(ProbeOptions&, const Values&)> apply;
};

template <typename Number>
Result<void> parseNumber(const std::string& text, Number& into, std::uint64_t least, std::uint64_t most)
{
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size() || value < least || value > most)
        return Error { "takes a whole number from " + std::to_string(least) + " to " + std::to_string(most) + ", not '"
            + text + "'" };
    into = static_cast<Number>(value);
    return {};
}

template <auto Member> auto number(std::uint64_t least, std::uint64_t most)
{
    return [=](ProbeOptions& options, const Values& values) {
        return parseNumber(values.front(), options.*Member, least, most);
    };
}

template <auto Member> auto seconds()
{
    return [](ProbeOptions& options, const Values& values) -> Result<void> {
        std::int64_t count = 0;
        auto parsed = parseNumber(values.front(), count, 1, 7 * 86400);
        if (parsed)
            options.*Member = std::chrono::seconds(count);
        return parsed;
    };
}

template <auto Member, auto First, auto Second> auto choice(const char* first, const char* second)
{
    return [=](ProbeOptions& options, const Values& values) -> Result<void> {
        if (values.front() == first)
            options.*Member = First;
        else if (values.front() == second)
            options.*Member = Second;
        else
            return Error { std::string("takes ") + first + " or " + second + ", not '" + values.front() + "'" };
        return {};
    };
}

template <auto Member> auto age()
{
    return [](ProbeOptions& options, const Values& values) -> Result<void> {
        const auto parsed = parseAge(values.front());
        if (!parsed)
            return parsed.error();
        options.keep.*Member = parsed.value();
        return {};
    };
}

template <auto Member> auto text()
{
    return [](ProbeOptions& options, const Values& values) -> Result<void> {
        if (values.front().empty())
            return Error { "is empty" };
        options.*Member = values.front();
        return {};
    };
}

template <auto Member> auto ports()
{
    return [](ProbeOptions& options, const Values& values) -> Result<void> {
        (options.*Member).clear();
        for (const std::string& value : values) {
            std::uint16_t port = 0;
            if (auto parsed = parseNumber(value, port, 1, 65535); !parsed)
                return parsed;
            (options.*Member).push_back(port);
        }
        return {};
    };
}

Result<void> applyLegHeaders(ProbeOptions& options, const Values& values)
{
    options.legHeaders = values;
    for (const std::string& name : values) {
        if (name.empty() || name.find_first_of(" \t:\r\n") != std::string::npos)
            return Error { "'" + name + "' is no name of a header field" };
    }
    return {};
}

Result<void> applyMediaDirectories(ProbeOptions& options, const Values& values)
{
    options.mediaDirectories = values;
    for (const std::string& path : values) {
        if (!std::filesystem::path(path).is_absolute())
            return Error { "'" + path
                + "' is not a path from the root; it has to be the same wherever it is read from" };
        if (path.find('\n') != std::string::npos)
            return Error { "takes paths of one line" };
    }
    return {};
}

Result<void> applyPrefixes(ProbeOptions& options, const Values& values)
{
    options.prefixes = values;
    return checkPrefixes(values);
}

Result<void> applyDtmf(ProbeOptions& options, const Values& values)
{
    using enum ProbeOptions::Dtmf;
    const std::string& word = values.front();
    if (word != "count" && word != "masked" && word != "store")
        return Error { "takes count, masked or store, not '" + word + "'" };
    options.dtmf = word == "count" ? Count : word == "masked" ? Masked : Store;
    return {};
}

Result<void> applyCores(ProbeOptions& options, const Values& values)
{
    options.cores.clear();
    for (const std::string& value : values) {
        int cpu = 0;
        if (auto parsed = parseNumber(value, cpu, 0, 1023); !parsed)
            return parsed;
        if (std::find(options.cores.begin(), options.cores.end(), cpu) != options.cores.end())
            return Error { "names CPU " + value + " twice" };
        options.cores.push_back(cpu);
    }
    if (options.cores.size() < 2)
        return Error { "takes the CPU of capture and at least one for processing" };
    return {};
}

const std::vector<Option>& allOptions()
{
    using O = ProbeOptions;
    static const std::vector<Option> options {
        { "replay", "Capture files to read, in order (pcap, pcapng, gzip too); - is standard input", true,
            [](O& o, const Values& values) -> Result<void> {
                o.replay = values;
                if (std::ranges::find(values, std::string()) != values.end())
                    return Error { "names a file without a name" };
                return {};
            } },
        { "port", "DPDK port to capture from, by its EAL name: 0000:03:00.0 or net_af_packet0,iface=eth1", false,
            text<&O::port>() },
        { "data", "Data directory; made when it is missing", false, text<&O::data>() },
        { "pace", "How files are played: fast (as fast as they can be read) or recorded", false,
            choice<&O::pace, O::Pace::Fast, O::Pace::Recorded>("fast", "recorded") },
        { "listen", "URL of the remote interface, local:/path/engine.sock; none for none", false, text<&O::listen>() },
        { "listen-tls", "Address that other hosts reach the engine at, too: tls://0.0.0.0:5062 or tls://[::]:5062",
            false, text<&O::listenTls>() },
        { "identity", "Directory with ca.pem, own.pem, own.key and, if any, revoked (callmonctl cert makes them)",
            false, text<&O::identity>() },
        { "poll", "An idle port is polled adaptively (sleeps up to 2 ms) or busy (a whole core)", false,
            choice<&O::poll, O::Poll::Adaptive, O::Poll::Busy>("adaptive", "busy") },
        { "cores",
            "CPUs to run on: the one for capture, then those for processing (by default found near the port, "
            "with --poll busy only)",
            true, applyCores },
        { "processing-cores", "Threads that share the media; the records are the same for any number", false,
            number<&O::processingCores>(1, 16) },
        { "mbufs", "Packet buffers of the port", false, number<&O::mbufs>(1024, 8'388'608) },
        { "link-mbps", "Rate of the link in Mb/s, to spread a burst over its wire time", false,
            number<&O::linkMbps>(1, 800'000) },
        { "ring-batches", "Batches of up to 64 frames between capture and processing", false,
            number<&O::ringBatches>(16, 1'048'576) },
        { "max-calls", "Calls at once; more are refused and counted", false, number<&O::maxCalls>(16, 16'777'216) },
        { "max-streams", "RTP streams at once", false, number<&O::maxStreams>(16, 33'554'432) },
        { "mirror-copies", "Frames that a mirror delivers twice: drop (and count), or keep (and measure as duplicates)",
            false, choice<&O::mirrorCopies, O::MirrorCopies::Drop, O::MirrorCopies::Keep>("drop", "keep") },
        { "sip-ports", "Ports looked at for SIP first (it is recognised on every port)", true, ports<&O::sipPorts>() },
        { "skinny-ports", "TCP ports of Skinny (SCCP) call managers", true, ports<&O::skinnyPorts>() },
        { "leg-headers", "Header fields of an INVITE that the legs of one call share, X-Call-ID and the like; in order",
            true, applyLegHeaders },
        { "max-sip-headers", "Header fields of a SIP message; one with more is not read, and counted", false,
            number<&O::maxSipHeaders>(8, 65'536) },
        { "max-sip-header-bytes", "Size of a header field, likewise", false,
            number<&O::maxSipHeaderBytes>(128, 65'536) },
        { "max-sdp-lines", "Lines of a session description; more are not read, and counted", false,
            number<&O::maxSdpLines>(8, 65'536) },
        { "max-streams-per-call", "RTP streams of one call; more are refused and counted", false,
            number<&O::maxStreamsPerCall>(1, 64) },
        { "max-fragmented-datagrams", "Datagrams that wait for their fragments; more are refused and counted", false,
            number<&O::maxFragmentedDatagrams>(16, 1'048'576) },
        { "max-fragments", "Fragments of one datagram; one with more is given up, and counted", false,
            number<&O::maxFragments>(2, 8192) },
        { "max-tcp-connections", "TCP connections that may carry signalling; more are refused and counted", false,
            number<&O::maxTcpConnections>(16, 1'048'576) },
        { "calls-per-source", "Calls a second that one address may begin; more are refused and counted; 0: any number",
            false, number<&O::callsPerSource>(0, 10'000'000) },
        { "linger-s", "Silence after BYE or a failure before a call is closed, seconds", false,
            seconds<&O::lingerAfterEnd>() },
        { "silence-unanswered-s", "Silence that ends a call never answered, seconds", false,
            seconds<&O::silenceUnanswered>() },
        { "silence-s", "Silence that ends an answered call that had media, seconds", false,
            seconds<&O::silenceWithMedia>() },
        { "silence-without-media-s", "Silence that ends a call on hold or without media, seconds", false,
            seconds<&O::silenceWithoutMedia>() },
        { "prefixes",
            "First digits of callees whose calls get service metrics of their own; the longest that fits counts", true,
            applyPrefixes },
        { "repeat-within-s", "A call between the same two so soon after a short or failed one is a repeated call",
            false, seconds<&O::repeatWithin>() },
        { "short-call-s", "Shorter than this, a call that was answered is a short one", false,
            seconds<&O::shortCall>() },
        { "jitter-buffer",
            "What receivers are taken to have: adaptive or fixed; what comes too late for it is discarded", false,
            choice<&O::jitterBuffer, JitterBufferKind::Adaptive, JitterBufferKind::Fixed>("adaptive", "fixed") },
        { "jitter-buffer-ms", "Its delay, of the adaptive one the least; 0: 60 and 40", false,
            number<&O::jitterBufferMs>(0, 200) },
        { "dtmf",
            "Keys pressed (RFC 4733) in the records: count (how many), masked (a * for each, in recorded RTP and kept "
            "messages, too) or store",
            false, applyDtmf },
        { "record-media",
            "Keep the RTP of calls, of those that the [[recording]] rules say: true; or of none, figures only: false",
            false, choice<&O::recordMedia, true, false>("true", "false") },
        { "message-bytes", "Bytes kept of each signalling message; 0: its first line", false,
            number<&O::messageBytes>(0, 65'535) },
        { "media-limit-gib", "Disk for media, GiB: then the oldest make room for the newest; 0: keep all", false,
            number<&O::mediaLimitGib>(0, 1'048'576) },
        { "media-directories",
            "Directories for media, one on each disk, written side by side; what one cannot take the others do. "
            "Without "
            "them media go into the data directory",
            true, applyMediaDirectories },
        { "message-limit-gib", "Disk for signalling messages, GiB: then the oldest are deleted; 0: keep all", false,
            number<&O::messageLimitGib>(0, 1'048'576) },
        { "record-limit-gib",
            "Disk for the databases of records, GiB: then the oldest day is deleted, with all its figures; 0: keep all",
            false, number<&O::recordLimitGib>(0, 1'048'576) },
        { "quality-limit-gib",
            "Disk for the one-second quality series in them, GiB: then those of the oldest day are deleted; 0: keep "
            "all",
            false, number<&O::qualityLimitGib>(0, 1'048'576) },
        { "keep-records",
            "Days of records, with all their figures, are deleted when they ended so long ago: 12h, 30d, 2y", false,
            age<&KeepPeriods::records>() },
        { "keep-media", "Segments of media are deleted so long after their last write", false,
            age<&KeepPeriods::media>() },
        { "keep-messages", "Segments of signalling messages, likewise", false, age<&KeepPeriods::messages>() },
        { "keep-quality", "The one-second quality series of a day are deleted so long after its end", false,
            age<&KeepPeriods::quality>() },
        { "expire-in-replay", "A replay deletes by age, too (by the clock, not by packet time): true or false", false,
            choice<&O::expireInReplay, true, false>("true", "false") },
        { "media-pool-mib", "Memory for media on its way to the disk, MiB", false,
            number<&O::mediaPoolMib>(1, 1'048'576) },
    };
    return options;
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
        const auto& known = allOptions();
        const auto option = std::find_if(known.begin(), known.end(), [&](const Option& o) { return name == o.name; });
        if (option == known.end())
            return Error { path + ": there is no option '" + name + "'; callmon-engine --help lists them" };
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
    for (const Option& option : allOptions()) {
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
    for (const Option& option : allOptions()) {
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
