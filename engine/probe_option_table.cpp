#include "engine/probe_option_table.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace callmon {

namespace {

using Values = ProbeOption::Values;

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

template <auto Member> auto numberOr0(std::uint64_t least, std::uint64_t most) // 0: the engine finds one
{
    return [=](ProbeOptions& options, const Values& values) {
        return parseNumber(values.front(), options.*Member, values.front() == "0" ? 0 : least, most);
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

}

std::span<const ProbeOption> probeOptionTable()
{
    using O = ProbeOptions;
    static const std::vector<ProbeOption> options {
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
        { "mbufs",
            "Packet buffers of the port: what a stall keeps waiting is in them (0: 131072, and up to 1048576 where the "
            "free huge pages hold them)",
            false, numberOr0<&O::mbufs>(1024, 8'388'608) },
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

}
