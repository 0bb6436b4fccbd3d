// Tags and notes, for decodeAnswer(). Internal to shared/remote.
#pragma once

#include "shared/remote/wire.h"
#include "shared/remote/wire_archive.h"

namespace callmon::wire {

void readNotes(Reader& in, CallNotes& notes);
void readPage(Reader& in, TagNamePage& page);
void writeTags(Writer& out, const std::vector<TagsOfCall>& tags); // of the calls of a page
void readTags(Reader& in, std::vector<TagsOfCall>& tags);

}
