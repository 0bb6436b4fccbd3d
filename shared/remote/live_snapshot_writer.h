// A snapshot of the live list, written without its rows lying in memory all at once.
#pragma once

#include "shared/remote/wire.h"

#include <memory>
#include <span>

namespace callmon {

// Makes what encode() makes of all the rows.
class LiveSnapshotWriter {
public:
    explicit LiveSnapshotWriter(std::uint64_t version, std::size_t messageBytes = remoteMessageBytes);
    ~LiveSnapshotWriter();
    void add(std::span<const LiveCall> rows);
    std::vector<QByteArray> finish(); // once, at the end

private:
    struct Part;
    void beginPart();
    void endPart();

    std::uint64_t m_version;
    std::size_t m_messageBytes;
    std::unique_ptr<Part> m_part;
    std::vector<QByteArray> m_parts;
};

}
