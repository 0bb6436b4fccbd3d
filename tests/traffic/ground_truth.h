// What really happened in a generated capture, one CSV row per call and one per stream, under the column names of
// `callmonctl calls` and `callmonctl streams` where the same thing is meant; and what was no VoIP, by protocol, or came
// a second time by the mirror.
#pragma once

#include "shared/base/result.h"
#include "tests/traffic/cross_traffic.h"
#include "tests/traffic/party_book.h"
#include "tests/traffic/rtcp_party.h"
#include "tests/traffic/scenario.h"

#include <cstdio>
#include <memory>
#include <vector>

namespace callmon {

// Counts the packets of one stream as they pass the probe.
class StreamTruth {
public:
    void sent(bool droppedOnTheWay) { m_dropped += droppedOnTheWay; }
    void passed(Timestamp at, std::uint32_t index, bool copy);

    std::uint64_t packets() const { return m_packets; }
    std::uint64_t duplicates() const { return m_duplicates; }
    std::uint64_t dropped() const { return m_dropped; }
    std::uint64_t reordered() const { return m_reordered; }
    std::uint64_t expected() const { return m_packets ? m_highest - m_first + 1u : 0u; }
    std::uint64_t lost() const { return expected() - (m_packets - m_duplicates); }
    std::uint64_t lossRuns() const; // packets missing in a row, between the first and the last
    Timestamp firstAt() const { return m_firstAt; }
    Timestamp lastAt() const { return m_lastAt; }

private:
    std::uint64_t m_packets = 0; // on the wire at the probe, copies included
    std::uint64_t m_duplicates = 0;
    std::uint64_t m_dropped = 0; // sent, never at the probe; those before the first or after the last are not in lost()
    std::uint64_t m_reordered = 0;
    std::uint32_t m_first = 0;
    std::uint32_t m_highest = 0;
    std::vector<bool> m_came; // by index from the first
    Timestamp m_firstAt;
    Timestamp m_lastAt;
};

struct CallTruth {
    std::optional<Timestamp> startedAt;
    std::optional<Timestamp> ringingAt;
    std::optional<Timestamp> answeredAt;
    std::optional<Timestamp> endedAt; // BYE or final failure; none when the capture ends first
    bool finalSeen = false; // a final response to the INVITE was written

    void passed(Timestamp at, Step step);
};

struct FrameCount {
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;
};

class GroundTruth {
public:
    // Writes PREFIX.truth.csv, PREFIX.truth.streams.csv and PREFIX.truth.other.csv.
    static Result<GroundTruth> create(const std::string& prefix);

    void add(const std::string& callId, const CallParties& parties, const CallPlan& plan, const CallTruth& call);
    void add(const std::string& callId, Party direction, const FlowKey& flow, Ssrc ssrc, Codec codec,
        const StreamTruth& stream, const RtcpTruth& reported);
    void add(const CrossTruth& cross, const FrameCount& mirrorCopies);
    Result<void> close();

private:
    struct FileCloser {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    using File = std::unique_ptr<std::FILE, FileCloser>;

    GroundTruth(File calls, File streams, File other, std::string prefix);
    File m_calls;
    File m_streams;
    File m_other;
    std::string m_prefix;
};

}
