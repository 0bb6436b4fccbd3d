#include "engine/ctl/cert_options.h"

#include "engine/certificates/authority.h"
#include "shared/remote/remote_role.h"

#include <CLI/CLI.hpp>

namespace callmon {

namespace {

constexpr int longestDays = 3650;

CLI::App& addAction(
    CLI::App& cert, CertOptions& options, CertOptions::Action action, const char* name, const char* help)
{
    CLI::App* const added = cert.add_subcommand(name, help);
    added->callback([&options, action] { options.action = action; });
    added->add_option("--dir", options.directory, "Directory of the authority")
        ->type_name("DIR")
        ->capture_default_str();
    return *added;
}

void addDays(CLI::App& command, CertOptions& options)
{
    options.days = static_cast<int>(Authority::usualValidity.count());
    command.add_option("--days", options.days, "Days that it is valid")
        ->type_name("N")
        ->check(CLI::Range(1, longestDays))
        ->capture_default_str();
}

}

void addCertCommands(CLI::App& cert, CertOptions& options)
{
    using Action = CertOptions::Action;
    cert.require_subcommand(1);
    CLI::App& authority = addAction(cert, options, Action::Authority, "ca", "Make the authority of a site, once");
    authority.add_option("--name", options.name, "Name of the site")->type_name("NAME");

    CLI::App& engine = addAction(cert, options, Action::Engine, "engine", "Make the certificate of an engine");
    engine.add_option("name", options.name, "The probe's name")->required()->type_name("NAME");
    engine.add_option("--host", options.hosts, "Name or address that clients reach it by; any number of times")
        ->required()
        ->type_name("HOST")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    addDays(engine, options);

    CLI::App& user = addAction(cert, options, Action::User, "user", "Make the certificate of a user");
    user.add_option("name", options.name, "Who it is for")->required()->type_name("NAME");
    const auto& roles = remoteRoleTexts();
    user.add_option("--role", options.role,
            "viewer (live figures, numbers masked), operator (and numbers, alarms, searches), reviewer (and message "
            "flows, sound) or admin (and rules)")
        ->required()
        ->type_name("ROLE")
        ->check(CLI::IsMember(std::vector<std::string>(roles.begin(), roles.end())));
    addDays(user, options);

    CLI::App& revoke = addAction(cert, options, Action::Revoke, "revoke", "Revoke all certificates of a name");
    revoke.add_option("name", options.name, "Whose")->required()->type_name("NAME");
    addAction(cert, options, Action::List, "list", "List the certificates that were made");
}

}
