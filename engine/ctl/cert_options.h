// What was asked of callmonctl cert.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace callmon {

struct CertOptions {
    enum class Action { Authority, Engine, User, Revoke, List };
    Action action = Action::List;
    std::filesystem::path directory = "callmon-certificates"; // of the authority
    std::string name; // whose certificate; the site, of the authority
    std::vector<std::string> hosts; // of an engine
    std::string role; // of a user
    int days = 0;
};

// Its subcommands and their options, which write into `options`.
void addCertCommands(CLI::App& cert, CertOptions& options);

}
