// A source that does something of its own around another's receive(), and is that one in everything else.
#pragma once

#include "engine/capture/frame_source.h"

namespace callmon {

class PortBehind : public FrameSource { // receive() is the bench's
public:
    explicit PortBehind(FrameSource& port)
        : m_port(port)
    {
    }
    void releaseFrom(FrameBatch& batch, std::size_t first) override { m_port.releaseFrom(batch, first); }
    ProbeLoss takeLoss() override { return m_port.takeLoss(); }
    std::string describe() const override { return m_port.describe(); }
    bool isLive() const override { return true; }
    std::vector<CaptureCounter> counters() const override { return m_port.counters(); }

protected:
    FrameSource& m_port;
};

}
