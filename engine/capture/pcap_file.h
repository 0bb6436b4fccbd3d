// Capture files, one after the other, as a source of frames.
#pragma once

#include "engine/capture/capture_reader.h"
#include "engine/capture/frame_source.h"

#include <atomic>
#include <chrono>
#include <optional>

namespace callmon {

enum class Pace {
    AsFastAsPossible,
    Recorded, // a frame is handed out when as much time has passed since the first as was recorded; its arrival
              // stays the recorded one
};

class PcapFile : public FrameSource {
public:
    // Paths in order; "-" is standard input, which may be a live stream (tcpdump -w -). Fails when one of the files is
    // missing or is no capture. One that turns out to be cut or damaged yields its whole frames, the others are
    // read all the same, and receive() fails at the end.
    static Result<std::unique_ptr<PcapFile>> open(std::vector<std::string> paths, Pace pace);

    // batch.now is the arrival of the batch's last frame; at recorded pace it goes on with the clock while there is
    // none.
    Result<void> receive(FrameBatch& batch) override;
    void releaseFrom(FrameBatch& batch, std::size_t first) override { batch.count = first; }
    std::string describe() const override;
    bool isLive() const override { return false; }
    std::vector<CaptureCounter> counters() const override;

private:
    using Clock = std::chrono::steady_clock;
    enum class Wanted { Frame, Later, Nothing, End };

    PcapFile(std::vector<std::string> paths, Pace pace);
    Wanted fetch();
    bool openNext();
    bool isDue(Clock::time_point time);
    void noteFailure(const Error& error);
    bool append(FrameBatch& batch);
    void waitFor(Wanted reason);
    Timestamp timeNow() const;

    std::vector<std::string> m_paths;
    Pace m_pace;
    std::size_t m_nextPath = 0;
    std::optional<CaptureReader> m_reader;
    bool m_newFile = false; // m_pending is the first frame of a file
    std::optional<Frame> m_pending; // read, not yet handed out
    std::string m_failures;

    Timestamp m_lastArrival {};
    Clock::time_point m_lastHandedOut {};
    Timestamp m_paceArrival {}; // the frame that arrived then ...
    Clock::time_point m_paceStart {}; // ... was handed out now: the others keep the distance

    std::atomic<std::uint64_t> m_frames { 0 };
    std::atomic<std::uint64_t> m_bytes { 0 };
    std::atomic<std::uint64_t> m_cutFrames { 0 };
};

}
