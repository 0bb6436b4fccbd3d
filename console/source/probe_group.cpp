#include "console/source/probe_group.h"

#include "console/models/sentence_words.h"
#include "console/source/service_join.h"
#include "shared/remote/transport.h"

#include <QTimer>
#include <algorithm>

namespace callmon {

struct ProbeGroup::Request {
    Join join = Join::AsItComes;
    std::map<ProbeId, quint64> open; // parts that have not ended
    std::map<ProbeId, quint64> matches; // as far as each has told
    std::set<ProbeId> heard; // since the last look at who says nothing
    ServiceJoin service;
    QStringList failures;
    bool anyAnswered = false;
    QTimer* patience = nullptr; // runs once another part has ended
};

ProbeGroup::ProbeGroup(Open open, QObject* parent)
    : CallSource(parent)
    , m_open(std::move(open))
{
}

ProbeGroup::~ProbeGroup() = default;

QString ProbeGroup::complaintAboutAddress(const QString& address) const
{
    const auto parsed = parseRemoteUrl(address);
    return parsed ? QString() : wordsOf(parsed.error().sentence);
}

void ProbeGroup::setAddresses(const std::vector<ProbeAddress>& probes)
{
    m_addresses = probes;
    const auto wanted = [&](const ProbeAddress& of) {
        return std::ranges::any_of(
            probes, [&](const ProbeAddress& one) { return one.enabled && one.address == of.address; });
    };
    for (auto& member : m_members)
        if (!wanted(member->address)) {
            retire(*member);
            m_retired.push_back(std::move(member));
        }
    std::erase(m_members, nullptr);
    std::vector<std::unique_ptr<Member>> before = std::move(m_members);
    m_members.clear();
    for (const ProbeAddress& address : probes) {
        if (!address.enabled)
            continue;
        const auto known = std::ranges::find_if(
            before, [&](const auto& member) { return member && member->address.address == address.address; });
        if (known == before.end()) {
            add(address);
            continue;
        }
        (*known)->address = address; // it may have another name now
        m_members.push_back(std::move(*known));
    }
    announce();
}

void ProbeGroup::add(const ProbeAddress& address)
{
    auto member = std::make_unique<Member>();
    member->id = { m_nextId++ };
    member->address = address;
    m_members.push_back(std::move(member));
    Member& added = *m_members.back();
    added.source = m_open(address.address);
    follow(added);
}

// Its rows leave the lists; the source itself stays, closed, for pages of its calls that are still open.
void ProbeGroup::retire(Member& member)
{
    std::vector<std::pair<ProbeId, quint64>> parts;
    for (const auto& [part, id] : m_parts)
        if (part.first == member.id)
            parts.push_back(part);
    const QString gone = tr("%1 was taken off the list of probes.").arg(member.address.name);
    for (const auto& [probe, part] : parts)
        partEnded(probe, part, &gone);
    member.source->disconnect(this);
    member.source->shutDown();
    LiveDelta calls;
    AlarmDelta alarms;
    calls.snapshot = alarms.snapshot = true;
    emit liveChanged(calls, member.id);
    emit alarmsChanged(alarms, member.id);
}

template <typename... Args> void ProbeGroup::passOn(Member& member, void (CallSource::*found)(quint64, Args...))
{
    connect(member.source.get(), found, this, [this, probe = member.id, found](quint64 part, Args... args) {
        quint64 id = 0;
        if (requestOf(probe, part, &id) != nullptr)
            emit(this->*found)(id, args...);
    });
}

void ProbeGroup::follow(Member& member)
{
    CallSource* source = member.source.get();
    const ProbeId probe = member.id;
    connect(source, &CallSource::liveChanged, this,
        [this, probe](const LiveDelta& delta) { emit liveChanged(delta, probe); });
    connect(source, &CallSource::alarmsChanged, this,
        [this, probe](const AlarmDelta& delta) { emit alarmsChanged(delta, probe); });
    connect(source, &CallSource::statusChanged, this,
        [this, probe](const ProbeStatus& status) { emit statusChanged(status, probe); });
    connect(source, &CallSource::stateChanged, this, [this, probe](State state, const QString& message) {
        if (Member* of = find(probe)) {
            of->message = message;
            of->wasConnected = of->wasConnected || state == State::Connected;
        }
        announce();
    });
    connect(source, &CallSource::tagsFound, this, [this, probe](quint64 part, const std::vector<TagsOfCall>& tags) {
        quint64 id = 0;
        if (requestOf(probe, part, &id) != nullptr)
            emit tagsFound(id, tags, probe);
    });
    connect(source, &CallSource::callsFound, this,
        [this, probe](quint64 part, const std::vector<CallRecord>& calls, quint64 matches) {
            quint64 id = 0;
            if (Request* request = requestOf(probe, part, &id))
                emit callsFound(id, calls, matchesOf(*request, probe, matches), probe);
        });
    connect(source, &CallSource::alarmsFound, this,
        [this, probe](quint64 part, const std::vector<Alarm>& alarms, quint64 matches) {
            quint64 id = 0;
            if (Request* request = requestOf(probe, part, &id))
                emit alarmsFound(id, alarms, matchesOf(*request, probe, matches), probe);
        });
    connect(source, &CallSource::serviceFound, this, [this, probe](quint64 part, const std::vector<ServiceRow>& rows) {
        quint64 id = 0;
        if (Request* request = requestOf(probe, part, &id))
            request->service.add(rows);
    });
    passOn(member, &CallSource::streamsFound);
    passOn(member, &CallSource::qualityFound);
    passOn(member, &CallSource::messagesFound);
    passOn(member, &CallSource::mediaArrived);
    passOn(member, &CallSource::alarmRulesFound);
    passOn(member, &CallSource::alarmRuleChangesFound);
    connect(source, &CallSource::remarked, this, [this, probe](quint64 part, QStringList remarks) {
        quint64 id = 0;
        if (requestOf(probe, part, &id) == nullptr)
            return;
        const Member* const of = find(probe);
        if (of && m_members.size() > 1) // which of them
            for (QString& remark : remarks)
                remark = tr("%1: %2").arg(of->address.name, remark);
        emit remarked(id, remarks, probe);
    });
    connect(source, &CallSource::finished, this, [this, probe](quint64 part) { partEnded(probe, part, nullptr); });
    connect(source, &CallSource::failed, this,
        [this, probe](quint64 part, const QString& message) { partEnded(probe, part, &message); });
}

ProbeGroup::Member* ProbeGroup::find(ProbeId probe)
{
    for (const auto& members : { &m_members, &m_retired })
        for (const auto& member : *members)
            if (member->id == probe)
                return member.get();
    return nullptr;
}

CallSource& ProbeGroup::of(ProbeId probe)
{
    const Member* member = find(probe);
    return member == nullptr ? static_cast<CallSource&>(*this) : *member->source;
}

std::vector<CallSource::Probe> ProbeGroup::probes() const
{
    std::vector<Probe> all;
    for (const auto& member : m_members)
        all.push_back({ member->id, member->address.name, member->source->state(), member->message });
    return all;
}

CallSource::State ProbeGroup::state() const
{
    for (const State wanted : { State::Connected, State::Connecting, State::Incompatible })
        if (std::ranges::any_of(m_members, [&](const auto& member) { return member->source->state() == wanted; }))
            return wanted;
    return State::Disconnected;
}

// One sentence for each probe that has something to say.
QString ProbeGroup::summary() const
{
    if (m_members.empty())
        return tr("No probe is on the list: add one under Probe, Probes….");
    if (m_members.size() == 1)
        return m_members.front()->message;
    QStringList said;
    for (const auto& member : m_members) {
        const QString& name = member->address.name;
        switch (member->source->state()) {
        case State::Connected:
            break;
        case State::Incompatible:
            said += tr("%1: %2").arg(name, member->message);
            break;
        case State::Connecting:
        case State::Disconnected:
            said += member->wasConnected
                ? tr("%1 does not answer: what is shown of it is the last that was known.").arg(name)
                : tr("%1 does not answer: its calls are not in this list.").arg(name);
        }
    }
    return said.join(QLatin1Char(' '));
}

void ProbeGroup::announce()
{
    emit probesChanged();
    emit stateChanged(state(), summary());
}

ProbeGroup::Request* ProbeGroup::requestOf(ProbeId probe, quint64 part, quint64* id)
{
    const auto found = m_parts.find({ probe, part });
    if (found == m_parts.end())
        return nullptr;
    *id = found->second;
    Request& request = m_requests.at(*id);
    request.heard.insert(probe);
    return &request;
}

quint64 ProbeGroup::matchesOf(Request& request, ProbeId probe, quint64 matches)
{
    request.matches[probe] = matches;
    quint64 sum = 0;
    for (const auto& [of, count] : request.matches)
        sum += count;
    return sum;
}

quint64 ProbeGroup::askAll(const Send& send, Join join)
{
    const quint64 id = ++m_last;
    Request& request = m_requests[id];
    request.join = join;
    if (join == Join::ServiceWindows)
        request.service = ServiceJoin(ServiceJoin::By::Length);
    for (const auto& member : m_members) {
        if (member->source->state() != State::Connected) {
            request.failures += tr("%1 does not answer: its part is not in this list.").arg(member->address.name);
            continue;
        }
        const quint64 part = send(*member->source);
        request.open[member->id] = part;
        m_parts[{ member->id, part }] = id;
    }
    if (m_members.empty())
        request.failures += summary();
    if (request.failures.isEmpty())
        return id;
    QTimer::singleShot(0, this, [this, id] { // never before the request has returned
        const auto found = m_requests.find(id);
        if (found == m_requests.end())
            return;
        if (found->second.open.empty())
            return conclude(id);
        for (const QString& one : std::exchange(found->second.failures, {}))
            emit partMissing(id, one);
    });
    return id;
}

quint64 ProbeGroup::askMember(Member& member, const Send& send)
{
    const quint64 id = ++m_last;
    const quint64 part = send(*member.source);
    m_requests[id].open[member.id] = part;
    m_parts[{ member.id, part }] = id;
    return id;
}

quint64 ProbeGroup::askOne(const Send& send)
{
    if (m_members.size() == 1)
        return askMember(*m_members.front(), send);
    const quint64 id = ++m_last;
    QTimer::singleShot(
        0, this, [this, id] { emit failed(id, tr("This is asked of one probe, and there are several: choose one.")); });
    return id;
}

void ProbeGroup::partEnded(ProbeId probe, quint64 part, const QString* failure)
{
    const auto found = m_parts.find({ probe, part });
    if (found == m_parts.end())
        return;
    const quint64 id = found->second;
    m_parts.erase(found);
    endPart(id, probe, failure);
}

void ProbeGroup::endPart(quint64 id, ProbeId probe, const QString* failure)
{
    Request& request = m_requests.at(id);
    request.open.erase(probe);
    if (failure == nullptr) {
        request.anyAnswered = true;
    } else {
        const Member* member = find(probe);
        request.failures +=
            m_members.size() < 2 || member == nullptr ? *failure : tr("%1: %2").arg(member->address.name, *failure);
    }
    if (!request.open.empty() && request.patience == nullptr) {
        request.heard.clear();
        request.patience = new QTimer(this);
        connect(request.patience, &QTimer::timeout, this, [this, id] { giveUp(id); });
        request.patience->start(m_patience);
    }
    conclude(id);
}

// Who has said nothing since the last look is waited for no longer.
void ProbeGroup::giveUp(quint64 id)
{
    Request& request = m_requests.at(id);
    const auto open = request.open;
    const auto heard = std::exchange(request.heard, {});
    for (const auto& [probe, part] : open) {
        Member* member = find(probe);
        if (heard.contains(probe) || member == nullptr)
            continue;
        member->source->cancel(part);
        m_parts.erase({ probe, part });
        request.open.erase(probe);
        request.failures += tr("%1 has not answered for %2 s: its part is not all in this list.")
                                .arg(member->address.name)
                                .arg(std::chrono::duration_cast<std::chrono::seconds>(m_patience).count());
    }
    conclude(id);
}

void ProbeGroup::conclude(quint64 id)
{
    const auto found = m_requests.find(id);
    if (found == m_requests.end() || !found->second.open.empty())
        return;
    Request request = std::move(found->second);
    m_requests.erase(found);
    if (request.patience != nullptr)
        request.patience->deleteLater();
    if (!request.anyAnswered && !request.failures.isEmpty()) {
        emit failed(id, request.failures.join(QLatin1Char(' ')));
        return;
    }
    for (const QString& failure : request.failures)
        emit partMissing(id, failure);
    if (request.join != Join::AsItComes)
        emit serviceFound(id, request.service.rows());
    emit finished(id);
}

void ProbeGroup::cancel(quint64 request)
{
    const auto found = m_requests.find(request);
    if (found == m_requests.end())
        return;
    for (const auto& [probe, part] : found->second.open) {
        m_parts.erase({ probe, part });
        if (Member* member = find(probe))
            member->source->cancel(part);
    }
    if (found->second.patience != nullptr)
        found->second.patience->deleteLater();
    m_requests.erase(found);
}

quint64 ProbeGroup::search(const CallQuery& query)
{
    return askAll([&](CallSource& source) { return source.search(query); }, Join::AsItComes);
}

quint64 ProbeGroup::alarms(const AlarmQuery& query)
{
    return askAll([&](CallSource& source) { return source.alarms(query); }, Join::AsItComes);
}

quint64 ProbeGroup::serviceHistory(const ServiceQuery& query)
{
    return askAll([&](CallSource& source) { return source.serviceHistory(query); }, Join::ServiceSteps);
}

quint64 ProbeGroup::serviceWindows()
{
    return askAll([](CallSource& source) { return source.serviceWindows(); }, Join::ServiceWindows);
}

quint64 ProbeGroup::searchOf(ProbeId probe, const CallQuery& query)
{
    Member* member = find(probe);
    return member == nullptr ? search(query)
                             : askMember(*member, [&](CallSource& source) { return source.search(query); });
}

quint64 ProbeGroup::acknowledgeAlarmOf(ProbeId probe, AlarmId alarm, const QString& comment)
{
    const Send send = [&](CallSource& source) { return source.acknowledgeAlarm(alarm, comment); };
    Member* member = find(probe);
    return member == nullptr ? askOne(send) : askMember(*member, send);
}

quint64 ProbeGroup::shelveAlarm(AlarmId alarm, std::chrono::seconds time, const QString& comment)
{
    return askOne([&](CallSource& source) { return source.shelveAlarm(alarm, time, comment); });
}

quint64 ProbeGroup::shelveAlarmOf(ProbeId probe, AlarmId alarm, std::chrono::seconds time, const QString& comment)
{
    const Send send = [&](CallSource& source) { return source.shelveAlarm(alarm, time, comment); };
    Member* member = find(probe);
    return member == nullptr ? askOne(send) : askMember(*member, send);
}

quint64 ProbeGroup::streams(CallKey call)
{
    return askOne([&](CallSource& source) { return source.streams(call); });
}

quint64 ProbeGroup::quality(CallKey call)
{
    return askOne([&](CallSource& source) { return source.quality(call); });
}

quint64 ProbeGroup::messages(CallKey call)
{
    return askOne([&](CallSource& source) { return source.messages(call); });
}

quint64 ProbeGroup::media(CallKey call)
{
    return askOne([&](CallSource& source) { return source.media(call); });
}

quint64 ProbeGroup::alarmRules()
{
    return askOne([](CallSource& source) { return source.alarmRules(); });
}

quint64 ProbeGroup::alarmRuleChanges()
{
    return askOne([](CallSource& source) { return source.alarmRuleChanges(); });
}

quint64 ProbeGroup::acknowledgeAlarm(AlarmId alarm, const QString& comment)
{
    return askOne([&](CallSource& source) { return source.acknowledgeAlarm(alarm, comment); });
}

quint64 ProbeGroup::putAlarmRule(const AlarmRule& rule)
{
    return askOne([&](CallSource& source) { return source.putAlarmRule(rule); });
}

quint64 ProbeGroup::removeAlarmRule(const QString& name)
{
    return askOne([&](CallSource& source) { return source.removeAlarmRule(name); });
}

}
