#include "engine/record_backlog.h"

#include "engine/storage/record_writer.h"

namespace callmon {

double RecordBacklog::percent() const
{
    return 100.0 * static_cast<double>(m_bytes.load(std::memory_order_relaxed)) / static_cast<double>(m_mostBytes);
}

template <typename Key, typename Record>
void RecordBacklog::keepNewest(std::map<Key, Record>& records, const Record& record)
{
    if (const auto known = records.find(record.key); known != records.end()) {
        known->second = record;
        return;
    }
    if (!hasRoom(sizeof record, m_mostBytes))
        makeRoom();
    if (!hasRoom(sizeof record, m_mostBytes))
        return lose(1);
    m_bytes += sizeof record;
    records.emplace(record.key, record);
}

void RecordBacklog::liveCall(const CallRecord& call)
{
    keepNewest(m_calls, call);
}

void RecordBacklog::stream(const StreamRecord& stream)
{
    keepNewest(m_streams, stream);
}

void RecordBacklog::quality(const QualityPoint& point)
{
    if (!hasRoom(sizeof point, m_mostBytes / 2))
        return lose(1);
    m_bytes += sizeof point;
    m_points.push_back(point);
}

void RecordBacklog::callEnded(const CallRecord& call)
{
    if (!hasRoom(sizeof call, m_mostBytes))
        makeRoom();
    if (!hasRoom(sizeof call, m_mostBytes)) {
        m_lost.push_back(call.key);
        return lose(1);
    }
    m_bytes += sizeof call;
    m_ended.push_back(call);
}

void RecordBacklog::message(const MessageHead& head, Bytes text)
{
    Message message { head, { text.begin(), text.end() }, false };
    if (!hasRoom(sizeOf(message), m_mostBytes / 2)) {
        m_messagesLost.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    m_bytes += sizeOf(message);
    m_messages.push_back(std::move(message));
}

void RecordBacklog::callForgotten(CallKey call)
{
    Message message;
    message.head.call = call;
    message.forgotten = true;
    if (!hasRoom(sizeOf(message), m_mostBytes))
        return;
    m_bytes += sizeOf(message);
    m_messages.push_back(std::move(message));
}

void RecordBacklog::makeRoom()
{
    lose(m_points.size());
    m_bytes -= m_points.size() * sizeof(QualityPoint);
    m_points.clear();
    std::deque<Message> kept;
    for (Message& message : m_messages) {
        if (message.forgotten) {
            kept.push_back(std::move(message));
            continue;
        }
        m_messagesLost.fetch_add(1, std::memory_order_relaxed);
        m_bytes -= sizeOf(message);
    }
    m_messages = std::move(kept);
}

// A call is known before what belongs to it comes, and a stream's newest record has the points that came before it.
void RecordBacklog::giveTo(RecordWriter& writer, std::vector<CallRecord>& ended)
{
    for (const auto& [key, call] : m_calls)
        writer.liveCall(call);
    for (const CallRecord& call : m_ended)
        if (!m_calls.contains(call.key))
            writer.liveCall(call);
    for (const Message& message : m_messages)
        if (message.forgotten)
            writer.callForgotten(message.head.call);
        else
            writer.message(message.head, message.text);
    for (const QualityPoint& point : m_points)
        writer.quality(point);
    for (const auto& [key, stream] : m_streams)
        writer.stream(stream);
    for (const CallKey call : m_lost)
        writer.callLost(call);
    ended.insert(ended.end(), m_ended.begin(), m_ended.end());
    m_calls.clear();
    m_streams.clear();
    m_points.clear();
    m_messages.clear();
    m_ended.clear();
    m_lost.clear();
    m_bytes = 0;
}

}
