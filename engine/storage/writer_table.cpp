#include "engine/storage/writer_table.h"

#include <algorithm>
#include <array>

namespace callmon {

namespace {

// Figures of a stream that are no sums follow the points only here.
constexpr Nanoseconds snapshotInterval = std::chrono::seconds(10);
constexpr Nanoseconds second = std::chrono::seconds(1);

}

void StreamCounts::add(const QualityPoint& point)
{
    packets += point.packets;
    lost += point.lost;
    lostWithProbe += point.lostWithProbe;
    duplicates += point.duplicates;
    reordered += point.reordered;
}

StreamCounts countsOf(const StreamRecord& record)
{
    return { record.packets, record.lost, record.lostWithProbe, record.duplicates, record.reordered };
}

bool WriterStream::followsFromJournal() const
{
    return snapshotUpTo && newest.record.lastPacketAt - *snapshotUpTo < snapshotInterval
        && newest.record.lastPacketAt >= *snapshotUpTo && inJournal == countsOf(newest.record);
}

void WriterStream::wentToJournal(bool withRecord)
{
    pointsInJournal = points.size();
    placeChanged = false;
    if (!withRecord)
        return;
    recordChanged = false;
    snapshotUpTo = newest.record.lastPacketAt;
    inJournal = countsOf(newest.record);
    for (const QualityPoint& point : pointsAfter())
        if (point.at > *snapshotUpTo)
            inJournal.add(point);
}

// The journal's snapshot cannot be brought up to date by points that are no longer here: it gets a new one.
void WriterStream::wentToDatabase(std::size_t count)
{
    if (count == 0)
        return;
    if (count > pointsBefore)
        addSeconds(newest.record, std::span(points).first(count).subspan(pointsBefore));
    points.erase(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(count));
    pointsInJournal -= std::min(count, pointsInJournal);
    pointsBefore -= std::min(count, pointsBefore);
    recordChanged = newest.known;
    snapshotUpTo.reset();
}

void addSeconds(StreamRecord& record, std::span<const QualityPoint> points)
{
    const Timestamp upTo = record.lastPacketAt;
    const bool recorded = record.packetsStored > 0 && record.packetsNotStored == 0;
    const bool unwanted = record.packetsNotWanted > 0 && record.packetsNotWanted == record.packets;
    for (const QualityPoint& point : points) {
        if (point.at <= upTo || point.packets == 0)
            continue;
        record.packets += point.packets;
        record.bytes += static_cast<std::uint64_t>(record.sizeMeanBytes * point.packets);
        record.lost += point.lost;
        record.lostWithProbe += point.lostWithProbe;
        record.duplicates += point.duplicates;
        record.reordered += point.reordered;
        record.expected += point.packets + point.lost + point.lostWithProbe;
        record.expected -= std::min<std::uint64_t>(record.expected, point.duplicates);
        if (record.jitterMax)
            record.jitterMax = std::max(*record.jitterMax, Milliseconds(point.jitterMs));
        if (record.deltaMax)
            record.deltaMax = std::max(*record.deltaMax, Milliseconds(point.deltaMaxMs));
        if (recorded)
            record.packetsStored += point.packets;
        if (unwanted)
            record.packetsNotWanted += point.packets;
        record.lastPacketAt = std::max(record.lastPacketAt, point.at + second - Nanoseconds(1)); // in it
    }
    if (record.lastPacketAt != upTo && record.expected > 0)
        record.lossPercent = 100.0 * static_cast<double>(record.lost) / static_cast<double>(record.expected);
}

WriterStream& WriterCall::stream(std::uint32_t index)
{
    // Streams are numbered from 0 as they come, so the place is nearly always the index.
    if (index < streams.size() && streams[index].index == index)
        return streams[index];
    for (WriterStream& stream : streams)
        if (stream.index == index)
            return stream;
    WriterStream& added = streams.emplace_back();
    added.index = index;
    return added;
}

void WriterTable::prefetch(std::span<const StreamKey> streams)
{
    constexpr std::size_t most = 32;
    std::array<WriterCall*, most> calls;
    for (; !streams.empty(); streams = streams.subspan(std::min(most, streams.size()))) {
        const auto some = streams.first(std::min(most, streams.size()));
        for (const StreamKey& stream : some)
            m_places.prefetch(stream.call);
        for (std::size_t i = 0; i < some.size(); ++i)
            if (calls[i] = at(some[i].call); calls[i] != nullptr)
                calls[i]->prefetch();
        const auto streamOf = [&](std::size_t i) -> const WriterStream* {
            return calls[i] != nullptr && some[i].index < calls[i]->streams.size() ? &calls[i]->streams[some[i].index]
                                                                                   : nullptr;
        };
        for (std::size_t i = 0; i < some.size(); ++i)
            if (const WriterStream* const stream = streamOf(i))
                stream->prefetch();
        for (std::size_t i = 0; i < some.size(); ++i)
            if (const WriterStream* const stream = streamOf(i))
                __builtin_prefetch(stream->points.data() + stream->points.size(), 1);
    }
}

void endByProbeStop(WriterCall& entry)
{
    if (entry.record.state != CallState::Ended) {
        CallRecord& call = entry.record;
        for (const WriterStream& stream : entry.streams)
            if (stream.newest.known)
                call.lastPacketAt = std::max(call.lastPacketAt, stream.newest.record.lastPacketAt);
        call.state = CallState::Ended;
        call.endedBy = EndedBy::ProbeStopped;
        call.endedAt = call.lastPacketAt;
        const auto known = std::count_if(
            entry.streams.begin(), entry.streams.end(), [](const WriterStream& stream) { return stream.newest.known; });
        call.streamCount = std::max(call.streamCount, static_cast<std::uint32_t>(known));
    }
    entry.ended = true;
}

StreamRecord storedForm(const WriterStream& stream)
{
    StreamRecord record = stream.newest.record;
    addSeconds(record, stream.pointsAfter());
    const std::uint64_t dropped = std::min(stream.newest.packetsDropped, record.packetsStored);
    record.packetsStored -= dropped;
    record.packetsNotStored += dropped;
    return record;
}

CallRecord storedForm(const WriterCall& entry)
{
    CallRecord record = entry.record;
    record.messagesNotStored += entry.messages.notWritten;
    for (const WriterStream& stream : entry.streams)
        record.mediaPacketsNotStored += stream.newest.packetsDropped;
    return record;
}

}
