// Telephones A to Z of one call manager, for tests: what each says and is told, one message at a time.
#pragma once

#include "tests/engine/tracking/collecting_listener.h"
#include "tests/traffic/skinny_writer.h"

#include <deque>

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

// Message times are milliseconds after the start; each message comes 10 ms after the one before.
class SkinnyTelephones {
public:
    explicit SkinnyTelephones(std::uint32_t version = 17)
        : write(version)
    {
    }
    virtual ~SkinnyTelephones() = default;

    static Timestamp start() { return timestampFromNanoseconds(1'700'000'000'000'000'000); }
    Timestamp now() const { return start() + std::chrono::milliseconds(m_ms); }
    void wait(int ms) { m_ms += ms; }

    static std::string number(char phone) { return "20" + std::to_string(phone - 'A' + 10); }
    static Endpoint signalling(char phone) { return { ip(phone), 50000 }; }
    static Endpoint media(char phone) { return { ip(phone), 20000 }; }
    static Endpoint manager() { return { *IpAddress::parse("10.0.0.1"), 2000 }; }

    void says(char phone, const std::string& text) { message({ signalling(phone), manager() }, text); }
    void told(char phone, const std::string& text) { message({ manager(), signalling(phone) }, text); }
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
            m_ms += 20;
            voice(from, to, i, ssrc);
        }
    }
    void voice(char from, char to, int number, std::uint32_t ssrc) // its packet of that number, up to 255
    {
        std::string rtp { '\x80', '\0', '\0', static_cast<char>(number), '\0', '\0',
            static_cast<char>(number * 160 >> 8), static_cast<char>(number * 160), '\0', '\0', '\0',
            static_cast<char>(ssrc) };
        rtp.append(160, '\xff');
        pass({ media(from), media(to) }, std::move(rtp), false);
    }

    SkinnyWriter write;

protected:
    // A message of a TCP connection, or a datagram; its bytes go afterwards.
    virtual void deliver(const Datagram& datagram, bool isSkinny) = 0;
    int m_ms = 0;

private:
    static IpAddress ip(char phone) { return IpAddress::v4(0x0a010000U + static_cast<std::uint32_t>(phone)); }
    void message(const FlowKey& flow, const std::string& text)
    {
        m_ms += 10;
        pass(flow, text, true);
    }
    void pass(const FlowKey& flow, const std::string& bytes, bool isSkinny)
    {
        Datagram datagram;
        datagram.arrival = now();
        datagram.sequence = ++m_sequence;
        datagram.flow = flow;
        datagram.payload = std::as_bytes(std::span(bytes));
        datagram.wirePayloadSize = static_cast<std::uint16_t>(bytes.size());
        datagram.ipSize = static_cast<std::uint16_t>(bytes.size() + 28);
        deliver(datagram, isSkinny);
    }

    std::uint64_t m_sequence = 0;
};

// To a tracker, at once.
class SkinnyScript : public TrackerFixture, public SkinnyTelephones {
public:
    explicit SkinnyScript(std::uint32_t version = 17, const TrackerOptions& options = smallOptions())
        : TrackerFixture(options)
        , SkinnyTelephones(version)
    {
    }
    void settle(int seconds = 60) // packet time goes on, with nothing heard
    {
        for (int i = 0; i < seconds; ++i) {
            wait(1000);
            tracker.advance(now());
        }
    }
    const CallRecord& record(std::size_t index) const { return listener.ended.at(index).record; }

private:
    void deliver(const Datagram& datagram, bool isSkinny) override
    {
        if (isSkinny)
            tracker.skinnyMessage(datagram);
        else
            tracker.process(std::span(&datagram, 1));
    }
};

// Kept, with its bytes.
class SkinnyTraffic : public SkinnyTelephones {
public:
    const std::vector<Datagram>& datagrams() const { return m_datagrams; }
    static bool isSkinny(const Datagram& datagram)
    {
        return datagram.flow.src == manager() || datagram.flow.dst == manager();
    }

private:
    void deliver(const Datagram& datagram, bool) override
    {
        m_bytes.emplace_back(datagram.payload.begin(), datagram.payload.end());
        m_datagrams.push_back(datagram);
        m_datagrams.back().payload = m_bytes.back();
    }
    std::deque<std::vector<std::byte>> m_bytes;
    std::vector<Datagram> m_datagrams;
};

// Five calls at a time, of ten telephones, with losses, a hold, and a transfer to an eleventh.
inline void talkBySkinny(SkinnyTraffic& traffic)
{
    constexpr char first = 'A', last = 'I', eleventh = 'K';
    const auto reference = [](char phone) { return static_cast<std::uint32_t>(phone); };
    const auto callee = [](char caller) { return static_cast<char>(caller + 1); };
    const auto talk = [&](int from, int to) {
        for (int i = from; i < to; ++i) {
            traffic.wait(20);
            for (char caller = first; caller <= last; caller = static_cast<char>(caller + 2)) {
                if (i % (caller - first + 7) != 3)
                    traffic.voice(caller, callee(caller), i, reference(caller));
                traffic.voice(callee(caller), caller, i, reference(callee(caller)));
            }
        }
    };
    for (char caller = first; caller <= last; caller = static_cast<char>(caller + 2))
        traffic.call(caller, reference(caller), callee(caller), reference(callee(caller)));
    talk(0, 80);
    traffic.state('C', 'C', Hold);
    traffic.says('B', traffic.write.softKey(4, { 1, 'B' })); // Transfer
    traffic.state('B', 'B', Hold);
    traffic.call('B', 500, eleventh, 501);
    traffic.says('B', traffic.write.softKey(4, { 1, 500 }));
    traffic.state('B', 'B', OnHook);
    traffic.state('B', 500, OnHook);
    traffic.sends('A', 'A', eleventh);
    traffic.sends(eleventh, 501, 'A');
    traffic.talks(eleventh, 'A', 40, 77);
    traffic.state('C', 'C', Connected);
    talk(80, 120);
    for (char caller = first; caller <= last; caller = static_cast<char>(caller + 2)) {
        const char other = caller == 'A' ? eleventh : callee(caller);
        traffic.hangsUp(caller, reference(caller));
        traffic.says(caller,
            traffic.write.statistics("", { 1, reference(caller) }, { .received = 110, .lost = 10, .jitterMs = 3 }));
        traffic.state(other, other == eleventh ? 501 : reference(other), OnHook);
    }
    traffic.wait(60'000);
    traffic.voice('Y', 'Z', 0, 99); // of nobody: time passes
}

}
