// What was asked of several probes and is not answered by all of them yet.
#pragma once

#include "console/source/probe_group.h"
#include "console/source/service_join.h"

#include <set>

class QTimer;

namespace callmon {

struct ProbeGroup::Request {
    Join join = Join::AsItComes;
    std::map<ProbeId, quint64> open; // parts that have not ended
    std::map<ProbeId, quint64> matches; // as far as each has told
    std::set<ProbeId> heard; // since the last look at who says nothing
    ServiceJoin service;
    QStringList failures;
    bool anyAnswered = false;
    QTimer* patience = nullptr; // runs once another part has ended
};

}
