#include "engine/certificates/authority.h"
#include "engine/ctl/commands.h"

#include <iomanip>

namespace callmon {

namespace {

int sayWhere(const Result<std::filesystem::path>& made, const char* what, CtlOutput output)
{
    if (!made)
        return fail(output, made.error());
    output.out << "Made in " << made.value().string() << ". " << what << '\n';
    return 0;
}

int makeAuthority(const CertOptions& options, CtlOutput output)
{
    if (const auto made = Authority::create(options.directory, options.name); !made)
        return fail(output, made.error());
    output.out << "The authority is in " << options.directory.string()
               << ". Whoever has its ca.key can let anybody in: keep it away from engines and the network.\n"
                  "Next: callmonctl cert engine NAME --host HOST, callmonctl cert user NAME --role ROLE\n";
    return 0;
}

int revoke(Authority& authority, const CertOptions& options, CtlOutput output)
{
    const auto revoked = authority.revoke(options.name);
    if (!revoked)
        return fail(output, revoked.error());
    output.out << (revoked.value() == 0 ? "All certificates of " + options.name + " were revoked before."
                                        : "Revoked " + std::to_string(revoked.value())
                + (revoked.value() == 1 ? " certificate of " : " certificates of ") + options.name + '.')
               << " Copy " << authority.revokedList().string()
               << " into the identity directory of each engine: who is connected is dropped within a second. If an "
                  "engine's was revoked, also into each user's (~/.config/callmon): no console takes it any more.\n";
    return 0;
}

int list(const Authority& authority, CtlOutput output)
{
    const auto issued = authority.issued();
    if (!issued)
        return fail(output, issued.error());
    output.out << std::left;
    for (const IssuedCertificate& one : issued.value())
        output.out << std::setw(10) << one.role << std::setw(12) << one.expires << std::setw(9)
                   << (one.revoked ? "revoked" : "") << std::setw(34) << one.serial << one.name << '\n';
    if (issued.value().empty())
        output.err << "callmonctl: no certificate was made yet\n";
    return 0;
}

}

int manageCertificates(const CertOptions& options, CtlOutput output)
{
    using Action = CertOptions::Action;
    if (options.action == Action::Authority)
        return makeAuthority(options, output);
    auto authority = Authority::open(options.directory);
    if (!authority)
        return fail(output, authority.error());
    switch (options.action) {
    case Action::Engine:
        return sayWhere(authority.value().issueEngine(options.name, options.hosts, std::chrono::days(options.days)),
            "Copy it to the probe's /etc/callmon/identity, readable for the user that callmon-engine runs as (of the "
            "service: systemd-tmpfiles --create callmon.conf), and start that with --listen-tls.",
            output);
    case Action::User:
        return sayWhere(authority.value().issueUser(options.name, options.role, std::chrono::days(options.days)),
            "Copy it to the user's ~/.config/callmon, and connect to tls://HOST.", output);
    case Action::Revoke:
        return revoke(authority.value(), options, output);
    default:
        return list(authority.value(), output);
    }
}

}
