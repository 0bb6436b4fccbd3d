// What is said of alarms to their engines, one after the other: an engine takes some requests at once only.
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
    using Request = std::function<quint64()>;

    explicit AlarmChanges(CallSource& source, QObject* parent = nullptr);

    void ask(std::vector<Request> requests, const QString& whenRefused); // a sentence with %1 for why

signals:
    void done(); // all that was asked
    void refused(const QString& sentence); // what was to come after it is not asked

private:
    void next();

    std::deque<Request> m_waiting;
    QString m_whenRefused;
    std::optional<quint64> m_asked;
};

}
