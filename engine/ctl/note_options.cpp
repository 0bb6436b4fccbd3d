#include "engine/ctl/note_options.h"

#include "engine/ctl/option_words.h"

#include <array>

namespace callmon {

namespace {

using Action = NoteCommand::Action;

template <std::size_t Count>
void addAction(CLI::App& command, const std::array<Choice<Action>, Count>& choices, Action& action, const char* help)
{
    addChoice(command, "action", "ACTION", choices, action, help);
}

}

void addTagOptions(CLI::App& tag, NoteCommand& command, std::string& call)
{
    tag.add_option("call", call,
           "Call-ID or call_key; of several calls with one Call-ID the newest; without: the tags that are in use")
        ->type_name("CALL");
    constexpr std::array actions { Choice { "list", Action::List }, Choice { "add", Action::Add },
        Choice { "remove", Action::Remove } };
    addAction(tag, actions, command.action, "list (default), add or remove");
    tag.add_option("tag", command.words, "Tags: words of letters, digits and - _ . : /, as in bad-line")
        ->type_name("TAG");
}

void addNoteOptions(CLI::App& note, NoteCommand& command, std::string& call)
{
    note.add_option("call", call, "Call-ID or call_key; of several calls with one Call-ID the newest")
        ->required()
        ->type_name("CALL");
    constexpr std::array actions { Choice { "list", Action::List }, Choice { "add", Action::Add } };
    addAction(note, actions, command.action, "list (default) or add");
    note.add_option("text", command.words, "The note; it is kept with your name and the time")->type_name("TEXT");
}

std::string complaintAbout(const NoteCommand& command, bool ofTags)
{
    if (command.action == Action::List)
        return command.words.empty() ? "" : "list takes nothing behind it; callmonctl calls --tag T finds calls";
    if (!command.words.empty())
        return {};
    return ofTags ? "which tag? callmonctl tag CALL add bad-line"
                  : "what is to be noted? callmonctl note CALL add \"the caller hears herself\"";
}

}
