#include "console/views/alarm_changes.h"

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
        m_waiting.clear();
        m_asked.reset();
        emit refused(m_whenRefused.arg(message));
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
    if (m_waiting.empty())
        return emit done();
    m_asked = m_waiting.front()();
    m_waiting.pop_front();
}

}
