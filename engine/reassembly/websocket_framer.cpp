#include "engine/reassembly/websocket_framer.h"

#include "engine/reassembly/sip_start_line.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace callmon {

namespace {

constexpr std::size_t longestHandshake = 8192;
constexpr std::uint32_t maxFramesPerMessage = 64; // joining moves what is joined already
constexpr std::string_view requestStart = "GET ";
constexpr std::string_view answerStart = "HTTP/1.1 ";
constexpr auto npos = std::string_view::npos;

enum Opcode : std::uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

std::string_view textOf(Bytes bytes)
{
    return { reinterpret_cast<const char*>(bytes.data()), bytes.size() };
}

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool mayBecomeHandshake(Bytes bytes)
{
    return requestStart.starts_with(textOf(bytes)) || answerStart.starts_with(textOf(bytes));
}

// `word` in lower case, with no letter, digit or hyphen at its sides.
bool hasWord(std::string_view text, std::string_view word)
{
    const auto isPart = [](char c) {
        return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    for (std::size_t at = 0; at + word.size() <= text.size(); ++at) {
        const bool equal = std::equal(word.begin(), word.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
            [](char a, char b) { return a == lower(b); });
        if (equal && (at == 0 || !isPart(text[at - 1]))
            && (at + word.size() == text.size() || !isPart(text[at + word.size()])))
            return true;
    }
    return false;
}

// The value of the first header of that name, given in lower case with its colon.
std::string_view headerValue(std::string_view head, std::string_view name)
{
    for (std::size_t end = head.find('\n'); end != npos; end = head.find('\n')) {
        head.remove_prefix(end + 1);
        if (head.size() >= name.size()
            && std::equal(name.begin(), name.end(), head.begin(), [](char a, char b) { return a == lower(b); }))
            return head.substr(name.size(), head.find('\n') - name.size());
    }
    return {};
}

}

bool WebSocketFramer::looksLikeHandshake(Bytes bytes)
{
    return textOf(bytes).starts_with(requestStart) || textOf(bytes).starts_with(answerStart);
}

bool WebSocketFramer::namesProtocol(Bytes handshake)
{
    return !headerValue(textOf(handshake), "sec-websocket-protocol:").empty();
}

bool WebSocketFramer::looksLikeSipFrame(Bytes bytes)
{
    bool isCut = false;
    const auto header = readHeader(bytes, isCut);
    if (!header || (header->opcode != Text && header->opcode != Binary))
        return false;
    std::array<char, 64> start {};
    const Bytes payload = bytes.subspan(header->size);
    const std::size_t size = std::min<std::size_t>({ start.size(), payload.size(), header->payloadSize });
    for (std::size_t i = 0; i < size; ++i)
        start[i] = static_cast<char>(payload[i] ^ header->mask[i % 4]);
    constexpr std::size_t enough = 12; // "SIP/2.0 100 ", "ACK sip:a@b "
    return size >= enough && findSipStartLine({ start.data(), size }) == 0;
}

Framed WebSocketFramer::next(std::span<std::byte> bytes, FramingCounters& counters)
{
    if (m_isWhole)
        return wholeMessage(bytes.first(m_joined), counters);
    const std::span<std::byte> raw = bytes.subspan(m_joined);
    if (raw.empty())
        return {};
    if (m_phase == Phase::NotSip)
        return { Framed::Discard, bytes.size() };
    if (m_phase == Phase::Handshake) {
        if (looksLikeHandshake(raw))
            return handshake(raw, counters);
        if (mayBecomeHandshake(raw))
            return {};
        m_phase = Phase::Frames; // taken up in the middle
        m_inStep = false;
    }
    if (!m_inStep && !looksLikeSipFrame(raw))
        return loseStep(bytes.size(), counters);
    bool isCut = false;
    const auto header = readHeader(raw, isCut);
    if (isCut)
        return {};
    if (!header)
        return loseStep(bytes.size(), counters);
    m_inStep = true;
    if (m_joined + header->payloadSize > longestMessage || m_frames == maxFramesPerMessage) {
        ++counters.tooLong;
        return loseStep(bytes.size(), counters);
    }
    const bool isData = header->opcode <= Binary;
    if (isData && m_inMessage != (header->opcode == Continuation))
        return loseStep(bytes.size(), counters);
    if (raw.size() < header->size + header->payloadSize)
        return {};
    return frame(bytes, *header, counters);
}

void WebSocketFramer::resynchronise()
{
    const Phase phase = m_phase;
    *this = {};
    m_phase = phase;
    m_inStep = false;
}

std::optional<WebSocketFramer::Header> WebSocketFramer::readHeader(Bytes bytes, bool& isCut)
{
    ByteReader in(bytes);
    Header header;
    const unsigned first = in.u8();
    const unsigned second = in.u8();
    header.isFinal = (first & 0x80) != 0;
    header.opcode = first & 0x0f;
    header.isMasked = (second & 0x80) != 0;
    header.payloadSize = second & 0x7f;
    const bool isControl = header.opcode >= Close;
    const bool isKnown = header.opcode <= Binary || (isControl && header.opcode <= Pong);
    const bool fits = !isControl || (header.isFinal && header.payloadSize <= 125);
    if (in.ok() && ((first & 0x70) != 0 || !isKnown || !fits))
        return std::nullopt;
    if (header.payloadSize == 126)
        header.payloadSize = in.u16();
    else if (header.payloadSize == 127)
        header.payloadSize = in.u64();
    if (header.isMasked) {
        const Bytes mask = in.take(header.mask.size());
        std::copy(mask.begin(), mask.end(), header.mask.begin());
    }
    isCut = !in.ok();
    header.size = bytes.size() - in.left();
    if (isCut || header.payloadSize > longestMessage) // a sum of it and what is here would wrap
        return std::nullopt;
    return header;
}

// Ends at an empty line. What is no upgrade to SIP makes the rest of the stream nobody's.
Framed WebSocketFramer::handshake(Bytes bytes, FramingCounters& counters)
{
    const std::string_view text = textOf(bytes);
    const std::size_t end = text.find("\r\n\r\n");
    if (end == npos && text.size() < longestHandshake)
        return {};
    const std::string_view head = text.substr(0, end);
    if (end != npos && hasWord(headerValue(head, "upgrade:"), "websocket")
        && hasWord(headerValue(head, "sec-websocket-protocol:"), "sip")) {
        m_phase = Phase::Frames;
        return { Framed::Discard, end + 4 };
    }
    m_phase = Phase::NotSip;
    counters.bytesSkipped += bytes.size();
    return { Framed::Discard, bytes.size() };
}

// Takes the header out, or the whole frame when it carries no data: what is joined already moves up to the rest.
Framed WebSocketFramer::frame(std::span<std::byte> bytes, const Header& header, FramingCounters& counters)
{
    const auto payloadSize = static_cast<std::size_t>(header.payloadSize);
    const bool isControl = header.opcode >= Close;
    const std::size_t removed = header.size + (isControl ? payloadSize : 0);
    if (isControl) {
        counters.keepAlives += header.opcode != Close;
    } else {
        const std::span<std::byte> payload = bytes.subspan(m_joined + header.size, payloadSize);
        if (header.isMasked)
            for (std::size_t i = 0; i < payload.size(); ++i)
                payload[i] ^= header.mask[i % 4];
        ++m_frames;
    }
    std::memmove(bytes.data() + removed, bytes.data(), m_joined);
    if (!isControl) {
        m_joined += payloadSize;
        m_inMessage = !header.isFinal;
        m_isWhole = header.isFinal;
    }
    return { Framed::Discard, removed };
}

Framed WebSocketFramer::wholeMessage(Bytes message, FramingCounters& counters)
{
    m_isWhole = false;
    m_joined = 0;
    m_frames = 0;
    const std::string_view text = textOf(message);
    if (text.find_first_not_of("\r\n") == npos) { // RFC 7118 6: keep-alives as CRLF too
        ++counters.keepAlives;
        return { Framed::Discard, message.size() };
    }
    if (sipStartLineAt(text) != StartLine::Yes) {
        ++counters.notSip;
        return { Framed::Discard, message.size() };
    }
    ++counters.messages;
    return { Framed::Message, message.size() };
}

Framed WebSocketFramer::loseStep(std::size_t size, FramingCounters& counters)
{
    counters.resynchronised += m_inStep;
    counters.bytesSkipped += size;
    resynchronise();
    return { Framed::Discard, size };
}

}
