// callmonctl calls, streams, quality and unbound.
#include "engine/ctl/list_found.h"

#include <algorithm>
#include <array>
#include <utility>

namespace callmon {

namespace {

constexpr std::array callTable {
    TableColumn { "started_at", "started (UTC)" },
    TableColumn { "caller", "caller", 20 },
    TableColumn { "callee", "callee", 20 },
    TableColumn { "outcome", "outcome" },
    TableColumn { "final_code", "code" },
    TableColumn { "ended_by", "ended by" },
    TableColumn { "duration_s", "duration s" },
    TableColumn { "post_dial_delay_ms", "PDD ms" },
    TableColumn { "mos_mean", "MOS" },
    TableColumn { "mos_min", "min" },
    TableColumn { "trust", "trust" },
    TableColumn { "recorded", "recorded" },
    TableColumn { "legal_hold", "hold", 40 },
    TableColumn { "tags", "tags", 24 },
    TableColumn { "call_id", "Call-ID", 36 },
};

constexpr std::array streamTable {
    TableColumn { "call_id", "Call-ID", 20 },
    TableColumn { "direction", "from" },
    TableColumn { "src", "source", 25 },
    TableColumn { "dst", "destination", 25 },
    TableColumn { "ssrc", "SSRC" },
    TableColumn { "codec", "codec", 12 },
    TableColumn { "packets", "packets" },
    TableColumn { "lost", "lost" },
    TableColumn { "lost_with_probe", "probe's" },
    TableColumn { "loss_percent", "loss %" },
    TableColumn { "jitter_mean_ms", "jitter ms" },
    TableColumn { "jitter_max_ms", "max ms" },
    TableColumn { "jitter_error_ms", "+- ms" },
    TableColumn { "delta_max_ms", "delta max ms" },
    TableColumn { "mos_mean", "MOS" },
    TableColumn { "mos_min", "min" },
};

// To which call a stream that somebody asked for belongs, and how sure that is.
constexpr std::array bindingTable {
    TableColumn { "call_id", "Call-ID", 36 },
    TableColumn { "direction", "from" },
    TableColumn { "src", "source", 25 },
    TableColumn { "dst", "destination", 25 },
    TableColumn { "ssrc", "SSRC" },
    TableColumn { "codec", "codec", 12 },
    TableColumn { "first_packet_at", "first packet (UTC)" },
    TableColumn { "packets", "packets" },
    TableColumn { "binding_rule", "bound by" },
    TableColumn { "binding_confidence_percent", "sure %" },
};

constexpr std::array unboundTable {
    TableColumn { "src", "source", 45 },
    TableColumn { "dst", "destination", 45 },
    TableColumn { "ssrc", "SSRC" },
    TableColumn { "payload_type", "type" },
    TableColumn { "packets", "packets" },
    TableColumn { "first_packet_at", "first packet (UTC)" },
    TableColumn { "last_packet_at", "last packet (UTC)" },
};

constexpr std::array qualityTable {
    TableColumn { "at", "second from (UTC)" },
    TableColumn { "direction", "from" },
    TableColumn { "stream_index", "stream" },
    TableColumn { "packets", "packets" },
    TableColumn { "lost", "lost" },
    TableColumn { "lost_with_probe", "probe's" },
    TableColumn { "jitter_ms", "jitter ms" },
    TableColumn { "jitter_error_ms", "+- ms" },
    TableColumn { "delta_max_ms", "delta max ms" },
    TableColumn { "mos", "MOS" },
    TableColumn { "far_end_lost_percent", "far lost %" },
    TableColumn { "far_end_jitter_ms", "far jitter ms" },
    TableColumn { "rtcp_rtt_ms", "RTT ms" },
};

// Tables are for the eye, as a search is; what a program can read is an export.
Result<void> noteExport(CallSource& source, const CtlOptions& options, const std::string& what)
{
    if (options.format == Format::Table)
        return {};
    return source.noteExport(what + (options.format == Format::Csv ? " as csv" : " as json"));
}

}

int listCalls(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    CallQuery query = options.query;
    if (const auto narrowed = narrowTo(source, options.call, query); !narrowed)
        return fail(output, narrowed.error());
    if (auto noted = noteExport(source, options, "calls"); !noted)
        return fail(output, noted.error());
    const auto rows = makeRowOutput(options.format, callFieldNames(), callTable, output.out, options.signs());
    std::uint64_t shown = 0;
    std::uint64_t matches = 0;
    CallCursor last;
    const auto ask = [&](const auto& sink) {
        auto found = source.calls(query, sink);
        matches = found ? found.value() : 0;
        return found;
    };
    const int status = listFound<CallRecord>(options, output, *rows, "calls", ask, [&](const CallRecord& call) {
        ++shown;
        last = cursorAt(call, query.sortBy);
        return callFields(call, source.tagsOf(call.key), source.legalHoldOf(call.key));
    });
    if (query.limit != 0 && shown == query.limit && (matches > shown || !query.count))
        output.err << "callmonctl: the next ones: the same with --after '" << toText(last) << "'\n";
    return status;
}

int listStreams(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    CallQuery query = options.query;
    if (const auto narrowed = narrowTo(source, options.call, query); !narrowed)
        return fail(output, narrowed.error());
    if (auto noted = noteExport(source, options, "streams"); !noted)
        return fail(output, noted.error());
    const auto rows = makeRowOutput(options.format, streamFieldNames(),
        options.streams.takesAll() ? std::span<const TableColumn>(streamTable) : bindingTable, output.out,
        options.signs());
    const auto found = callsWithStreams(source, query, [&](const CallRecord& call, const auto& streams) {
        for (const StreamRecord& stream : streams)
            if (options.streams.matches(stream))
                rows->row(streamFields(stream, call.callId));
        return static_cast<bool>(output.out);
    });
    rows->end();
    return found ? 0 : fail(output, found.error());
}

int listQuality(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    const auto call = theCall(source, options, output);
    if (!call)
        return fail(output, call.error());
    const auto streams = source.streams(call.value().key);
    if (!streams)
        return fail(output, streams.error());
    const auto points = source.quality(call.value().key);
    if (!points)
        return fail(output, points.error());
    const auto rows = makeRowOutput(options.format, qualityFieldNames(), qualityTable, output.out, options.signs());
    for (const QualityPoint& point : points.value()) {
        const auto stream = std::ranges::find(streams.value(), point.stream, &StreamRecord::key);
        if (stream != streams.value().end()) // a stream that is on may have points before it has a row
            rows->row(qualityFields(point, call.value().callId, stream->direction));
    }
    rows->end();
    return 0;
}

int listUnbound(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    const auto status = source.status();
    if (!status)
        return fail(output, status.error());
    if (status.value().addressesWithheld) // an empty list would say that all RTP belongs to calls
        return fail(output,
            { "which addresses send RTP of no call is for operators: your certificate says viewer. Ask whoever keeps "
              "the certificates for one with the role operator" });
    const auto rows = makeRowOutput(options.format, unboundFieldNames(), unboundTable, output.out, options.signs());
    for (const UnboundFlow& flow : status.value().unboundFlows)
        rows->row(unboundFields(flow));
    rows->end();
    return 0;
}

}
