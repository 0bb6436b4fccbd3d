#include "engine/remote/remote_session.h"

#include "engine/remote/audit_words.h"
#include "shared/remote/wire.h"

namespace callmon {

RemoteSession::RemoteSession(RemoteFeeds& feeds, std::unique_ptr<QueryRunner> runner, RequestGate gate)
    : m_gate(std::move(gate))
    , m_live(m_gate.allows(RemoteRole::Operator) ? feeds.live : feeds.liveWithoutNumbers,
          [this](const QByteArray& part) { emit livePart(part); })
    , m_alarms(feeds.alarms, [this](const QByteArray& part) { emit alarmPart(part); })
    , m_runner(std::move(runner))
{
    // Queued: they come from the runner's threads.
    connect(m_runner.get(), &QueryRunner::answered, this, &SessionSource::answered, Qt::QueuedConnection);
    connect(m_runner.get(), &QueryRunner::finished, this, &SessionSource::finished, Qt::QueuedConnection);
    connect(m_runner.get(), &QueryRunner::failed, this, &SessionSource::failed, Qt::QueuedConnection);
}

std::unique_ptr<QueryRunner> RemoteSession::takeRunner()
{
    m_runner->disconnect(this);
    m_runner->stop();
    return std::move(m_runner);
}

void RemoteSession::everySecond(const StatusBlobs& status)
{
    emit statusChanged(m_gate.allows(RemoteRole::Operator) ? status.whole : status.withoutAddresses);
}

void RemoteSession::nextStep()
{
    m_live.nextStep();
    m_alarms.nextStep();
}

void RemoteSession::followLive(bool follow)
{
    m_live.follow(follow);
}

void RemoteSession::livePartTaken()
{
    m_live.partTaken();
}

void RemoteSession::followAlarms(bool follow)
{
    // Their texts have numbers. There is no request to answer: a client learns its role from whoAmI() first.
    if (!follow || !m_gate.refusalOfPart(RemoteRole::Operator, "follow alarms"))
        m_alarms.follow(follow);
}

void RemoteSession::alarmPartTaken()
{
    m_alarms.partTaken();
}

bool RemoteSession::mayNot(quint64 request, const std::optional<Sentence>& refusal)
{
    if (refusal)
        refuse(request, *refusal);
    return refusal.has_value();
}

void RemoteSession::refuse(quint64 request, const Sentence& why)
{
    emit failed(request, encode(why));
}

void RemoteSession::start(quint64 request, RemoteJob job)
{
    if (!m_runner->start(request, std::move(job)))
        refuse(request, sentence(TR("Engine", "The engine has too many requests of this client already.")));
}

void RemoteSession::search(quint64 request, QByteArray query)
{
    const auto wanted = decodeCallQuery(query);
    if (!wanted)
        refuse(request, sentence(TR("Engine", "The engine could not read the search.")));
    else if (!mayNot(request, m_gate.refusalOfReading(RemoteRole::Operator, "search", wordsOf(*wanted))))
        start(request, *wanted);
}

void RemoteSession::streams(quint64 request, qint64 call)
{
    if (mayNot(request, m_gate.refusalOfCall(RemoteRole::Operator, wordsOf(CallKey { call }))))
        return;
    start(request, StreamsOf { CallKey { call } });
}

void RemoteSession::quality(quint64 request, qint64 call)
{
    if (mayNot(request, m_gate.refusalOfCall(RemoteRole::Operator, wordsOf(CallKey { call }))))
        return;
    start(request, QualityOf { CallKey { call } });
}

void RemoteSession::messages(quint64 request, qint64 call)
{
    if (mayNot(request, m_gate.refusalOfReading(RemoteRole::Reviewer, "messages", wordsOf(CallKey { call }))))
        return;
    start(request, MessagesOf { CallKey { call } });
}

void RemoteSession::media(quint64 request, qint64 call)
{
    if (mayNot(request, m_gate.refusal(RemoteRole::Reviewer, "media", wordsOf(CallKey { call }))))
        return;
    start(request, MediaOf { CallKey { call } });
}

void RemoteSession::listen(quint64 request, qint64 call, bool fromStart)
{
    if (mayNot(request, m_gate.refusal(RemoteRole::Reviewer, "listen", wordsOf(CallKey { call }))))
        return;
    start(request, ListenTo { { CallKey { call }, fromStart }, {} });
}

void RemoteSession::alarms(quint64 request, QByteArray query)
{
    const auto wanted = decodeAlarmQuery(query);
    if (!wanted)
        refuse(request, sentence(TR("Engine", "The engine could not read the search.")));
    else if (!mayNot(request, m_gate.refusalOfReading(RemoteRole::Operator, "search alarms", wordsOf(*wanted))))
        start(request, *wanted);
}

void RemoteSession::alarmRules(quint64 request)
{
    if (mayNot(request, m_gate.refusalOfPart(RemoteRole::Operator, "alarm rules")))
        return;
    start(request, AlarmRulesWanted {});
}

void RemoteSession::alarmRuleChanges(quint64 request)
{
    if (mayNot(request, m_gate.refusalOfPart(RemoteRole::Operator, "alarm rules")))
        return;
    start(request, AlarmRuleChangesWanted {});
}

void RemoteSession::acknowledgeAlarm(quint64 request, qint64 alarm, QString comment)
{
    if (mayNot(request, m_gate.refusal(RemoteRole::Operator, "acknowledge alarm", "alarm " + std::to_string(alarm))))
        return;
    start(request, AcknowledgeAlarm { { alarm }, comment.toStdString() });
}

void RemoteSession::shelveAlarm(quint64 request, qint64 alarm, quint32 seconds, QString comment)
{
    const std::string words = "alarm " + std::to_string(alarm) + " for " + std::to_string(seconds) + " s";
    if (mayNot(request, m_gate.refusal(RemoteRole::Operator, "shelve alarm", words)))
        return;
    start(request, ShelveAlarm { { alarm }, std::chrono::seconds(seconds), comment.toStdString() });
}

void RemoteSession::putAlarmRule(quint64 request, QByteArray rule)
{
    const auto wanted = decodeAlarmRule(rule);
    if (!wanted)
        refuse(request, sentence(TR("Engine", "The engine could not read the rule.")));
    else if (!mayNot(request, m_gate.refusal(RemoteRole::Admin, "change alarm rule", wanted->name.str())))
        start(request, PutAlarmRule { *wanted });
}

void RemoteSession::removeAlarmRule(quint64 request, QString name)
{
    if (mayNot(request, m_gate.refusal(RemoteRole::Admin, "remove alarm rule", name.toStdString())))
        return;
    start(request, RemoveAlarmRule { name.toStdString() });
}

void RemoteSession::recordingRules(quint64 request)
{
    if (mayNot(request, m_gate.refusalOfPart(RemoteRole::Operator, "recording rules")))
        return;
    start(request, RecordingRulesWanted {});
}

void RemoteSession::putRecordingRules(quint64 request, QByteArray rules)
{
    const auto wanted = decodeRecordingRules(rules);
    if (!wanted || wanted->rules.size() > mostRecordingRules)
        refuse(request, sentence(TR("Engine", "The engine could not read the rules: it takes 64 at most.")));
    else if (!mayNot(request,
                 m_gate.refusal(RemoteRole::Admin, "change recording rules", m_runner->wordsOfRecordingRules(*wanted))))
        start(request, PutRecordingRules { *wanted });
}

void RemoteSession::holds(quint64 request)
{
    if (mayNot(request, m_gate.refusalOfReading(RemoteRole::Reviewer, "holds", {})))
        return;
    start(request, HoldsWanted {});
}

void RemoteSession::addHold(quint64 request, qint64 call, QString reason)
{
    const std::string why = reason.toStdString();
    if (mayNot(request, m_gate.refusal(RemoteRole::Admin, "set hold", wordsOf(CallKey { call }) + " reason " + why)))
        return;
    start(request, AddHold { CallKey { call }, why });
}

void RemoteSession::releaseHold(quint64 request, qint64 call, QString reason)
{
    const std::string why = reason.toStdString();
    if (mayNot(
            request, m_gate.refusal(RemoteRole::Admin, "release hold", wordsOf(CallKey { call }) + " reason " + why)))
        return;
    start(request, ReleaseHold { CallKey { call }, why });
}

void RemoteSession::deleteNumber(quint64 request, QByteArray what)
{
    const auto wanted = decodeDeletionRequest(what);
    if (!wanted)
        refuse(request, sentence(TR("Engine", "The engine could not read what is to be deleted.")));
    else if (!mayNot(request, m_gate.refusal(RemoteRole::Admin, "delete number", withoutNumber(*wanted))))
        start(request, *wanted);
}

void RemoteSession::retentionClock(quint64 request)
{
    if (mayNot(request, m_gate.refusalOfPart(RemoteRole::Operator, "retention clock")))
        return;
    start(request, ClockWanted {});
}

void RemoteSession::confirmClock(quint64 request)
{
    if (mayNot(request, m_gate.refusal(RemoteRole::Admin, "confirm clock")))
        return;
    start(request, ConfirmClock {});
}

void RemoteSession::callNotes(quint64 request, qint64 call)
{
    if (mayNot(request, m_gate.refusalOfCall(RemoteRole::Operator, wordsOf(CallKey { call }))))
        return;
    start(request, NotesOf { CallKey { call } });
}

void RemoteSession::tagNames(quint64 request)
{
    if (mayNot(request, m_gate.refusalOfPart(RemoteRole::Operator, "tag names")))
        return;
    start(request, TagNamesWanted {});
}

void RemoteSession::addTag(quint64 request, qint64 call, QString tag)
{
    changeTag(request, "add tag", CallKey { call }, tag, true);
}

void RemoteSession::removeTag(quint64 request, qint64 call, QString tag)
{
    changeTag(request, "remove tag", CallKey { call }, tag, false);
}

void RemoteSession::changeTag(quint64 request, const char* action, CallKey call, const QString& tag, bool add)
{
    const auto wanted = tagOf(tag.toStdString());
    if (mayNot(request,
            m_gate.refusal(
                RemoteRole::Reviewer, action, wordsOf(call) + (wanted ? " tag " + wanted.value() : " no tag"))))
        return;
    if (wanted)
        start(request, ChangeTag { call, wanted.value(), add });
    else
        refuse(request, wanted.error().sentence);
}

// What it says stands in the note alone: the log outlives what is deleted.
void RemoteSession::addNote(quint64 request, qint64 call, QString text)
{
    const auto wanted = noteOf(text.toStdString());
    if (mayNot(request, m_gate.refusal(RemoteRole::Reviewer, "add note", wordsOf(CallKey { call }))))
        return;
    if (wanted)
        start(request, AddNote { CallKey { call }, wanted.value() });
    else
        refuse(request, wanted.error().sentence);
}

void RemoteSession::whoAmI(quint64 request)
{
    start(request, IdentityWanted { m_gate.role() });
}

void RemoteSession::audit(quint64 request, QByteArray query)
{
    const auto wanted = decodeAuditQuery(query);
    if (!wanted)
        refuse(request,
            sentence(TR("Engine", "The engine could not read which entries of the audit log were asked for.")));
    else if (!mayNot(request, m_gate.refusal(RemoteRole::Admin, "audit")))
        start(request, *wanted);
}

void RemoteSession::noteExport(quint64 request, QString what)
{
    constexpr qsizetype longest = 300;
    if (!mayNot(request, m_gate.refusal(RemoteRole::Operator, "export", what.left(longest).toStdString())))
        emit finished(request);
}

void RemoteSession::serviceHistory(quint64 request, QByteArray query)
{
    if (const auto wanted = decodeServiceQuery(query))
        start(request, *wanted);
    else
        refuse(request, sentence(TR("Engine", "The engine could not read what metrics were asked for.")));
}

void RemoteSession::serviceWindows(quint64 request)
{
    start(request, ServiceWindowsWanted {});
}

void RemoteSession::answerTaken(quint64 request)
{
    m_runner->taken(request);
}

void RemoteSession::cancel(quint64 request)
{
    m_runner->cancel(request);
}

}
