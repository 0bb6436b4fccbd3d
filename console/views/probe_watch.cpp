#include "console/views/probe_watch.h"

namespace callmon {

ProbeWatch::ProbeWatch(CallSource& source, QObject* parent)
    : QObject(parent)
    , m_source(source)
{
    m_clock.start();
    renew();
    connect(&source, &CallSource::probesChanged, this, &ProbeWatch::renew);
    connect(&source, &CallSource::stateChanged, this, &ProbeWatch::renew);
    connect(&source, &CallSource::statusChanged, this, [this](const ProbeStatus& status, ProbeId probe) {
        if (const auto found = m_entries.find(probe); found != m_entries.end()) {
            found->second.health.add(status, now());
            emit changed();
        }
    });
    connect(&m_second, &QTimer::timeout, this, &ProbeWatch::changed);
    m_second.start(std::chrono::seconds(1));
}

void ProbeWatch::renew()
{
    std::map<ProbeId, Entry> before = std::move(m_entries);
    m_entries.clear();
    bool sameList = true;
    for (const CallSource::Probe& probe : m_source.probes()) {
        const auto known = before.find(probe.id);
        Entry entry;
        if (known != before.end()) {
            sameList = sameList && known->second.probe.name == probe.name;
            entry.health = std::move(known->second.health);
            before.erase(known);
        } else {
            sameList = false;
        }
        entry.probe = probe;
        entry.health.setState(probe.state);
        m_entries.emplace(probe.id, std::move(entry));
    }
    if (!sameList || !before.empty())
        emit listChanged();
    emit changed();
}

}
