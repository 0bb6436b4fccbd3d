// callmonctl live and callmonctl status.
#include "engine/ctl/commands.h"
#include "engine/ctl/live_view.h"
#include "shared/base/csv.h"
#include "shared/base/utc_time.h"

#include <algorithm>
#include <csignal>
#include <limits>
#include <sys/ioctl.h>
#include <unistd.h>

namespace callmon {

namespace {

volatile std::sig_atomic_t interrupted = 0;

struct TerminalSize {
    std::size_t rows = 24;
    std::size_t columns = 80;
};

TerminalSize terminalSize()
{
    winsize size {};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
        return {};
    return { size.ws_row, size.ws_col };
}

struct StatusRow {
    std::string name;
    std::string value;
    bool number = false;
};

std::vector<StatusRow> rowsOf(const ProbeStatus& status)
{
    std::vector<StatusRow> rows { { "source", status.source }, { "version", status.version },
        { "now", toIso8601(status.now) }, { "live_calls", std::to_string(status.liveCalls), true },
        { "frames_per_second", std::to_string(status.framesPerSecond), true },
        { "bits_per_second", std::to_string(status.bitsPerSecond), true } };
    for (const NamedCounter& counter : status.counters)
        rows.push_back({ counter.name, std::to_string(counter.value), true });
    return rows;
}

}

int showLive(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    constexpr std::size_t linesAround = 4; // head, headings, "older ones", and the cursor's
    const bool once = options.once || !output.terminal;
    LiveView view;
    const auto previous = std::signal(SIGINT, [](int) { interrupted = 1; });
    const auto ended = source.live([&](const LiveUpdate& update) {
        view.apply(update.delta);
        if (interrupted)
            return false;
        if (once) {
            output.out << view.text(update.status, std::numeric_limits<std::size_t>::max(), 0);
            return false;
        }
        const TerminalSize size = terminalSize();
        const std::size_t rows = size.rows > linesAround + 1 ? size.rows - linesAround : 1;
        // Home, each line over the one before it, then away with what is below: no flicker.
        std::string screen = "\x1b[H";
        for (const char c : view.text(update.status, rows, size.columns))
            screen += c == '\n' ? std::string("\x1b[K\n") : std::string(1, c);
        output.out << screen << "\x1b[J" << std::flush;
        return static_cast<bool>(output.out);
    });
    std::signal(SIGINT, previous);
    if (!ended)
        return fail(output, ended.error());
    return 0;
}

int showStatus(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    const auto status = source.status();
    if (!status)
        return fail(output, status.error());
    const auto rows = rowsOf(status.value());
    std::size_t width = 0;
    for (const StatusRow& row : rows)
        width = std::max(width, row.name.size());
    if (options.format == Format::Csv)
        output.out << csvLine({ "name", "value" });
    std::string separator = "{\n";
    for (const StatusRow& row : rows) {
        switch (options.format) {
        case Format::Table:
            output.out << row.name << std::string(width - row.name.size() + 2, ' ') << row.value << '\n';
            break;
        case Format::Csv:
            output.out << csvLine({ row.name, row.value });
            break;
        case Format::Json:
            output.out << std::exchange(separator, ",\n") << jsonText(row.name) << ':'
                       << (row.number ? row.value : jsonText(row.value));
            break;
        }
    }
    if (options.format == Format::Json)
        output.out << "\n}\n";
    return 0;
}

}
