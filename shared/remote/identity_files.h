// The files of an identity on TLS, in one directory: callmonctl cert writes them, engines and clients read them.
#pragma once

namespace callmon {

constexpr const char* authorityFile = "ca.pem";
constexpr const char* certificateFile = "own.pem";
constexpr const char* keyFile = "own.key";
// If there is one: a line for each certificate that is not accepted, its serial number first.
constexpr const char* revokedFile = "revoked";

}
