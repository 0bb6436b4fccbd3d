#include "engine/packet/sip_connections.h"

#include "engine/packet/header_bytes.h"
#include "engine/packet/sip_beginning.h"
#include "shared/base/ascii.h"
#include "shared/base/seeded_hash.h"

#include <algorithm>

namespace callmon {

namespace {

std::string_view textOf(Bytes bytes)
{
    return { reinterpret_cast<const char*>(bytes.data()), bytes.size() };
}

// "INVITE sip:bob@b SIP/2.0", "SIP/2.0 200 OK": words of other protocols begin the same (OPTIONS, INFO, NOTIFY).
bool firstLineSaysSip(std::string_view text)
{
    while (!text.empty() && (text.front() == '\r' || text.front() == '\n'))
        text.remove_prefix(1);
    return text.substr(0, text.find('\n')).find("SIP/2.0") != std::string_view::npos;
}

// RFC 6455 5.2: a data frame, which begins with a message once it is unmasked.
bool frameSaysSip(Bytes payload)
{
    constexpr std::size_t enough = 512;
    ByteReader in(payload);
    in.skip(1);
    const unsigned second = in.u8();
    const unsigned size = second & 0x7f;
    in.skip(size == 126 ? 2 : size == 127 ? 8 : 0);
    std::array<std::byte, 4> mask {};
    if ((second & 0x80) != 0) {
        const Bytes bytes = in.take(4);
        std::copy(bytes.begin(), bytes.end(), mask.begin());
    }
    const Bytes masked = in.rest();
    std::array<std::byte, enough> plain;
    const std::size_t count = in.ok() ? std::min(masked.size(), plain.size()) : 0;
    for (std::size_t i = 0; i < count; ++i)
        plain[i] = masked[i] ^ mask[i % 4];
    const Bytes text = Bytes(plain).first(count);
    return beginsLikeSip(text) && firstLineSaysSip(textOf(text));
}

bool namesSip(std::string_view handshake)
{
    for (std::size_t end = handshake.find('\n'); end != std::string_view::npos; end = handshake.find('\n')) {
        handshake.remove_prefix(end + 1);
        constexpr std::string_view header = "sec-websocket-protocol:";
        if (!startsWithIgnoringCase(handshake, header))
            continue;
        std::string_view names = handshake.substr(header.size(), handshake.find('\n') - header.size());
        while (!names.empty()) {
            const std::size_t comma = std::min(names.find(','), names.size());
            if (equalsIgnoringCase(trim(names.substr(0, comma)), "sip"))
                return true;
            names.remove_prefix(std::min(comma + 1, names.size()));
        }
    }
    return false;
}

}

bool opensSipConnection(Bytes payload)
{
    const std::string_view text = textOf(payload);
    if (text.empty())
        return false;
    switch (static_cast<unsigned char>(text.front())) {
    case 0x01: // text and binary, first of several frames or alone
    case 0x02:
    case 0x81:
    case 0x82:
        return frameSaysSip(payload);
    case 'G':
        return text.starts_with("GET ") && namesSip(text);
    case 'H':
        return text.starts_with("HTTP/1.1 101 ") && namesSip(text);
    default:
        return beginsLikeSip(payload) && firstLineSaysSip(text);
    }
}

std::uint64_t SipConnections::keyOf(Bytes ip, Bytes segment)
{
    constexpr SeededHash hash(0);
    const bool isV4 = byteAt(ip, 0) >> 4 == 4;
    const auto end = [&](std::size_t number) {
        const std::uint64_t port = big16(segment, 2 * number);
        if (isV4)
            return hash(wordAt<std::uint32_t>(ip, 12 + 4 * number), port, 0, 0);
        return hash(wordAt<std::uint64_t>(ip, 8 + 16 * number), wordAt<std::uint64_t>(ip, 16 + 16 * number), port, 1);
    };
    return end(0) + end(1);
}

void SipConnections::add(std::uint64_t key)
{
    auto& marks = m_buckets[key % buckets].marks;
    if (has(key))
        return;
    std::copy_backward(marks.begin(), marks.end() - 1, marks.end());
    marks.front() = markOf(key);
}

}
