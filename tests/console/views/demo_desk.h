// A desk whose probe is made up: it keeps what it is told, and answers from the event loop.
#pragma once

#include "console/models/probe_desk.h"

#include <QStringList>
#include <QTimer>
#include <algorithm>

namespace callmon {

class DemoDesk : public ProbeDesk {
public:
    Role role() const override { return m_role; }
    void setRole(Role role)
    {
        m_role = role;
        emit roleChanged();
    }

    void notes(CallKey call, QObject* context, Reply<CallNotes> reply) override
    {
        answer<CallNotes>(context, std::move(reply), CallNotes { call, kept.tags, kept.notes });
    }
    void tagNames(QObject* context, Reply<std::vector<TagUse>> reply) override
    {
        answer<std::vector<TagUse>>(context, std::move(reply), { { "bad-line", 3 }, { "billing", 1 } });
    }
    void addTag(CallKey call, const QString& tag, QObject* context, Reply<CallNotes> reply) override
    {
        if (refusal.isEmpty())
            kept.tags.push_back({ tag.toStdString(), now, "you" });
        notes(call, context, std::move(reply));
    }
    void removeTag(CallKey call, const QString& tag, QObject* context, Reply<CallNotes> reply) override
    {
        std::erase_if(kept.tags, [&](const CallTag& one) { return one.name == tag.toStdString(); });
        notes(call, context, std::move(reply));
    }
    void addNote(CallKey call, const QString& text, QObject* context, Reply<CallNotes> reply) override
    {
        kept.notes.push_back({ now, "you", text.toStdString() });
        notes(call, context, std::move(reply));
    }
    void recordingRules(QObject* context, Reply<RecordingRules> reply) override
    {
        answer<RecordingRules>(context, std::move(reply), recording);
    }
    void putRecordingRules(const RecordingRules& rules, QObject* context, Reply<void> reply) override
    {
        if (refusal.isEmpty()) {
            recording = { rules.version + 1, rules.rules.empty() ? builtInRecordingRules() : rules.rules };
            ++puts;
        }
        QTimer::singleShot(0, context, [this, reply = std::move(reply)] {
            reply(refusal.isEmpty() ? Result<void>() : Result<void>(Error { refusal.toStdString() }));
        });
    }
    void holds(QObject* context, Reply<std::vector<Hold>> reply) override
    {
        answer<std::vector<Hold>>(context, std::move(reply), held);
    }
    void addHold(CallKey call, const QString& reason, QObject* context, Reply<std::vector<Hold>> reply) override
    {
        Hold hold;
        hold.number = static_cast<std::int64_t>(held.size()) + 1;
        hold.call = call;
        hold.state = HoldState::Held;
        hold.setAt = now;
        hold.setBy = "you";
        hold.reason = reason.toStdString();
        held.push_back(hold);
        answer<std::vector<Hold>>(context, std::move(reply), { hold });
    }
    void releaseHold(CallKey call, const QString& reason, QObject* context, Reply<std::vector<Hold>> reply) override
    {
        for (Hold& hold : held)
            if (hold.call == call) {
                hold.state = HoldState::Released;
                hold.releasedAt = now;
                hold.releasedBy = "you";
                hold.releaseReason = reason.toStdString();
            }
        answer<std::vector<Hold>>(context, std::move(reply), held);
    }
    void deleteNumber(const DeletionRequest& request, QObject* context, Reply<DeletionReport> reply) override
    {
        deletions.push_back(request);
        DeletionReport report;
        for (int i = 0; i < 4; ++i) {
            DeletedCall call;
            call.call = { 1'795'410'000'000'000'000 + i * 60'000'000'000 };
            call.state = i == 3  ? DeletionState::Held
                : request.dryRun ? DeletionState::WouldGo
                                 : DeletionState::Deleted;
            if (i == 3)
                call.why = sentence("a legal hold keeps it: callmonctl hold list");
            call.streams = 2;
            call.messages = 12;
            call.mediaBytes = 1'640'000;
            call.notes = 1;
            report.calls.push_back(call);
        }
        report.notes = { plainText(
            "The audit log names the number in 2 lines: who asked for it and when, which is kept.") };
        answer<DeletionReport>(context, std::move(reply), report);
    }
    void noteExport(const QString& what, QObject* context, Reply<void> reply) override
    {
        exports << what;
        QTimer::singleShot(0, context, [this, reply = std::move(reply)] {
            reply(refusal.isEmpty() ? Result<void>() : Result<void>(Error { refusal.toStdString() }));
        });
    }
    void audit(const AuditQuery&, QObject* context, Reply<AuditPage> reply) override
    {
        answer<AuditPage>(context, std::move(reply), log);
    }
    void cancel(QObject* context) override
    {
        cancelled.push_back(context);
        silent = false;
    }

    CallNotes kept;
    RecordingRules recording { 0, builtInRecordingRules() };
    std::vector<Hold> held;
    std::vector<DeletionRequest> deletions;
    AuditPage log;
    int puts = 0;
    QStringList exports;
    QString refusal; // of changes; empty: none
    bool silent = false; // answers nothing, until something is cancelled
    std::vector<QObject*> cancelled;
    Timestamp now = timestampFromNanoseconds(1'795'413'723'000'000'000);

private:
    template <typename T> void answer(QObject* context, Reply<T> reply, T value)
    {
        if (silent)
            return;
        QTimer::singleShot(0, context, [this, reply = std::move(reply), value = std::move(value)] {
            reply(refusal.isEmpty() ? Result<T>(value) : Result<T>(Error { refusal.toStdString() }));
        });
    }

    Role m_role = Role::Admin;
};

}
