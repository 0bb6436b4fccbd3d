// Requests of a group: sent to the probes that they are for, and their answers joined until the last part has ended.
#include "console/source/probe_group_request.h"

#include <QTimer>
#include <utility>

namespace callmon {

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
