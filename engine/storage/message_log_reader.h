// Reads one call's messages back by their chain: no scan, whatever else the segments hold.
#pragma once

#include "engine/storage/message_format.h"
#include "engine/storage/segment_files.h"
#include "shared/base/result.h"

#include <functional>

namespace callmon {

class MessageLogReader {
public:
    explicit MessageLogReader(const std::filesystem::path& directory);

    // From the call's first message to the one at `last`, in the order in which they came; the sink returns false to
    // stop. When some are missing or damaged, those behind them are given and the error says so.
    Result<void> read(CallKey call, MessageLocation last, const std::function<bool(const CallMessage&)>& sink);
    bool isMessageOf(CallKey call, MessageLocation location); // a whole one lies there
    struct Place {
        MessageLocation at;
        std::uint32_t bytes = 0; // with its header
    };
    std::vector<Place> placesOf(CallKey call, MessageLocation last); // those that are there, from the first on

private:
    std::optional<StoredMessage> messageAt(CallKey call, MessageLocation location);

    std::filesystem::path m_directory;
    OpenSegments m_segments;
    std::vector<std::byte> m_block;
};

}
