// CSV as every export of the project writes it: RFC 4180 quoting, CRLF ends, and no field that a spreadsheet would run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace callmon {

struct CsvStyle {
    char separator = ',';
    char decimal = '.'; // of figures, which are no formulas: -3.5, or -3,5
};

// A field that a spreadsheet would take for a formula (it begins with = or @ or a control character, or with + or -
// and is not a plain number) gets a leading apostrophe; +34910123456 and -3.5 stay as they are. Then RFC 4180 2.5-2.7.
std::string csvField(std::string_view text, CsvStyle style = {});

// The fields joined by commas, or what the style says, and ended by CRLF (RFC 4180 2.1).
std::string csvLine(const std::vector<std::string>& fields, CsvStyle style = {});

}
