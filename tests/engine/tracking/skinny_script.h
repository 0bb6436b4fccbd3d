// Telephones A to Z of one call manager, for tests: what each says and is told, one message at a time.
#pragma once

#include "tests/engine/tracking/collecting_listener.h"
#include "tests/traffic/skinny_writer.h"

namespace callmon {

enum SkinnyTestState : std::uint32_t {
    OffHook = 1,
    OnHook = 2,
    RingOut = 3,
    RingIn = 4,
    Connected = 5,
    Busy = 6,
    Congestion = 7,
    Hold = 8,
    CallTransfer = 10,
    Proceed = 12,
    RemoteMultiline = 13,
};

// Message times are milliseconds after the start; each call of advance() adds some.
class SkinnyScript : public TrackerFixture {
public:
    explicit SkinnyScript(std::uint32_t version = 17, const TrackerOptions& options = smallOptions())
        : TrackerFixture(options)
        , write(version)
    {
    }

    static Timestamp start() { return timestampFromNanoseconds(1'700'000'000'000'000'000); }
    Timestamp now() const { return start() + std::chrono::milliseconds(m_ms); }
    void wait(int ms) { m_ms += ms; }
    void settle(int seconds = 60) // packet time goes on, with nothing heard
    {
        for (int i = 0; i < seconds; ++i) {
            m_ms += 1000;
            tracker.advance(now());
        }
    }

    static std::string number(char phone) { return "20" + std::to_string(phone - 'A' + 10); }
    static Endpoint signalling(char phone) { return { ip(phone), 50000 }; }
    static Endpoint media(char phone) { return { ip(phone), 20000 }; }
    static Endpoint manager() { return { *IpAddress::parse("10.0.0.1"), 2000 }; }

    void says(char phone, const std::string& message) { pass({ signalling(phone), manager() }, message); }
    void told(char phone, const std::string& message) { pass({ manager(), signalling(phone) }, message); }
    void state(char phone, std::uint32_t reference, std::uint32_t state)
    {
        told(phone, write.callState(state, { 1, reference }));
    }
    void info(char phone, std::uint32_t reference, std::uint32_t type, char calling, char called)
    {
        told(phone, write.callInfo({ 1, reference }, type, number(calling), number(called)));
    }

    // Parts of a call, with 10 ms between its messages.
    void dials(char from, std::uint32_t reference, char to)
    {
        says(from, write.offHook({ 0, 0 }));
        state(from, reference, OffHook);
        told(from, write.dialled(number(to), { 1, reference }));
        state(from, reference, Proceed);
        info(from, reference, 2, from, to);
    }
    void rings(char to, std::uint32_t reference, char from)
    {
        state(to, reference, RingIn);
        info(to, reference, 1, from, to);
    }
    void answers(char phone, std::uint32_t reference)
    {
        says(phone, write.offHook({ 1, reference }));
        state(phone, reference, Connected);
    }
    void receives(char phone, std::uint32_t reference)
    {
        told(phone, write.openReceive({ 1, reference }, 4));
        says(phone, write.receiveOpened({ 1, reference }, media(phone)));
    }
    void sends(char phone, std::uint32_t reference, char to)
    {
        told(phone, write.startTransmit({ 1, reference }, media(to), 4));
    }
    void connects(char caller, std::uint32_t first, char callee, std::uint32_t second)
    {
        answers(callee, second);
        state(caller, first, Connected);
        receives(caller, first);
        receives(callee, second);
        sends(caller, first, callee);
        sends(callee, second, caller);
    }
    void call(char caller, std::uint32_t first, char callee, std::uint32_t second)
    {
        dials(caller, first, callee);
        rings(callee, second, caller);
        state(caller, first, RingOut);
        connects(caller, first, callee, second);
    }
    void hangsUp(char phone, std::uint32_t reference)
    {
        says(phone, write.onHook({ 1, reference }));
        state(phone, reference, OnHook);
    }
    void talks(char from, char to, int packets, std::uint32_t ssrc)
    {
        for (int i = 0; i < packets; ++i) {
            std::string rtp { '\x80', '\0', '\0', static_cast<char>(i), '\0', '\0', static_cast<char>(i * 160 >> 8),
                static_cast<char>(i * 160), '\0', '\0', '\0', static_cast<char>(ssrc) };
            rtp.append(160, '\xff');
            m_ms += 20;
            Datagram datagram;
            datagram.arrival = now();
            datagram.sequence = ++m_sequence;
            datagram.flow = { media(from), media(to) };
            datagram.payload = std::as_bytes(std::span(rtp));
            datagram.wirePayloadSize = static_cast<std::uint16_t>(rtp.size());
            datagram.ipSize = static_cast<std::uint16_t>(rtp.size() + 28);
            tracker.process(std::span(&datagram, 1));
        }
    }
    const CallRecord& record(std::size_t index) const { return listener.ended.at(index).record; }

    SkinnyWriter write;

private:
    static IpAddress ip(char phone) { return IpAddress::v4(0x0a010000U + static_cast<std::uint32_t>(phone)); }
    void pass(const FlowKey& flow, const std::string& message)
    {
        m_ms += 10;
        Datagram datagram;
        datagram.arrival = now();
        datagram.sequence = ++m_sequence;
        datagram.flow = flow;
        datagram.payload = std::as_bytes(std::span(message));
        tracker.skinnyMessage(datagram);
    }

    int m_ms = 0;
    std::uint64_t m_sequence = 0;
};

}
