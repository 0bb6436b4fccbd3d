#include "engine/reassembly/message_streams.h"

#include "engine/reassembly/sip_start_line.h"

#include <algorithm>
#include <cstring>

namespace callmon {

namespace {

constexpr std::uint32_t smallBuffer = 4096;
constexpr std::uint32_t largeBuffer = 67'584; // the longest message and the frame header of a WebSocket before it

std::string_view textOf(Bytes bytes)
{
    return { reinterpret_cast<const char*>(bytes.data()), bytes.size() };
}

bool usesPort(const FlowKey& flow, const std::vector<std::uint16_t>& ports)
{
    return std::any_of(
        ports.begin(), ports.end(), [&](std::uint16_t port) { return flow.src.port == port || flow.dst.port == port; });
}

bool beginsLikeSip(Bytes bytes)
{
    constexpr std::size_t enough = 12; // "SIP/2.0 100 ", "ACK sip:a@b "
    return bytes.size() >= enough
        && findSipStartLine(textOf(bytes.first(std::min<std::size_t>(bytes.size(), 64)))) == 0;
}

}

MessageStreams::MessageStreams(SignallingSink& sink, std::uint32_t streams, const MessageStreamOptions& options)
    : m_sink(sink)
    , m_options(options)
    , m_states(streams)
    , m_small(smallBuffer, options.smallBuffers)
    , m_large(largeBuffer, options.largeBuffers)
{
}

bool MessageStreams::wants(const FlowKey& flow, Bytes payload)
{
    if (usesPort(flow, m_options.sipPorts) || usesPort(flow, m_options.skinnyPorts)
        || usesPort(flow, m_options.webSocketPorts))
        return true;
    if (beginsLikeSip(payload) || WebSocketFramer::looksLikeSipFrame(payload))
        return true;
    // HTTP is everywhere: of its requests only those that name a sub-protocol.
    return WebSocketFramer::looksLikeHandshake(payload) && WebSocketFramer::namesProtocol(payload);
}

void MessageStreams::opened(std::uint32_t stream)
{
    releaseBuffer(m_states[stream]);
    m_states[stream] = {};
}

void MessageStreams::closed(std::uint32_t stream)
{
    gap(stream);
    m_states[stream] = {};
}

void MessageStreams::gap(std::uint32_t stream)
{
    State& state = m_states[stream];
    m_counters.incomplete += state.size != 0;
    resynchronise(state);
}

void MessageStreams::bytes(
    std::uint32_t stream, const FlowKey& flow, Bytes bytes, const PacketStamp& stamp, std::uint16_t ipSize)
{
    State& state = m_states[stream];
    const Origin origin { flow, stamp, ipSize };
    if (state.protocol == Protocol::Unknown)
        state.protocol = protocolOf(stream, flow, bytes);
    if (state.protocol == Protocol::Unknown) {
        m_counters.framing.bytesSkipped += bytes.size();
        return;
    }
    // Whole messages are cut out of the segment where it lies; those of a WebSocket have to be unmasked first.
    const bool inPlace = state.size == 0 && state.protocol != Protocol::WebSocket;
    if (inPlace)
        bytes = bytes.subspan(handOnMessages(stream, bytes, {}, origin));
    while (!bytes.empty()) {
        const std::size_t taken = append(state, bytes);
        if (taken == 0) {
            ++m_counters.refused;
            resynchronise(state);
            return;
        }
        bytes = bytes.subspan(taken);
        if (inPlace) // the framer has seen all of it
            continue;
        const std::span<std::byte> buffer = bufferOf(state).first(state.size);
        dropFront(state, handOnMessages(stream, buffer, buffer, origin));
    }
}

MessageStreams::Protocol MessageStreams::protocolOf(std::uint32_t stream, const FlowKey& flow, Bytes bytes) const
{
    if (beginsLikeSip(bytes))
        return Protocol::Sip;
    if (WebSocketFramer::looksLikeHandshake(bytes) || WebSocketFramer::looksLikeSipFrame(bytes))
        return Protocol::WebSocket;
    if (usesPort(flow, m_options.skinnyPorts))
        return Protocol::Skinny;
    if (usesPort(flow, m_options.sipPorts))
        return Protocol::Sip;
    if (usesPort(flow, m_options.webSocketPorts))
        return Protocol::WebSocket;
    return m_states[stream ^ 1].protocol; // whichever side's handshake or message was seen
}

std::span<std::byte> MessageStreams::bufferOf(const State& state)
{
    return state.isLarge ? m_large[state.buffer] : m_small[state.buffer];
}

// As much as there is room for.
std::size_t MessageStreams::append(State& state, Bytes bytes)
{
    const std::size_t wanted = state.size + bytes.size();
    if (!state.isLarge && wanted > smallBuffer) {
        const std::uint32_t large = m_large.acquire();
        if (large != noEntry) {
            if (state.buffer != noEntry) {
                std::memcpy(m_large[large].data(), m_small[state.buffer].data(), state.size);
                m_small.release(state.buffer);
            }
            state.buffer = large;
            state.isLarge = true;
        }
    }
    if (state.buffer == noEntry)
        state.buffer = m_small.acquire();
    if (state.buffer == noEntry)
        return 0;
    const std::span<std::byte> room = bufferOf(state).subspan(state.size);
    const std::size_t taken = std::min(room.size(), bytes.size());
    std::memcpy(room.data(), bytes.data(), taken);
    state.size += static_cast<std::uint32_t>(taken);
    return taken;
}

void MessageStreams::dropFront(State& state, std::size_t size)
{
    state.size -= static_cast<std::uint32_t>(size);
    if (state.size == 0)
        releaseBuffer(state);
    else if (size > 0)
        std::memmove(bufferOf(state).data(), bufferOf(state).data() + size, state.size);
}

void MessageStreams::releaseBuffer(State& state)
{
    if (state.buffer != noEntry)
        (state.isLarge ? m_large : m_small).release(state.buffer);
    state.buffer = noEntry;
    state.isLarge = false;
    state.size = 0;
}

void MessageStreams::resynchronise(State& state)
{
    releaseBuffer(state);
    state.sip.resynchronise();
    state.skinny.resynchronise();
    state.webSocket.resynchronise();
}

// What of the bytes is done with. `own`: the same bytes where they may be written to.
std::size_t MessageStreams::handOnMessages(
    std::uint32_t stream, Bytes bytes, std::span<std::byte> own, const Origin& origin)
{
    State& state = m_states[stream];
    std::size_t done = 0;
    while (true) {
        Framed framed;
        MessageTransport transport = MessageTransport::SipTcp;
        switch (state.protocol) {
        case Protocol::Skinny:
            framed = state.skinny.next(bytes.subspan(done), m_counters.framing);
            transport = MessageTransport::SkinnyTcp;
            break;
        case Protocol::WebSocket:
            framed = state.webSocket.next(own.subspan(done), m_counters.framing);
            transport = MessageTransport::SipWebSocket;
            break;
        default:
            framed = state.sip.next(textOf(bytes.subspan(done)), m_counters.framing);
        }
        if (framed.kind == Framed::Incomplete)
            return done;
        if (framed.kind == Framed::Message)
            m_sink.message({ transport, origin.flow, origin.stamp, bytes.subspan(done, framed.size), origin.ipSize });
        done += framed.size;
    }
}

}
