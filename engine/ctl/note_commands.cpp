// callmonctl tag and callmonctl note.
#include "engine/ctl/commands.h"
#include "shared/base/utc_time.h"

#include <array>

namespace callmon {

namespace {

using Action = NoteCommand::Action;

constexpr std::array<const char*, 4> tagNames { "call_key", "tag", "added_at", "added_by" };
constexpr std::array tagTable { TableColumn { "tag", "tag", 40 }, TableColumn { "added_at", "added (UTC)", 23 },
    TableColumn { "added_by", "by", 24 } };

constexpr std::array<const char*, 2> useNames { "tag", "calls" };
constexpr std::array useTable { TableColumn { "tag", "tag", 40 }, TableColumn { "calls", "calls" } };

constexpr std::array<const char*, 4> noteNames { "call_key", "at", "by", "note" };
constexpr std::array noteTable { TableColumn { "at", "at (UTC)", 23 }, TableColumn { "by", "by", 24 },
    TableColumn { "note", "note", 100 } };

FieldValue text(std::string value)
{
    return { FieldValue::Kind::Text, std::move(value) };
}

FieldValue number(std::string value)
{
    return { FieldValue::Kind::Number, std::move(value) };
}

int listTags(const CallNotes& notes, const CtlOptions& options, CtlOutput output)
{
    const auto rows = makeRowOutput(options.format, tagNames, tagTable, output.out, options.signs());
    for (const CallTag& tag : notes.tags)
        rows->row({ number(std::to_string(notes.call.value)), text(tag.name), text(toIso8601(tag.addedAt)),
            text(tag.addedBy) });
    rows->end();
    return 0;
}

int listNotes(const CallNotes& notes, const CtlOptions& options, CtlOutput output)
{
    const auto rows = makeRowOutput(options.format, noteNames, noteTable, output.out, options.signs());
    for (const CallNote& note : notes.notes)
        rows->row(
            { number(std::to_string(notes.call.value)), text(toIso8601(note.at)), text(note.by), text(note.text) });
    rows->end();
    return 0;
}

int listTagsInUse(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    const auto names = source.tagNames();
    if (!names)
        return fail(output, names.error());
    const auto rows = makeRowOutput(options.format, useNames, useTable, output.out, options.signs());
    for (const TagUse& use : names.value())
        rows->row({ text(use.name), number(std::to_string(use.calls)) });
    rows->end();
    return 0;
}

}

int editTags(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    if (options.call.empty())
        return listTagsInUse(source, options, output);
    for (const std::string& tag : options.notes.words) // all of them, or none
        if (const auto good = tagOf(tag); !good)
            return fail(output, { '"' + tag + "\": " + good.error().what });
    const auto call = theCall(source, options, output);
    if (!call)
        return fail(output, call.error());
    const CallKey key = call.value().key;
    if (options.notes.action == Action::List) {
        const auto notes = source.callNotes(key);
        return notes ? listTags(notes.value(), options, output) : fail(output, notes.error());
    }
    for (const std::string& tag : options.notes.words) {
        const auto done = options.notes.action == Action::Add ? source.addTag(key, tag) : source.removeTag(key, tag);
        if (!done)
            return fail(output, done.error());
    }
    return 0;
}

int editNotes(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    std::string note;
    for (const std::string& word : options.notes.words)
        note += (note.empty() ? "" : " ") + word;
    if (options.notes.action == Action::Add)
        if (const auto good = noteOf(note); !good)
            return fail(output, good.error());
    const auto call = theCall(source, options, output);
    if (!call)
        return fail(output, call.error());
    if (options.notes.action == Action::Add) {
        const auto done = source.addNote(call.value().key, note);
        return done ? 0 : fail(output, done.error());
    }
    const auto notes = source.callNotes(call.value().key);
    return notes ? listNotes(notes.value(), options, output) : fail(output, notes.error());
}

}
