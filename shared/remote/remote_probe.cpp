#include "shared/remote/remote_probe.h"

#include "shared/remote/remote_connection.h"
#include "shared/remote/transport.h"

#include "rep_probe_replica.h"

namespace callmon {

RemoteProbe::RemoteProbe(QObject* parent)
    : RemoteProbe(RemoteProbeOptions {}, parent)
{
}

RemoteProbe::RemoteProbe(RemoteProbeOptions options, QObject* parent)
    : QObject(parent)
    , m_options(options)
    , m_retry(options.retry)
{
    qRegisterMetaType<LiveDelta>();
    qRegisterMetaType<AlarmDelta>();
    qRegisterMetaType<std::vector<Alarm>>();
    qRegisterMetaType<std::vector<AlarmRule>>();
    qRegisterMetaType<std::vector<AlarmRuleChange>>();
    qRegisterMetaType<ProbeStatus>();
    qRegisterMetaType<StreamKey>();
    qRegisterMetaType<std::vector<CallRecord>>();
    qRegisterMetaType<std::vector<StreamRecord>>();
    qRegisterMetaType<std::vector<QualityPoint>>();
    qRegisterMetaType<std::vector<CallMessage>>();
    m_retryTimer.setSingleShot(true);
    connect(&m_retryTimer, &QTimer::timeout, this, &RemoteProbe::connectNow);
}

RemoteProbe::~RemoteProbe()
{
    if (m_connection != nullptr) {
        m_connection->shutDown();
        delete m_connection; // not from within its signals: whoever deletes this object took care of that
    }
}

void RemoteProbe::open(const QUrl& url)
{
    close();
    m_url = url;
    m_retry = m_options.retry;
    m_state = State::Connecting;
    m_message = sentence(TR("Engine", "Connecting to %1."), url.toString().toStdString());
    const auto address = parseRemoteUrl(url);
    QMetaObject::invokeMethod(
        this,
        [this, url, error = address ? std::nullopt : std::optional(address.error().sentence)] {
            if (url != m_url || m_connection != nullptr || m_state != State::Connecting)
                return;
            if (error) {
                m_reason = *error;
                setState(State::Disconnected, *error);
                emit failedToOpen(*error);
                return;
            }
            emit stateChanged(m_state, m_message);
            connectNow();
        },
        Qt::QueuedConnection);
}

void RemoteProbe::close()
{
    m_retryTimer.stop();
    dropConnection();
    m_url.clear();
    m_state = State::Disconnected;
}

void RemoteProbe::connectNow()
{
    const auto address = parseRemoteUrl(m_url);
    if (!address || m_connection != nullptr)
        return;
    m_connection = new RemoteConnection(*this, m_options, address.value());
}

void RemoteProbe::setState(State state, const Sentence& message)
{
    if (m_state == state && m_message == message)
        return;
    m_state = state;
    m_message = message;
    emit stateChanged(state, message);
}

void RemoteProbe::established(const QString& engineVersion)
{
    m_engineVersion = engineVersion;
    m_retry = m_options.retry;
    setState(
        State::Connected, sentence(TR("Engine", "Connected to the engine (version %1)."), engineVersion.toStdString()));
}

void RemoteProbe::lost(const Sentence& why)
{
    dropConnection();
    m_retryTimer.start(m_retry);
    m_retry = std::min(2 * m_retry, m_options.retryMax);
    m_reason = why;
    setState(State::Connecting, sentence(TR("Engine", "%1 Trying again."), why));
}

void RemoteProbe::incompatible(const Sentence& message)
{
    dropConnection();
    m_retryTimer.start(5 * m_options.retryMax);
    m_reason = message;
    setState(State::Incompatible, message);
}

void RemoteProbe::dropConnection()
{
    if (m_connection != nullptr) {
        m_connection->shutDown();
        std::exchange(m_connection, nullptr)->deleteLater();
    }
    for (const quint64 request : std::exchange(m_requests, {}))
        failLater(request, sentence(TR("Engine", "The connection to the engine was lost.")));
}

void RemoteProbe::failLater(quint64 request, const Sentence& why)
{
    QMetaObject::invokeMethod(
        this, [this, request, why] { emit failed(request, why); }, Qt::QueuedConnection);
}

template <typename Send> quint64 RemoteProbe::request(Send send)
{
    const quint64 number = ++m_lastRequest;
    if (m_state == State::Connected && m_connection != nullptr) {
        m_requests.insert(number);
        send(*m_connection->session(), number);
    } else {
        failLater(number, sentence(TR("Engine", "There is no connection to the engine.")));
    }
    return number;
}

quint64 RemoteProbe::search(const CallQuery& query)
{
    return request([&](SessionReplica& session, quint64 number) { session.search(number, encode(query)); });
}

quint64 RemoteProbe::streams(CallKey call)
{
    return request([&](SessionReplica& session, quint64 number) { session.streams(number, call.value); });
}

quint64 RemoteProbe::quality(CallKey call)
{
    return request([&](SessionReplica& session, quint64 number) { session.quality(number, call.value); });
}

quint64 RemoteProbe::messages(CallKey call)
{
    return request([&](SessionReplica& session, quint64 number) { session.messages(number, call.value); });
}

quint64 RemoteProbe::media(CallKey call)
{
    return request([&](SessionReplica& session, quint64 number) { session.media(number, call.value); });
}

quint64 RemoteProbe::listen(CallKey call, bool fromStart)
{
    return request([&](SessionReplica& session, quint64 number) { session.listen(number, call.value, fromStart); });
}

quint64 RemoteProbe::alarms(const AlarmQuery& query)
{
    return request([&](SessionReplica& session, quint64 number) { session.alarms(number, encode(query)); });
}

quint64 RemoteProbe::alarmRules()
{
    return request([&](SessionReplica& session, quint64 number) { session.alarmRules(number); });
}

quint64 RemoteProbe::alarmRuleChanges()
{
    return request([&](SessionReplica& session, quint64 number) { session.alarmRuleChanges(number); });
}

quint64 RemoteProbe::acknowledgeAlarm(AlarmId alarm, const QString& comment)
{
    return request(
        [&](SessionReplica& session, quint64 number) { session.acknowledgeAlarm(number, alarm.value, comment); });
}

quint64 RemoteProbe::shelveAlarm(AlarmId alarm, std::chrono::seconds time, const QString& comment)
{
    return request([&](SessionReplica& session, quint64 number) {
        session.shelveAlarm(number, alarm.value, static_cast<quint32>(time.count()), comment);
    });
}

quint64 RemoteProbe::putAlarmRule(const AlarmRule& rule)
{
    return request([&](SessionReplica& session, quint64 number) { session.putAlarmRule(number, encode(rule)); });
}

quint64 RemoteProbe::removeAlarmRule(const QString& name)
{
    return request([&](SessionReplica& session, quint64 number) { session.removeAlarmRule(number, name); });
}

quint64 RemoteProbe::recordingRules()
{
    return request([&](SessionReplica& session, quint64 number) { session.recordingRules(number); });
}

quint64 RemoteProbe::putRecordingRules(const RecordingRules& rules)
{
    return request([&](SessionReplica& session, quint64 number) { session.putRecordingRules(number, encode(rules)); });
}

quint64 RemoteProbe::serviceHistory(const ServiceQuery& query)
{
    return request([&](SessionReplica& session, quint64 number) { session.serviceHistory(number, encode(query)); });
}

quint64 RemoteProbe::serviceWindows()
{
    return request([&](SessionReplica& session, quint64 number) { session.serviceWindows(number); });
}

quint64 RemoteProbe::holds()
{
    return request([&](SessionReplica& session, quint64 number) { session.holds(number); });
}

quint64 RemoteProbe::addHold(CallKey call, const QString& reason)
{
    return request([&](SessionReplica& session, quint64 number) { session.addHold(number, call.value, reason); });
}

quint64 RemoteProbe::releaseHold(CallKey call, const QString& reason)
{
    return request([&](SessionReplica& session, quint64 number) { session.releaseHold(number, call.value, reason); });
}

quint64 RemoteProbe::deleteNumber(const DeletionRequest& wanted)
{
    return request([&](SessionReplica& session, quint64 number) { session.deleteNumber(number, encode(wanted)); });
}

quint64 RemoteProbe::retentionClock()
{
    return request([&](SessionReplica& session, quint64 number) { session.retentionClock(number); });
}

quint64 RemoteProbe::confirmClock()
{
    return request([&](SessionReplica& session, quint64 number) { session.confirmClock(number); });
}

quint64 RemoteProbe::callNotes(CallKey call)
{
    return request([&](SessionReplica& session, quint64 number) { session.callNotes(number, call.value); });
}

quint64 RemoteProbe::tagNames()
{
    return request([&](SessionReplica& session, quint64 number) { session.tagNames(number); });
}

quint64 RemoteProbe::addTag(CallKey call, const QString& tag)
{
    return request([&](SessionReplica& session, quint64 number) { session.addTag(number, call.value, tag); });
}

quint64 RemoteProbe::removeTag(CallKey call, const QString& tag)
{
    return request([&](SessionReplica& session, quint64 number) { session.removeTag(number, call.value, tag); });
}

quint64 RemoteProbe::addNote(CallKey call, const QString& text)
{
    return request([&](SessionReplica& session, quint64 number) { session.addNote(number, call.value, text); });
}

quint64 RemoteProbe::whoAmI()
{
    return request([&](SessionReplica& session, quint64 number) { session.whoAmI(number); });
}

quint64 RemoteProbe::audit(const AuditQuery& query)
{
    return request([&](SessionReplica& session, quint64 number) { session.audit(number, encode(query)); });
}

quint64 RemoteProbe::noteExport(const QString& what)
{
    return request([&](SessionReplica& session, quint64 number) { session.noteExport(number, what); });
}

void RemoteProbe::cancel(quint64 request)
{
    if (m_requests.erase(request) > 0 && m_connection != nullptr)
        m_connection->session()->cancel(request);
}

void RemoteProbe::followLive(bool follow)
{
    m_options.followLive = follow;
    if (m_state == State::Connected && m_connection != nullptr)
        m_connection->followLive(follow);
}

void RemoteProbe::takeAnswer(quint64 request, const QByteArray& blob)
{
    if (!m_requests.contains(request)) // cancelled meanwhile
        return;
    const auto answer = decodeAnswer(blob);
    if (!answer) {
        cancel(request);
        emit failed(request, sentence(TR("Engine", "The engine's answer could not be read.")));
        return;
    }
    if (const auto* found = std::get_if<FoundCalls>(&*answer)) {
        if (!found->tags.empty())
            emit tagsFound(request, found->tags);
        emit callsFound(request, found->calls, found->matchesInAll);
    } else if (const auto* callNotes = std::get_if<CallNotes>(&*answer))
        emit callNotesFound(request, *callNotes);
    else if (const auto* identity = std::get_if<RemoteIdentity>(&*answer))
        emit identityFound(request, *identity);
    else if (const auto* auditPage = std::get_if<AuditPage>(&*answer))
        emit auditFound(request, *auditPage);
    else if (const auto* tagPage = std::get_if<TagNamePage>(&*answer))
        emit tagNamesFound(request, tagPage->names);
    else if (const auto* streamPage = std::get_if<StreamPage>(&*answer))
        emit streamsFound(request, streamPage->streams);
    else if (const auto* points = std::get_if<QualityPage>(&*answer))
        emit qualityFound(request, points->points);
    else if (const auto* messages = std::get_if<MessagePage>(&*answer))
        emit messagesFound(request, messages->messages);
    else if (const auto* service = std::get_if<ServiceRowPage>(&*answer))
        emit serviceFound(request, service->rows);
    else if (const auto* chunk = std::get_if<MediaPage>(&*answer))
        emit mediaArrived(request, chunk->stream, chunk->bytes);
    else if (const auto* alarmPage = std::get_if<FoundAlarms>(&*answer))
        emit alarmsFound(request, alarmPage->alarms, alarmPage->matchesInAll);
    else if (const auto* rules = std::get_if<AlarmRulePage>(&*answer))
        emit alarmRulesFound(request, rules->rules);
    else if (const auto* changes = std::get_if<AlarmRuleChangePage>(&*answer))
        emit alarmRuleChangesFound(request, changes->changes);
    else if (const auto* recording = std::get_if<RecordingRules>(&*answer))
        emit recordingRulesFound(request, *recording);
    else if (const auto* holdPage = std::get_if<HoldPage>(&*answer))
        emit holdsFound(request, holdPage->holds);
    else if (const auto* deletion = std::get_if<DeletionPage>(&*answer))
        emit deletionReported(request, deletion->report);
    else if (const auto* clock = std::get_if<RetentionClock>(&*answer))
        emit retentionClockFound(request, *clock);
    else if (const auto* lacking = std::get_if<AnswerRemarks>(&*answer))
        emit remarked(request, lacking->remarks);
}

void RemoteProbe::takeEnd(quint64 request, const Sentence* failure)
{
    if (m_requests.erase(request) == 0)
        return;
    if (failure != nullptr)
        emit failed(request, *failure);
    else
        emit finished(request);
}

}
