// Calls out of what telephones say: input, again and again: a byte that says which of four telephones, and how far time
// goes on; then a message with its header. Tables are small, so that they fill up.
#include "engine/tracking/tracker.h"
#include "tests/fuzz/require.h"

#include <memory>
#include <set>

namespace {

using namespace callmon;

class NoMedia : public LaneListener {
public:
    bool wantsMedia() const override { return false; }
    void streamStarted(std::uint32_t, Timestamp) override { }
    void streamNumbered(std::uint32_t) override { }
    void streamDropped(std::uint32_t) override { }
    void secondPassed(std::uint32_t, Timestamp) override { }
    void media(std::span<const MediaPacket>) override { }
    void probeLost(Timestamp, Timestamp) override { }
    void tick(Timestamp) override { }
};

// Each call begins once and ends once, and says nothing in between that cannot be.
class CheckingListener : public TrackerListener {
public:
    Tracker* tracker = nullptr;

    void callStarted(std::uint32_t call) override
    {
        require(m_live.insert(call).second);
        check(call);
    }
    void callChanged(std::uint32_t call) override
    {
        require(m_live.contains(call));
        check(call);
    }
    void messageSeen(std::uint32_t, const SeenMessage&) override { }
    void callForgotten(std::uint32_t) override { }
    void callEnded(std::uint32_t call) override
    {
        require(m_live.erase(call) == 1);
        check(call);
        require(tracker->knownCall(call).record.endedAt.has_value());
    }
    void tick(Timestamp) override { }
    bool empty() const { return m_live.empty(); }

private:
    void check(std::uint32_t call) const
    {
        const CallRecord& record = tracker->knownCall(call).record;
        require(record.signalling == Signalling::Skinny && !record.callId.empty());
        require((record.outcome == CallOutcome::Answered) == record.answeredAt.has_value());
        require((record.state == CallState::Ended) == record.endedAt.has_value());
        require(record.holdTime.count() >= 0);
    }

    std::set<std::uint32_t> m_live;
};

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    TrackerOptions options;
    options.maxCalls = 6;
    options.maxStreams = 8;
    options.maxMediaAddresses = 8;
    options.maxUnboundFlows = 64;
    options.waitingBytes = 1 << 16;
    options.hashSeed = 1;
    NoMedia lane;
    CheckingListener listener;
    const auto tracker = std::make_unique<Tracker>(options, listener, std::array<LaneListener*, 1> { &lane });
    listener.tracker = tracker.get();

    Timestamp now = timestampFromNanoseconds(1'700'000'000'000'000'000);
    std::uint64_t sequence = 0;
    ByteReader input(std::as_bytes(std::span(data, size)));
    while (input.left() > 12) {
        constexpr Nanoseconds steps[] { std::chrono::milliseconds(1), std::chrono::seconds(1), std::chrono::seconds(40),
            std::chrono::minutes(11) };
        const std::uint8_t how = input.u8();
        now += steps[how >> 2 & 3];
        tracker->advance(now);
        const std::uint32_t length = __builtin_bswap32(ByteReader(input.rest()).u32());
        const Bytes message = input.take(std::min<std::size_t>(input.left(), 8 + (length & 0x3ff)));
        const Endpoint phone { IpAddress::v4(0x0a000001U + (how & 3)), 50000 };
        const Endpoint manager { IpAddress::v4(0x0a0000feU), 2000 };
        const auto parsed = parseSkinny(message);
        Datagram datagram;
        datagram.arrival = now;
        datagram.sequence = ++sequence;
        datagram.flow = parsed && parsed->fromPhone ? FlowKey { phone, manager } : FlowKey { manager, phone };
        datagram.payload = message;
        tracker->skinnyMessage(datagram);
    }
    tracker->finish();
    require(listener.empty());
    return 0;
}
