#include "engine/capture/machine.h"
#include "engine/probe.h"
#include "engine/service_manager.h"
#include "engine/stop_guard.h"
#include "engine/storage/media_preparation.h"

#include <QCoreApplication>
#include <QSocketNotifier>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

constexpr int exitOk = 0;
constexpr int exitFailure = 1;
constexpr int exitUsage = 2;

int signalPipe[2] = { -1, -1 }; // a signal handler can reach nothing else

void onSignal(int)
{
    const char byte = 1;
    [[maybe_unused]] const auto written = write(signalPipe[1], &byte, 1);
}

void say(const std::string& sentence)
{
    std::fprintf(stderr, "callmon-engine: %s\n", sentence.c_str());
}

void catchSignals()
{
    if (pipe2(signalPipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    struct sigaction action = {};
    action.sa_handler = onSignal;
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    struct sigaction before = {}; // a terminal that was closed; nohup has it ignored
    if (sigaction(SIGHUP, nullptr, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(SIGHUP, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

void printCounters(const callmon::ProbeStatus& status)
{
    for (const callmon::NamedCounter& counter : status.counters)
        std::printf("%s %llu\n", counter.name.c_str(), static_cast<unsigned long long>(counter.value));
}

void sayUnbound(const std::vector<callmon::UnboundFlow>& flows)
{
    constexpr std::size_t most = 20;
    for (std::size_t i = 0; i < std::min(flows.size(), most); ++i) {
        const callmon::UnboundFlow& flow = flows[i];
        char text[200];
        std::snprintf(text, sizeof text,
            "RTP of no call: %s port %u to %s port %u, SSRC 0x%08x, payload type %u, %llu packets",
            flow.flow.src.ip.toString().c_str(), flow.flow.src.port, flow.flow.dst.ip.toString().c_str(),
            flow.flow.dst.port, flow.ssrc.value, flow.payloadType, static_cast<unsigned long long>(flow.packets));
        say(text);
    }
    if (flows.size() > most)
        say("and other RTP of no call");
}

// Told each second; a signal stops it.
int prepareMedia(const callmon::ProbeOptions& options)
{
    auto told = std::chrono::steady_clock::now();
    const auto progress = [&told](std::uint64_t done, std::uint64_t all) {
        if (const auto now = std::chrono::steady_clock::now(); now - told >= std::chrono::seconds(1)) {
            told = now;
            say("written " + std::to_string(done >> 20) + " of " + std::to_string(all >> 20) + " MiB");
        }
        char byte = 0;
        return read(signalPipe[0], &byte, 1) != 1;
    };
    const auto prepared = callmon::prepareMedia(options.data, std::uint64_t(options.mediaLimitGib) << 30, progress,
        callmon::MediaLogWriter::defaultSegmentSize,
        std::vector<std::filesystem::path>(options.mediaDirectories.begin(), options.mediaDirectories.end()));
    if (!prepared) {
        say(prepared.error().what);
        return exitFailure;
    }
    say(std::to_string(prepared.value().filesWritten) + " files for media written ("
        + std::to_string(prepared.value().bytesWritten >> 20) + " MiB), " + std::to_string(prepared.value().filesBefore)
        + " were there" + (prepared.value().stopped ? "; stopped, the same command goes on" : ""));
    return prepared.value().stopped ? exitFailure : exitOk;
}

}

int main(int argc, char** argv)
{
    auto parsed = callmon::parseProbeOptions(argc, argv);
    if (const auto* help = std::get_if<callmon::HelpWanted>(&parsed)) {
        std::fputs(help->text.c_str(), stdout);
        return exitOk;
    }
    if (const auto* error = std::get_if<callmon::Error>(&parsed)) {
        say(error->what);
        return exitUsage;
    }

    ::umask(0027); // calls are private, in a directory that others may enter, too
    callmon::keepAllocatedMemory();
    catchSignals();
    if (const auto& options = std::get<callmon::ProbeOptions>(parsed); options.prepareMedia)
        return prepareMedia(options);
    QCoreApplication application(argc, argv);
    auto opened = callmon::Probe::open(std::get<callmon::ProbeOptions>(parsed), say);
    if (!opened) {
        say(opened.error().what);
        return exitFailure;
    }
    const auto probe = std::move(opened.value());

    callmon::StopGuard stopGuard([&] { return probe->storageProgress(); },
        [&](std::chrono::seconds silence) {
            say(probe->notStored(silence));
            printCounters(probe->status());
            std::fflush(stdout);
            _exit(exitFailure); // no destructor: each would wait for the threads that the disk holds
        });
    bool stays = std::get<callmon::ProbeOptions>(parsed).stay;
    bool ended = false; // both of this thread alone
    QSocketNotifier signalled(signalPipe[0], QSocketNotifier::Read);
    QObject::connect(&signalled, &QSocketNotifier::activated, &application, [&] {
        char byte = 0;
        while (read(signalPipe[0], &byte, 1) == 1) { }
        stays = false;
        if (ended)
            QCoreApplication::quit();
        probe->stop();
        stopGuard.begin();
    });
    const auto onEnd = [&] {
        ended = true;
        if (!stays)
            return QCoreApplication::quit();
        if (const auto& error = probe->sourceError())
            say(error->what);
        std::puts("replay ended");
        std::fflush(stdout);
    };
    probe->start([&] { QMetaObject::invokeMethod(&application, onEnd, Qt::QueuedConnection); });
    say("reading " + probe->source());
    if (const std::string url = probe->listeningOn(); !url.empty())
        say("listening on " + url);
    callmon::tellServiceManager("READY=1");
    QCoreApplication::exec();

    callmon::tellServiceManager("STOPPING=1");
    const auto finished = probe->finish();
    printCounters(probe->status());
    sayUnbound(probe->unboundFlows());
    if (!finished) {
        say(finished.error().what);
        return exitFailure;
    }
    return exitOk;
}
