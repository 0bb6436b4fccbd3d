// What a client may send: exactly the calls that probe.rep declares, with exactly their arguments.
#pragma once

#include "shared/base/byte_reader.h"

#include <QtRemoteObjects/qremoteobjectsource.h>
#include <optional>
#include <string>
#include <vector>

namespace callmon {

// One remoted object: its name and, by method index, the QMetaType ids of the parameters and what a call costs.
struct RemoteMethods {
    std::u16string object;
    std::vector<std::vector<int>> parameters;
    std::vector<double> costs {};
    bool acquired = false; // by the client
};
RemoteMethods methodsOf(const SourceApiMap& api);

// Qt 6.4 calls the method that a frame names with the arguments that it happens to carry: one with too few is a
// segmentation fault, an argument may claim to be of any registered type, and an object is sent to a client as many
// times as it was acquired. So every frame is read here first, and which objects are acquired is kept in `objects`.
// Returns what is wrong with it, or nothing. `frame` is without its length field.
std::optional<std::string> complaintAboutFrame(Bytes frame, std::vector<RemoteMethods>& objects);

// Of what a client may spend (FrameRules): an acknowledgement little, what makes work or a line of the audit log much,
// and long ones more than short ones.
double costOfFrame(Bytes frame, const std::vector<RemoteMethods>& objects);

}
