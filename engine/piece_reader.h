// Frames that hold a piece of something, on their way to tracking: what reassembly makes whole of them is read like any
// other message or datagram.
#pragma once

#include "engine/capture/frame.h"
#include "engine/packet/frame_classifier.h"
#include "engine/reassembly/reassembler.h"
#include "engine/records/call_monitor.h"

namespace callmon {

// Lane 0's thread. Nothing is allocated after the constructor.
class PieceReader final : private SignallingSink {
public:
    // `deal`: that of the capture thread; a stream may come in fragments and whole.
    PieceReader(CallMonitor& monitor, const ReassemblerOptions& options, const LaneDeal& deal);

    // A frame of kind Piece; every frame before it was given to the monitor. Calls the monitor from within.
    void read(const Frame& frame, std::uint64_t sequence);
    // Packet time has come to `now`; `sequence` is the last frame's.
    void advance(Timestamp now, std::uint64_t sequence) { m_reassembler.advance(now, sequence); }
    std::vector<NamedCounter> counters() const;

private:
    void readAt(Bytes ip, const PacketStamp& stamp);
    void message(const SignallingMessage& message) override;
    void datagram(const WholeDatagram& whole) override;

    CallMonitor& m_monitor;
    FrameClassifier m_classifier;
    const LaneDeal m_deal;
    Reassembler m_reassembler;
    std::uint64_t m_sip = 0;
    std::uint64_t m_datagrams = 0;
    std::uint64_t m_otherDatagrams = 0;
    std::uint64_t m_tooDeep = 0;
    int m_depth = 0; // of whole datagrams in whole datagrams in hand
};

}
