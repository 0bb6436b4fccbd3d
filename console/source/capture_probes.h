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
    bool areOpen() const { return !m_open.empty(); }

signals:
    void reading(const QString& title);
    void read(const QString& title, const QString& probe); // its calls can be searched
    // It cannot be read, or not all of it; the part that can is there all the same.
    void complained(const QString& title, const QString& message);

private:
    struct Open {
        std::unique_ptr<CaptureReader> reader;
        QString name;
    };

    void follow(const CaptureReader* reader);
    void dropClosed();

    ProbeGroup& m_probes;
    QString m_engine;
    std::vector<Open> m_open;
};

}
