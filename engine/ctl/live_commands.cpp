// callmonctl live and callmonctl status.
#include "engine/ctl/commands.h"
#include "engine/ctl/live_view.h"
#include "engine/ctl/status_view.h"
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

// What says itself in words; the counters follow under their own names.
std::vector<std::pair<const char*, std::string>> wordsOf(const ProbeStatus& status)
{
    return { { "source", status.source }, { "version", status.version }, { "now", toIso8601(status.now) } };
}

std::vector<NamedCounter> figuresOf(const ProbeStatus& status)
{
    return { { "live_calls", status.liveCalls }, { "frames_per_second", status.framesPerSecond },
        { "bits_per_second", status.bitsPerSecond } };
}

std::string statusCsv(const ProbeStatus& status)
{
    std::string text = csvLine({ "name", "value", "per_second" });
    for (const auto& [name, value] : wordsOf(status))
        text += csvLine({ name, value, {} });
    for (const NamedCounter& figure : figuresOf(status))
        text += csvLine({ figure.name, std::to_string(figure.value), {} });
    for (const NamedCounter& counter : status.counters)
        text += csvLine({ counter.name, std::to_string(counter.value), std::to_string(counter.perSecond) });
    return text;
}

std::string statusJson(const ProbeStatus& status)
{
    std::string text = "{";
    for (const auto& [name, value] : wordsOf(status))
        text += (text.size() == 1 ? "\n" : ",\n") + jsonText(name) + ':' + jsonText(value);
    for (const NamedCounter& figure : figuresOf(status))
        text += ",\n" + jsonText(figure.name) + ':' + std::to_string(figure.value);
    for (const NamedCounter& counter : status.counters)
        text += ",\n" + jsonText(counter.name) + ':' + std::to_string(counter.value);
    text += ",\n\"per_second\":{";
    for (const NamedCounter& counter : status.counters)
        text += (text.back() == '{' ? "\n" : ",\n") + jsonText(counter.name) + ':' + std::to_string(counter.perSecond);
    return text + "\n}\n}\n";
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
    switch (options.format) {
    case Format::Table: {
        const std::string text = statusText(status.value());
        output.out << (output.terminal && !terminalTakesUtf8() ? asciiOnly(text) : text);
        break;
    }
    case Format::Csv:
        output.out << statusCsv(status.value());
        break;
    case Format::Json:
        output.out << statusJson(status.value());
        break;
    }
    return 0;
}

}
