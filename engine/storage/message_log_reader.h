// Reads one call's messages back by their chain: no scan, whatever else the segments hold.
#pragma once

#include "engine/storage/file_handle.h"
#include "engine/storage/message_format.h"
#include "shared/base/result.h"

#include <functional>
#include <map>

namespace callmon {

class MessageLogReader {
public:
    explicit MessageLogReader(std::filesystem::path directory)
        : m_directory(std::move(directory))
    {
    }

    // From the call's first message to the one at `last`, in the order in which they came; the sink returns false to
    // stop. When some are missing or damaged, those behind them are given and the error says so.
    Result<void> read(CallKey call, MessageLocation last, const std::function<bool(const CallMessage&)>& sink);
    bool isMessageOf(CallKey call, MessageLocation location); // a whole one lies there

private:
    std::optional<StoredMessage> messageAt(CallKey call, MessageLocation location);
    int fileOf(std::uint32_t segment); // -1 when it is not there

    static constexpr std::size_t openSegments = 16;
    std::filesystem::path m_directory;
    std::map<std::uint32_t, FileHandle> m_files;
    std::vector<std::byte> m_block;
};

}
