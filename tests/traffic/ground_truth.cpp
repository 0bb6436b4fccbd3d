#include "tests/traffic/ground_truth.h"

#include "shared/base/csv.h"
#include "shared/base/utc_time.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace callmon {

namespace {

void writeLine(std::FILE* file, const std::vector<std::string>& fields)
{
    const std::string line = csvLine(fields);
    std::fwrite(line.data(), 1, line.size(), file);
}

std::string text(const std::optional<Timestamp>& time)
{
    return time ? toIso8601(*time) : std::string();
}

std::string number(const std::optional<double>& value)
{
    char text[32] = "";
    if (value)
        std::snprintf(text, sizeof text, "%.4f", *value);
    return text;
}

std::string text(const std::optional<Milliseconds>& span)
{
    return number(span ? std::optional(span->count()) : std::nullopt);
}

}

void StreamTruth::passed(Timestamp at, std::uint32_t index, bool copy)
{
    if (m_packets++ == 0) {
        m_first = m_highest = index;
        m_firstAt = at;
    }
    m_lastAt = at;
    if (copy)
        ++m_duplicates;
    else if (index < m_highest)
        ++m_reordered;
    m_highest = std::max(m_highest, index);
    if (index < m_first)
        return;
    m_came.resize(std::max<std::size_t>(m_came.size(), index - m_first + 1u));
    m_came[index - m_first] = true;
}

std::uint64_t StreamTruth::lossRuns() const
{
    std::uint64_t runs = 0;
    for (std::size_t i = 1; i < m_came.size(); ++i)
        runs += m_came[i - 1] && !m_came[i];
    return runs;
}

void CallTruth::passed(Timestamp at, Step step)
{
    if (!startedAt)
        startedAt = at;
    if (step == Step::Ringing)
        ringingAt = at;
    if (step == Step::Answer)
        answeredAt = at;
    if (step == Step::Bye || step == Step::FinalFailure)
        endedAt = at;
    finalSeen = finalSeen || step == Step::Answer || step == Step::FinalFailure;
}

Result<GroundTruth> GroundTruth::create(const std::string& prefix)
{
    const std::string names[] { prefix + ".truth.csv", prefix + ".truth.streams.csv", prefix + ".truth.other.csv" };
    File files[std::size(names)];
    for (std::size_t i = 0; i < std::size(names); ++i) {
        files[i].reset(std::fopen(names[i].c_str(), "wb"));
        if (!files[i])
            return Error { "cannot write " + names[i] + ": " + std::strerror(errno) };
    }
    writeLine(files[0].get(),
        { "call_id", "sort", "caller", "callee", "started_at", "ringing_at", "answered_at", "ended_at", "outcome",
            "final_code", "ended_by", "codec" });
    writeLine(files[1].get(),
        { "call_id", "direction", "src_ip", "src_port", "dst_ip", "dst_port", "ssrc", "codec", "first_packet_at",
            "last_packet_at", "packets", "duplicates", "dropped", "reordered", "expected", "lost", "loss_runs",
            "rtcp_reports", "rtcp_rtt_ms", "far_end_lost_percent", "far_end_jitter_ms" });
    writeLine(files[2].get(), { "protocol", "frames", "bytes" });
    return GroundTruth(std::move(files[0]), std::move(files[1]), std::move(files[2]), prefix);
}

GroundTruth::GroundTruth(File calls, File streams, File other, std::string prefix)
    : m_calls(std::move(calls))
    , m_streams(std::move(streams))
    , m_other(std::move(other))
    , m_prefix(std::move(prefix))
{
}

void GroundTruth::add(
    const std::string& callId, const CallParties& parties, const CallPlan& plan, const CallTruth& call)
{
    writeLine(m_calls.get(),
        { callId, std::string(toText(plan.sort)), parties.caller.number, parties.callee.number, text(call.startedAt),
            text(call.ringingAt), text(call.answeredAt), text(call.endedAt),
            std::string(toText(call.finalSeen ? plan.outcome : CallOutcome::Incomplete)),
            call.finalSeen ? std::to_string(plan.finalCode) : std::string(),
            std::string(call.endedAt ? toText(plan.endedBy) : toText(EndedBy::ProbeStopped)),
            call.answeredAt ? std::string(nameOf(plan.codec)) : std::string() });
}

void GroundTruth::add(const std::string& callId, Party direction, const FlowKey& flow, Ssrc ssrc, Codec codec,
    const StreamTruth& stream, const RtcpTruth& reported)
{
    char ssrcText[16];
    std::snprintf(ssrcText, sizeof ssrcText, "0x%08X", ssrc.value);
    writeLine(m_streams.get(),
        { callId, std::string(toText(direction)), flow.src.ip.toString(), std::to_string(flow.src.port),
            flow.dst.ip.toString(), std::to_string(flow.dst.port), ssrcText, std::string(nameOf(codec)),
            toIso8601(stream.firstAt()), toIso8601(stream.lastAt()), std::to_string(stream.packets()),
            std::to_string(stream.duplicates()), std::to_string(stream.dropped()), std::to_string(stream.reordered()),
            std::to_string(stream.expected()), std::to_string(stream.lost()), std::to_string(stream.lossRuns()),
            std::to_string(reported.reports), text(reported.roundTrip), number(reported.lostPercent),
            text(reported.jitter) });
}

void GroundTruth::add(const CrossTruth& cross, const FrameCount& mirrorCopies)
{
    writeLine(m_other.get(), { "tcp", std::to_string(cross.tcpFrames), std::to_string(cross.tcpBytes) });
    writeLine(m_other.get(), { "udp", std::to_string(cross.udpFrames), std::to_string(cross.udpBytes) });
    writeLine(
        m_other.get(), { "mirror_copies", std::to_string(mirrorCopies.frames), std::to_string(mirrorCopies.bytes) });
}

Result<void> GroundTruth::close()
{
    if (std::fflush(m_calls.get()) != 0 || std::fflush(m_streams.get()) != 0 || std::fflush(m_other.get()) != 0)
        return Error { "cannot write " + m_prefix + ".truth.csv: " + std::strerror(errno) };
    return {};
}

}
