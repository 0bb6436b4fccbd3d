// DirectoryQuery: what is kept of one call, stored or still on: streams, seconds, media, messages.
#include "engine/storage/directory_query.h"

#include "engine/storage/day_files.h"
#include "engine/storage/record_writer.h"
#include "engine/storage/retention_store.h"
#include "shared/calls/kept_no_more.h"

#include <algorithm>

namespace callmon {

Result<std::vector<StreamRecord>> DirectoryQuery::streams(CallKey call)
{
    if (DirectoryQuery* const copy = held(call))
        return copy->streams(call);
    std::vector<StreamRecord> live;
    if (m_writer)
        live = m_writer->liveStreams(call);
    auto reader = day(dayOfCall(call));
    if (!reader)
        return reader.error();
    std::vector<StreamRecord> streams;
    if (reader.value()) {
        auto stored = reader.value()->streams(call);
        if (!stored)
            return stored.error();
        streams = std::move(stored.value());
    }
    if (streams.empty())
        streams = std::move(live);
    const auto byIndex = [](const StreamRecord& a, const StreamRecord& b) { return a.key < b.key; };
    std::sort(streams.begin(), streams.end(), byIndex);
    return streams;
}

Result<std::vector<QualityPoint>> DirectoryQuery::quality(CallKey call)
{
    if (DirectoryQuery* const copy = held(call))
        return copy->quality(call);
    std::vector<QualityPoint> points;
    if (m_writer)
        points = m_writer->liveQuality(call);
    auto reader = day(dayOfCall(call));
    if (!reader)
        return reader.error();
    if (reader.value()) {
        auto stored = reader.value()->quality(call);
        if (!stored)
            return stored.error();
        points.insert(points.end(), stored.value().begin(), stored.value().end());
        if (points.empty())
            if (const auto at = expiredAt(m_directory, ExpiredPart::DayQuality, dayOfCall(call).number))
                return Error { sentence(kept_no_more::quality, toString(dayOfCall(call)), *at) };
    }
    // A point may be in both: it moved from the writer to the database in between.
    const auto order = [](const QualityPoint& p) { return std::pair(p.stream, p.at); };
    std::sort(points.begin(), points.end(), [&](const auto& a, const auto& b) { return order(a) < order(b); });
    points.erase(
        std::unique(points.begin(), points.end(), [&](const auto& a, const auto& b) { return order(a) == order(b); }),
        points.end());
    return points;
}

Result<MediaLocation> DirectoryQuery::mediaEnd(StreamKey stream)
{
    if (m_writer)
        if (const auto live = m_writer->liveMediaEnd(stream))
            return MediaLocation { live->segment, live->offset };
    auto reader = day(dayOfCall(stream.call));
    if (!reader)
        return reader.error();
    return reader.value() ? reader.value()->lastChunk(stream) : MediaLocation {};
}

Result<void> DirectoryQuery::media(StreamKey stream, const std::function<bool(Bytes)>& sink)
{
    if (DirectoryQuery* const copy = held(stream.call))
        return copy->media(stream, sink);
    const auto last = mediaEnd(stream);
    if (!last)
        return last.error();
    return m_media.read(stream, last.value(), sink);
}

Result<void> DirectoryQuery::callMedia(CallKey call, const std::function<bool(StreamKey, Bytes)>& sink)
{
    if (DirectoryQuery* const copy = held(call))
        return copy->callMedia(call, sink);
    const auto records = streams(call);
    if (!records)
        return records.error();
    std::vector<MediaLogReader::StreamEnd> ends;
    for (const StreamRecord& stream : records.value()) {
        const auto last = mediaEnd(stream.key);
        if (!last)
            return last.error();
        ends.push_back({ stream.key, last.value(), {} });
    }
    return m_media.read(ends, sink);
}

// All seconds of the call are read only when some have moved to the database since the last time: once a minute.
Result<void> DirectoryQuery::addNews(Listening& listening, std::span<const StreamRecord> streams)
{
    bool moved = false;
    for (const StreamRecord& stream : streams) {
        const auto [told, isNew] = listening.told.try_emplace(stream.key);
        if (!isNew && (told->second.payloads != stream.payloads || told->second.describedAt != stream.describedAt))
            listening.streamNews.push_back(stream);
        told->second.payloads = stream.payloads;
        told->second.describedAt = stream.describedAt;
        moved = moved || isNew;
    }
    std::vector<QualityPoint> points = m_writer ? m_writer->liveQuality(listening.call) : std::vector<QualityPoint>();
    for (auto& [key, told] : listening.told) {
        const auto first = std::ranges::find(points, key, &QualityPoint::stream);
        const auto firstAt = first == points.end() ? std::nullopt : std::optional(first->at);
        moved = moved || (told.firstLivePoint && told.firstLivePoint != firstAt);
        told.firstLivePoint = firstAt;
    }
    if (moved) {
        auto all = quality(listening.call);
        if (!all)
            return all.error();
        points = std::move(all.value());
    }
    for (const QualityPoint& point : points) {
        if (point.probeLost && listening.told[point.stream].blind.insert(point.at).second)
            listening.blindSeconds.push_back(point);
    }
    return {};
}

// Whether the call is on is asked first: what ends meanwhile is read to its end the next time.
Result<bool> DirectoryQuery::listen(Listening& listening, const std::function<bool(const StreamRecord&, Bytes)>& sink)
{
    CallQuery named;
    named.key = listening.call;
    const std::vector<CallRecord> calls = m_writer ? m_writer->liveCalls(named) : std::vector<CallRecord>();
    const bool on = !calls.empty();
    if (!on && !listening.begun)
        return Error { sentence(
            TR("Engine", "this call is not on; the sound of one that is over is fetched as a recording")) };
    if (on && calls.front().recorded == Recording::No)
        return Error { sentence(TR("Engine", "this call is not being recorded (rule %1), so nobody can listen to it"),
            calls.front().recordingRule) };
    std::vector<StreamRecord> streams;
    if (on) {
        streams = m_writer->liveStreams(listening.call);
    } else {
        const auto reader = day(dayOfCall(listening.call));
        if (!reader)
            return reader.error();
        if (reader.value()) {
            auto stored = reader.value()->streams(listening.call);
            if (!stored)
                return stored.error();
            streams = std::move(stored.value());
        }
    }
    std::vector<MediaLogReader::StreamEnd> ends;
    for (const StreamRecord& stream : streams) {
        const auto last = mediaEnd(stream.key);
        if (!last)
            return last.error();
        MediaLocation& upTo = listening.upTo[stream.key];
        if (last.value() <= upTo)
            continue;
        if (!listening.begun && !listening.fromStart)
            upTo = { last.value().segment, last.value().offset - 1 }; // behind all but the newest
        ends.push_back({ stream.key, last.value(), upTo });
        upTo = last.value();
    }
    if (!ends.empty())
        if (const auto read = addNews(listening, streams); !read)
            return read.error();
    listening.begun = true;
    bool stopped = false;
    const auto read = m_media.read(ends, [&](StreamKey key, Bytes bytes) {
        stopped = !sink(*std::ranges::find(streams, key, &StreamRecord::key), bytes);
        return !stopped;
    });
    if (!read && !listening.leftOut)
        listening.leftOut = read.error();
    return on && !stopped;
}

Result<void> DirectoryQuery::messages(CallKey call, const std::function<bool(const CallMessage&)>& sink)
{
    if (DirectoryQuery* const copy = held(call))
        return copy->messages(call, sink);
    if (m_writer)
        if (const auto live = m_writer->liveMessageEnd(call))
            return m_messages.read(call, { live->segment, live->offset }, sink);
    auto reader = day(dayOfCall(call));
    if (!reader)
        return reader.error();
    if (!reader.value())
        return {};
    const auto last = reader.value()->lastMessage(call);
    if (!last)
        return last.error();
    return m_messages.read(call, last.value(), sink);
}

Result<void> RecordQuery::callMedia(CallKey call, const std::function<bool(StreamKey, Bytes)>& sink)
{
    const auto records = streams(call);
    if (!records)
        return records.error();
    Result<void> result;
    bool stopped = false;
    for (const StreamRecord& stream : records.value()) {
        const auto read = media(stream.key, [&](Bytes bytes) {
            stopped = !sink(stream.key, bytes);
            return !stopped;
        });
        if (!read && result)
            result = read; // the other streams are given all the same
        if (stopped)
            break;
    }
    return result;
}

}
