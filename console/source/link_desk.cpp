#include "console/source/link_desk.h"

namespace callmon {

namespace {

ProbeDesk::Role deskRole(RemoteRole role)
{
    switch (role) {
    case RemoteRole::Viewer:
        return ProbeDesk::Role::Viewer;
    case RemoteRole::Operator:
        return ProbeDesk::Role::Operator;
    case RemoteRole::Reviewer:
        return ProbeDesk::Role::Reviewer;
    case RemoteRole::Admin:
        return ProbeDesk::Role::Admin;
    }
    return ProbeDesk::Role::Viewer;
}

}

LinkDesk::LinkDesk(RemoteProbe& probe, QObject* parent)
    : ProbeDesk(parent)
    , m_probe(probe)
{
    connect(&probe, &RemoteProbe::stateChanged, this, [this](RemoteProbe::State state) {
        setRole(Role::Unknown);
        m_identity = state == RemoteProbe::State::Connected ? m_probe.whoAmI() : 0;
    });
    connect(&probe, &RemoteProbe::identityFound, this, [this](quint64 request, const RemoteIdentity& identity) {
        if (request == m_identity)
            setRole(deskRole(identity.role));
    });
    connect(&probe, &RemoteProbe::callNotesFound, this, [this](quint64 request, const CallNotes& notes) {
        if (auto* answer = partOf<CallNotes>(request))
            *answer = notes;
    });
    connect(&probe, &RemoteProbe::tagNamesFound, this, [this](quint64 request, const std::vector<TagUse>& names) {
        if (auto* answer = partOf<std::vector<TagUse>>(request))
            answer->insert(answer->end(), names.begin(), names.end());
    });
    connect(&probe, &RemoteProbe::recordingRulesFound, this, [this](quint64 request, const RecordingRules& rules) {
        if (auto* answer = partOf<RecordingRules>(request))
            *answer = rules;
    });
    connect(&probe, &RemoteProbe::holdsFound, this, [this](quint64 request, const std::vector<Hold>& holds) {
        if (auto* answer = partOf<std::vector<Hold>>(request))
            answer->insert(answer->end(), holds.begin(), holds.end());
    });
    connect(&probe, &RemoteProbe::deletionReported, this, [this](quint64 request, const DeletionReport& part) {
        if (auto* answer = partOf<DeletionReport>(request)) {
            answer->calls.insert(answer->calls.end(), part.calls.begin(), part.calls.end());
            answer->notes.insert(answer->notes.end(), part.notes.begin(), part.notes.end());
        }
    });
    connect(&probe, &RemoteProbe::auditFound, this, [this](quint64 request, const AuditPage& part) {
        if (auto* answer = partOf<AuditPage>(request)) {
            answer->entries.insert(answer->entries.end(), part.entries.begin(), part.entries.end());
            answer->matches = part.matches;
            answer->brokenLine = part.brokenLine;
        }
    });
    connect(&probe, &RemoteProbe::finished, this, [this](quint64 request) { ended(request, {}); });
    connect(&probe, &RemoteProbe::failed, this,
        [this](quint64 request, const Sentence& why) { ended(request, Error { why }); });
}

void LinkDesk::setRole(Role role)
{
    if (std::exchange(m_role, role) != role)
        emit roleChanged();
}

template <typename T> void LinkDesk::ask(quint64 request, QObject* context, Reply<T> reply)
{
    Pending pending { context, {}, {} };
    if constexpr (std::is_void_v<T>) {
        pending.end = [reply = std::move(reply)](const Answer&, const std::optional<Error>& failure) {
            reply(failure ? Result<void>(*failure) : Result<void>());
        };
    } else {
        pending.answer = T {};
        pending.end = [reply = std::move(reply)](const Answer& answer, const std::optional<Error>& failure) {
            reply(failure ? Result<T>(*failure) : Result<T>(std::get<T>(answer)));
        };
    }
    m_pending.emplace(request, std::move(pending));
}

template <typename T> T* LinkDesk::partOf(quint64 request)
{
    const auto found = m_pending.find(request);
    return found == m_pending.end() ? nullptr : std::get_if<T>(&found->second.answer);
}

void LinkDesk::ended(quint64 request, const std::optional<Error>& failure)
{
    const auto found = m_pending.find(request);
    if (found == m_pending.end())
        return;
    const Pending pending = std::move(found->second);
    m_pending.erase(found); // first: the reply may ask again
    if (pending.context)
        pending.end(pending.answer, failure);
}

void LinkDesk::notes(CallKey call, QObject* context, Reply<CallNotes> reply)
{
    ask<CallNotes>(m_probe.callNotes(call), context, std::move(reply));
}

void LinkDesk::tagNames(QObject* context, Reply<std::vector<TagUse>> reply)
{
    ask<std::vector<TagUse>>(m_probe.tagNames(), context, std::move(reply));
}

void LinkDesk::addTag(CallKey call, const QString& tag, QObject* context, Reply<CallNotes> reply)
{
    ask<CallNotes>(m_probe.addTag(call, tag), context, std::move(reply));
}

void LinkDesk::removeTag(CallKey call, const QString& tag, QObject* context, Reply<CallNotes> reply)
{
    ask<CallNotes>(m_probe.removeTag(call, tag), context, std::move(reply));
}

void LinkDesk::addNote(CallKey call, const QString& text, QObject* context, Reply<CallNotes> reply)
{
    ask<CallNotes>(m_probe.addNote(call, text), context, std::move(reply));
}

void LinkDesk::recordingRules(QObject* context, Reply<RecordingRules> reply)
{
    ask<RecordingRules>(m_probe.recordingRules(), context, std::move(reply));
}

void LinkDesk::putRecordingRules(const RecordingRules& rules, QObject* context, Reply<void> reply)
{
    ask<void>(m_probe.putRecordingRules(rules), context, std::move(reply));
}

void LinkDesk::holds(QObject* context, Reply<std::vector<Hold>> reply)
{
    ask<std::vector<Hold>>(m_probe.holds(), context, std::move(reply));
}

void LinkDesk::addHold(CallKey call, const QString& reason, QObject* context, Reply<std::vector<Hold>> reply)
{
    ask<std::vector<Hold>>(m_probe.addHold(call, reason), context, std::move(reply));
}

void LinkDesk::releaseHold(CallKey call, const QString& reason, QObject* context, Reply<std::vector<Hold>> reply)
{
    ask<std::vector<Hold>>(m_probe.releaseHold(call, reason), context, std::move(reply));
}

void LinkDesk::deleteNumber(const DeletionRequest& request, QObject* context, Reply<DeletionReport> reply)
{
    ask<DeletionReport>(m_probe.deleteNumber(request), context, std::move(reply));
}

void LinkDesk::noteExport(const QString& what, QObject* context, Reply<void> reply)
{
    ask<void>(m_probe.noteExport(what), context, std::move(reply));
}

void LinkDesk::audit(const AuditQuery& query, QObject* context, Reply<AuditPage> reply)
{
    ask<AuditPage>(m_probe.audit(query), context, std::move(reply));
}

void LinkDesk::cancel(QObject* context)
{
    for (auto pending = m_pending.begin(); pending != m_pending.end();) {
        if (pending->second.context == context) {
            m_probe.cancel(pending->first);
            pending = m_pending.erase(pending);
        } else {
            ++pending;
        }
    }
}

}
