// Probe, as the storage thread calls it: alarms, service metrics and the live table take what is stored, and what the
// disk does to it is said.
#include "engine/probe.h"

#include "shared/base/translatable.h"

#include <algorithm>
#include <map>

namespace callmon {

namespace {

constexpr std::size_t mostMinutes = 100'000; // rows of service metrics, while nothing can be stored
constexpr std::chrono::seconds storageProven { 3 }; // without an error: it works again

}

void Probe::expect(std::span<const StreamKey> streams)
{
    m_alarms.calls().expect(streams);
    if (m_remote)
        m_live.expect(streams);
}

// The live list, where somebody reads it.
void Probe::liveCall(const CallRecord& call)
{
    m_alarms.calls().liveCall(call);
    m_service.liveCall(call);
    if (m_remote)
        m_live.update(call);
}

void Probe::stream(const StreamRecord& stream)
{
    m_alarms.calls().stream(stream);
    m_service.stream(stream);
    if (m_remote)
        m_live.update(stream);
}

void Probe::quality(const QualityPoint& point)
{
    m_alarms.calls().quality(point);
    if (m_remote)
        m_live.update(point);
}

void Probe::callEnded(const CallRecord& call)
{
    m_alarms.calls().callEnded(call);
    m_service.callEnded(call);
    if (m_remote)
        m_live.remove(call.key);
}

void Probe::second(Timestamp now)
{
    if (!m_firstSecond)
        m_firstSecond = now;
    m_service.second(now);
    moveService();
    m_alarms.second(now);
}

// A rule is held against the windows before it is taken as changed: what moved, moved under the old one.
void Probe::moveService()
{
    if (const auto moved = m_service.takeMove())
        m_alarms.metrics().judge(m_service, *moved);
    for (const ServiceRow& minute : m_service.takeMinutes())
        if (m_minutes.size() < mostMinutes)
            m_minutes.push_back(minute);
}

void Probe::storeService()
{
    for (const ServiceRow& minute : m_minutes)
        m_writer->serviceMinute(minute);
    m_minutes.clear();
    std::vector<ServiceRow> open = m_service.openMinute();
    if (!open.empty() && std::exchange(m_openSeconds, open.front().sums.seconds) != open.front().sums.seconds)
        m_writer->openServiceMinute(std::move(open)); // once a second of packet time
}

void Probe::closing()
{
    m_service.stop();
    moveService();
    storeService();
    m_alarms.stop();
    storeAlarms();
}

void Probe::storeAlarms()
{
    if (m_firstSecond && !std::exchange(m_earlierAlarmsEnded, true))
        m_writer->endOpenAlarms(*m_firstSecond);
    for (const Alarm& alarm : m_alarms.book().takeChanged())
        m_writer->alarm(alarm);
    for (const AlarmAcknowledgement& acknowledgement : m_alarms.book().takeAcknowledgements())
        m_writer->acknowledge(acknowledgement);
}

void Probe::judgeProbe()
{
    const ProbeStatus now = status();
    ProbeReadings readings;
    readings.now = now.now;
    readings.counters = now.counters;
    readings.live = m_source->isLive();
    readings.longestPollGap = m_source->takeLongestPollGap();
    if (const auto fullest = m_disks.fullest()) {
        readings.diskUsedPercent = fullest->percent;
        readings.fullestDisk = m_disks.disks() > 1 ? fullest->disk.string() : std::string();
    }
    std::vector<BufferFill> buffers;
    if (m_source->isLive()) { // a file waits for whoever is behind: its rings are full, and nothing is lost
        buffers.push_back(
            { TR("ProbeBuffer", "frames that wait for a processing core"), m_capture->fullestRingPercent() });
        buffers.push_back({ TR("ProbeBuffer", "packet buffers of the port"), m_source->bufferPercent() });
        for (const StorageQueue& queue : m_queues)
            buffers.push_back({ TR("ProbeBuffer", "records that wait to be stored"), queue.recordsPercent() });
        buffers.push_back(
            { TR("ProbeBuffer", "records that wait for the data directory"), m_storage->backlogPercent() });
    }
    buffers.push_back({ TR("ProbeBuffer", "table of the calls that are on"),
        std::min(100.0, 100.0 * static_cast<double>(now.liveCalls) / m_maxCalls) });
    for (const NamedCounter& counter : now.counters)
        if (counter.name == "media_chunks_on_their_way" && m_chunksInPool > 0)
            buffers.push_back({ TR("ProbeBuffer", "media on its way to the disk"),
                std::min(100.0, 100.0 * double(counter.value) / m_chunksInPool) });
    readings.buffers = buffers;
    if (now.now != Timestamp {}) // before the first frame there is no time to judge by
        m_alarms.probe(readings);
}

// A disk that fails is told once, and again when it has recovered: not twice a second. On a full disk small commits
// still succeed between the large ones that fail, so recovered means for some time.
void Probe::committed(const Result<void>& result)
{
    judgeProbe();
    storeAlarms(); // with the next commit
    storeService();
    if (std::exchange(m_silenceSaid, false))
        m_warn("the data directory answers again");
    const auto now = std::chrono::steady_clock::now();
    if (!result) {
        if (!m_storageFailedAt)
            m_warn(result.error().what + "; capture goes on, and what cannot be stored is counted");
        m_storageFailedAt = now;
    } else if (m_storageFailedAt && now - *m_storageFailedAt >= storageProven) {
        m_warn("storage works again");
        m_storageFailedAt.reset();
    }
}

void Probe::committing(std::chrono::milliseconds since)
{
    judgeProbe();
    if (!std::exchange(m_silenceSaid, true))
        m_warn("the disk of the data directory " + m_directory.string() + " has not answered for "
            + std::to_string(std::chrono::ceil<std::chrono::seconds>(since).count()) + " s: "
            + (m_source->isLive() ? "calls are tracked and shown, their records wait in memory, and what finds no room "
                                    "there is lost and counted"
                                  : "the replay waits")
            + "; see whether it is there (mount, dmesg)");
}

// What the disk refused for a while is lost, though storage may work by now. A live source drops rather than waits,
// and its run goes on for months: there the counters tell, and only the end of storage counts.
Result<void> Probe::allStored() const
{
    if (m_source->isLive())
        return {};
    std::string lost;
    const auto add = [&](const NamedCounter& counter) {
        if (counter.value > 0)
            lost += (lost.empty() ? "" : ", ") + counter.name + ' ' + std::to_string(counter.value);
    };
    add({ "media_chunks_refused", refusedChunks() });
    for (const NamedCounter& counter : m_writer->counters())
        if (counter.name == "media_packets_not_written" || counter.name == "messages_not_written"
            || counter.name == "records_dropped" || counter.name == "records_refused"
            || counter.name == "records_without_call")
            add(counter);
    if (lost.empty())
        return {};
    return Error { "not everything could be stored (" + lost + "); free some space and replay again into the same "
        + "directory" };
}

std::uint64_t Probe::storageProgress() const
{
    std::uint64_t progress = 0;
    for (const NamedCounter& counter : m_writer->counters())
        progress = progress * 31 + counter.value;
    return progress;
}

std::string Probe::notStored(std::chrono::seconds silence) const
{
    std::map<std::string, std::uint64_t, std::less<>> counted;
    for (const NamedCounter& counter : status().counters)
        counted[counter.name] = counter.value;
    const std::uint64_t stored = counted["calls_stored"] - counted["calls_recovered"] + counted["calls_not_calls"];
    return "the stop could not wait for the data directory " + m_directory.string()
        + ": its disk has taken nothing for " + std::to_string(silence.count())
        + " s (see mount, dmesg). Not stored: " + std::to_string(std::max(counted["calls_started"], stored) - stored)
        + " calls that were on when it fell silent or began since, "
        + std::to_string(counted["media_chunks_on_their_way"])
        + " chunks of media. What was stored before is whole, and the next start stores those calls as far as the "
          "journal has them";
}

std::uint64_t Probe::refusedChunks() const
{
    std::uint64_t refused = 0;
    for (const StorageQueue& queue : m_queues)
        refused += queue.refusedChunks();
    return refused;
}

}
