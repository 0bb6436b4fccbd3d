// Deletion on request of whoever a number belongs to: what is asked for, and what became of it, call by call.
#pragma once

#include "shared/base/sentence.h"
#include "shared/calls/call_key.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callmon {

struct DeletionRequest {
    std::string number; // whole, as it stands in the records; a telephone number with or without separators
    std::optional<Timestamp> from; // of the calls' start; absent: any
    std::optional<Timestamp> to;
    bool dryRun = false; // only says what would go
};

enum class DeletionState : std::uint8_t {
    Deleted,
    WouldGo, // of a dry run
    Held, // kept: a legal hold is on it
    On, // kept: it has not ended, or not been stored yet
    Failed,
};

struct DeletedCall {
    CallKey call;
    DeletionState state = DeletionState::Deleted;
    Sentence why; // where it was kept
    std::uint32_t streams = 0;
    std::uint32_t qualityBlocks = 0; // of up to a minute
    std::uint64_t messages = 0;
    std::uint64_t messageBytes = 0;
    std::uint64_t mediaChunks = 0;
    std::uint64_t mediaBytes = 0;
    std::uint32_t alarms = 0;
    std::uint32_t notes = 0; // and tags
};

struct DeletionReport {
    std::vector<DeletedCall> calls;
    std::vector<Sentence> notes; // what is left, and why
};

// For a log that outlives the deletion: what was asked for, but for the number itself.
std::string withoutNumber(const DeletionRequest& request);

inline std::string_view toText(DeletionState state)
{
    switch (state) {
    case DeletionState::Deleted:
        return "deleted";
    case DeletionState::WouldGo:
        return "would_go";
    case DeletionState::Held:
        return "held";
    case DeletionState::On:
        return "on";
    case DeletionState::Failed:
        return "failed";
    }
    return "";
}

}
