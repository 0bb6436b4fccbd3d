#include "engine/records/message_recorder.h"

#include "engine/records/message_secrets.h"
#include "engine/records/pressed_keys.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr std::size_t longestFirstLine = 1024;
constexpr std::size_t mostBytes = 65535;
constexpr std::size_t binaryHead = 12; // of Skinny: tells which message it is

}

MessageRecorder::MessageRecorder(RecordSink& sink, const MessageOptions& options)
    : m_sink(sink)
    , m_options(options)
    , m_copy(options.bytesKept == 0 ? longestFirstLine : std::min<std::size_t>(options.bytesKept, mostBytes))
{
}

bool MessageRecorder::add(MessageHead head, Bytes text, std::uint32_t n, bool answered)
{
    if (n > m_options.mostPerCall) {
        ++m_notRecorded;
        return false;
    }
    head.wireSize = static_cast<std::uint32_t>(std::max<std::size_t>(head.wireSize, text.size()));
    const auto* const bytes = reinterpret_cast<const char*>(text.data());
    const auto* end = bytes + std::min(text.size(), m_copy.size());
    const bool isText = head.signalling == Signalling::Sip;
    if (m_options.bytesKept == 0 && !isText)
        end = std::min(end, bytes + binaryHead);
    else if (m_options.bytesKept == 0)
        end = std::find_if(bytes, end, [](char c) { return c == '\r' || c == '\n'; });
    const auto copy = std::span(m_copy).first(static_cast<std::size_t>(end - bytes));
    std::copy(bytes, end, copy.begin());
    if (isText) {
        blankSecrets(copy);
        if (m_options.masksKeys)
            blankKeysOfSip(copy);
    } else if (m_options.masksKeys && answered) { // before, they are the number that is called
        blankKeysOfSkinny(copy);
    }
    const bool taken = m_sink.message(head, std::as_bytes(copy), answered);
    ++(taken ? m_recorded : m_notRecorded);
    return taken;
}

}
