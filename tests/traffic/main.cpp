// callmon-traffic: sample calls as a capture file with its ground truth, or as an endless live stream.
#include "shared/base/utc_time.h"
#include "tests/traffic/live.h"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <random>
#include <unistd.h>

namespace {

using namespace callmon;

struct CommandLine {
    std::string out;
    bool live = false;
    std::string format = "pcap";
    std::string truth;
    std::string speech = CALLMON_SAMPLE_FOLDER;
    std::string startText = "2026-01-15T09:00:00Z";
    std::string mix;
    std::string codecs;
    double duration = 0;
    std::uint64_t calls = 0;
    double rate = 0;
    double concurrent = 0;
    bool steady = false;
    std::uint64_t seed = 1;
    bool seedGiven = false;
    std::uint16_t vlan = 0;
    bool ipv6 = false;
    std::string signalling = "sip";
};

Nanoseconds seconds(double count)
{
    return Nanoseconds(std::llround(count * 1e9));
}

double expectedSeconds(const TrafficOptions& options)
{
    double weights = 0;
    double sum = 0;
    for (std::size_t i = 0; i < sortCount; ++i) {
        weights += options.mix.sorts[i];
        sum += options.mix.sorts[i] * callmon::expectedSeconds(static_cast<CallSort>(i), options.timing);
    }
    return sum / weights;
}

// Fills the options from the command line; the error is for the user.
Result<void> apply(const CommandLine& line, TrafficOptions& options)
{
    if (!line.mix.empty()) {
        const auto sorts = parseSorts(line.mix);
        if (!sorts)
            return Error { "--mix " + line.mix + ": expected name=weight,... (--help lists the names)" };
        options.mix.sorts = *sorts;
    }
    if (!line.codecs.empty()) {
        const auto codecs = parseCodecs(line.codecs);
        if (!codecs)
            return Error { "--codecs " + line.codecs + ": expected pcma=weight,pcmu=weight,g729=weight" };
        options.mix.codecs = *codecs;
    }
    const auto start = parseIso8601(line.startText);
    if (!start)
        return Error { "--start " + line.startText + ": expected a time such as 2026-01-15T09:00:00Z" };
    options.start = line.live ? std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now()) : *start;
    if (line.duration > 0)
        options.duration = seconds(line.duration);
    if (line.calls > 0)
        options.calls = line.calls;
    if (line.vlan > 0)
        options.vlan = line.vlan;
    if (line.signalling == "skinny")
        options.signalling = Signalling::Skinny;
    if (line.ipv6)
        options.ipv6Share = 1;
    // A live stream is another one each time: the Call-IDs of an earlier run may be stored where this one goes.
    options.seed =
        line.live && !line.seedGiven ? static_cast<std::uint64_t>(options.start.time_since_epoch().count()) : line.seed;

    double concurrent = line.concurrent;
    if (concurrent <= 0 && line.rate <= 0)
        concurrent = line.live ? 16 : 8;
    if (line.steady)
        options.timing.firstResponse = options.timing.ringMean = 0.3;
    options.callsPerSecond = line.rate > 0 ? line.rate : concurrent / expectedSeconds(options);
    if (line.steady) {
        options.initialCalls = static_cast<std::uint32_t>(concurrent);
        options.ramp = std::chrono::seconds(2);
        options.initialBegin = CallBegins::Before;
    } else if (line.live) { // somebody is waiting to see calls
        options.initialCalls = static_cast<std::uint32_t>(std::lround(concurrent * 0.8));
        options.ramp = std::chrono::seconds(4);
    }
    if (!line.live && line.duration <= 0 && line.calls == 0)
        options.calls = 20;
    return {};
}

int fail(const Error& error, int code)
{
    std::fprintf(stderr, "callmon-traffic: %s\n", error.what.c_str());
    return code;
}

int run(const CommandLine& line, TrafficOptions options)
{
    if (const auto applied = apply(line, options); !applied)
        return fail(applied.error(), 2);
    const auto speech = loadSpeech(line.speech, options.mix.codecs);
    if (!speech)
        return fail(speech.error(), 2);
    const CaptureFormat format = line.format == "pcapng" ? CaptureFormat::Pcapng
        : line.format == "pcap-us"                       ? CaptureFormat::PcapMicroseconds
                                                         : CaptureFormat::PcapNanoseconds;
    auto writer = line.live ? Result(CaptureWriter::toStandardOutput(format)) : CaptureWriter::toFile(line.out, format);
    if (!writer)
        return fail(writer.error(), 1);
    std::optional<GroundTruth> truth;
    if (const std::string prefix = line.truth.empty() ? line.out : line.truth; !prefix.empty()) {
        auto created = GroundTruth::create(prefix);
        if (!created)
            return fail(created.error(), 1);
        truth.emplace(std::move(created.value()));
    }

    Generator generator(options, speech.value(), writer.value(), truth ? &*truth : nullptr);
    if (line.live) {
        if (const auto ran = runLive(generator, writer.value(), options.start); !ran)
            return fail(ran.error(), 1);
    } else {
        generator.run();
    }
    generator.finish();
    if (const auto flushed = writer.value().flush(); !flushed && !writer.value().readerGone())
        return fail(flushed.error(), 1);
    if (truth)
        if (const auto closed = truth->close(); !closed)
            return fail(closed.error(), 1);
    if (!line.live)
        std::printf("%s: %llu calls, %llu frames\n", line.out.c_str(),
            static_cast<unsigned long long>(generator.callsBegun()),
            static_cast<unsigned long long>(generator.frames()));
    return 0;
}

}

int main(int argc, char** argv)
{
    CommandLine line;
    TrafficOptions options;
    CLI::App app("Sample VoIP calls with real speech: a capture file with its ground truth, or a live stream.",
        "callmon-traffic");
    app.add_option("--out", line.out,
        "Write this capture, and its ground truth beside it: FILE.truth.csv, .streams.csv and .other.csv");
    app.add_flag("--live", line.live, "Write an endless capture to standard output, in real time");
    app.add_option("--calls", line.calls, "This many calls, each to its end (20 when no --duration is given)");
    app.add_option("--duration", line.duration, "Seconds of capture; calls still on are cut")
        ->check(CLI::PositiveNumber);
    auto* rate = app.add_option("--rate", line.rate, "Calls per second, Poisson")->check(CLI::PositiveNumber);
    app.add_option("--concurrent", line.concurrent, "Calls at the same time, on average (8; live 16)")
        ->check(CLI::Range(1.0, 100000.0))
        ->excludes(rate);
    app.add_flag("--steady", line.steady,
        "All of --concurrent begin in the first two seconds, as if they had been on before, and ring only briefly");
    app.add_option("--hold-mean", options.timing.holdMean, "Mean seconds of conversation, inverse Gaussian")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--hold-shape", options.timing.holdShape,
           "Its shape: the smaller, the more short calls and few very long ones (the mean's value; measured in a "
           "carrier's network: mean 117, shape 19)")
        ->check(CLI::PositiveNumber);
    auto* seed = app.add_option("--seed", line.seed, "The same seed writes the same file (1; live: the time)");
    app.add_option("--mix", line.mix,
        "Sorts of calls, name=weight,...: clean loss jitter duplicates busy cancelled unanswered rejected failed auth "
        "hold one_way dtmf");
    app.add_option("--signalling", line.signalling, "sip over UDP, or skinny: the same calls and media either way")
        ->check(CLI::IsMember({ "sip", "skinny" }))
        ->capture_default_str();
    app.add_option("--codecs", line.codecs, "Codecs, name=weight,...: pcma pcmu g729");
    auto* ipv6 = app.add_flag("--ipv6", line.ipv6, "IPv6 instead of IPv4");
    app.add_option("--ipv6-share", options.ipv6Share, "Share of calls over IPv6, the rest over IPv4")
        ->check(CLI::Range(0.0, 1.0))
        ->excludes(ipv6);
    app.add_option("--other-share", options.crossShare,
           "Share of frames that are no VoIP: TCP and UDP of 64 to 1,514 bytes, counted in FILE.truth.other.csv")
        ->check(CLI::Range(0.0, 0.95));
    app.add_option("--rtcp-share", options.rtcpShare,
           "Share of calls whose telephones send RTCP: receivers' figures are in FILE.truth.streams.csv")
        ->check(CLI::Range(0.0, 1.0));
    app.add_flag("--mirrored", options.mirrored,
        "As a mirror sees it that watches both sides of a router: SIP and media over UDP come twice");
    app.add_option("--vlan", line.vlan, "802.1Q tag")->check(CLI::Range(1, 4094));
    app.add_option("--start", line.startText, "Time of a file's first call, UTC")->capture_default_str();
    app.add_option("--format", line.format, "pcap (nanoseconds), pcap-us (microseconds) or pcapng")
        ->check(CLI::IsMember({ "pcap", "pcap-us", "pcapng" }))
        ->capture_default_str();
    app.add_option("--truth", line.truth, "Prefix of the ground truth's files (default: that of --out; live: none)");
    app.add_option("--speech", line.speech, "Folder with caller.wav and callee.wav")->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    line.seedGiven = seed->count() > 0;
    if (line.live == !line.out.empty())
        return fail(Error { "give either --out FILE or --live" }, 2);
    if (line.live && isatty(STDOUT_FILENO))
        return fail(Error { "--live writes a capture to standard output: pipe it, for example into "
                            "callmon-engine --replay - --pace recorded" },
            2);
    return run(line, options);
}
