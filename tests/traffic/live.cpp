#include "tests/traffic/live.h"

#include <csignal>
#include <ctime>
#include <poll.h>
#include <unistd.h>

namespace callmon {

namespace {

// Frames leave in steps of this: late by no more, and the machine sleeps in between.
constexpr Nanoseconds step = std::chrono::milliseconds(10);

volatile std::sig_atomic_t stopRequested = 0;

void requestStop(int)
{
    stopRequested = 1;
}

void handleSignals()
{
    struct sigaction action { };
    action.sa_handler = requestStop; // without SA_RESTART: the sleep ends at once
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN); // the failing write says so
}

void sleepUntil(std::chrono::steady_clock::time_point time)
{
    const Nanoseconds left = time - std::chrono::steady_clock::now();
    if (left <= Nanoseconds(0))
        return;
    const timespec duration { left.count() / 1'000'000'000, left.count() % 1'000'000'000 };
    nanosleep(&duration, nullptr);
}

// A stream that sends nothing for a while would not see its reader go: ask before each sleep.
bool readerHungUp()
{
    pollfd output { STDOUT_FILENO, 0, 0 };
    return poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0;
}

}

Result<void> runLive(Generator& generator, CaptureWriter& writer, Timestamp start)
{
    handleSignals();
    const auto began = std::chrono::steady_clock::now(); // a clock that nobody sets while we run
    bool more = true;
    for (Nanoseconds elapsed { 0 }; more && stopRequested == 0; elapsed += step) {
        more = generator.runUntil(start + elapsed);
        if (const auto flushed = writer.flush(); !flushed || readerHungUp()) {
            if (!flushed && !writer.readerGone())
                return flushed;
            return {};
        }
        sleepUntil(began + elapsed + step);
    }
    return {};
}

}
