#include "shared/base/csv.h"

namespace callmon {

namespace {

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

// A sign, digits and at most one decimal point: a telephone number or a figure, never a formula.
bool isSignedNumber(std::string_view text, char decimal)
{
    bool digitSeen = false;
    bool pointSeen = false;
    for (const char c : text.substr(1)) {
        if (isDigit(c))
            digitSeen = true;
        else if (c == decimal && !pointSeen)
            pointSeen = true;
        else
            return false;
    }
    return digitSeen;
}

bool wouldRun(std::string_view text, char decimal)
{
    if (text.empty())
        return false;
    const char first = text.front();
    if (first == '=' || first == '@' || static_cast<unsigned char>(first) < 0x20 || first == 0x7f)
        return true;
    return (first == '+' || first == '-') && !isSignedNumber(text, decimal);
}

}

std::string csvField(std::string_view text, CsvStyle style)
{
    std::string field = wouldRun(text, style.decimal) ? "'" : "";
    field += text;
    const char special[] { style.separator, '"', '\r', '\n', '\0' };
    if (field.find_first_of(special) == std::string::npos)
        return field;
    std::string quoted = "\"";
    for (const char c : field) {
        if (c == '"')
            quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

std::string csvLine(const std::vector<std::string>& fields, CsvStyle style)
{
    std::string line;
    for (const std::string& field : fields) {
        if (!line.empty() || &field != &fields.front())
            line += style.separator;
        line += csvField(field, style);
    }
    return line + "\r\n";
}

}
