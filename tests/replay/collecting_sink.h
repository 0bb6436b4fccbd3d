// A RecordSink that keeps everything, for tests.
#pragma once

#include "engine/records/record_sink.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace callmon {

class CollectingSink : public RecordSink {
public:
    void liveCall(const CallRecord& call) override { live.push_back(call); }
    void stream(const StreamRecord& stream) override { streams[stream.key] = stream; }
    void quality(const QualityPoint& point) override { points[point.stream].push_back(point); }
    void callEnded(const CallRecord& call) override { ended.push_back(call); }
    bool message(const MessageHead& head, Bytes text, bool) override
    {
        messages[head.call].push_back({ head, { reinterpret_cast<const char*>(text.data()), text.size() } });
        return true;
    }
    void callForgotten(CallKey call) override { messages.erase(call); }
    MediaChunk* takeChunk() override
    {
        if (chunksLeft == 0)
            return nullptr;
        --chunksLeft;
        pool.push_back(std::make_unique<MediaChunk>());
        return pool.back().get();
    }
    void media(MediaChunk* chunk) override
    {
        unpackPackets(*chunk, recorded[chunk->stream()]);
        chunkSpans.push_back({ chunk->stream(), chunk->firstArrival(), chunk->packets() });
    }
    void second(Timestamp now) override { seconds.push_back(now); }

    const CallRecord* call(std::string_view callId) const
    {
        for (const CallRecord& record : ended) {
            if (record.callId == callId)
                return &record;
        }
        return nullptr;
    }

    struct ChunkSpan {
        StreamKey stream;
        Timestamp firstArrival;
        std::uint32_t packets;
    };
    std::vector<CallRecord> live;
    std::map<StreamKey, StreamRecord> streams; // the last of each
    std::map<StreamKey, std::vector<QualityPoint>> points;
    std::vector<CallRecord> ended;
    std::map<CallKey, std::vector<CallMessage>> messages;
    std::map<StreamKey, std::vector<std::byte>> recorded;
    std::vector<ChunkSpan> chunkSpans;
    std::vector<Timestamp> seconds;
    std::vector<std::unique_ptr<MediaChunk>> pool;
    std::size_t chunksLeft = 1'000'000;
};

}
