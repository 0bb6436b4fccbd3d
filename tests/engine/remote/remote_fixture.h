// A data set held in memory, and a client that remembers what it was told.
#pragma once

#include "engine/remote/remote_service.h"
#include "shared/remote/remote_probe.h"

#include <QTest>
#include <condition_variable>
#include <map>

namespace callmon {

inline CallKey keyOf(int number)
{
    return { 1'700'000'000'000'000'000 + number * 1'000'000LL };
}

inline CallRecord callOf(int number)
{
    CallRecord call;
    call.key = keyOf(number);
    call.callId = "call-" + std::to_string(number) + "@example.org";
    call.caller = "+3491000" + std::to_string(number);
    call.callee = "bob" + std::to_string(number);
    call.startedAt = approximateStart(call.key);
    call.lastPacketAt = call.startedAt;
    return call;
}

inline StreamRecord streamOf(int call, std::uint32_t index)
{
    StreamRecord stream;
    stream.key = { keyOf(call), index };
    stream.direction = index % 2 == 0 ? Party::Caller : Party::Callee;
    stream.codec = "PCMA";
    return stream;
}

// Holds up searches while it is closed.
class Gate {
public:
    void close()
    {
        const std::lock_guard lock(m_mutex);
        m_open = false;
    }
    void open()
    {
        const std::lock_guard lock(m_mutex);
        m_open = true;
        m_changed.notify_all();
    }
    void pass(const std::atomic<bool>* cancelled)
    {
        std::unique_lock lock(m_mutex);
        while (!m_open && !(cancelled != nullptr && *cancelled))
            m_changed.wait_for(lock, std::chrono::milliseconds(5));
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_open = true;
};

struct FakeData {
    int calls = 0;
    std::uint32_t streams = 2;
    int chunksPerStream = 0;
    std::size_t chunkBytes = 16'000;
    std::optional<std::uint32_t> damagedStream; // its media end in an error
    std::atomic<int> listenedSeconds { 1 }; // of a call that is on
    std::atomic<int> listenedTo { 0 };
    bool notRecorded = false;
    int points = 0;
    int messages = 0;
    std::vector<Alarm> alarms; // stored
    int minutes = 0; // of service metrics
    Gate gate; // closed: searches for caller "slow" wait
    std::atomic<int> searchesBegun { 0 };
    std::atomic<int> cancelledSearches { 0 };
    std::atomic<int> callsHandedOut { 0 };

    static std::byte mediaByte(std::uint32_t stream, int chunk, std::size_t at)
    {
        return static_cast<std::byte>((stream * 31 + static_cast<unsigned>(chunk) * 7 + at) & 0xff);
    }
};

class FakeQuery : public RecordQuery {
public:
    explicit FakeQuery(FakeData& data)
        : m_data(data)
    {
    }
    Result<std::uint64_t> calls(const CallQuery& query, const std::function<bool(const CallRecord&)>& sink,
        const std::atomic<bool>* cancelled) override
    {
        if (query.caller == "broken")
            return Error { "the day database is damaged" };
        ++m_data.searchesBegun;
        if (query.caller == "slow")
            m_data.gate.pass(cancelled);
        for (int i = 0; i < m_data.calls; ++i) {
            ++m_data.callsHandedOut;
            if (*cancelled || !sink(callOf(i))) {
                ++m_data.cancelledSearches;
                break;
            }
        }
        if (query.caller == "counted slowly")
            m_data.gate.pass(cancelled);
        return static_cast<std::uint64_t>(m_data.calls);
    }
    Result<std::vector<StreamRecord>> streams(CallKey call) override
    {
        std::vector<StreamRecord> streams;
        for (std::uint32_t i = 0; i < m_data.streams; ++i) {
            streams.push_back(streamOf(0, i));
            streams.back().key.call = call;
        }
        return streams;
    }
    Result<std::vector<QualityPoint>> quality(CallKey call) override
    {
        std::vector<QualityPoint> points(static_cast<std::size_t>(m_data.points));
        for (std::size_t i = 0; i < points.size(); ++i) {
            points[i].stream = { call, 0 };
            points[i].packets = static_cast<std::uint32_t>(i);
        }
        return points;
    }
    Result<void> service(const ServiceQuery& query, const std::function<bool(const ServiceRow&)>& sink,
        const std::atomic<bool>*) override
    {
        for (int i = 0; i < m_data.minutes; ++i) {
            ServiceRow row;
            row.group = { query.grouping.value_or(ServiceGrouping::Total), std::string_view("north") };
            row.from = Timestamp(std::chrono::minutes(i * static_cast<int>(query.stepMinutes)));
            row.sums.figures.attempts = static_cast<std::uint64_t>(i);
            if (!sink(row))
                break;
        }
        return {};
    }
    Result<void> messages(CallKey call, const std::function<bool(const CallMessage&)>& sink) override
    {
        for (int i = 0; i < m_data.messages; ++i) {
            CallMessage message;
            message.head.call = call;
            message.head.wireSize = static_cast<std::uint32_t>(i);
            message.text.assign(1000, static_cast<char>('a' + i % 26));
            if (!sink(message))
                break;
        }
        return {};
    }
    Result<void> media(StreamKey stream, const std::function<bool(Bytes)>& sink) override
    {
        std::vector<std::byte> chunk(m_data.chunkBytes);
        for (int number = 0; number < m_data.chunksPerStream; ++number) {
            for (std::size_t i = 0; i < chunk.size(); ++i)
                chunk[i] = FakeData::mediaByte(stream.index, number, i);
            if (!sink(chunk))
                break;
        }
        if (m_data.damagedStream == stream.index)
            return Error { "a segment is missing" };
        return {};
    }
    // A second of every stream each time, as long as `listenedSeconds` lets it.
    Result<bool> listen(Listening& listening, const std::function<bool(const StreamRecord&, Bytes)>& sink) override
    {
        if (m_data.notRecorded)
            return Error { "this call is not being recorded (rule none)" };
        listening.begun = true;
        std::vector<std::byte> chunk(m_data.chunkBytes);
        for (std::uint32_t index = 0; index < m_data.streams; ++index) {
            StreamRecord stream = streamOf(0, index);
            stream.key.call = listening.call;
            const auto number = static_cast<int>(listening.upTo[stream.key].offset++);
            for (std::size_t i = 0; i < chunk.size(); ++i)
                chunk[i] = FakeData::mediaByte(index, number, i);
            if (!sink(stream, chunk))
                return false;
        }
        ++m_data.listenedTo;
        return m_data.listenedTo < m_data.listenedSeconds;
    }
    Result<std::uint64_t> alarms(const AlarmQuery& query, const std::function<bool(const Alarm&)>& sink,
        const std::atomic<bool>* /*cancelled*/) override
    {
        std::uint64_t matches = 0;
        for (const Alarm& alarm : m_data.alarms) {
            if ((query.id && *query.id != alarm.id) || (query.severity && *query.severity < alarm.severity))
                continue;
            ++matches;
            if (!sink(alarm))
                break;
        }
        return matches;
    }
    std::vector<Sentence> takeNotes() override { return {}; }

private:
    FakeData& m_data;
};

// As a console does it: applies what comes, keeps what it is told.
class Recorder : public QObject {
public:
    explicit Recorder(RemoteProbeOptions options = {})
        : probe(options)
    {
        connect(&probe, &RemoteProbe::stateChanged, this, [this](RemoteProbe::State, const Sentence& message) {
            messages.push_back(QString::fromStdString(toText(message)));
        });
        connect(&probe, &RemoteProbe::liveChanged, this, [this](const LiveDelta& delta) {
            if (delta.snapshot) {
                ++snapshots;
                live.clear();
            } else {
                ++deltas;
                gap = gap || delta.fromVersion != version;
            }
            version = delta.toVersion;
            for (const LiveCall& call : delta.changed)
                live[call.key] = call;
            for (const LiveFigures& figures : delta.figures)
                live.at(figures.key).sent = figures.sent;
            for (const CallKey key : delta.removed)
                live.erase(key);
        });
        connect(&probe, &RemoteProbe::alarmsChanged, this, [this](const AlarmDelta& delta) {
            if (delta.snapshot)
                openAlarms.clear();
            else
                alarmGap = alarmGap || delta.fromVersion != alarmVersion;
            alarmVersion = delta.toVersion;
            for (const Alarm& alarm : delta.changed)
                openAlarms[alarm.id] = alarm;
            for (const AlarmId id : delta.removed)
                openAlarms.erase(id);
        });
        connect(&probe, &RemoteProbe::alarmsFound, this,
            [this](quint64 request, const std::vector<Alarm>& alarms, quint64 all) {
                ++pages[request];
                foundAlarms[request].insert(foundAlarms[request].end(), alarms.begin(), alarms.end());
                matches[request] = all;
            });
        connect(&probe, &RemoteProbe::alarmRulesFound, this,
            [this](quint64, const std::vector<AlarmRule>& list) { rules = list; });
        connect(&probe, &RemoteProbe::alarmRuleChangesFound, this,
            [this](quint64, const std::vector<AlarmRuleChange>& list) { ruleChanges = list; });
        connect(&probe, &RemoteProbe::statusChanged, this,
            [this](const ProbeStatus& status) { statuses.push_back(status); });
        connect(&probe, &RemoteProbe::callsFound, this,
            [this](quint64 request, const std::vector<CallRecord>& calls, quint64 all) {
                ++pages[request];
                auto& list = found[request];
                list.insert(list.end(), calls.begin(), calls.end());
                matches[request] = all;
            });
        connect(&probe, &RemoteProbe::streamsFound, this,
            [this](quint64 request, const std::vector<StreamRecord>& list) { streams[request] = list; });
        connect(
            &probe, &RemoteProbe::qualityFound, this, [this](quint64 request, const std::vector<QualityPoint>& list) {
                points[request].insert(points[request].end(), list.begin(), list.end());
            });
        connect(&probe, &RemoteProbe::serviceFound, this, [this](quint64 request, const std::vector<ServiceRow>& rows) {
            ++pages[request];
            service[request].insert(service[request].end(), rows.begin(), rows.end());
        });
        connect(&probe, &RemoteProbe::mediaArrived, this,
            [this](quint64 request, StreamKey stream, const QByteArray& bytes) {
                media[request][stream.index] += bytes;
                largestMedia = std::max(largestMedia, bytes.size());
            });
        connect(&probe, &RemoteProbe::finished, this, [this](quint64 request) { ends[request] = ""; });
        connect(&probe, &RemoteProbe::failed, this, [this](quint64 request, const Sentence& why) {
            ends[request] = toText(why);
            failures[request] = why;
        });
    }

    bool connected() const { return probe.state() == RemoteProbe::State::Connected; }

    RemoteProbe probe;
    std::vector<QString> messages;
    std::map<CallKey, LiveCall> live;
    std::uint64_t version = 0;
    int snapshots = 0;
    int deltas = 0;
    bool gap = false;
    std::map<quint64, Sentence> failures;
    std::map<AlarmId, Alarm> openAlarms;
    std::uint64_t alarmVersion = 0;
    bool alarmGap = false;
    std::map<quint64, std::vector<Alarm>> foundAlarms;
    std::vector<AlarmRule> rules;
    std::vector<AlarmRuleChange> ruleChanges;
    std::vector<ProbeStatus> statuses;
    std::map<quint64, int> pages;
    std::map<quint64, std::vector<CallRecord>> found;
    std::map<quint64, quint64> matches;
    std::map<quint64, std::vector<StreamRecord>> streams;
    std::map<quint64, std::vector<QualityPoint>> points;
    std::map<quint64, std::vector<ServiceRow>> service;
    std::map<quint64, std::map<std::uint32_t, QByteArray>> media;
    qsizetype largestMedia = 0;
    std::map<quint64, std::string> ends; // empty: finished
};

// What two rows say, in full: LiveCall has no == of its own.
inline QByteArray textOf(const std::map<CallKey, LiveCall>& rows)
{
    LiveDelta delta;
    for (const auto& [key, call] : rows)
        delta.changed.push_back(call);
    QByteArray text;
    for (const QByteArray& part : encode(delta))
        text += part;
    return text;
}

inline std::map<CallKey, LiveCall> rowsOf(const LiveTable& table)
{
    std::map<CallKey, LiveCall> rows;
    for (const LiveCall& call : table.snapshot().changed)
        rows[call.key] = call;
    return rows;
}

}
