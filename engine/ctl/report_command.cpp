// callmonctl report: service figures of any period and grouping, summed from the call records; or what the engine
// measured while calls were on, minute by minute or as of now.
#include "engine/ctl/commands.h"
#include "shared/base/utc_time.h"

#include <algorithm>
#include <array>
#include <map>

namespace callmon {

namespace {

// Callers and addresses may be any number: those that come beyond are summed with the others. 60 MB.
constexpr std::size_t mostGroupsKept = 200'000;

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
    TableColumn { "answer_delay_mean_ms", "answer ms" },
    TableColumn { "post_dial_delay_mean_ms", "PDD ms" },
    TableColumn { "mos_mean", "MOS" },
};

constexpr std::array serviceRowTable {
    TableColumn { "from", "from (UTC)" },
    TableColumn { "to", "to (UTC)" },
    TableColumn { "group", "group", 30 },
    TableColumn { "new_calls_per_s", "calls/s" },
    TableColumn { "concurrent_mean", "at once" },
    TableColumn { "concurrent_peak", "peak" },
    TableColumn { "attempts", "attempts" },
    TableColumn { "asr_percent", "ASR %" },
    TableColumn { "ner_percent", "NER %" },
    TableColumn { "seer_percent", "SEER %" },
    TableColumn { "isa_percent", "ISA %" },
    TableColumn { "acd_s", "ACD s" },
    TableColumn { "post_dial_delay_mean_ms", "PDD ms" },
    TableColumn { "repeated_calls", "repeated" },
    TableColumn { "mos_mean", "MOS" },
};

class GroupsOf { // a call
public:
    explicit GroupsOf(const CtlOptions& options)
        : m_by(options.reportBy)
        , m_groups(options.trunks, options.prefixes)
    {
    }

    template <typename Count> void count(const CallRecord& call, Count&& into) const
    {
        if (m_by != ReportBy::Trunk)
            return into(nameOf(call));
        CallRecord named = call;
        m_groups.nameTrunks(named); // where some were given; else those of the engine
        const auto trunks = trunksOf(named);
        if (trunks == std::array<std::string_view, 2> {})
            into("unknown");
        for (const std::string_view trunk : trunks)
            if (!trunk.empty())
                into(std::string(trunk));
    }

private:
    std::string nameOf(const CallRecord& call) const
    {
        switch (m_by) {
        case ReportBy::Prefix: {
            const auto prefix = m_groups.prefixOf(call.callee);
            return prefix ? m_groups.prefixes()[*prefix] : "other";
        }
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
        default:
            return "total";
        }
    }

    ReportBy m_by;
    CallGroups m_groups;
};

bool mayBeMany(ReportBy by)
{
    return by == ReportBy::Caller || by == ReportBy::Callee || by == ReportBy::CallerAddress
        || by == ReportBy::CalleeAddress;
}

class ServiceReport {
public:
    void add(const std::string& group, const CallRecord& call)
    {
        const auto found = m_groups.find(group);
        if (found != m_groups.end())
            found->second.add(call);
        else if (m_groups.size() < mostGroupsKept)
            m_groups[group].add(call);
        else
            addOther(call);
    }

    void addGroup(const std::string& group) { m_groups[group]; }
    bool isEmpty() const { return m_groups.empty(); }

    // Ordered by name; of many those with most attempts, and the others as one.
    void print(RowOutput& rows, std::size_t most)
    {
        std::vector<const std::pair<const std::string, ServiceFigures>*> order;
        for (const auto& group : m_groups)
            order.push_back(&group);
        std::size_t others = 0;
        if (most > 0) {
            std::ranges::stable_sort(
                order, std::ranges::greater(), [](const auto* group) { return group->second.attempts; });
            for (; order.size() > most; order.pop_back(), ++others)
                m_others += ServiceSums { order.back()->second };
        }
        for (const auto* group : order)
            rows.row(serviceFields(group->second, group->first));
        if (others > 0 || m_beyond > 0)
            rows.row(serviceFields(m_others.figures,
                m_beyond > 0 ? "(all others)" : '(' + std::to_string(others) + (others == 1 ? " other)" : " others)")));
        rows.end();
    }

private:
    void addOther(const CallRecord& call)
    {
        ++m_beyond;
        m_others.figures.add(call);
    }

    std::map<std::string, ServiceFigures> m_groups;
    ServiceSums m_others;
    std::uint64_t m_beyond = 0; // calls of groups that are not kept apart
};

// An empty table is no answer to who forgot to name the trunks.
void sayNothingMeasured(ServiceGrouping grouping, ReportOf of, CtlOutput output)
{
    output.err << "callmonctl: nothing was measured "
               << (grouping == ServiceGrouping::Total ? std::string() : "by " + std::string(toText(grouping)) + ' ')
               << (of == ReportOf::Windows ? "yet" : "in that period");
    if (grouping == ServiceGrouping::Trunk)
        output.err << "; trunks are those that the engine's configuration names";
    else if (grouping == ServiceGrouping::Prefix)
        output.err << "; prefixes are those that the engine's configuration names";
    output.err << '\n';
}

int reportMeasured(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    const auto grouping = static_cast<ServiceGrouping>(options.reportBy); // the first of both are the same
    bool any = false;
    const auto rows =
        makeRowOutput(options.format, serviceRowFieldNames(), serviceRowTable, output.out, options.signs());
    if (options.reportOf == ReportOf::Windows) {
        const auto windows = source.serviceWindows();
        if (!windows)
            return fail(output, windows.error());
        for (const ServiceRow& row : windows.value())
            if (row.group.grouping == grouping) {
                any = true;
                rows->row(serviceRowFields(row));
            }
        rows->end();
        if (!any)
            sayNothingMeasured(grouping, options.reportOf, output);
        return 0;
    }
    ServiceQuery query;
    query.from = options.query.from;
    query.to = options.query.to;
    query.grouping = grouping;
    query.stepMinutes = options.stepMinutes == 0 ? 60 : options.stepMinutes;
    const auto done = source.serviceHistory(query, [&](const ServiceRow& row) {
        any = true;
        rows->row(serviceRowFields(row));
        return static_cast<bool>(output.out);
    });
    rows->end();
    if (done && !any)
        sayNothingMeasured(grouping, options.reportOf, output);
    return done ? 0 : fail(output, done.error());
}

static_assert(static_cast<int>(ReportBy::Codec) == static_cast<int>(ServiceGrouping::Codec));
static_assert(static_cast<int>(ReportBy::Trunk) == static_cast<int>(ServiceGrouping::Trunk));

}

int reportService(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    if (options.reportOf != ReportOf::Calls)
        return reportMeasured(source, options, output);
    CallQuery query = options.query;
    if (const auto narrowed = narrowTo(source, options.call, query); !narrowed)
        return fail(output, narrowed.error());
    ServiceReport report;
    const GroupsOf groups(options);
    Result<void> read;
    if (options.reportBy == ReportBy::Codec) {
        read = callsWithStreams(source, query, [&](const CallRecord& call, const auto& streams) {
            const std::string codec(codecOf(streams));
            report.add(codec.empty() ? "none" : codec, call);
            return true;
        });
    } else {
        const auto found = source.calls(query, [&](const CallRecord& call) {
            groups.count(call, [&](const std::string& group) { report.add(group, call); });
            return true;
        });
        read = found ? Result<void>() : found.error();
    }
    if (!read)
        return fail(output, read.error());
    const auto rows = makeRowOutput(options.format, serviceFieldNames(), serviceTable, output.out, options.signs());
    if (options.reportBy == ReportBy::Total)
        report.addGroup("total"); // no call at all is a row of zeros
    if (report.isEmpty())
        output.err << "callmonctl: no call fits\n";
    report.print(*rows, mayBeMany(options.reportBy) ? options.mostGroups : 0);
    return 0;
}

}
