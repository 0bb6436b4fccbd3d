// One capture file or stream, frame by frame, by libpcap: pcap and pcapng, times to the nanosecond, gzip undone.
#pragma once

#include "engine/capture/frame.h"
#include "shared/base/result.h"

#include <memory>
#include <string>

namespace callmon {

class CaptureReader {
public:
    enum class Status { Frame, Idle, End }; // Idle: a pipe that holds no whole frame now

    explicit CaptureReader(std::string path);
    ~CaptureReader();

    // Reads the head of the file: says early that a file is missing or is no capture. Not for pipes, which may be
    // silent; next() opens by itself.
    Result<void> check();

    // The frame's bytes are valid until the next call. After a failure there is nothing more to read.
    Result<Status> next(Frame& frame);
    // Until a pipe has more or the time is over.
    void waitForData(int milliseconds) const;
    const std::string& path() const { return m_path; }

private:
    struct Pcap;

    Result<bool> open();
    Error failure(const std::string& why) const;
    std::string name() const;

    std::string m_path;
    std::unique_ptr<Pcap> m_pcap;
    LinkType m_linkType = LinkType::Unknown;
    std::uint64_t m_frames = 0;
};

}
