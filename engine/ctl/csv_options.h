// The signs of the csv form.
#pragma once

#include "shared/calls/export_format.h"

namespace CLI {
class App;
}

namespace callmon {

struct CsvOptions {
    std::optional<char> separator;
    ExportFormat format;
};

void addCsvOptions(CLI::App& command, CsvOptions& options);
ExportFormat formatOf(const CsvOptions& options); // a decimal comma without a separator: semicolons

}
