// What people say of calls at a probe and what they change there: tags and notes, recording rules, holds, deletion. The
// application puts the connection to an engine behind it; tests put their own there.
#pragma once

#include "shared/base/result.h"
#include "shared/calls/audit_entry.h"
#include "shared/calls/call_notes.h"
#include "shared/calls/deletion.h"
#include "shared/calls/hold.h"
#include "shared/calls/recording_rule.h"

#include <QObject>
#include <QString>
#include <functional>

namespace callmon {

class ProbeDesk : public QObject {
    Q_OBJECT

public:
    // As in shared/remote/remote_role.h; Unknown until the engine has told.
    enum class Role { Unknown, Viewer, Operator, Reviewer, Admin };

    template <typename T> using Reply = std::function<void(const Result<T>&)>;

    using QObject::QObject;

    virtual Role role() const = 0;
    bool may(Role least) const { return role() >= least; }

    // Each is answered once, from the event loop, as long as `context` lives; also when the connection is lost.
    virtual void notes(CallKey call, QObject* context, Reply<CallNotes> reply) = 0;
    virtual void tagNames(QObject* context, Reply<std::vector<TagUse>> reply) = 0;
    virtual void addTag(CallKey call, const QString& tag, QObject* context, Reply<CallNotes> reply) = 0;
    virtual void removeTag(CallKey call, const QString& tag, QObject* context, Reply<CallNotes> reply) = 0;
    virtual void addNote(CallKey call, const QString& text, QObject* context, Reply<CallNotes> reply) = 0;

    virtual void recordingRules(QObject* context, Reply<RecordingRules> reply) = 0;
    // In the place of the list of that version; without rules: that of the configuration.
    virtual void putRecordingRules(const RecordingRules& rules, QObject* context, Reply<void> reply) = 0;

    virtual void holds(QObject* context, Reply<std::vector<Hold>> reply) = 0;
    virtual void addHold(CallKey call, const QString& reason, QObject* context, Reply<std::vector<Hold>> reply) = 0;
    virtual void releaseHold(CallKey call, const QString& reason, QObject* context, Reply<std::vector<Hold>> reply) = 0;
    virtual void deleteNumber(const DeletionRequest& request, QObject* context, Reply<DeletionReport> reply) = 0;

    // Before what was fetched is written to a file: the engine puts it into its audit log, and may refuse.
    virtual void noteExport(const QString& what, QObject* context, Reply<void> reply) = 0;
    virtual void audit(const AuditQuery& query, QObject* context, Reply<AuditPage> reply) = 0;

    // What was asked for this context is wanted no more: the engine stops, and no reply comes.
    virtual void cancel(QObject* context) = 0;

signals:
    void roleChanged();
};

}
