#include "engine/batch_reader.h"

namespace callmon {

void BatchReader::read(const FrameBatch& batch)
{
    std::array<Datagram, FrameBatch::capacity> datagrams;
    batch.lookAhead();
    m_monitor.account(batch.loss, batch.now);
    std::size_t count = 0;
    std::uint64_t sequence = batch.firstSequence;
    for (const Frame& frame : batch.view()) {
        if (frame.kind == FrameKind::Piece) {
            m_monitor.process(std::span(datagrams).first(count)); // in the order of the wire
            count = 0;
            m_pieces.read(frame, sequence++);
            continue;
        }
        if (frame.lane == 0)
            readDatagram(frame, sequence, datagrams[count++]);
        else
            datagrams[count++] = timeMark(frame.arrival, sequence);
        ++sequence;
    }
    m_monitor.process(std::span(datagrams).first(count));
    m_pieces.advance(batch.now, sequence);
    m_monitor.reached(sequence);
    m_monitor.advance(batch.now);
}

void BatchReader::readLane(unsigned lane, const FrameBatch& batch)
{
    std::array<Datagram, FrameBatch::capacity> datagrams;
    batch.lookAhead();
    std::size_t count = 0;
    for (std::size_t i = 0; i < batch.count; ++i) {
        if (batch.frames[i].lane == lane)
            readDatagram(batch.frames[i], batch.firstSequence + i, datagrams[count++]);
    }
    m_monitor.processLane(lane, std::span(datagrams).first(count), batch.firstSequence + batch.count);
}

}
