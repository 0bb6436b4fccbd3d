// What stands in each column of the list of past calls, as people read it and as it is sorted.
#pragma once

#include "shared/calls/call_record.h"

#include <QString>
#include <optional>

namespace callmon {

struct PastCallColumns {
    enum Column { // in the order of callFieldNames()
        Key,
        CallId,
        Signalling_,
        Transport_,
        State,
        Caller,
        Callee,
        CallerIp,
        CallerPort,
        CalleeIp,
        CalleePort,
        StartedAt,
        RingingAt,
        AnsweredAt,
        EndedAt,
        Duration,
        Outcome,
        FinalCode,
        EndedBy_,
        PostDialDelay,
        AnswerDelay,
        SignallingRtt,
        MosMean,
        MosMin,
        Streams,
        Messages,
        Retransmissions,
        MediaNotStored,
        ProbeFramesLost,
        PollGapLongest,
        Trust,
        Q850Cause,
        EndReason,
        AssertedIdentity,
        Diversion,
        LegId,
        TransferTarget,
        ReplacedCallId,
        CallerAgent,
        CalleeAgent,
        SessionExpires,
        Branches,
        Offers,
        Holds,
        HoldTime,
        MediaKinds_,
        SecureMedia,
        BeganBeforeProbe,
        Encapsulation_,
        MessagesNotStored,
        MediaAfterAnswer_,
        MediaAfterEnd,
        Recorded,
        RecordingRule_,
        CallerTrunk,
        CalleeTrunk,
        CountedAt,
        Tags,
        LegalHold,
        FieldCount, // what follows is the console's own
        Probe = FieldCount,
        ColumnCount
    };
};

QString titleOfColumn(int column); // in two lines where it is long; with the zone of its times
QString helpOfColumn(int column); // what it is, where the title does not say it all
bool isMosFigure(int column);
bool isNumberColumn(int column); // read from the right
bool sortsByNumber(int column); // or by time
std::optional<double> figureOf(const CallRecord& call, int column); // that it is sorted by; empty when unknown
QString cellText(const CallRecord& call, int column); // of what the record says: not tags, hold and probe

}
