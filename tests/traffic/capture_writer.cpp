#include "tests/traffic/capture_writer.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace callmon {

namespace {

constexpr std::size_t bufferBytes = 1 << 20;
constexpr std::uint32_t linktypeEthernet = 1;
constexpr std::uint32_t snapLength = 262144;

std::uint32_t padded(std::uint32_t length)
{
    return (length + 3) & ~3u;
}

}

const int CaptureWriter::pipeBroken = EPIPE;

Result<CaptureWriter> CaptureWriter::toFile(const std::string& path, CaptureFormat format)
{
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor < 0)
        return Error { "cannot write " + path + ": " + std::strerror(errno) };
    return CaptureWriter(descriptor, true, path, format);
}

CaptureWriter CaptureWriter::toStandardOutput(CaptureFormat format)
{
    return CaptureWriter(STDOUT_FILENO, false, "standard output", format);
}

CaptureWriter::CaptureWriter(int descriptor, bool owned, std::string name, CaptureFormat format)
    : m_descriptor(descriptor)
    , m_owned(owned)
    , m_name(std::move(name))
    , m_format(format)
{
    m_buffer.reserve(bufferBytes);
    writeHeader();
}

CaptureWriter::CaptureWriter(CaptureWriter&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1))
    , m_owned(other.m_owned)
    , m_name(std::move(other.m_name))
    , m_format(other.m_format)
    , m_buffer(std::move(other.m_buffer))
    , m_errorNumber(other.m_errorNumber)
{
}

CaptureWriter::~CaptureWriter()
{
    if (m_owned && m_descriptor >= 0)
        ::close(m_descriptor);
}

void CaptureWriter::writeHeader()
{
    if (m_format == CaptureFormat::Pcapng) {
        // Section header, then one interface with if_tsresol 9 (nanoseconds); pcapng draft 4.1, 4.2.
        const std::uint32_t section[] { 0x0a0d0d0a, 28, 0x1a2b3c4d, 0x00000001, 0xffffffff, 0xffffffff, 28 };
        const std::uint32_t interface[] {
            1, 32, linktypeEthernet, snapLength, 0x00010009, 9, 0, 32
        };
        put(section, sizeof section);
        put(interface, sizeof interface);
        return;
    }
    const std::uint32_t magic = m_format == CaptureFormat::PcapNanoseconds ? 0xa1b23c4d : 0xa1b2c3d4;
    const std::uint32_t header[] { magic, 0x00040002, 0, 0, snapLength, linktypeEthernet }; // version 2.4
    put(header, sizeof header);
}

void CaptureWriter::write(Timestamp at, std::span<const std::byte> frame)
{
    const auto nanoseconds = static_cast<std::uint64_t>(nanosecondsSinceEpoch(at));
    const auto length = static_cast<std::uint32_t>(frame.size());
    if (m_format == CaptureFormat::Pcapng) { // enhanced packet block, 4.3
        const std::uint32_t total = 32 + padded(length);
        const std::uint32_t head[] { 6, total, 0, static_cast<std::uint32_t>(nanoseconds >> 32),
            static_cast<std::uint32_t>(nanoseconds), length, length };
        constexpr std::byte zeros[3] {};
        put(head, sizeof head);
        put(frame.data(), frame.size());
        put(zeros, padded(length) - length);
        put(&total, sizeof total);
        return;
    }
    const std::uint64_t unit = m_format == CaptureFormat::PcapNanoseconds ? 1 : 1000;
    const std::uint32_t head[] { static_cast<std::uint32_t>(nanoseconds / 1'000'000'000),
        static_cast<std::uint32_t>(nanoseconds % 1'000'000'000 / unit), length, length };
    put(head, sizeof head);
    put(frame.data(), frame.size());
}

void CaptureWriter::put(const void* bytes, std::size_t count)
{
    if (m_buffer.size() + count > bufferBytes)
        drain();
    const auto* const first = static_cast<const std::byte*>(bytes);
    m_buffer.insert(m_buffer.end(), first, first + count);
}

void CaptureWriter::drain()
{
    std::span<const std::byte> left(m_buffer);
    while (!left.empty() && m_errorNumber == 0) {
        const ssize_t written = ::write(m_descriptor, left.data(), left.size());
        if (written >= 0)
            left = left.subspan(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            m_errorNumber = errno;
    }
    m_buffer.clear();
}

Result<void> CaptureWriter::flush()
{
    drain();
    if (m_errorNumber != 0)
        return Error { "cannot write " + m_name + ": " + std::strerror(m_errorNumber) };
    return {};
}

}
