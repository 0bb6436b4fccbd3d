// The requests of a QueryRunner that are about tags and notes.
#include "engine/remote/query_runner.h"
#include "shared/remote/wire.h"

namespace callmon {

namespace {

CallKey callOf(const RemoteJob& job)
{
    if (const auto* wanted = std::get_if<NotesOf>(&job))
        return wanted->call;
    if (const auto* tag = std::get_if<ChangeTag>(&job))
        return tag->call;
    return std::get<AddNote>(job).call;
}

}

Result<void> QueryRunner::answerNotes(RecordQuery& query, quint64 number, Request& request)
{
    if (m_notes == nullptr)
        return Error { sentence(TR("Engine", "this engine keeps no tags and notes")) };
    const RemoteJob& job = request.job;
    if (std::holds_alternative<TagNamesWanted>(job)) {
        auto names = m_notes->tagNames();
        if (!names)
            return names.error();
        send(number, request, encode(TagNamePage { std::move(names.value()) })); // mostTagNames are no large message
        return {};
    }
    const CallKey call = callOf(job);
    if (!std::holds_alternative<NotesOf>(job)) { // what is changed is of a call that there is
        CallQuery one;
        one.key = call;
        const auto found = query.calls(
            one, [](const CallRecord&) { return true; }, &request.cancelled);
        if (!found)
            return found.error();
        if (found.value() == 0)
            return Error { sentence(TR("Engine", "there is no call %1"), std::to_string(call.value)) };
    }
    Result<void> done;
    if (const auto* tag = std::get_if<ChangeTag>(&job))
        done = tag->add ? m_notes->addTag(call, tag->tag, m_user) : m_notes->removeTag(call, tag->tag);
    else if (const auto* note = std::get_if<AddNote>(&job))
        done = m_notes->addNote(call, note->text, m_user);
    if (!done)
        return done;
    auto notes = m_notes->notes(call);
    if (!notes)
        return notes.error();
    send(number, request, encode(notes.value()));
    return {};
}

}
