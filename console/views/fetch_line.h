// What is fetched from an engine's desk for a dialog: seen when it takes long, and then the user may stop it.
#pragma once

#include "console/models/probe_desk.h"
#include "console/views/progress_line.h"

namespace callmon {

class FetchLine : public ProgressLine {
    Q_OBJECT

public:
    FetchLine(ProbeDesk& desk, QWidget* parent);
    ~FetchLine() override { stop(); }

    QObject* start(const QString& doing); // for whom to ask; what was asked before is wanted no more
    void done(); // the reply is there
    void stop(); // wanted no more

signals:
    void stopped(); // by the user

private:
    ProbeDesk& m_desk;
    QObject* m_asking = nullptr; // an object for each request: no other is stopped with it
};

}
