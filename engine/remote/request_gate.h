// What one client may ask for, by its role. What the law wants to know of - searches, message flows, sound, changes,
// and whatever was refused - goes into the audit log before it is done.
#pragma once

#include "engine/audit/audit_log.h"
#include "engine/remote/remote_user.h"
#include "shared/base/sentence.h"

#include <array>
#include <chrono>
#include <map>

namespace callmon {

class RemoteAudit { // of the whole service
public:
    static constexpr int linesAtOnce = 100; // of one user, and one a second: a flood of lines would fill the disk

    explicit RemoteAudit(AuditLog* to = nullptr)
        : log(to)
    {
    }

    AuditLog* log = nullptr; // null: none is kept
    std::uint64_t refused = 0; // requests, for want of a role

    // What was refused to somebody who was let in: a line each, of a flood their number each second.
    void noteRefusal(const RemoteUser& user, const std::string& action, const std::string& detail);
    // Likewise what somebody reads of one call after the other. An error: it could not be written.
    Result<void> noteReading(const RemoteUser& user, const std::string& action, const std::string& detail);
    void everySecond();

    // An error: it could not be. Of who was let in, and of who was not and whose name and role need not be true.
    Result<void> write(const RemoteUser& user, const std::string& action, const std::string& detail);
    Result<void> write(const std::string& user, const std::string& role, const std::string& from,
        const std::string& action, const std::string& detail);

private:
    struct Lines {
        int room = linesAtOnce;
        std::uint64_t leftOut = 0; // since the last second
    };
    bool hasRoom(const RemoteUser& user, const std::string& action); // else it is counted
    std::map<std::array<std::string, 4>, Lines> m_lines; // by user, role, place and action; of those who had any lately
};

class RequestGate {
public:
    // `sameReading`: for so long a client's asking for the same is one entry.
    RequestGate(RemoteUser user, RemoteAudit& audit, std::chrono::milliseconds sameReading = std::chrono::minutes(1))
        : m_user(std::move(user))
        , m_audit(&audit)
        , m_sameReading(sameReading)
    {
    }

    bool allows(RemoteRole least) const { return m_user.role >= least; }
    RemoteRole role() const { return m_user.role; }
    const RemoteUser& user() const { return m_user; }
    // Nothing when it may be done; else why not, for the user.
    std::optional<Sentence> refusal(RemoteRole least, const std::string& action, const std::string& detail = {});
    // The same of what changes nothing and is asked for again and again: a console keeps the page of a call that is on
    // up to date each second, and an audit log of nothing else would hide who searched for whom.
    std::optional<Sentence> refusalOfReading(RemoteRole least, const std::string& action, const std::string& detail);
    // The same of what is read of one call: its streams, its seconds, its notes, as a page of it shows them together.
    // For that while all of it is one entry, "read call". Whoever goes through many, as an export of the streams of all
    // that a search found does, gets their number where their lines would be a flood: the search is noted itself.
    std::optional<Sentence> refusalOfCall(RemoteRole least, const std::string& call);
    // The same of what is a part of something that was noted: only a refusal is.
    std::optional<Sentence> refusalOfPart(RemoteRole least, const std::string& action, const std::string& detail = {});

private:
    using Readings = std::map<std::string, std::chrono::steady_clock::time_point>; // when they were noted
    bool isNoted(Readings& readings, const std::string& reading) const;
    static void remember(Readings& readings, const std::string& reading);

    RemoteUser m_user;
    RemoteAudit* m_audit;
    std::chrono::milliseconds m_sameReading;
    Readings m_readings;
    Readings m_calls;
};

}
