// The binary blobs inside the calls and signals of probe.rep.
//
// Each begins with u8 kind | u8 version of that kind; then the fields in the order of their struct, big-endian;
// an optional is u8 present (0 or 1) and, if so, its value; a text is u16 length and bytes; a list is u32 count and
// elements. Decoding believes nothing: a count larger than the bytes left can hold, an enumerator that does not exist,
// a text too long for its field, bytes left over: the result is empty.
#pragma once

#include "shared/calls/call_message.h"
#include "shared/calls/call_query.h"
#include "shared/calls/live_delta.h"
#include "shared/calls/probe_status.h"
#include "shared/calls/quality_point.h"
#include "shared/calls/stream_record.h"

#include <QByteArray>
#include <variant>

namespace callmon {

// Goes up with every change of Session in probe.rep or of a blob. Engine and client must have the same.
constexpr quint32 remoteProtocolVersion = 5;

// Messages are kept near this size: large ones block their connection and double memory.
constexpr std::size_t remoteMessageBytes = 128 * 1024;

// A delta travels in parts: all of one delta, in order, each with some of its rows.
struct LiveDeltaPart {
    std::uint32_t number = 0; // 0, 1 ... parts - 1
    std::uint32_t parts = 1;
    LiveDelta delta; // versions and snapshot mark as of the whole
};
std::vector<QByteArray> encode(const LiveDelta& delta, std::size_t messageBytes = remoteMessageBytes);
std::optional<LiveDeltaPart> decodeLiveDeltaPart(const QByteArray& blob);

// Puts the parts together again.
class LiveDeltaAssembler {
public:
    // The whole delta with its last part. A part out of order throws away what was begun and sets broken().
    std::optional<LiveDelta> add(LiveDeltaPart part);
    bool broken() const { return m_broken; }
    void clear();

private:
    LiveDelta m_delta;
    std::uint32_t m_next = 0;
    bool m_broken = false;
};

QByteArray encode(const CallQuery& query);
std::optional<CallQuery> decodeCallQuery(const QByteArray& blob);

QByteArray encode(const ProbeStatus& status);
std::optional<ProbeStatus> decodeProbeStatus(const QByteArray& blob);

// What answers a request. matchesInAll is exact on the last page of a search, on earlier ones what is counted so far.
struct CallPage {
    std::uint64_t matchesInAll = 0;
    std::vector<CallRecord> calls;
};
struct StreamPage {
    std::vector<StreamRecord> streams;
};
struct QualityPage {
    std::vector<QualityPoint> points;
};
struct MessagePage {
    std::vector<CallMessage> messages;
};
struct MediaPage { // whole packets of one stream, as MediaReader reads them
    StreamKey stream;
    QByteArray bytes;
};
using RemoteAnswer = std::variant<CallPage, StreamPage, QualityPage, MediaPage, MessagePage>;

QByteArray encode(const CallPage& page);
QByteArray encode(const StreamPage& page);
QByteArray encode(const QualityPage& page);
QByteArray encode(const MediaPage& page);
QByteArray encode(const MessagePage& page);
std::optional<RemoteAnswer> decodeAnswer(const QByteArray& blob);

}
