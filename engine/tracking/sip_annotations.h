// What SIP messages say of a call beside its course: identities, devices, reasons, the legs that belong together.
#pragma once

#include "engine/signalling/sip_message.h"
#include "engine/tracking/call.h"

#include <span>
#include <string>

namespace callmon {

// After the message was applied. `ended`: it was this one that ended the call. `legHeaders`: names in lower case, the
// first that is there names the leg.
void annotate(Call& call, const SipMessage& message, Party sender, bool ended, std::span<const std::string> legHeaders);

}
