// A capture file or stream: libpcap's classic format in micro- or nanoseconds, or pcapng. Linktype Ethernet.
#pragma once

#include "shared/base/result.h"
#include "shared/base/units.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace callmon {

enum class CaptureFormat : std::uint8_t { PcapMicroseconds, PcapNanoseconds, Pcapng };

class CaptureWriter {
public:
    static Result<CaptureWriter> toFile(const std::string& path, CaptureFormat format);
    static CaptureWriter toStandardOutput(CaptureFormat format);
    CaptureWriter(CaptureWriter&& other) noexcept;
    CaptureWriter& operator=(CaptureWriter&&) = delete;
    ~CaptureWriter(); // closes; what was not flushed is lost

    void write(Timestamp at, std::span<const std::byte> frame);
    Result<void> flush(); // the first failure of any write since the start

    // Whoever read the stream has closed it (EPIPE): an ordinary end for a live stream.
    bool readerGone() const { return m_errorNumber == pipeBroken; }
    bool failed() const { return m_errorNumber != 0; }

private:
    CaptureWriter(int descriptor, bool owned, std::string name, CaptureFormat format);
    void writeHeader();
    void put(const void* bytes, std::size_t count);
    void drain();

    static const int pipeBroken;
    int m_descriptor;
    bool m_owned;
    std::string m_name;
    CaptureFormat m_format;
    std::vector<std::byte> m_buffer;
    int m_errorNumber = 0;
};

}
