// How people write the values of a condition: figures, spans of time, codes of responses.
#pragma once

#include <QString>
#include <optional>

namespace callmon {

// Digits as the user's language groups them, or as programs write them.
std::optional<double> numberOf(const QString& text);
QString plainNumber(double number); // as programs write it

// "90", "90 s", "1:30", "1:02:03", "2 min", "1 h 30 min"; empty: none of these.
std::optional<double> secondsOf(const QString& text);
QString secondsText(double seconds); // "90 s", "1:30:00"

// "486", "4xx", "400-499": a SIP response, its class, or a range. Empty: none of these.
struct CodeRange {
    int first = 0;
    int last = 0;
};
std::optional<CodeRange> codesOf(const QString& text);

}
