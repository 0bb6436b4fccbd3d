#include "shared/remote/wire_recording.h"

#include "shared/remote/wire.h"

namespace callmon {

using namespace wire;

namespace {

template <typename Archive, typename Rule> void visitRule(Archive& archive, Rule& rule)
{
    archive.field(rule.name);
    archive.field(rule.enabled);
    archive.field(rule.percent);
    archive.field(rule.caller);
    archive.field(rule.callee);
    archive.field(rule.number);
    archive.field(rule.address);
    archive.field(rule.trunk);
    archive.field(rule.header);
    archive.field(rule.changedBy);
    archive.field(rule.changedAt);
}
constexpr std::size_t ruleMinBytes = 8 * 2 + 1 + 8 + 8;

}

QByteArray encode(const RecordingRules& rules)
{
    Writer out(Kind::RecordingRules);
    out.field(rules.version);
    return writePage(std::move(out), rules.rules, [](Writer& w, const RecordingRule& rule) { visitRule(w, rule); });
}

std::optional<RecordingRules> decodeRecordingRules(const QByteArray& blob)
{
    Reader in(blob, Kind::RecordingRules);
    RecordingRules rules;
    readRules(in, rules);
    return in.complete() ? std::optional(std::move(rules)) : std::nullopt;
}

void wire::readRules(Reader& in, RecordingRules& rules)
{
    in.field(rules.version);
    readList(in, rules.rules, ruleMinBytes, [](Reader& r, RecordingRule& rule) { visitRule(r, rule); });
}

}
