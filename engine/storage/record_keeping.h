// What clients may ask of legal holds, deletion and the clock of ages. RecordKeeper stands behind it.
#pragma once

#include "shared/base/result.h"
#include "shared/calls/deletion.h"
#include "shared/calls/hold.h"
#include "shared/calls/retention_clock.h"

#include <atomic>
#include <vector>

namespace callmon {

// Any thread; one thing at a time.
class RecordKeeping {
public:
    virtual ~RecordKeeping() = default;

    // A call that is on is copied when it is over: the hold waits until then.
    virtual Result<Hold> hold(CallKey call, const std::string& reason, const std::string& who) = 0;
    // Its copy is deleted.
    virtual Result<Hold> release(CallKey call, const std::string& reason, const std::string& who) = 0;
    virtual Result<std::vector<Hold>> holds() = 0; // with the history, in the order in which they were set
    virtual Result<DeletionReport> deleteNumber(
        const DeletionRequest& request, const std::atomic<bool>* cancelled = nullptr) = 0;
    virtual Result<RetentionClock> clock() = 0;
    virtual Result<RetentionClock> confirmClock() = 0; // it is right as it is now: what is too old by it may go
};

}
