#include "engine/capture/capture_reader.h"

#include "engine/capture/input_stream.h"

#include <algorithm>
#include <filesystem>
#include <pcap/pcap.h>

namespace callmon {

namespace {

// libpcap's DLT_ numbers differ between systems where LINKTYPE_ numbers, those of the files, do not.
LinkType linkTypeOf(int dataLink)
{
    switch (dataLink) {
    case DLT_NULL:
        return LinkType::Null;
    case DLT_EN10MB:
        return LinkType::Ethernet;
    case DLT_RAW:
        return LinkType::RawIp;
    case DLT_LOOP:
        return LinkType::Loop;
    case DLT_LINUX_SLL:
        return LinkType::LinuxSll;
    case DLT_LINUX_SLL2:
        return LinkType::LinuxSll2;
    case DLT_IPV4:
        return LinkType::Ipv4;
    case DLT_IPV6:
        return LinkType::Ipv6;
    default:
        return LinkType::Unknown;
    }
}

// The fraction is in nanoseconds: the file was opened so. A damaged pcapng can hold any 64-bit second.
Timestamp timeOf(const timeval& time)
{
    constexpr std::int64_t secondsAtMost = 9'000'000'000; // the year 2255
    const std::int64_t seconds = std::clamp<std::int64_t>(time.tv_sec, 0, secondsAtMost);
    return timestampFromNanoseconds(seconds * 1'000'000'000 + time.tv_usec);
}

}

struct CaptureReader::Pcap {
    std::unique_ptr<InputStream> stream;
    std::FILE* file = nullptr;
    pcap_t* handle = nullptr;

    ~Pcap()
    {
        if (handle)
            pcap_close(handle); // closes the file too
        else if (file)
            std::fclose(file);
    }
};

CaptureReader::CaptureReader(std::string path)
    : m_path(std::move(path))
{
}

CaptureReader::~CaptureReader() = default;

std::string CaptureReader::name() const
{
    return m_path == "-" ? "standard input" : m_path;
}

Error CaptureReader::failure(const std::string& why) const
{
    return Error { name() + ": " + why };
}

Result<void> CaptureReader::check()
{
    std::error_code ignored;
    const auto kind = std::filesystem::status(m_path, ignored).type();
    using enum std::filesystem::file_type;
    if (m_path == "-" || kind == fifo || kind == character || kind == socket)
        return {}; // to open and close a pipe would end its writer
    CaptureReader other(m_path);
    if (const auto opened = other.open(); !opened)
        return opened.error();
    return {};
}

// True when open, false when a pipe has not yet given the whole head.
Result<bool> CaptureReader::open()
{
    if (!m_pcap) {
        auto stream = InputStream::open(m_path);
        if (!stream)
            return stream.error();
        m_pcap = std::make_unique<Pcap>();
        m_pcap->stream = std::move(stream.value());
    }
    InputStream& stream = *m_pcap->stream;
    m_pcap->file = stream.file();
    if (!m_pcap->file)
        return failure("no memory to read it");
    char message[PCAP_ERRBUF_SIZE] = "";
    m_pcap->handle = pcap_fopen_offline_with_tstamp_precision(m_pcap->file, PCAP_TSTAMP_PRECISION_NANO, message);
    if (!m_pcap->handle) {
        std::fclose(m_pcap->file);
        m_pcap->file = nullptr;
        if (stream.ranDry()) {
            stream.rewind();
            return false;
        }
        if (!stream.fault().empty())
            return failure(stream.fault());
        if (stream.isEmpty())
            return failure("is empty, not a capture");
        if (stream.ended())
            return failure("is cut within its head, before the first frame");
        return failure(std::string("is not a capture that can be read (pcap or pcapng, gzipped or not): ") + message);
    }
    stream.mark();
    m_linkType = linkTypeOf(pcap_datalink(m_pcap->handle));
    return true;
}

Result<CaptureReader::Status> CaptureReader::next(Frame& frame)
{
    if (!m_pcap || !m_pcap->handle) {
        const auto opened = open();
        if (!opened)
            return opened.error();
        if (!opened.value())
            return Status::Idle;
    }
    InputStream& stream = *m_pcap->stream;
    pcap_pkthdr* header = nullptr;
    const unsigned char* data = nullptr;
    const int status = pcap_next_ex(m_pcap->handle, &header, &data);
    if (status == 1) {
        stream.mark();
        ++m_frames;
        frame.arrival = timeOf(header->ts);
        frame.uncertainty = Nanoseconds {};
        frame.bytes = std::as_bytes(std::span(data, header->caplen));
        frame.wireSize = std::max(header->len, header->caplen);
        frame.linkType = m_linkType;
        return Status::Frame;
    }
    if (status != PCAP_ERROR_BREAK && stream.ranDry()) {
        // libpcap keeps no state within a record: it reads the whole record again when there is more.
        std::clearerr(m_pcap->file);
        stream.rewind();
        return Status::Idle;
    }
    const std::string after = " after frame " + std::to_string(m_frames);
    if (!stream.fault().empty())
        return failure("truncated" + after + ": " + stream.fault());
    if (status == PCAP_ERROR_BREAK)
        return Status::End;
    if (stream.ended())
        return failure("truncated" + after + ": the capture ends in the middle of the next one");
    const std::string why = pcap_geterr(m_pcap->handle);
    if (why.find("interface") != std::string::npos && why.find("different") != std::string::npos)
        return failure("cannot be read on" + after + ": " + why
            + "; libpcap reads interfaces of one kind only, so write them to one file each (tshark -r FILE -Y "
              "frame.interface_id==0 -w ONE.pcapng)");
    return failure("damaged" + after + ": " + why);
}

void CaptureReader::waitForData(int milliseconds) const
{
    if (m_pcap && m_pcap->stream)
        m_pcap->stream->waitForData(milliseconds);
}

}
