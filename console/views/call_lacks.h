// What of a call is not there, and why, said above its page: refused, unreadable, kept no more.
#pragma once

#include "console/models/call_details.h"
#include "console/models/probe_desk.h"
#include "console/views/message_bar.h"

namespace callmon {

class CallLacks {
public:
    CallLacks(const CallDetails& details, MessageBar& bar) // both outlive this
        : m_details(details)
        , m_bar(bar)
    {
    }

    // Once all answers have come. Said once: what else is said meanwhile is not wiped away by the next second's
    // answers.
    void show(const ProbeDesk* desk, bool callIsOn);
    void ofSound(const QString& why) { m_ofSound = why; }
    // Such a message goes when all could be fetched.
    void say(MessageBar::Kind kind, const QString& message);
    void sayOther(MessageBar::Kind kind, const QString& message); // what an export says stays
    void forget(); // all is asked for anew
    bool isForbidden() const { return m_forbidden; } // what is asked for, by the role of the user

private:
    const CallDetails& m_details;
    MessageBar& m_bar;
    QString m_ofSound;
    QString m_last; // what was said last
    bool m_isShown = false; // in the message line
    bool m_forbidden = false;
};

}
