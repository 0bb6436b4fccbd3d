#include "engine/ctl/ladder_text.h"

#include "engine/ctl/text_width.h"

#include <algorithm>
#include <cstdio>

namespace callmon {

namespace {

constexpr std::size_t timeWidth = 13;
constexpr std::size_t narrowest = 26; // from bar to bar
constexpr std::size_t widest = 40;

std::string timeText(Nanoseconds sinceFirst)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.6f", std::chrono::duration<double>(sinceFirst).count());
    return fitted(text, timeWidth - 1, true) + ' ';
}

std::string labelOf(const LadderArrow& arrow, const CallMessage& message)
{
    std::string label = arrow.summary.label();
    if (arrow.summary.status != 0 && !arrow.summary.cseq.empty() && arrow.summary.method != "INVITE")
        label += " (" + arrow.summary.method + ')';
    if (arrow.copies > 1)
        label += " (x" + std::to_string(arrow.copies) + ')';
    else if (message.head.repeated)
        label += " (repeated)";
    return label;
}

class Lines { // the bars of all columns, and what lies between two of them
public:
    Lines(std::size_t columns, std::size_t distance)
        : m_columns(columns)
        , m_distance(distance)
    {
    }
    std::string with(std::size_t first, std::size_t last, const std::string& between) const
    {
        std::string line(m_distance / 2, ' ');
        for (std::size_t column = 0; column < m_columns; ++column) {
            if (column > first && column < last) // the arrow passes there
                continue;
            line += '|';
            if (column == first)
                line += between;
            else
                line.append(m_distance - 1, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        return line;
    }
    std::size_t room(std::size_t first, std::size_t last) const { return (last - first) * m_distance - 1; }

private:
    std::size_t m_columns;
    std::size_t m_distance;
};

std::string centred(const std::string& text, std::size_t width, char fill)
{
    const std::size_t taken = std::min(textWidth(text), width);
    const std::size_t before = (width - taken) / 2;
    return std::string(before, fill) + fitted(text, taken) + std::string(width - taken - before, fill);
}

std::string arrowText(const std::string& label, std::size_t room, bool right)
{
    const std::string middle = centred(' ' + label + ' ', room - 3, '-');
    return right ? '-' + middle + "->" : "<-" + middle + '-';
}

}

void printLadder(std::span<const CallMessage> messages, std::ostream& out)
{
    const CallLadder ladder = ladderOf(messages);
    if (ladder.arrows.empty())
        return;
    std::size_t distance = narrowest;
    for (const LadderArrow& arrow : ladder.arrows)
        distance = std::max(
            { distance, textWidth(labelOf(arrow, messages[arrow.message])) + 8, textWidth(arrow.summary.media) + 2 });
    for (const LadderColumn& column : ladder.columns)
        distance = std::max(distance, toString(column.endpoint).size() + 3);
    distance = std::min(distance, widest);

    const Lines lines(ladder.columns.size(), distance);
    const std::string margin(timeWidth, ' ');
    const auto heading = [&](auto&& text) {
        std::string line = margin;
        for (const LadderColumn& column : ladder.columns)
            line += centred(text(column), distance, ' ');
        line.erase(line.find_last_not_of(' ') + 1);
        if (!line.empty())
            out << line << '\n';
    };
    heading([](const LadderColumn& column) { return column.role; });
    heading([](const LadderColumn& column) { return toString(column.endpoint); });
    const Timestamp start = messages[ladder.arrows.front().message].head.arrival;
    for (const LadderArrow& arrow : ladder.arrows) {
        const CallMessage& message = messages[arrow.message];
        const auto [first, last] = std::minmax(arrow.from, arrow.to);
        const std::string label = labelOf(arrow, message);
        out << timeText(message.head.arrival - start);
        if (first == last) { // to itself
            out << lines.with(ladder.columns.size(), ladder.columns.size(), {}) << "  "
                << fitted(label, textWidth(label)) << " at " << toString(message.head.flow.src) << '\n';
            continue;
        }
        const std::size_t room = lines.room(first, last);
        out << lines.with(first, last, arrowText(label, room, arrow.from < arrow.to)) << '\n';
        if (!arrow.summary.media.empty())
            out << margin << lines.with(first, last, centred(arrow.summary.media, room, ' ')) << '\n';
    }
}

}
