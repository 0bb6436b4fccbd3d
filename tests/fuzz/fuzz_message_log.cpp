// A segment of the message log as anybody may have left it: the reader takes what is a message, and ends. Checksums are
// put right first, so that what is behind them is reached.
#include "engine/storage/message_log_reader.h"

#include <cstdlib>
#include <cstring>
#include <fstream>

using namespace callmon;

namespace {

struct Directory {
    std::filesystem::path path;
    Directory()
    {
        char name[] = "/tmp/fuzz_message_log_XXXXXX";
        if (::mkdtemp(name) == nullptr)
            std::abort();
        path = name;
        std::filesystem::create_directories(path / "messages");
    }
    ~Directory() { std::filesystem::remove_all(path); }
};

void setChecksums(std::vector<std::byte>& segment)
{
    StoredMessageHeader header;
    for (std::size_t at = 0; at + sizeof header <= segment.size(); at += messageAlignment) {
        std::memcpy(&header, segment.data() + at, sizeof header);
        const Bytes behind = Bytes(segment).subspan(at + sizeof header);
        if (header.magic != StoredMessageHeader::expectedMagic || header.bytes > behind.size())
            continue;
        header.crc = crcOf(header, behind.first(header.bytes));
        std::memcpy(segment.data() + at, &header, sizeof header);
    }
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const Directory directory;
    const Bytes input = std::as_bytes(std::span(data, size));
    std::vector<std::byte> segment(input.begin(), input.end());
    setChecksums(segment);
    std::ofstream(messageSegmentPath(directory.path, 1), std::ios::binary)
        .write(reinterpret_cast<const char*>(segment.data()), static_cast<std::streamsize>(size));
    for (std::size_t at = 0; at < size; at += messageAlignment) {
        const MessageLocation place { 1, static_cast<std::uint32_t>(at) };
        const auto found = parseMessage(Bytes(segment).subspan(at), place);
        if (!found)
            continue;
        std::size_t given = 0;
        MessageLogReader reader(directory.path);
        (void)reader
            .read(found->message.head.call, place,
                [&](const CallMessage& message) {
                    if (message.head.call != found->message.head.call || message.text.size() > size)
                        std::abort();
                    return ++given > 0;
                })
            .has_value();
        if (given == 0 || given > size / messageAlignment)
            std::abort();
    }
    return 0;
}
