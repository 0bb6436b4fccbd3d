#include "engine/ctl/csv_options.h"

#include "engine/ctl/option_words.h"

#include <QDateTime>
#include <QTimeZone>

#include <array>

namespace callmon {

namespace {

std::function<std::chrono::seconds(Timestamp)> offsetsOf(const QTimeZone& zone)
{
    return [zone](Timestamp time) {
        const auto ms = std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
        return std::chrono::seconds(zone.offsetFromUtc(QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC)));
    };
}

QTimeZone zoneNamed(const std::string& name)
{
    return name == "local" ? QTimeZone::systemTimeZone() : QTimeZone(QByteArray::fromStdString(name));
}

}

void addCsvOptions(CLI::App& command, CsvOptions& options)
{
    constexpr std::array separators { Choice { "comma", ',' }, Choice { "semicolon", ';' }, Choice { "tab", '\t' } };
    const auto separator = [separators](std::string_view text) {
        const auto found = std::ranges::find(separators, text, &Choice<char>::word);
        return found == separators.end() ? std::nullopt : std::optional(found->value);
    };
    addParsed(command, "--separator", "S", separator, options.separator, "is none of comma, semicolon, tab",
        "Between the fields of csv: comma (default), semicolon or tab");
    constexpr std::array decimals { Choice { "point", '.' }, Choice { "comma", ',' } };
    addChoice(command, "--decimal", "D", decimals, options.format.style.decimal,
        "Decimal sign in csv: point (default) or comma; with a comma fields are separated by semicolons unless "
        "--separator says otherwise");
    command
        .add_option_function<std::string>(
            "--time-zone",
            [&options](const std::string& name) {
                if (name != "UTC" && name != "utc")
                    options.format.utcOffset = offsetsOf(zoneNamed(name));
            },
            "Times in csv and json in this zone, with their distance from UTC: Europe/Madrid, local; default UTC")
        ->type_name("Z")
        ->check(CLI::Validator(
            [](std::string& name) {
                return name == "UTC" || name == "utc" || zoneNamed(name).isValid()
                    ? std::string()
                    : "\"" + name + "\" is no time zone of this machine; write Europe/Madrid, local or UTC";
            },
            ""));
    command.add_flag("--bom", options.format.byteOrderMark,
        "Begin csv with a byte order mark, by which some spreadsheets know UTF-8");
}

ExportFormat formatOf(const CsvOptions& options)
{
    ExportFormat format = options.format;
    format.style.separator = options.separator.value_or(format.style.decimal == ',' ? ';' : ',');
    return format;
}

}
