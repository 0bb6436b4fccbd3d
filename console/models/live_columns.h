// What the columns of the live list say of a call, on the screen and in CSV.
#pragma once

#include "shared/calls/live_delta.h"

#include <QString>
#include <optional>
#include <string_view>

namespace callmon {

// By LiveCallModel::Column.
struct LiveColumn {
    const char* title; // two lines: what, and whose or which unit
    const char* name; // in CSV: never translated, with its unit
    const char* help;
};
const LiveColumn& liveColumn(int column);

// The number behind a column; empty when unknown or when the column holds text.
std::optional<double> figureOf(const LiveCall& call, int column);
std::string_view textOf(const LiveCall& call, int column); // empty where the column holds no text of the call
std::optional<Milliseconds> durationSoFar(const LiveCall& call, Timestamp now); // packet time; {}: not known
bool isTextColumn(int column);
bool isMosColumn(int column);
bool isLeftAligned(int column);

struct LiveRow {
    const LiveCall& call;
    std::optional<Milliseconds> duration; // so far
    QString probe; // its name
    bool answers = true; // the probe
};
QString shownText(const LiveRow& row, int column);
QString exportedText(const LiveRow& row, int column);

}
