// What the user's certificate allows, where there may be several engines.
#pragma once

#include "console/models/call_source.h"
#include "console/models/probe_desk.h"

namespace callmon {

// Whether what needs that role is refused by every engine that has told the user's. False while none has.
inline bool isNowhereAllowed(CallSource& source, ProbeDesk::Role least)
{
    bool told = false;
    for (const CallSource::Probe& probe : source.probes()) {
        const ProbeDesk* const desk = source.of(probe.id).desk();
        if (!desk || desk->role() == ProbeDesk::Role::Unknown)
            continue;
        if (desk->may(least))
            return false;
        told = true;
    }
    return told;
}

// Calls the slot when an engine tells the user's role anew. To be called again when probes come and go.
template <typename Object> void followRoles(CallSource& source, Object* object, void (Object::*slot)())
{
    for (const CallSource::Probe& probe : source.probes())
        if (const ProbeDesk* const desk = source.of(probe.id).desk())
            QObject::connect(desk, &ProbeDesk::roleChanged, object, slot, Qt::UniqueConnection);
}

}
