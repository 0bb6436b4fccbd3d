#include "engine/capture/input_stream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

namespace callmon {

namespace {

constexpr std::size_t readSize = 256 * 1024;
constexpr std::size_t bufferAtMost = 64 * 1024 * 1024; // libpcap takes no larger record
constexpr std::byte gzipMagic[] = { std::byte { 0x1f }, std::byte { 0x8b } }; // RFC 1952 2.3.1

int waitReadable(int descriptor, int milliseconds)
{
    pollfd waited { descriptor, POLLIN, 0 };
    return poll(&waited, 1, milliseconds);
}

}

Result<std::unique_ptr<InputStream>> InputStream::open(const std::string& path)
{
    const bool isStandardInput = path == "-";
    // Not waiting for the writer of a named pipe: until it comes, the pipe is as good as dry.
    const int descriptor = isStandardInput ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status { };
    if (descriptor < 0 || fstat(descriptor, &status) != 0)
        return Error { "cannot read " + path + ": " + std::strerror(errno) };
    if (S_ISDIR(status.st_mode)) {
        close(descriptor);
        return Error { "cannot read " + path + ": " + std::strerror(EISDIR) };
    }
    const bool isPipe = !S_ISREG(status.st_mode);
    return std::unique_ptr<InputStream>(new InputStream(descriptor, !isStandardInput, isPipe));
}

InputStream::InputStream(int descriptor, bool owned, bool isPipe)
    : m_descriptor(descriptor)
    , m_owned(owned)
    , m_isPipe(isPipe)
    , m_fileBuffer(64 * 1024)
    , m_buffer(2 * readSize)
{
}

InputStream::~InputStream()
{
    if (m_owned)
        close(m_descriptor);
}

void InputStream::GzipEnd::operator()(z_stream_s* stream) const
{
    inflateEnd(stream);
    delete stream;
}

std::FILE* InputStream::file()
{
    m_file = fopencookie(this, "r", { .read = readCookie, .write = nullptr, .seek = tellCookie, .close = nullptr });
    if (m_file)
        std::setvbuf(m_file, m_fileBuffer.data(), _IOFBF, m_fileBuffer.size());
    return m_file;
}

void InputStream::mark()
{
    if (m_isPipe)
        m_mark = static_cast<std::size_t>(ftello(m_file)) - m_base;
}

// A FILE that ran dry has handed out all that it took: its buffer is empty.
void InputStream::rewind()
{
    m_position = m_mark;
}

// For ftello() only: glibc asks where the stream is and takes off what its own buffer still holds.
int InputStream::tellCookie(void* self, long* offset, int whence)
{
    const auto* stream = static_cast<const InputStream*>(self);
    if (whence != SEEK_CUR || *offset != 0)
        return -1;
    *offset = static_cast<long>(stream->m_base + stream->m_position);
    return 0;
}

long InputStream::readCookie(void* self, char* to, std::size_t size)
{
    return static_cast<InputStream*>(self)->read(to, size);
}

long InputStream::read(char* to, std::size_t size)
{
    m_ranDry = false;
    m_ended = false;
    while (m_position == m_end || !m_sniffed) {
        switch (fill()) {
        case Fill::More:
            break;
        case Fill::Dry:
            m_ranDry = true;
            errno = EAGAIN;
            return -1;
        case Fill::End:
            m_ended = true;
            return 0;
        }
    }
    const std::size_t count = std::min(size, m_end - m_position);
    std::memcpy(to, m_buffer.data() + m_position, count);
    m_position += count;
    return static_cast<long>(count);
}

bool InputStream::makeRoom()
{
    if (m_buffer.size() - m_end >= readSize)
        return true;
    if (!m_isPipe) // never runs dry, so nothing is read again
        m_mark = m_position;
    std::memmove(m_buffer.data(), m_buffer.data() + m_mark, m_end - m_mark);
    m_base += m_mark;
    m_position -= m_mark;
    m_end -= m_mark;
    m_mark = 0;
    if (m_buffer.size() - m_end >= readSize)
        return true;
    if (m_buffer.size() >= bufferAtMost)
        return false;
    m_buffer.resize(2 * m_buffer.size());
    return true;
}

InputStream::Fill InputStream::fail(std::string why)
{
    m_fault = std::move(why);
    return Fill::End;
}

InputStream::Fill InputStream::readRaw(std::byte* to, std::size_t size, std::size_t& got)
{
    got = 0;
    if (m_isPipe && waitReadable(m_descriptor, 0) == 0)
        return Fill::Dry;
    ssize_t count = 0;
    do
        count = ::read(m_descriptor, to, size);
    while (count < 0 && errno == EINTR);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return Fill::Dry;
    if (count < 0)
        return fail(std::strerror(errno));
    got = static_cast<std::size_t>(count);
    return got > 0 ? Fill::More : Fill::End;
}

InputStream::Fill InputStream::fill()
{
    if (!m_fault.empty())
        return Fill::End;
    if (!makeRoom())
        return fail("a record of more than 64 MiB");
    if (m_gzip)
        return fillGzip();
    std::size_t got = 0;
    const Fill filled = readRaw(m_buffer.data() + m_end, readSize, got);
    m_end += got;
    if (m_sniffed || m_end == 0)
        return filled;
    if (m_end < std::size(gzipMagic) && filled == Fill::More)
        return Fill::More; // comes back for the second byte
    if (m_end < std::size(gzipMagic) && filled == Fill::Dry)
        return Fill::Dry;
    m_sniffed = true;
    if (m_end < std::size(gzipMagic) || !std::equal(std::begin(gzipMagic), std::end(gzipMagic), m_buffer.begin()))
        return filled;
    m_gzip.reset(new z_stream_s {});
    constexpr int gzipOnly = 16;
    if (inflateInit2(m_gzip.get(), MAX_WBITS + gzipOnly) != Z_OK)
        return fail("no memory to undo gzip");
    m_compressed.resize(readSize);
    std::copy_n(m_buffer.begin(), m_end, m_compressed.begin());
    m_gzip->next_in = reinterpret_cast<Bytef*>(m_compressed.data());
    m_gzip->avail_in = static_cast<uInt>(m_end);
    m_end = 0;
    return fillGzip();
}

InputStream::Fill InputStream::fillGzip()
{
    for (;;) {
        if (m_gzip->avail_in == 0) {
            std::size_t got = 0;
            const Fill filled = readRaw(m_compressed.data(), m_compressed.size(), got);
            if (filled == Fill::End && m_fault.empty() && !m_memberEnded)
                return fail("the gzip data is cut");
            if (filled != Fill::More)
                return filled;
            m_gzip->next_in = reinterpret_cast<Bytef*>(m_compressed.data());
            m_gzip->avail_in = static_cast<uInt>(got);
        }
        if (m_memberEnded) { // gzip files may be joined end to end (RFC 1952 2.2)
            inflateReset(m_gzip.get());
            m_memberEnded = false;
        }
        m_gzip->next_out = reinterpret_cast<Bytef*>(m_buffer.data() + m_end);
        m_gzip->avail_out = static_cast<uInt>(readSize);
        const int status = inflate(m_gzip.get(), Z_NO_FLUSH);
        const std::size_t got = readSize - m_gzip->avail_out;
        m_end += got;
        if (status == Z_STREAM_END)
            m_memberEnded = true;
        else if (status != Z_OK && status != Z_BUF_ERROR)
            m_fault = std::string("the gzip data is damaged: ") + (m_gzip->msg ? m_gzip->msg : "unknown error");
        if (got > 0)
            return Fill::More;
        if (!m_fault.empty())
            return Fill::End;
    }
}

void InputStream::waitForData(int milliseconds) const
{
    if (m_isPipe)
        waitReadable(m_descriptor, milliseconds);
}

}
