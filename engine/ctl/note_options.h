// What callmonctl tag and note are to do.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace callmon {

struct NoteCommand {
    enum class Action { List, Add, Remove };
    Action action = Action::List;
    std::vector<std::string> words; // tags; or the note, in one word or several
};

void addTagOptions(CLI::App& tag, NoteCommand& command, std::string& call);
void addNoteOptions(CLI::App& note, NoteCommand& command, std::string& call);
std::string complaintAbout(const NoteCommand& command, bool ofTags); // what is wrong with it; empty: nothing

}
