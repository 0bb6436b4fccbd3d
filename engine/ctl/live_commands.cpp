// callmonctl live and callmonctl status.
#include "engine/ctl/commands.h"
#include "engine/ctl/live_view.h"
#include "engine/ctl/text_width.h"
#include "shared/base/csv.h"
#include "shared/base/utc_time.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace callmon {

namespace {

// The alternate screen without cursor, and back: what stood in the terminal before stands there again afterwards.
constexpr char enterScreen[] = "\x1b[?1049h\x1b[?25l";
constexpr char leaveScreen[] = "\x1b[?25h\x1b[?1049l";

// Ends at once, whatever the program waits for: the screen is given back, then the signal does what it does.
extern "C" void giveScreenBack(int signal)
{
    [[maybe_unused]] const auto written = ::write(STDOUT_FILENO, leaveScreen, sizeof leaveScreen - 1);
    std::signal(signal, SIG_DFL);
    ::raise(signal);
}

// Only while the screen is ours.
class Screen {
public:
    explicit Screen(std::ostream& out)
        : m_out(out)
    {
        for (std::size_t i = 0; i < signals.size(); ++i)
            m_previous[i] = std::signal(signals[i], giveScreenBack);
        m_out << enterScreen << std::flush;
    }
    ~Screen()
    {
        m_out << leaveScreen << std::flush;
        for (std::size_t i = 0; i < signals.size(); ++i)
            std::signal(signals[i], m_previous[i]);
    }
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

private:
    static constexpr std::array signals { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
    std::ostream& m_out;
    std::array<void (*)(int), signals.size()> m_previous {};
};

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
    constexpr std::size_t hint = 11; // columns of the last line
    const char* const terminal = std::getenv("TERM");
    const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
    const bool once = options.once || !output.terminal || dumb;
    const bool ascii = output.terminal && !terminalTakesUtf8();
    const auto shown = [&](const std::string& text) { return ascii ? asciiOnly(text) : text; };
    LiveView view;
    std::optional<Screen> screen;
    const auto ended = source.live([&](const LiveUpdate& update) {
        view.apply(update.delta);
        if (once) {
            output.out << shown(view.text(update.status, 0, output.terminal ? terminalSize().columns : 0));
            return false;
        }
        if (!screen)
            screen.emplace(output.out);
        const TerminalSize size = terminalSize();
        const std::size_t rows = std::max<std::size_t>(size.rows, 2);
        // Home, each line over the one before it, then away with what is below: no flicker.
        std::string frame = "\x1b[H";
        for (const char c : shown(view.text(update.status, rows - 1, size.columns)))
            frame += c == '\n' ? std::string("\x1b[K\n") : std::string(1, c);
        output.out << frame << "\x1b[J\x1b[" << rows << ";1H" << fitted("Ctrl-C ends", std::min(size.columns, hint))
                   << std::flush;
        return static_cast<bool>(output.out);
    });
    screen.reset();
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
