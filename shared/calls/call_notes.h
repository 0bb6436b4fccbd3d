// What people said of a call: tags, which are searched by, and notes. With who said it and when.
#pragma once

#include "shared/base/result.h"
#include "shared/base/sentence.h"
#include "shared/calls/call_key.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace callmon {

struct CallTag {
    std::string name;
    Timestamp addedAt; // by the clock of the probe's machine, as all times here
    std::string addedBy;
};

struct CallNote {
    Timestamp at;
    std::string by;
    std::string text;
};

struct CallNotes {
    CallKey call;
    std::vector<CallTag> tags; // by name
    std::vector<CallNote> notes; // oldest first
};

struct TagUse { // a tag that is in use, for completion
    std::string name;
    std::uint64_t calls = 0;
};

struct TagsOfCall { // and what else is kept beside the record of a call that a search found
    CallKey call;
    std::string tags; // joined by spaces
    Sentence legalHold {}; // textOf(Hold); without words where none is on it
};

constexpr std::size_t longestTag = 40; // bytes
constexpr std::size_t mostTagsOfCall = 20;
constexpr std::size_t mostTagNames = 1000; // different ones, so that a list of them stays one
constexpr std::size_t longestNote = 2000; // bytes
constexpr std::size_t mostNotesOfCall = 60;

// The form in which a tag is kept and searched: "Bad-Line " and "bad-line" are one. The error says what a tag may be.
Result<std::string> tagOf(std::string_view text);
// Without spaces around it; the error says what is wrong with it.
Result<std::string> noteOf(std::string_view text);

// Tags joined by spaces, as exports and lists show them.
std::string joined(const std::vector<CallTag>& tags);

}
