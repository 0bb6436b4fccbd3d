// Bytes of a file, a pipe or standard input, gzip undone, for libpcap to read as a FILE*: the read can run dry without
// blocking, and what was read since the last mark can be read again. So a reader takes whole records only, however
// the other end of a pipe cuts them.
#pragma once

#include "shared/base/result.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

struct z_stream_s;

namespace callmon {

class InputStream {
public:
    // "-" is standard input.
    static Result<std::unique_ptr<InputStream>> open(const std::string& path);
    ~InputStream();
    InputStream(const InputStream&) = delete;
    InputStream& operator=(const InputStream&) = delete;

    // A new FILE over this stream, one at a time; the caller closes it, the stream stays.
    std::FILE* file();

    void mark(); // what was taken from the FILE so far is done with
    void rewind(); // after the FILE ran dry: it reads on from the mark. Pipes only
    bool isEmpty() const { return m_base + m_end == 0; } // nothing came yet

    bool ranDry() const { return m_ranDry; } // the last read found a pipe with nothing in it
    bool ended() const { return m_ended; } // the last read found the end, or a fault
    const std::string& fault() const { return m_fault; } // why the end came early; empty when it did not
    bool isPipe() const { return m_isPipe; } // or a terminal or socket: it can run dry
    // Until a pipe has more or the time is over.
    void waitForData(int milliseconds) const;

private:
    enum class Fill { More, Dry, End };

    InputStream(int descriptor, bool owned, bool isPipe);
    static long readCookie(void* self, char* to, std::size_t size);
    static int tellCookie(void* self, long* offset, int whence);
    long read(char* to, std::size_t size);
    Fill fill();
    Fill fillGzip();
    Fill readRaw(std::byte* to, std::size_t size, std::size_t& got);
    Fill fail(std::string why);
    bool makeRoom();

    struct GzipEnd {
        void operator()(z_stream_s* stream) const;
    };

    int m_descriptor;
    bool m_owned;
    bool m_isPipe;
    bool m_sniffed = false; // the first bytes were looked at for the gzip magic
    bool m_ranDry = false;
    bool m_ended = false;
    std::string m_fault;
    std::FILE* m_file = nullptr;
    std::vector<char> m_fileBuffer;
    std::vector<std::byte> m_buffer; // [m_mark, m_end) is kept, m_position lies in it
    std::size_t m_base = 0; // offset of m_buffer in the stream
    std::size_t m_mark = 0;
    std::size_t m_position = 0;
    std::size_t m_end = 0;
    std::unique_ptr<z_stream_s, GzipEnd> m_gzip;
    std::vector<std::byte> m_compressed;
    bool m_memberEnded = false; // the gzip data may end here
};

}
