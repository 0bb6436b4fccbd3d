// What clients say of calls and ask of what was said. CallNoteKeeper stands behind it.
#pragma once

#include "shared/calls/call_notes.h"

namespace callmon {

// Any thread. That there is such a call, the caller has looked.
class CallNoting {
public:
    virtual ~CallNoting() = default;

    virtual Result<CallNotes> notes(CallKey call) = 0;
    virtual Result<std::vector<TagUse>> tagNames() = 0; // by name
    // Kept, with who and when, when they return. A tag that is there already stays as it is.
    virtual Result<void> addTag(CallKey call, const std::string& tag, const std::string& who) = 0;
    virtual Result<void> removeTag(CallKey call, const std::string& tag) = 0;
    virtual Result<void> addNote(CallKey call, const std::string& text, const std::string& who) = 0;
};

}
