// Where the calls of the live table lie: each second of each of their streams comes here, and what that touches lies in
// a few cache lines, apart from names and all else.
#pragma once

#include "engine/storage/flat_table.h"
#include "shared/calls/live_call.h"

#include <array>
#include <memory>
#include <span>
#include <vector>

namespace callmon {

struct alignas(64) LiveStream {
    LiveDirection figures;
    std::uint32_t index = 0;
    Timestamp upTo; // last packet of its StreamRecord; records come more seldom than points
    std::uint64_t expected = 0; // of that record, and of the points since
    std::uint64_t lost = 0;
    FixedText<12> codec; // whole where it was not cut
    std::optional<Party> direction; // from its StreamRecord; points may come first
};
static_assert(sizeof(LiveStream) == 64);

struct alignas(64) LiveHead { // what a delta tells of most calls, and what tells whether another of its streams matters
    static constexpr std::uint8_t none = 0xff;
    struct Figures {
        float mosNow = 0;
        float mosMin = 0;
        float lossPercent = 0;
        float jitterMs = 0;
    };
    CallKey key;
    std::uint64_t version = 0; // 0: no call's
    std::uint64_t wholeVersion = 0; // of the last change that was not of figures alone
    std::array<Figures, 2> sent; // indexed by Party, as all readers were told or will be
    std::array<bool, 2> seen {};
    std::array<std::uint8_t, 2> index { none, none }; // of the row's two streams
    std::array<std::uint8_t, 2> direction { none, none }; // likewise
    bool hasMore = false; // streams

    LiveDirection sentBy(std::size_t party) const
    {
        const Figures& figures = sent[party];
        return { seen[party], figures.mosNow, figures.mosMin, figures.lossPercent, figures.jitterMs };
    }
};
static_assert(sizeof(LiveHead) == 64);

struct LiveRest {
    struct More {
        LiveStream stream;
        FixedText<30> codec;
    };
    LiveCall call; // but `sent`, which is in its head
    std::array<FixedText<30>, 2> codecs; // of the row's two streams
    std::vector<More> more; // streams
};

// One thread writes; what is at a place never moves. Memory is kept for the calls to come.
class LiveRows {
public:
    static constexpr std::uint32_t none = 0xffffffff;

    std::uint32_t find(CallKey key) const
    {
        const std::uint32_t* const place = m_places.find(key);
        return place != nullptr ? *place : none;
    }
    std::uint32_t add(CallKey key); // which is not there
    void remove(std::uint32_t place);
    std::size_t size() const { return m_places.size(); }
    std::uint32_t end() const { return m_everUsed; } // of the places; those of no call have a head of version 0

    LiveHead& head(std::uint32_t place) { return chunk(place).heads[place % chunkRows]; }
    const LiveHead& head(std::uint32_t place) const { return chunk(place).heads[place % chunkRows]; }
    std::array<LiveStream, 2>& streams(std::uint32_t place) { return chunk(place).streams[place % chunkRows]; }
    LiveRest& rest(std::uint32_t place) { return chunk(place).rests[place % chunkRows]; }
    const LiveRest& rest(std::uint32_t place) const { return chunk(place).rests[place % chunkRows]; }

    // Which of the row's two places for streams one of this index gets, if that is free.
    static std::size_t placeOfStream(std::uint32_t index) { return index % 2; }
    void prefetch(std::span<const StreamKey> streams) const; // the writing thread

private:
    static constexpr std::uint32_t chunkRows = 1024;
    struct Chunk { // 64 KiB of heads in a row: a delta goes through all of them
        std::array<LiveHead, chunkRows> heads;
        std::array<std::array<LiveStream, 2>, chunkRows> streams;
        std::array<LiveRest, chunkRows> rests;
    };
    Chunk& chunk(std::uint32_t place) const { return *m_chunks[place / chunkRows]; }

    FlatTable<CallKey, std::uint32_t> m_places { chunkRows };
    std::vector<std::unique_ptr<Chunk>> m_chunks;
    std::vector<std::uint32_t> m_free;
    std::uint32_t m_everUsed = 0;
};

}
