#include "engine/storage/writer_table.h"

#include <algorithm>

namespace callmon {

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
    const std::uint64_t dropped = std::min(stream.newest.packetsDropped, record.packetsStored);
    record.packetsStored -= dropped;
    record.packetsNotStored += dropped;
    return record;
}

CallRecord storedForm(const WriterCall& entry)
{
    CallRecord record = entry.record;
    for (const WriterStream& stream : entry.streams)
        record.mediaPacketsNotStored += stream.newest.packetsDropped;
    return record;
}

}
