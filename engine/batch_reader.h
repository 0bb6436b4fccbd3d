// What a processing thread does with a batch of the capture thread: datagrams to tracking, pieces by way of reassembly.
#pragma once

#include "engine/piece_reader.h"

namespace callmon {

// Nothing is allocated after the constructor, but by the monitor's sinks.
class BatchReader {
public:
    // `deal`: that of the capture thread, with as many lanes as the monitor has.
    BatchReader(CallMonitor& monitor, const ReassemblerOptions& options, const LaneDeal& deal)
        : m_monitor(monitor)
        , m_pieces(monitor, options, deal)
    {
    }

    // Lane 0's thread. Of the other lanes' frames it takes the time only.
    void read(const FrameBatch& batch);
    // That lane's thread, not lane 0's: its own frames. Waits for lane 0 where it must.
    void readLane(unsigned lane, const FrameBatch& batch);
    std::vector<NamedCounter> counters() const { return m_pieces.counters(); } // of the pieces; lane 0's thread

private:
    CallMonitor& m_monitor;
    PieceReader m_pieces;
};

}
