// The captures that are open in this console, each a temporary probe of the list (probe_list.h) for as long as it is
// there: who takes it off the list ends its engine.
#pragma once

#include "console/source/capture_reader.h"
#include "console/source/probe_group.h"

#include <memory>
#include <vector>

namespace callmon {

class CaptureProbes : public QObject {
    Q_OBJECT

public:
    explicit CaptureProbes(ProbeGroup& probes, QString engine = {}, QObject* parent = nullptr);
    ~CaptureProbes() override;

    void open(const QStringList& files); // in order, as one capture
    void closeAll();
    void stopReading(); // closes those that are still being read
    bool areOpen() const { return !m_open.empty(); }

signals:
    // What is being read, in its own words; empty: nothing any more. And how far that is, 0 to 1, where that is known.
    void reading(const QStringList& titles);
    void progressed(double done);
    void read(const QString& probe); // its calls can be searched
    void complained(const QString& title, const QString& message, bool partIsRead);

private:
    struct Open {
        std::unique_ptr<CaptureReader> reader;
        QString name;
        qint64 done = 0; // bytes
    };

    void follow(const CaptureReader* reader);
    void tellReading();
    void seeStatus(const ProbeStatus& status, ProbeId probe);
    void dropClosed();

    ProbeGroup& m_probes;
    QString m_engine;
    std::vector<Open> m_open;
};

}
