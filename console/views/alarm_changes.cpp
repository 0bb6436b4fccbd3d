#include "console/views/alarm_changes.h"

#include "console/models/figures.h"

#include <utility>

namespace callmon {

AlarmChanges::AlarmChanges(CallSource& source, QObject* parent)
    : QObject(parent)
{
    connect(&source, &CallSource::finished, this, [this](quint64 request) {
        if (m_asked == request)
            next();
    });
    connect(&source, &CallSource::failed, this, [this](quint64 request, const QString& message) {
        if (m_asked != request)
            return;
        if (m_refused++ == 0)
            m_refusal = m_alarm.isEmpty() ? message : tr("“%1”: %2").arg(m_alarm, message);
        next();
    });
}

void AlarmChanges::ask(std::vector<Request> requests, const QString& whenRefused)
{
    m_whenRefused = whenRefused;
    m_waiting.insert(m_waiting.end(), requests.begin(), requests.end());
    if (!m_asked)
        next();
}

void AlarmChanges::next()
{
    m_asked.reset();
    if (!m_waiting.empty()) {
        m_alarm = m_waiting.front().alarm;
        m_asked = m_waiting.front().ask();
        m_waiting.pop_front();
        return;
    }
    emit done(); // what follows on it takes back what is said
    if (const int others = std::exchange(m_refused, 0) - 1; others > 0)
        emit refused(tr("%1 (and %2 more)").arg(m_whenRefused.arg(m_refusal), countText(static_cast<quint64>(others))));
    else if (others == 0)
        emit refused(m_whenRefused.arg(m_refusal));
}

}
