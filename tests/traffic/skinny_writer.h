// Skinny messages as telephones and call managers write them, field by field as Wireshark's packet-skinny names them;
// for a header version of 0, 17 or 20.
#pragma once

#include "shared/base/flow_key.h"

#include <initializer_list>
#include <string>
#include <string_view>

namespace callmon {

class SkinnyWriter {
public:
    explicit SkinnyWriter(std::uint32_t version)
        : m_version(version)
    {
    }

    struct Line {
        std::uint32_t line = 1;
        std::uint32_t reference = 0;
    };

    std::string keepAlive() const { return message(0x0000, {}); }
    std::string registers(std::string_view device, const IpAddress& ip) const
    {
        std::string body = fixed(device, 16) + words({ 0, 1 }) + v4(ip) + words({ 0x73, 0, 0 });
        body += static_cast<char>(m_version == 0 ? 3 : m_version);
        return message(0x0001, body + std::string(3, '\0') + words({ 0, 0 }), 0);
    }
    std::string registerAck() const
    {
        std::string body = words({ 30 }) + fixed("D.M.YA", 6) + std::string(2, '\0') + words({ 60 });
        body += static_cast<char>(m_version == 0 ? 3 : m_version);
        return message(0x0081, body + std::string(3, '\0'), 0);
    }
    std::string offHook(Line at) const { return message(0x0006, m_version == 0 ? std::string() : words(at)); }
    std::string onHook(Line at) const { return message(0x0007, m_version == 0 ? std::string() : words(at)); }
    std::string key(char digit, Line at) const
    {
        return message(0x0003, words({ static_cast<std::uint32_t>(digit - '0') }) + words(at));
    }
    std::string softKey(std::uint32_t event, Line at) const { return message(0x0026, words({ event }) + words(at)); }
    std::string dialled(std::string_view number, Line at) const
    {
        return message(0x011d, directory(number) + words(at));
    }
    std::string callState(std::uint32_t state, Line at) const
    {
        return message(0x0111, words({ state }) + words(at) + words({ 0, 4, 0 }));
    }
    std::string startTone(std::uint32_t tone, Line at) const { return message(0x0082, words({ tone, 0 }) + words(at)); }
    std::string ringer(std::uint32_t mode, Line at) const { return message(0x0085, words({ mode, 1 }) + words(at)); }
    std::string callInfo(Line at, std::uint32_t type, std::string_view calling, std::string_view called,
        std::string_view calledAtFirst = {}) const
    {
        const std::string_view original = calledAtFirst.empty() ? called : calledAtFirst;
        if (m_version == 0)
            return message(0x008f,
                fixed({}, 40) + fixed(calling, 24) + fixed({}, 40) + fixed(called, 24) + words(at) + words({ type })
                    + fixed({}, 40) + fixed(original, 24) + fixed({}, 40) + fixed({}, 24) + words({ 0, 0 })
                    + fixed({}, 4 * 24) + words({ 1, 1, 0 }));
        std::string body = words(at) + words({ type, 0, 0, 1, 1, 0 });
        for (const std::string_view text :
            { calling, calling, called, original, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {} })
            body += std::string(text) + '\0';
        body.append((4 - body.size() % 4) % 4, '\0');
        return message(0x014a, body);
    }
    std::string openReceive(Line at, std::uint32_t codec) const
    {
        std::string body = words({ conference(at), passThrough(at), 20, codec, 1, 0, at.reference }) + keys();
        if (m_version >= 17)
            body += words({ 0 }) + std::string(16, '\0') + words({ 0, 0, 0 });
        return message(0x0105, body);
    }
    std::string receiveOpened(Line at, const Endpoint& here) const
    {
        std::string body = words({ 0 }) + address(here.ip) + words({ here.port, passThrough(at) });
        return message(0x0022, m_version == 0 ? body : body + words({ at.reference }));
    }
    std::string startTransmit(Line at, const Endpoint& there, std::uint32_t codec) const
    {
        std::string body = words({ conference(at), passThrough(at) }) + address(there.ip)
            + words({ there.port, 20, codec, 0xb8, 0, 0, 0, at.reference }) + keys();
        if (m_version >= 20)
            body += std::string(36, '\0'); // capabilities of modems
        return message(0x008a, body);
    }
    std::string transmitStarted(Line at, const Endpoint& here) const
    {
        return message(0x0154,
            words({ conference(at), passThrough(at), at.reference }) + address(here.ip) + words({ here.port, 0 }));
    }
    std::string closeReceive(Line at) const { return closing(0x0106, at); }
    std::string stopTransmit(Line at) const { return closing(0x008b, at); }
    std::string statisticsRequest(std::string_view number, Line at) const
    {
        return message(0x0107, padded(number) + words({ at.reference, 0 }));
    }
    struct Figures {
        std::uint32_t sent = 0;
        std::uint32_t received = 0;
        std::uint32_t lost = 0;
        std::uint32_t jitterMs = 0;
        std::uint32_t latencyMs = 0;
    };
    std::string statistics(std::string_view number, Line at, const Figures& f) const
    {
        std::string body = padded(number)
            + words({ at.reference, 0, f.sent, f.sent * 172, f.received, f.received * 172, f.lost, f.jitterMs,
                f.latencyMs });
        return message(0x0023, m_version >= 18 ? body + words({ 0 }) : body); // no text about the quality
    }
    // Any.
    std::string message(std::uint32_t id, const std::string& body) const { return message(id, body, m_version); }

    static std::string words(std::initializer_list<std::uint32_t> values)
    {
        std::string text;
        for (const std::uint32_t value : values)
            for (int i = 0; i < 4; ++i)
                text += static_cast<char>(value >> 8 * i & 0xff);
        return text;
    }

private:
    static std::string message(std::uint32_t id, const std::string& body, std::uint32_t version)
    {
        const std::string padded = body + std::string((4 - body.size() % 4) % 4, '\0');
        return words({ static_cast<std::uint32_t>(padded.size() + 4), version, id }) + padded;
    }
    static std::string words(Line at) { return words({ at.line, at.reference }); }
    static std::string fixed(std::string_view text, std::size_t size)
    {
        return std::string(text.substr(0, size)) + std::string(size - std::min(size, text.size()), '\0');
    }
    static std::string bytesOf(std::span<const std::byte> bytes)
    {
        return { reinterpret_cast<const char*>(bytes.data()), bytes.size() };
    }
    static std::string v4(const IpAddress& ip) { return bytesOf(ip.bytes().last(4)); }
    std::string padded(std::string_view number) const { return fixed(number, m_version >= 18 ? 28 : 24); }
    std::string directory(std::string_view number) const { return fixed(number, m_version >= 18 ? 25 : 24); }
    std::string address(const IpAddress& ip) const
    {
        if (m_version < 17)
            return v4(ip);
        return ip.isV4() ? words({ 0 }) + v4(ip) + std::string(12, '\0') : words({ 1 }) + bytesOf(ip.bytes());
    }
    static std::uint32_t conference(Line at) { return 0x10000 + at.reference; }
    static std::uint32_t passThrough(Line at) { return 0x01000000 + at.reference; }
    // No encryption; no streams; telephone-event is 101 (RFC 4733); how it is mixed.
    static std::string keys() { return std::string(48, '\0') + words({ 0, 0, 101, 1, 2, 3 }); }
    std::string closing(std::uint32_t id, Line at) const
    {
        return message(id, words({ conference(at), passThrough(at), at.reference, 0 }));
    }

    std::uint32_t m_version;
};

}
