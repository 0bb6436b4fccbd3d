#include "console/models/call_details.h"

#include "console/models/sentence_words.h"

#include <algorithm>
#include <utility>

namespace callmon {

namespace {

template <typename T> void append(std::vector<T>& to, const std::vector<T>& what)
{
    to.insert(to.end(), what.begin(), what.end());
}

}

CallDetails::CallDetails(CallSource& source, CallKey call, const CallRecord* record, QObject* parent)
    : QObject(parent)
    , m_source(source)
    , m_call(call)
{
    if (record)
        m_record = *record;
    connect(&source, &CallSource::callsFound, this, [this](quint64 request, const std::vector<CallRecord>& calls) {
        if (isOf(request, Part::Record) && !calls.empty())
            m_recordArriving = calls.front();
    });
    connect(&source, &CallSource::tagsFound, this, [this](quint64 request, const std::vector<TagsOfCall>& beside) {
        if (isOf(request, Part::Record) && !beside.empty())
            m_holdArriving = wordsOf(beside.front().legalHold);
    });
    connect(
        &source, &CallSource::streamsFound, this, [this](quint64 request, const std::vector<StreamRecord>& streams) {
            if (isOf(request, Part::Streams))
                append(m_streamsArriving, streams);
        });
    connect(&source, &CallSource::qualityFound, this, [this](quint64 request, const std::vector<QualityPoint>& points) {
        if (isOf(request, Part::Quality))
            append(m_pointsArriving, points);
    });
    connect(&source, &CallSource::messagesFound, this, [this](quint64 request, const std::vector<CallMessage>& found) {
        if (isOf(request, Part::Messages))
            append(m_messagesArriving, found);
    });
    connect(&source, &CallSource::alarmsFound, this, [this](quint64 request, const std::vector<Alarm>& found) {
        if (isOf(request, Part::Alarms))
            append(m_alarmsArriving, found);
    });
    connect(&source, &CallSource::remarked, this, [this](quint64 request, const QStringList& remarks) {
        if (const auto asked = m_requests.find(request); asked != m_requests.end())
            m_remarksArriving[asked->second] += remarks;
    });
    connect(&source, &CallSource::finished, this, [this](quint64 request) { answered(request, std::nullopt); });
    connect(&source, &CallSource::failed, this, [this](quint64 request, const QString& message, bool keptNoMore) {
        answered(request, Failure { message.isEmpty() ? tr("no reason given") : message, keptNoMore });
    });
}

void CallDetails::ask(Part part)
{
    m_remarksArriving.erase(part);
    switch (part) {
    case Part::Record: {
        m_recordArriving.reset();
        m_holdArriving.clear();
        CallQuery query;
        query.key = m_call;
        m_requests.emplace(m_source.search(query), part);
        break;
    }
    case Part::Streams:
        m_streamsArriving.clear();
        m_requests.emplace(m_source.streams(m_call), part);
        break;
    case Part::Quality:
        m_pointsArriving.clear();
        m_requests.emplace(m_source.quality(m_call), part);
        break;
    case Part::Messages:
        m_messagesArriving.clear();
        m_requests.emplace(m_source.messages(m_call), part);
        break;
    case Part::Alarms: {
        m_alarmsArriving.clear();
        AlarmQuery query;
        query.call = m_call;
        m_requests.emplace(m_source.alarms(query), part);
        break;
    }
    }
}

void CallDetails::answered(quint64 request, const std::optional<Failure>& failure)
{
    const auto known = m_requests.find(request);
    if (known == m_requests.end())
        return;
    const Part part = known->second;
    m_requests.erase(known);
    m_failures.erase(part);
    // Where some messages are damaged, the others are worth reading.
    const bool some = part == Part::Messages && !m_messagesArriving.empty();
    if (!failure || some) {
        m_remarks[part] = std::exchange(m_remarksArriving[part], {});
        switch (part) {
        case Part::Record:
            if (m_recordArriving) {
                m_record = std::exchange(m_recordArriving, std::nullopt);
                m_legalHold = std::exchange(m_holdArriving, QString());
            }
            break;
        case Part::Streams:
            m_streams = std::exchange(m_streamsArriving, {});
            break;
        case Part::Quality:
            m_points = std::exchange(m_pointsArriving, {});
            break;
        case Part::Messages:
            if (some)
                m_messages = std::exchange(m_messagesArriving, {});
            break;
        case Part::Alarms:
            m_alarms = std::exchange(m_alarmsArriving, {});
            break;
        }
        emit found(part);
    }
    if (!failure)
        return;
    m_failures[part] = *failure;
    emit failed(part, failure->words);
}

bool CallDetails::isOf(quint64 request, Part part) const
{
    const auto asked = m_requests.find(request);
    return asked != m_requests.end() && asked->second == part;
}

bool CallDetails::asks(Part part) const
{
    return std::ranges::any_of(m_requests, [part](const auto& request) { return request.second == part; });
}

QStringList CallDetails::remarks() const
{
    QStringList all;
    for (const auto& [part, remarks] : m_remarks)
        all += remarks;
    all.removeDuplicates();
    return all;
}

bool CallDetails::hasFailed(Part part) const
{
    return m_failures.contains(part);
}

bool CallDetails::isKeptNoMore(Part part) const
{
    const auto failure = m_failures.find(part);
    return failure != m_failures.end() && failure->second.keptNoMore;
}

QStringList CallDetails::keptNoMore() const
{
    QStringList all;
    for (const auto& [part, failure] : m_failures)
        if (part != Part::Alarms && failure.keptNoMore)
            all += failure.words;
    all.removeDuplicates();
    return all;
}

QStringList CallDetails::failures(bool ofRecord) const
{
    QStringList all;
    for (const auto& [part, failure] : m_failures)
        if (part != Part::Alarms && (ofRecord || part != Part::Record) && !failure.keptNoMore)
            all += failure.words;
    all.removeDuplicates();
    return all;
}

Timestamp CallDetails::begin() const
{
    return m_record ? m_record->startedAt : approximateStart(m_call);
}

bool CallDetails::hasEnded() const
{
    return m_record && m_record->state == CallState::Ended;
}

std::optional<double> CallDetails::meanMos() const
{
    double sum = 0;
    int known = 0;
    for (const QualityPoint& point : m_points)
        if (point.mos > 0) {
            sum += static_cast<double>(point.mos);
            ++known;
        }
    return known > 0 ? std::optional(sum / known) : std::nullopt;
}

bool CallDetails::hasItsMos() const
{
    return m_record && (m_record->mosMean || !meanMos());
}

}
