#include "shared/calls/export_format.h"

#include "shared/base/utc_time.h"

#include <algorithm>
#include <cstdio>

namespace callmon {

namespace {

bool isTime(std::string_view name)
{
    return name.ends_with("_at") || name.ends_with("_until") || name == "since" || name == "at" || name == "from"
        || name == "to";
}

// "2026-11-23T06:14:55.5Z" -> "2026-11-23T07:14:55.5+01:00"
std::string inZone(const std::string& text, const ExportFormat& format)
{
    const auto time = parseIso8601(text);
    if (!time || text.empty() || text.back() != 'Z')
        return text;
    const std::chrono::seconds offset = format.utcOffset(*time);
    std::string local = toIso8601(*time + offset);
    local.pop_back();
    const auto minutes = static_cast<unsigned>(std::chrono::abs(offset).count() / 60) % 6000; // no zone is that far
    char zone[16];
    std::snprintf(zone, sizeof zone, "%c%02u:%02u", offset.count() < 0 ? '-' : '+', minutes / 60, minutes % 60);
    return local + zone;
}

}

std::string exportText(std::string_view name, const FieldValue& field, const ExportFormat& format)
{
    if (field.kind == FieldValue::Kind::Number && format.style.decimal != '.') {
        std::string text = field.text;
        std::ranges::replace(text, '.', format.style.decimal);
        return text;
    }
    if (field.kind == FieldValue::Kind::Text && format.utcOffset && isTime(name))
        return inZone(field.text, format);
    return field.text;
}

std::string exportHead(const ExportFormat& format)
{
    return format.byteOrderMark ? "\xef\xbb\xbf" : "";
}

}
