#include "console/source/probe_group.h"

#include "console/models/sentence_words.h"
#include "console/source/probe_group_request.h"
#include "shared/remote/transport.h"

#include <algorithm>

namespace callmon {

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

}
