// The requests of a QueryRunner that are about which calls are recorded.
#include "engine/remote/query_runner.h"
#include "shared/remote/wire.h"

namespace callmon {

namespace {

const Error recordsNothing { "this engine has no recording rules" };

}

std::string QueryRunner::wordsOfRecordingRules(const RecordingRules& rules) const
{
    return m_recording != nullptr ? m_recording->wordsOf(rules) : std::string();
}

Result<void> QueryRunner::answerRecordingRules(quint64 number, Request& request)
{
    if (m_recording == nullptr)
        return recordsNothing;
    send(number, request, encode(m_recording->rules())); // mostRecordingRules are no large message
    return {};
}

Result<void> QueryRunner::changeRecordingRules(const PutRecordingRules& wanted)
{
    return m_recording != nullptr ? m_recording->putRules(wanted.rules, m_user) : recordsNothing;
}

}
