// Module III, signalling's half: each message of a call goes to the sink, as much of it as is kept.
#pragma once

#include "engine/records/record_sink.h"
#include "shared/calls/call_message.h"

#include <vector>

namespace callmon {

struct MessageOptions {
    // What is kept of a message's bytes. 0: its first line. 8 KiB are more than any that fits a few datagrams; beyond
    // 64 KiB nothing comes.
    std::uint32_t bytesKept = 8192;
    // Of one call: nobody fills the disk with a dialog that never ends. What comes beyond is counted.
    std::uint32_t mostPerCall = 2000;
    bool masksKeys = false; // those pressed: each is kept as a '*'
};

// On lane 0's thread. Nothing is allocated after the constructor.
class MessageRecorder {
public:
    MessageRecorder(RecordSink& sink, const MessageOptions& options);

    // The n-th message of its call, from 1. False: it is not kept.
    bool add(MessageHead head, Bytes text, std::uint32_t n, bool answered);

    std::uint64_t messagesRecorded() const { return m_recorded; }
    std::uint64_t messagesNotRecorded() const { return m_notRecorded; }

private:
    RecordSink& m_sink;
    MessageOptions m_options;
    std::vector<char> m_copy; // without its secrets
    std::uint64_t m_recorded = 0;
    std::uint64_t m_notRecorded = 0;
};

}
