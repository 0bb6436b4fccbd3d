// Datagrams through a monitor of several lanes, each on a thread of its own, and what comes out in one sink.
#pragma once

#include "engine/records/call_monitor.h"
#include "shared/calls/call_fields.h"
#include "tests/replay/collecting_sink.h"

#include <algorithm>
#include <deque>
#include <thread>

namespace callmon {

struct LaneRun {
    CollectingSink all; // calls in order; streams, points and media of all lanes
    std::vector<NamedCounter> counters;
    std::size_t busyLanes = 0; // that had streams
};

// Stands for a message of a TCP connection.
inline bool isSkinny(const Datagram& datagram)
{
    return datagram.flow.src.port == 2000 || datagram.flow.dst.port == 2000;
}

inline std::unique_ptr<LaneRun> together(std::deque<CollectingSink>& sinks)
{
    auto run = std::make_unique<LaneRun>();
    run->all.live = sinks[0].live;
    run->all.ended = sinks[0].ended;
    run->all.messages = sinks[0].messages;
    run->all.seconds = sinks[0].seconds;
    for (CollectingSink& sink : sinks) {
        run->busyLanes += sink.streams.empty() ? 0 : 1;
        run->all.streams.merge(sink.streams);
        run->all.points.merge(sink.points);
        run->all.recorded.merge(sink.recorded);
    }
    return run;
}

// As the capture core deals them: media by destination, anything else to the first.
inline std::size_t laneOf(const Datagram& datagram, std::size_t lanes)
{
    return !isSkinny(datagram) && looksLikeRtp(datagram.payload) ? hashOf(datagram.flow.dst) % lanes : 0;
}

// `datagrams` are in order; their sequence is set here.
inline std::unique_ptr<LaneRun> runLanes(
    std::vector<Datagram> datagrams, const TrackerOptions& options, std::size_t lanes, std::size_t batch)
{
    for (std::size_t i = 0; i < datagrams.size(); ++i)
        datagrams[i].sequence = i;
    std::deque<CollectingSink> sinks(lanes);
    std::vector<RecordSink*> pointers;
    for (CollectingSink& sink : sinks)
        pointers.push_back(&sink);
    CallMonitor monitor(options, pointers);

    const auto eachBatch = [&](auto&& use) {
        for (std::size_t from = 0; from < datagrams.size(); from += batch)
            use(std::span(datagrams).subspan(from, std::min(batch, datagrams.size() - from)));
    };
    std::vector<std::jthread> threads;
    for (std::size_t lane = 1; lane < lanes; ++lane) {
        threads.emplace_back([&, lane] {
            std::vector<Datagram> own;
            eachBatch([&](std::span<const Datagram> some) {
                own.clear();
                std::copy_if(some.begin(), some.end(), std::back_inserter(own),
                    [&](const Datagram& datagram) { return laneOf(datagram, lanes) == lane; });
                monitor.processLane(lane, own, some.back().sequence + 1);
            });
        });
    }
    std::vector<Datagram> own;
    eachBatch([&](std::span<const Datagram> some) {
        own.clear();
        for (const Datagram& datagram : some) {
            if (isSkinny(datagram)) {
                monitor.process(own);
                own.clear();
                monitor.skinnyMessage(datagram);
            } else {
                own.push_back(laneOf(datagram, lanes) == 0 ? datagram : timeMark(datagram.arrival, datagram.sequence));
            }
        }
        monitor.process(own);
        monitor.reached(some.back().sequence + 1);
        monitor.advance(some.back().arrival);
    });
    threads.clear();
    monitor.finish();

    auto run = together(sinks);
    run->counters = monitor.counters();
    return run;
}

// What differs first; empty when nothing does.
inline std::string firstDifference(const LaneRun& a, const LaneRun& b)
{
    const auto textOf = [](const std::vector<FieldValue>& fields) {
        std::string text;
        for (const FieldValue& field : fields)
            text += field.text + '|';
        return text;
    };
    const auto callText = [&](const CallRecord& call) {
        return textOf(callFields(call)) + std::to_string(call.lastPacketAt.time_since_epoch().count());
    };
    const auto compareCalls = [&](const char* what, const std::vector<CallRecord>& x,
                                  const std::vector<CallRecord>& y) {
        if (x.size() != y.size())
            return what + std::string(": ") + std::to_string(x.size()) + " and " + std::to_string(y.size());
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (callText(x[i]) != callText(y[i]))
                return what + std::string(": ") + callText(x[i]) + " and " + callText(y[i]);
        }
        return std::string();
    };
    if (const auto text = compareCalls("calls", a.all.ended, b.all.ended); !text.empty())
        return text;
    if (const auto text = compareCalls("reports", a.all.live, b.all.live); !text.empty())
        return text;
    if (a.all.streams.size() != b.all.streams.size())
        return "streams: " + std::to_string(a.all.streams.size()) + " and " + std::to_string(b.all.streams.size());
    for (const auto& [key, stream] : a.all.streams) {
        const auto other = b.all.streams.find(key);
        if (other == b.all.streams.end())
            return "a stream is missing";
        if (textOf(streamFields(stream, {})) != textOf(streamFields(other->second, {})))
            return "stream: " + textOf(streamFields(stream, {})) + " and " + textOf(streamFields(other->second, {}));
    }
    const auto pointsOf = [&](const std::vector<QualityPoint>& points) {
        std::string text;
        for (const QualityPoint& point : points)
            text += textOf(qualityFields(point, {}, Party::Caller)) + '\n';
        return text;
    };
    for (const auto& [key, points] : a.all.points) {
        const auto other = b.all.points.find(key);
        if (other == b.all.points.end() || pointsOf(points) != pointsOf(other->second))
            return "points: " + pointsOf(points) + "and\n"
                + (other == b.all.points.end() ? std::string("none") : pointsOf(other->second));
    }
    if (a.all.points.size() != b.all.points.size())
        return "points of other streams";
    const auto sameMessage = [](const CallMessage& m, const CallMessage& n) {
        return m.text == n.text && m.head.call == n.head.call && m.head.arrival == n.head.arrival
            && m.head.uncertainty == n.head.uncertainty && m.head.flow == n.head.flow
            && m.head.signalling == n.head.signalling && m.head.transport == n.head.transport
            && m.head.repeated == n.head.repeated && m.head.wireSize == n.head.wireSize;
    };
    if (!std::ranges::equal(a.all.messages, b.all.messages, [&](const auto& x, const auto& y) {
            return x.first == y.first && std::ranges::equal(x.second, y.second, sameMessage);
        }))
        return "messages";
    if (a.all.recorded != b.all.recorded)
        return "media";
    if (a.all.seconds != b.all.seconds)
        return "seconds";
    for (std::size_t i = 0; i < a.counters.size() && i < b.counters.size(); ++i) {
        if (a.counters[i].name == "stream_table_percent")
            continue; // of the fullest lane: each has a table of its own
        if (a.counters[i].value != b.counters[i].value)
            return a.counters[i].name + ' ' + std::to_string(a.counters[i].value) + " and "
                + std::to_string(b.counters[i].value);
    }
    return {};
}

}
