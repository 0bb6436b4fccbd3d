// Who one is on a TLS connection: a certificate, its key, and the authority that signs for all of a site. Both ends
// show one; without a valid one of the same authority nobody gets further than the handshake. callmonctl cert makes
// them.
#pragma once

#include "shared/base/result.h"
#include "shared/remote/identity_files.h"

#include <QSslConfiguration>
#include <QSslError>
#include <filesystem>

namespace callmon {

// $XDG_CONFIG_HOME/callmon, or ~/.config/callmon: where a user's identity is looked for.
std::filesystem::path userIdentityDirectory();

// TLS 1.3 only, the peer's certificate required and held against the authority alone. Error: what is missing, expired
// or does not belong together, in a sentence that says what to do.
Result<QSslConfiguration> loadIdentity(const std::filesystem::path& directory);

// What is wrong with a peer's certificate, as a sentence that says what to do.
Sentence sentenceAbout(const QSslError& error, const std::string& peer);

}
