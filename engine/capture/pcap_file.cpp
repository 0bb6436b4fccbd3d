#include "engine/capture/pcap_file.h"

#include <algorithm>
#include <cstring>
#include <thread>

namespace callmon {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t arenaSize = 256 * 1024;
constexpr auto waitAtLeast = 2ms; // at recorded pace: frames of the same two milliseconds travel together
constexpr auto waitAtMost = 5ms;
constexpr auto gapBetweenFiles = 10s; // more is not waited for
constexpr auto backwardStep = 1s; // a recording clock set back starts the pace anew

}

Result<std::unique_ptr<PcapFile>> PcapFile::open(std::vector<std::string> paths, Pace pace)
{
    for (const std::string& path : paths)
        if (const auto checked = CaptureReader(path).check(); !checked)
            return checked.error();
    return std::unique_ptr<PcapFile>(new PcapFile(std::move(paths), pace));
}

PcapFile::PcapFile(std::vector<std::string> paths, Pace pace)
    : m_paths(std::move(paths))
    , m_pace(pace)
{
}

Result<void> PcapFile::receive(FrameBatch& batch)
{
    if (batch.arena.size() < arenaSize)
        batch.arena.resize(arenaSize);
    batch.last = false;
    if (batch.count == 0)
        batch.arenaUsed = 0;
    const std::size_t before = batch.count;
    bool waited = false;
    while (batch.count < FrameBatch::capacity) {
        const Wanted found = fetch();
        if (found == Wanted::Frame) {
            if (!append(batch))
                break;
            continue;
        }
        if (found == Wanted::End) {
            batch.last = true;
            break;
        }
        if (batch.count > before || waited)
            break;
        waitFor(found);
        waited = true;
    }
    batch.now = timeNow();
    if (batch.last && !m_failures.empty())
        return Error { m_failures };
    return {};
}

// Makes m_pending the next frame to hand out, if there is one now.
PcapFile::Wanted PcapFile::fetch()
{
    while (!m_pending) {
        if (!m_reader && !openNext())
            return Wanted::End;
        Frame frame;
        const auto status = m_reader->next(frame);
        if (!status) {
            noteFailure(status.error());
            m_reader.reset();
        } else if (status.value() == CaptureReader::Status::End) {
            m_reader.reset();
        } else if (status.value() == CaptureReader::Status::Idle) {
            return Wanted::Nothing;
        } else {
            m_pending = frame;
        }
    }
    return m_pace == Pace::AsFastAsPossible || isDue(Clock::now()) ? Wanted::Frame : Wanted::Later;
}

bool PcapFile::openNext()
{
    if (m_nextPath == m_paths.size())
        return false;
    m_reader.emplace(m_paths[m_nextPath++]);
    m_newFile = true;
    return true;
}

bool PcapFile::isDue(Clock::time_point time)
{
    const Nanoseconds gap = m_pending->arrival - m_lastArrival;
    const bool farFromLastFile = m_newFile && (gap < 0s || gap > gapBetweenFiles);
    const bool isFirst = m_paceStart == Clock::time_point {};
    if (isFirst || farFromLastFile || gap < -backwardStep) {
        m_paceArrival = m_pending->arrival;
        m_paceStart = time;
    }
    m_newFile = false;
    return m_pending->arrival - m_paceArrival <= time - m_paceStart;
}

void PcapFile::noteFailure(const Error& error)
{
    if (!m_failures.empty())
        m_failures += "; ";
    m_failures += error.what;
}

// False when the frame has no room in this batch.
bool PcapFile::append(FrameBatch& batch)
{
    const Bytes bytes = m_pending->bytes;
    if (bytes.size() > batch.arena.size() - batch.arenaUsed) {
        if (batch.count > 0)
            return false;
        batch.arena.resize(bytes.size()); // libpcap takes no frame above 256 KiB, but for a few link types
    }
    std::byte* to = batch.arena.data() + batch.arenaUsed;
    if (!bytes.empty())
        std::memcpy(to, bytes.data(), bytes.size());
    batch.arenaUsed += bytes.size();
    Frame& frame = batch.frames[batch.count++];
    frame = *m_pending;
    frame.bytes = Bytes(to, bytes.size());
    m_pending.reset();

    m_lastArrival = frame.arrival;
    if (m_pace == Pace::Recorded)
        m_lastHandedOut = Clock::now();
    const auto add = [](std::atomic<std::uint64_t>& counter, std::uint64_t value) {
        counter.store(counter.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
    };
    add(m_frames, 1);
    add(m_bytes, frame.wireSize);
    if (frame.wireSize > frame.bytes.size())
        add(m_cutFrames, 1);
    return true;
}

void PcapFile::waitFor(Wanted reason)
{
    if (reason == Wanted::Nothing) {
        m_reader->waitForData(static_cast<int>(std::chrono::milliseconds(waitAtMost).count()));
        return;
    }
    const auto due = m_paceStart + (m_pending->arrival - m_paceArrival);
    std::this_thread::sleep_for(std::clamp<Clock::duration>(due - Clock::now(), waitAtLeast, waitAtMost));
}

Timestamp PcapFile::timeNow() const
{
    if (m_pace == Pace::AsFastAsPossible || m_lastHandedOut == Clock::time_point {})
        return m_lastArrival;
    const Timestamp now = m_lastArrival + (Clock::now() - m_lastHandedOut);
    return m_pending ? std::min(now, std::max(m_pending->arrival, m_lastArrival)) : now;
}

std::string PcapFile::describe() const
{
    std::string text;
    for (const std::string& path : m_paths)
        text += (&path == m_paths.data() ? "" : ", ") + (path == "-" ? "standard input" : path);
    return text + (m_pace == Pace::Recorded ? ", at recorded pace" : "");
}

std::vector<CaptureCounter> PcapFile::counters() const
{
    return { { "file_frames", m_frames.load(std::memory_order_relaxed) },
        { "file_bytes", m_bytes.load(std::memory_order_relaxed) },
        { "file_cut_frames", m_cutFrames.load(std::memory_order_relaxed) } };
}

}
