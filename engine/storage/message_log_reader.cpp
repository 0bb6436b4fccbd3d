#include "engine/storage/message_log_reader.h"

#include "engine/storage/retention_store.h"
#include "shared/base/utc_time.h"
#include "shared/calls/kept_no_more.h"

#include <algorithm>
#include <fcntl.h>

namespace callmon {

namespace {

constexpr std::size_t usualMessage = 4096; // in one read; a longer one takes two
constexpr std::size_t mostMessages = 100'000; // held in memory: more than an engine keeps of a call

}

MessageLogReader::MessageLogReader(const std::filesystem::path& directory)
    : m_directory(directory)
    , m_segments(directory / "messages", POSIX_FADV_RANDOM)
{
}

std::optional<StoredMessage> MessageLogReader::messageAt(CallKey call, MessageLocation location)
{
    for (const std::size_t size : { usualMessage, sizeof(StoredMessageHeader) + StoredMessageHeader::mostBytes }) {
        auto read = m_segments.with<std::vector<std::byte>>(location.segment, [size, location](int file) {
            std::vector<std::byte> block(size);
            const ssize_t got = ::pread(file, block.data(), size, static_cast<off_t>(location.offset));
            block.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
            return block;
        });
        if (!read || read->empty())
            return std::nullopt;
        m_block = std::move(*read);
        auto found = parseMessage(m_block, location);
        if (found && found->message.head.call != call)
            return std::nullopt;
        if (found || m_block.size() < size)
            return found;
    }
    return std::nullopt;
}

bool MessageLogReader::isMessageOf(CallKey call, MessageLocation location)
{
    return messageAt(call, location).has_value();
}

std::vector<MessageLogReader::Place> MessageLogReader::placesOf(CallKey call, MessageLocation last)
{
    std::vector<Place> places;
    for (MessageLocation at = last; at;) {
        const auto stored = messageAt(call, at);
        if (!stored)
            break;
        places.push_back({ at, static_cast<std::uint32_t>(sizeof(StoredMessageHeader) + stored->message.text.size()) });
        at = stored->previous < at ? stored->previous : MessageLocation {};
    }
    std::reverse(places.begin(), places.end());
    return places;
}

Result<void> MessageLogReader::read(
    CallKey call, MessageLocation last, const std::function<bool(const CallMessage&)>& sink)
{
    std::vector<CallMessage> messages;
    bool whole = true;
    std::optional<Timestamp> expired;
    for (MessageLocation at = last; at;) {
        auto stored = messageAt(call, at);
        whole = stored && messages.size() < mostMessages;
        if (!stored)
            expired = expiredAt(m_directory, ExpiredPart::MessageSegment, at.segment);
        if (!whole)
            break;
        messages.push_back(std::move(stored->message));
        whole = !stored->previous || stored->previous < at; // a chain only leads back: else it could be a ring
        if (!whole)
            break;
        at = stored->previous;
    }
    std::reverse(messages.begin(), messages.end());
    for (const CallMessage& message : messages)
        if (!sink(message))
            return {};
    if (whole)
        return {};
    if (expired)
        return Error { messages.empty() ? sentence(kept_no_more::messages, *expired)
                                        : sentence(kept_no_more::firstMessages, *expired) };
    if (messages.empty())
        return Error { sentence(TR(
            "Engine", "The messages of this call are missing or damaged; perhaps their retention period is over.")) };
    return Error { sentence(TR("Engine", "The first messages of this call are missing or damaged.")) };
}

}
