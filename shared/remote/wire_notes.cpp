#include "shared/remote/wire_notes.h"

namespace callmon {

using namespace wire;

namespace {

template <typename Archive, typename Tag> void visitTag(Archive& archive, Tag& tag)
{
    archive.field(tag.name);
    archive.field(tag.addedAt);
    archive.field(tag.addedBy);
}
constexpr std::size_t tagMinBytes = 12;

template <typename Archive, typename Note> void visitNote(Archive& archive, Note& note)
{
    archive.field(note.at);
    archive.field(note.by);
    archive.field(note.text);
}
constexpr std::size_t noteMinBytes = 12;

template <typename Archive, typename Use> void visitUse(Archive& archive, Use& use)
{
    archive.field(use.name);
    archive.field(use.calls);
}
constexpr std::size_t useMinBytes = 10;

void visitHold(Writer& out, const Sentence& hold)
{
    writeSentence(out, hold);
}
void visitHold(Reader& in, Sentence& hold)
{
    readSentence(in, hold);
}

template <typename Archive, typename Tags> void visitTagsOf(Archive& archive, Tags& tags)
{
    archive.field(tags.call);
    archive.field(tags.tags);
    visitHold(archive, tags.legalHold);
}
constexpr std::size_t tagsOfMinBytes = 14;

}

QByteArray encode(const CallNotes& notes)
{
    Writer out(Kind::CallNotes);
    out.field(notes.call);
    writeList(out, notes.tags, [](Writer& w, const CallTag& tag) { visitTag(w, tag); });
    return writePage(std::move(out), notes.notes, [](Writer& w, const CallNote& note) { visitNote(w, note); });
}

QByteArray encode(const TagNamePage& page)
{
    return writePage(Writer(Kind::TagNamePage), page.names, [](Writer& w, const TagUse& use) { visitUse(w, use); });
}

void wire::readNotes(Reader& in, CallNotes& notes)
{
    in.field(notes.call);
    readList(in, notes.tags, tagMinBytes, [](Reader& r, CallTag& tag) { visitTag(r, tag); });
    readList(in, notes.notes, noteMinBytes, [](Reader& r, CallNote& note) { visitNote(r, note); });
}

void wire::readPage(Reader& in, TagNamePage& page)
{
    readList(in, page.names, useMinBytes, [](Reader& r, TagUse& use) { visitUse(r, use); });
}

void wire::writeTags(Writer& out, const std::vector<TagsOfCall>& tags)
{
    writeList(out, tags, [](Writer& w, const TagsOfCall& of) { visitTagsOf(w, of); });
}

void wire::readTags(Reader& in, std::vector<TagsOfCall>& tags)
{
    readList(in, tags, tagsOfMinBytes, [](Reader& r, TagsOfCall& of) { visitTagsOf(r, of); });
}

}
