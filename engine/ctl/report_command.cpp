// callmonctl report: service figures of any period and grouping, summed from the call records.
#include "engine/ctl/commands.h"
#include "shared/base/utc_time.h"

#include <algorithm>
#include <array>
#include <map>

namespace callmon {

namespace {

constexpr std::array serviceTable {
    TableColumn { "group", "group", 30 },
    TableColumn { "attempts", "attempts" },
    TableColumn { "answered", "answered" },
    TableColumn { "asr_percent", "ASR %" },
    TableColumn { "ner_percent", "NER %" },
    TableColumn { "number_error_percent", "number %" },
    TableColumn { "ser_percent", "SER %" },
    TableColumn { "seer_percent", "SEER %" },
    TableColumn { "isa_percent", "ISA %" },
    TableColumn { "acd_s", "ACD s" },
    TableColumn { "answer_delay_mean_ms", "answer ms", 11 },
    TableColumn { "post_dial_delay_mean_ms", "PDD ms", 11 },
    TableColumn { "mos_mean", "MOS" },
};

std::string prefixOf(std::string_view callee, const std::vector<std::string>& prefixes)
{
    const std::string* longest = nullptr;
    for (const std::string& prefix : prefixes)
        if (callee.starts_with(prefix) && (!longest || prefix.size() > longest->size()))
            longest = &prefix;
    return longest ? *longest : "other";
}

std::string groupOf(const CallRecord& call, const CtlOptions& options)
{
    switch (options.reportBy) {
    case ReportBy::Total:
        return "total";
    case ReportBy::Prefix:
        return prefixOf(call.callee, options.prefixes);
    case ReportBy::Caller:
        return call.caller.str();
    case ReportBy::Callee:
        return call.callee.str();
    case ReportBy::CallerAddress:
        return call.callerAddress.ip.toString();
    case ReportBy::CalleeAddress:
        return call.calleeAddress.ip.toString();
    case ReportBy::Hour:
        return toIso8601(std::chrono::floor<std::chrono::hours>(call.startedAt)).substr(0, 13) + ":00Z";
    case ReportBy::Day:
        return toString(dayOf(call.startedAt));
    case ReportBy::Outcome:
        return std::string(toText(call.outcome));
    case ReportBy::OutcomeCode: // of an answered call it may be that of a later re-INVITE
        return call.answeredAt ? "answered" : call.finalCode ? std::to_string(call.finalCode) : "none";
    }
    return {};
}

}

int reportService(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    CallQuery query = options.query;
    if (const auto narrowed = narrowTo(source, options.call, query); !narrowed)
        return fail(output, narrowed.error());
    std::map<std::string, ServiceFigures> groups;
    if (options.reportBy == ReportBy::Total)
        groups["total"]; // no call at all is a row of zeros
    const auto found = source.calls(query, [&](const CallRecord& call) {
        groups[groupOf(call, options)].add(call);
        return true;
    });
    if (!found)
        return fail(output, found.error());
    const auto rows = makeRowOutput(options.format, serviceFieldNames(), serviceTable, output.out);
    for (const auto& [group, figures] : groups)
        rows->row(serviceFields(figures, group));
    rows->end();
    return 0;
}

}
