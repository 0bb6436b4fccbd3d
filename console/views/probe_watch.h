// What every probe says of itself, for the status line and the Probe page: one record, so that both say the same.
#pragma once

#include "console/models/probe_health.h"

#include <QElapsedTimer>
#include <QTimer>
#include <map>

namespace callmon {

class ProbeWatch : public QObject {
    Q_OBJECT

public:
    explicit ProbeWatch(CallSource& source, QObject* parent = nullptr);

    struct Entry {
        CallSource::Probe probe;
        ProbeHealth health;
    };
    const std::map<ProbeId, Entry>& entries() const { return m_entries; }
    std::chrono::milliseconds now() const { return std::chrono::milliseconds(m_clock.elapsed()); }

signals:
    void changed(); // once a second at least: what is late grows later
    void listChanged(); // a probe came, went or has another name

private:
    void renew();

    CallSource& m_source;
    std::map<ProbeId, Entry> m_entries;
    QElapsedTimer m_clock;
    QTimer m_second;
};

}
