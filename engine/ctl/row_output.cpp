#include "engine/ctl/row_output.h"

#include "engine/ctl/text_width.h"
#include "shared/base/csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

namespace callmon {

namespace {

class CsvOutput final : public RowOutput {
public:
    CsvOutput(std::span<const char* const> names, std::ostream& out, const ExportFormat& signs)
        : m_names(names)
        , m_out(out)
        , m_signs(signs)
    {
        m_out << exportHead(m_signs) << csvLine({ names.begin(), names.end() }, m_signs.style);
    }
    void row(const std::vector<FieldValue>& fields) override
    {
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < fields.size(); ++i)
            texts.push_back(exportText(m_names[i], fields[i], m_signs));
        m_out << csvLine(texts, m_signs.style);
    }
    void end() override { }

private:
    std::span<const char* const> m_names;
    std::ostream& m_out;
    const ExportFormat m_signs;
};

class JsonOutput final : public RowOutput {
public:
    JsonOutput(std::span<const char* const> names, std::ostream& out, const ExportFormat& signs)
        : m_names(names)
        , m_out(out)
        , m_signs(signs)
    {
    }
    void row(const std::vector<FieldValue>& fields) override
    {
        m_out << (m_rows++ == 0 ? "[\n{" : ",\n{");
        for (std::size_t i = 0; i < fields.size(); ++i) {
            m_out << (i == 0 ? "" : ",") << '"' << m_names[i] << "\":";
            switch (fields[i].kind) {
            case FieldValue::Kind::Absent:
                m_out << "null";
                break;
            case FieldValue::Kind::Number: // as it is, to the last digit; "nan" and "inf" are no JSON
                m_out << (fields[i].text.find_first_of("ni") == std::string::npos ? fields[i].text : "null");
                break;
            case FieldValue::Kind::Text:
                m_out << jsonText(exportText(m_names[i], fields[i], m_signs));
                break;
            }
        }
        m_out << '}';
    }
    void end() override { m_out << (m_rows == 0 ? "[]\n" : "\n]\n"); }

private:
    std::span<const char* const> m_names;
    std::ostream& m_out;
    const ExportFormat m_signs;
    std::uint64_t m_rows = 0;
};

// For the eye: what is measured in milliseconds is shown to the microsecond, as tshark does. csv and json have it all.
std::string tableText(const FieldValue& field)
{
    constexpr std::size_t decimals = 3;
    const std::size_t point = field.text.find('.');
    if (field.kind != FieldValue::Kind::Number || point == std::string::npos
        || field.text.size() <= point + 1 + decimals)
        return field.text;
    const char* const end = field.text.data() + field.text.size();
    double value = 0;
    if (std::from_chars(field.text.data(), end, value).ptr != end)
        return field.text;
    std::array<char, 64> rounded {};
    const auto written = std::to_chars(rounded.begin(), rounded.end(), value, std::chars_format::fixed, decimals);
    return written.ec == std::errc() ? std::string(rounded.begin(), written.ptr) : field.text;
}

// The widths come from the first rows; longer texts further down are cut, numbers never.
class TableOutput final : public RowOutput {
public:
    TableOutput(std::span<const char* const> names, std::span<const TableColumn> columns, std::ostream& out)
        : m_columns(columns.begin(), columns.end())
        , m_out(out)
    {
        for (const TableColumn& column : columns) {
            const std::string_view field = column.field;
            const bool address = field == "src" || field == "dst";
            m_places.push_back(place(names, address ? std::string(field) + "_ip" : std::string(field)));
            m_ports.push_back(address ? place(names, std::string(field) + "_port") : names.size());
            m_widths.push_back(textWidth(column.heading));
            m_right.push_back(true);
        }
    }
    void row(const std::vector<FieldValue>& fields) override
    {
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < m_columns.size(); ++i) {
            const FieldValue& field = fields[m_places[i]];
            std::string text = tableText(field);
            if (m_ports[i] < fields.size())
                text = (text.find(':') == std::string::npos ? text : '[' + text + ']') + ':' + fields[m_ports[i]].text;
            const std::string_view name = m_columns[i].field;
            if ((name == "at" || name == "from" || name == "to" || name.ends_with("_at")) && text.size() > 23)
                text = text.substr(0, 10) + ' ' + text.substr(11, 12); // to the millisecond
            if (field.kind == FieldValue::Kind::Text)
                m_right[i] = false;
            texts.push_back(std::move(text));
        }
        if (m_begun)
            return print(texts);
        for (std::size_t i = 0; i < texts.size(); ++i)
            m_widths[i] =
                std::max(m_widths[i], std::min(textWidth(texts[i]), m_right[i] ? noLimit : m_columns[i].widest));
        m_first.push_back(std::move(texts));
        if (m_first.size() == rowsForWidths)
            begin();
    }
    void end() override
    {
        if (!m_begun)
            begin();
    }

private:
    static constexpr std::size_t rowsForWidths = 200;
    static constexpr std::size_t noLimit = std::numeric_limits<std::size_t>::max();

    static std::size_t place(std::span<const char* const> names, const std::string& name)
    {
        return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    }
    void begin()
    {
        m_begun = true;
        print({}, true);
        for (const auto& texts : m_first)
            print(texts);
        m_first.clear();
    }
    std::string cell(std::string_view text, std::size_t column) const
    {
        const std::size_t width = m_widths[column];
        return fitted(text, m_right[column] ? std::max(width, textWidth(text)) : width, m_right[column]);
    }
    void print(const std::vector<std::string>& texts, bool headings = false)
    {
        std::string line;
        for (std::size_t i = 0; i < m_columns.size(); ++i)
            line += (i == 0 ? "" : "  ") + cell(headings ? m_columns[i].heading : texts[i], i);
        line.erase(line.find_last_not_of(' ') + 1);
        m_out << line << '\n';
    }

    std::vector<TableColumn> m_columns;
    std::ostream& m_out;
    std::vector<std::size_t> m_places;
    std::vector<std::size_t> m_ports;
    std::vector<std::size_t> m_widths;
    std::vector<bool> m_right; // columns of numbers
    std::vector<std::vector<std::string>> m_first;
    bool m_begun = false;
};

}

std::unique_ptr<RowOutput> makeRowOutput(Format format, std::span<const char* const> names,
    std::span<const TableColumn> columns, std::ostream& out, const ExportFormat& signs)
{
    switch (format) {
    case Format::Csv:
        return std::make_unique<CsvOutput>(names, out, signs);
    case Format::Json:
        return std::make_unique<JsonOutput>(names, out, signs);
    case Format::Table:
        break;
    }
    return std::make_unique<TableOutput>(names, columns, out);
}

std::string jsonText(std::string_view text)
{
    return nlohmann::json(std::string(text)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}
