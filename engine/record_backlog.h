// Records that wait in memory while the data directory does not answer: bounded, what is worth most kept longest.
#pragma once

#include "shared/base/byte_reader.h"
#include "shared/calls/call_message.h"
#include "shared/calls/call_record.h"
#include "shared/calls/quality_point.h"
#include "shared/calls/stream_record.h"

#include <atomic>
#include <deque>
#include <map>
#include <vector>

namespace callmon {

class RecordWriter;

// Of a call or stream that is on the newest record stands for those before it. Points and messages have half of the
// room, and make place for calls that ended. One thread but for the counters.
class RecordBacklog {
public:
    explicit RecordBacklog(std::size_t mostBytes)
        : m_mostBytes(mostBytes)
    {
    }

    void liveCall(const CallRecord& call);
    void stream(const StreamRecord& stream);
    void quality(const QualityPoint& point);
    void callEnded(const CallRecord& call);
    void message(const MessageHead& head, Bytes text);
    void callForgotten(CallKey call);

    bool isEmpty() const { return m_bytes == 0 && m_lost.empty(); }
    // To the writer, but for the calls that ended, which `ended` gets: all it has been given by then. Empty afterwards.
    void giveTo(RecordWriter& writer, std::vector<CallRecord>& ended);

    double percent() const; // of the room; any thread
    std::uint64_t recordsLost() const { return m_recordsLost.load(std::memory_order_relaxed); }
    std::uint64_t messagesLost() const { return m_messagesLost.load(std::memory_order_relaxed); }

private:
    struct Message { // without text: nothing of that call follows
        MessageHead head;
        std::vector<std::byte> text;
        bool forgotten = false;
    };
    static std::size_t sizeOf(const Message& message) { return sizeof message + message.text.size(); }
    bool hasRoom(std::size_t bytes, std::size_t most) const { return m_bytes.load() + bytes <= most; }
    void makeRoom(); // for what is worth more than points and messages
    void lose(std::size_t records) { m_recordsLost.fetch_add(records, std::memory_order_relaxed); }
    template <typename Key, typename Record> void keepNewest(std::map<Key, Record>& records, const Record& record);

    std::size_t m_mostBytes;
    std::atomic<std::size_t> m_bytes { 0 };
    std::map<CallKey, CallRecord> m_calls;
    std::map<StreamKey, StreamRecord> m_streams;
    std::deque<QualityPoint> m_points;
    std::deque<Message> m_messages;
    std::deque<CallRecord> m_ended;
    std::vector<CallKey> m_lost; // that ended, and there was no room to say how
    std::atomic<std::uint64_t> m_recordsLost { 0 }, m_messagesLost { 0 };
};

}
