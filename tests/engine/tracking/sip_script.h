// SIP written short, for tests: one message a line,
//
//     <ms> <from>><to> <method or status> <cseq>[:<method of a response, INVITE by default>] [option...]
//
// with hosts A (the caller, 10.0.0.1), B (the callee, 10.0.0.2) and P (a proxy, 10.0.0.9), all on port 5060.
// Options: by=B (the callee made the request), sdp=sendrecv|sendonly|recvonly|inactive|zero (an SDP of the sender's
// party, zero: c=0.0.0.0), totag=x, branch=x, id=x (Call-ID), port=n (media port), relay=n (media at P, that port),
// version=n (of the SDP), user=x (of the caller's URI), x=Name:value (a header field, more than once too; blanks as _).
#pragma once

#include "engine/packet/datagram.h"

#include <QRegularExpression>
#include <QString>
#include <QStringList>

#include <deque>
#include <string>
#include <vector>

namespace callmon {

inline Timestamp scriptTime(double ms)
{
    return timestampFromNanoseconds(1'700'000'000'000'000'000) + Nanoseconds(static_cast<std::int64_t>(ms * 1e6));
}

inline Endpoint scriptHost(char name, std::uint16_t port)
{
    const std::uint32_t last = name == 'A' ? 1 : name == 'B' ? 2 : 9;
    return { IpAddress::v4(0x0a000000u + last), port };
}

// Owns the bytes that its datagrams view.
class TestTraffic {
public:
    void add(Timestamp at, const Endpoint& src, const Endpoint& dst, std::string payload)
    {
        m_bytes.push_back(std::move(payload));
        const std::string& kept = m_bytes.back();
        Datagram datagram;
        datagram.arrival = at;
        datagram.flow = { src, dst };
        datagram.payload = std::as_bytes(std::span(kept.data(), kept.size()));
        datagram.wirePayloadSize = static_cast<std::uint16_t>(kept.size());
        datagram.ipSize = static_cast<std::uint16_t>(kept.size() + 28);
        m_datagrams.push_back(datagram);
    }

    void script(const QString& text)
    {
        for (const QString& row : text.split('\n', Qt::SkipEmptyParts)) {
            if (!row.trimmed().isEmpty())
                line(row.simplified());
        }
    }

    struct Rtp {
        std::uint8_t payloadType = 8;
        std::uint16_t sequence = 0;
        std::uint32_t timestamp = 0;
        std::uint32_t ssrc = 0x1234;
        bool marker = false;
    };
    void rtp(double ms, const Endpoint& src, const Endpoint& dst, const Rtp& packet, std::size_t payloadSize = 160)
    {
        std::string bytes;
        const auto put = [&](std::uint32_t value, int count) {
            for (int i = count - 1; i >= 0; --i)
                bytes.push_back(static_cast<char>(value >> (8 * i) & 0xff));
        };
        put(0x80, 1);
        put((packet.marker ? 0x80u : 0u) | packet.payloadType, 1);
        put(packet.sequence, 2);
        put(packet.timestamp, 4);
        put(packet.ssrc, 4);
        bytes.append(payloadSize, '\x55');
        add(scriptTime(ms), src, dst, bytes);
    }
    // 20 ms packets of G.711, one way.
    void talk(double fromMs, int count, const Endpoint& src, const Endpoint& dst, std::uint32_t ssrc,
        std::uint16_t firstSequence = 0)
    {
        for (int i = 0; i < count; ++i) {
            rtp(fromMs + 20 * i, src, dst,
                { 8, static_cast<std::uint16_t>(firstSequence + i), static_cast<std::uint32_t>(160 * i), ssrc, false });
        }
    }

    std::span<const Datagram> datagrams() const { return m_datagrams; }
    std::vector<Datagram>& list() { return m_datagrams; }

private:
    void line(const QString& row)
    {
        static const QRegularExpression form(R"(^(\d+) (\w)>(\w) (\w+) (\d+)(?::(\w+))?(.*)$)");
        const auto match = form.match(row);
        Q_ASSERT(match.hasMatch());
        const char src = match.captured(2)[0].toLatin1();
        const char dst = match.captured(3)[0].toLatin1();
        const QString start = match.captured(4);
        const bool response = start[0].isDigit();
        const QString method = !response ? start : match.captured(6).isEmpty() ? "INVITE" : match.captured(6);
        const auto option = [&](const char* name, const QString& otherwise) {
            const auto found = QRegularExpression(QString(R"( %1=(\S*))").arg(name)).match(match.captured(7));
            return found.hasMatch() ? found.captured(1) : otherwise;
        };
        const bool byCallee = option("by", "A") == "B";
        const bool first = method == "INVITE" && !response && match.captured(5) == "1";
        const QString toTag = option("totag", first || start == "100" || method == "CANCEL" ? "" : "tb");
        const QString from = byCallee ? QString("<sip:bob@example.org>;tag=tb")
                                      : "<sip:" + option("user", "alice") + "@example.org>;tag=ta";
        const QString to = byCallee ? QString("<sip:alice@example.org>;tag=ta")
                                    : "<sip:bob@example.org>" + (toTag.isEmpty() ? "" : ";tag=" + toTag);
        const bool senderIsCallee = byCallee != response;
        QString body;
        if (const QString sdp = option("sdp", ""); !sdp.isEmpty()) {
            const QString relay = option("relay", "");
            const QString ip = sdp == "zero" ? "0.0.0.0"
                : !relay.isEmpty()           ? "10.0.0.9"
                : senderIsCallee             ? "10.0.0.2"
                                             : "10.0.0.1";
            body = "v=0\r\no=- 1 " + option("version", "1") + " IN IP4 " + ip + "\r\ns=-\r\nc=IN IP4 " + ip
                + "\r\nt=0 0\r\nm=audio "
                + option("port",
                    !relay.isEmpty()     ? relay
                        : senderIsCallee ? "20000"
                                         : "10000")
                + " RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
                + (sdp == "zero" ? "" : "a=" + sdp + "\r\n");
        }
        QString extra;
        static const QRegularExpression field(R"( x=([^: ]+):(\S*))");
        for (auto fields = field.globalMatch(match.captured(7)); fields.hasNext();) {
            const auto found = fields.next();
            extra += found.captured(1) + ": " + QString(found.captured(2)).replace('_', ' ') + "\r\n";
        }
        const QString text = (response ? "SIP/2.0 " + start + " Reason" : start + " sip:bob@example.org SIP/2.0")
            + "\r\nVia: SIP/2.0/UDP host;branch=z9hG4bK"
            + option("branch", (method == "CANCEL" ? "INVITE" : method) + match.captured(5) + (byCallee ? "b" : "a"))
            + "\r\nFrom: " + from + "\r\nTo: " + to + "\r\nCall-ID: " + option("id", "call-1")
            + "\r\nCSeq: " + match.captured(5) + " " + method + "\r\n" + extra
            + (body.isEmpty() ? "" : "Content-Type: application/sdp\r\n")
            + "Content-Length: " + QString::number(body.size()) + "\r\n\r\n" + body;
        add(scriptTime(match.captured(1).toDouble()), scriptHost(src, 5060), scriptHost(dst, 5060), text.toStdString());
    }

    std::deque<std::string> m_bytes;
    std::vector<Datagram> m_datagrams;
};

}
