// From the byte streams of TCP connections to signalling messages: finds out what a stream carries, keeps what is not
// complete yet and lets the framer of its protocol cut it.
#pragma once

#include "engine/reassembly/sip_framer.h"
#include "engine/reassembly/skinny_framer.h"
#include "engine/reassembly/tcp_stream_table.h"
#include "engine/reassembly/websocket_framer.h"

#include <vector>

namespace callmon {

class SignallingSink {
public:
    virtual ~SignallingSink() = default;
    virtual void message(const SignallingMessage& message) = 0;
    virtual void datagram(const WholeDatagram& datagram) = 0; // neither TCP nor SCTP
};

struct MessageStreamOptions {
    // Connections of these ports are followed from their beginning; others once their bytes say what they are.
    std::vector<std::uint16_t> sipPorts { 5060 };
    std::vector<std::uint16_t> skinnyPorts { 2000 };
    std::vector<std::uint16_t> webSocketPorts {};
    // Messages that are not complete yet wait in a small buffer, and in a large one when they are longer. Messages
    // within one segment need none.
    std::uint32_t smallBuffers = 8192; // 4 KiB
    std::uint32_t largeBuffers = 256; // 66 KiB
};

// All in memory reserved at start. One thread.
class MessageStreams : public TcpStreamSink {
public:
    struct Counters {
        FramingCounters framing;
        std::uint64_t incomplete = 0; // messages whose rest a hole or the end of the connection took
        std::uint64_t refused = 0; // messages for which no buffer was free
    };

    MessageStreams(SignallingSink& sink, std::uint32_t streams, const MessageStreamOptions& options = {});

    bool wants(const FlowKey& flow, Bytes payload) override;
    void opened(std::uint32_t stream) override;
    void bytes(std::uint32_t stream, const FlowKey& flow, Bytes bytes, const PacketStamp& stamp,
        std::uint16_t ipSize) override;
    void gap(std::uint32_t stream) override;
    void closed(std::uint32_t stream) override;

    void touch() // maps its memory; before the first byte
    {
        m_small.touch();
        m_large.touch();
    }

    const Counters& counters() const { return m_counters; }
    std::uint32_t buffersUsed() const { return m_small.used() + m_large.used(); }

private:
    enum class Protocol : std::uint8_t { Unknown, Sip, Skinny, WebSocket };
    struct State {
        Protocol protocol = Protocol::Unknown;
        bool isLarge = false; // the buffer
        std::uint32_t buffer = noEntry;
        std::uint32_t size = 0; // of what it holds
        SipFramer sip;
        SkinnyFramer skinny;
        WebSocketFramer webSocket;
    };
    struct Origin {
        const FlowKey& flow;
        const PacketStamp& stamp;
        std::uint16_t ipSize;
    };

    Protocol protocolOf(std::uint32_t stream, const FlowKey& flow, Bytes bytes) const;
    std::span<std::byte> bufferOf(const State& state);
    std::size_t append(State& state, Bytes bytes);
    void dropFront(State& state, std::size_t size);
    void releaseBuffer(State& state);
    void resynchronise(State& state);
    std::size_t handOnMessages(std::uint32_t stream, Bytes bytes, std::span<std::byte> own, const Origin& origin);

    SignallingSink& m_sink;
    MessageStreamOptions m_options;
    std::vector<State> m_states;
    BlockPool m_small;
    BlockPool m_large;
    Counters m_counters;
};

}
