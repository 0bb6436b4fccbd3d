// What a client may send: exactly the calls that probe.rep declares, with exactly their arguments.
#pragma once

#include "shared/base/byte_reader.h"

#include <QtRemoteObjects/qremoteobjectsource.h>
#include <optional>
#include <string>
#include <vector>

namespace callmon {

// One remoted object: its name and, by method index, the QMetaType ids of the parameters.
struct RemoteMethods {
    std::u16string object;
    std::vector<std::vector<int>> parameters;
};
RemoteMethods methodsOf(const SourceApiMap& api);

// Qt 6.4 calls the method that a frame names with the arguments that it happens to carry: one with too few is a
// segmentation fault, and an argument may claim to be of any registered type. So every frame is read here first.
// Returns what is wrong with it, or nothing. `frame` is without its length field.
std::optional<std::string> complaintAboutFrame(Bytes frame, const std::vector<RemoteMethods>& objects);

}
