// What is said of alarms to their engines, one after the other: an engine takes some requests at once only. One that is
// refused, of an alarm that has cleared meanwhile, holds up none of the others.
#pragma once

#include "console/models/call_source.h"

#include <QObject>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

namespace callmon {

class AlarmChanges : public QObject {
    Q_OBJECT

public:
    struct Request {
        QString alarm; // what it is called
        std::function<quint64()> ask;
    };

    explicit AlarmChanges(CallSource& source, QObject* parent = nullptr);

    void ask(std::vector<Request> requests, const QString& whenRefused); // a sentence with %1 for which and why

signals:
    void done(); // all that was asked
    void refused(const QString& sentence); // of some of them, when all were asked

private:
    void next();

    std::deque<Request> m_waiting;
    QString m_whenRefused;
    QString m_alarm; // that is asked of
    QString m_refusal; // the first of them
    int m_refused = 0;
    std::optional<quint64> m_asked;
};

}
