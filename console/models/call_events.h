// What happened in a call and when, in seconds since it began: its messages, holds, alarms and pressed keys.
#pragma once

#include "shared/calls/alarm.h"
#include "shared/calls/call_ladder.h"
#include "shared/calls/stream_record.h"

#include <QString>
#include <functional>
#include <span>
#include <vector>

namespace callmon {

struct CallEvent {
    enum class Sort { Request, Response, Failure, Key };
    double seconds = 0;
    Sort sort = Sort::Request;
    QString label; // "INVITE", "180 Ringing", "5"
    std::size_t message = 0; // its index; of a message
    Party by = Party::Caller; // of a key
};

struct CallSpan {
    double begin = 0;
    double end = 0;
    QString label;
    bool open = false; // still on
};

// An event for each arrow of the ladder: copies are one.
std::vector<CallEvent> messageEvents(const std::vector<CallMessage>& messages, Timestamp epoch);

// A hold begins when an offer of sendonly, recvonly, inactive media, or of the address 0.0.0.0, is accepted by a 2xx
// (RFC 3264 8.4), and ends when another one is; with Skinny, as the call manager says. `end` is the call's, in seconds;
// a hold that reaches it is open while the call is on.
std::vector<CallSpan> holdSpans(const std::vector<CallMessage>& messages, Timestamp epoch, double end, bool callIsOn);

std::vector<CallSpan> alarmSpans(std::vector<Alarm> alarms, Timestamp epoch, double end);

// Keys in the recorded RTP of a stream (RFC 4733): where they were pressed. Which ones is told as far as the record
// keeps them ("*" each where they are masked); else a dot. `recorded`: pieces of whole packets; `forget` is called now
// and then.
std::vector<CallEvent> keyEvents(const StreamRecord& stream, std::span<const Bytes> recorded, Timestamp epoch,
    const std::function<void()>& forget = {});

}
