// Tells the event loop that the process was asked to end (a terminal's Ctrl-C, a desktop that logs out), so that it
// ends as by File, Quit: what was stored of captures is removed, and arrangements are kept.
#pragma once

#include <QObject>

namespace callmon {

class EndSignals : public QObject {
    Q_OBJECT

public:
    explicit EndSignals(QObject* parent = nullptr); // one in a process

signals:
    void wanted();
};

}
