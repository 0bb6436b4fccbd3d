// The desk of the engine that a link is connected to: console/models/probe_desk.h over shared/remote.
#pragma once

#include "console/models/probe_desk.h"
#include "shared/remote/remote_probe.h"

#include <QPointer>
#include <map>
#include <variant>

namespace callmon {

class LinkDesk : public ProbeDesk {
    Q_OBJECT

public:
    explicit LinkDesk(RemoteProbe& probe, QObject* parent = nullptr); // outlives this

    Role role() const override { return m_role; }
    void notes(CallKey call, QObject* context, Reply<CallNotes> reply) override;
    void tagNames(QObject* context, Reply<std::vector<TagUse>> reply) override;
    void addTag(CallKey call, const QString& tag, QObject* context, Reply<CallNotes> reply) override;
    void removeTag(CallKey call, const QString& tag, QObject* context, Reply<CallNotes> reply) override;
    void addNote(CallKey call, const QString& text, QObject* context, Reply<CallNotes> reply) override;
    void recordingRules(QObject* context, Reply<RecordingRules> reply) override;
    void putRecordingRules(const RecordingRules& rules, QObject* context, Reply<void> reply) override;
    void holds(QObject* context, Reply<std::vector<Hold>> reply) override;
    void addHold(CallKey call, const QString& reason, QObject* context, Reply<std::vector<Hold>> reply) override;
    void releaseHold(CallKey call, const QString& reason, QObject* context, Reply<std::vector<Hold>> reply) override;
    void deleteNumber(const DeletionRequest& request, QObject* context, Reply<DeletionReport> reply) override;
    void noteExport(const QString& what, QObject* context, Reply<void> reply) override;
    void audit(const AuditQuery& query, QObject* context, Reply<AuditPage> reply) override;
    void cancel(QObject* context) override;

private:
    using Answer = std::variant<std::monostate, CallNotes, std::vector<TagUse>, RecordingRules, std::vector<Hold>,
        DeletionReport, AuditPage>;
    struct Pending {
        QPointer<QObject> context;
        Answer answer; // as far as it has come
        std::function<void(const Answer&, const std::optional<Error>&)> end;
    };

    template <typename T> void ask(quint64 request, QObject* context, Reply<T> reply);
    template <typename T> T* partOf(quint64 request); // nullptr: nobody here asked for it
    void ended(quint64 request, const std::optional<Error>& failure);
    void setRole(Role role);

    RemoteProbe& m_probe;
    Role m_role = Role::Unknown;
    quint64 m_identity = 0;
    std::map<quint64, Pending> m_pending;
};

}
