#include "console/views/call_lacks.h"

#include "console/models/call_words.h"

#include <QCoreApplication>
#include <QStringList>
#include <utility>

namespace callmon {

namespace {

struct Words { // the context of the translations
    Q_DECLARE_TR_FUNCTIONS(CallLacks)
};

}

void CallLacks::say(MessageBar::Kind kind, const QString& message)
{
    m_bar.say(kind, message);
    m_isShown = true;
}

void CallLacks::sayOther(MessageBar::Kind kind, const QString& message)
{
    m_bar.say(kind, message);
    m_isShown = false;
}

void CallLacks::forget()
{
    m_bar.clear();
    m_last.clear();
    m_ofSound.clear();
}

void CallLacks::show(const ProbeDesk* desk, bool callIsOn)
{
    if (m_details.asks())
        return;
    const QStringList failures = m_details.failures(!callIsOn); // a call that is on may have no record yet
    QStringList said;
    // Part by part is refused what a viewer asks for beside live figures, and will be: one sentence says it.
    m_forbidden = desk && desk->role() == ProbeDesk::Role::Viewer && !failures.isEmpty();
    if (m_forbidden)
        said +=
            Words::tr("Your certificate says viewer: of a call its live figures alone are shown. Ask whoever keeps the "
                      "certificates for one of an operator, who reads records, or of a reviewer, who listens, too.");
    else if (!failures.isEmpty())
        said += Words::tr("Not all of this call could be fetched: %1 Press F5 to try again.").arg(sentences(failures));
    if (const QStringList remarks = m_details.remarks(); !remarks.isEmpty())
        said += Words::tr("Not all of this call could be read: %1 The rest is shown; the engine's log says more. Press "
                          "F5 to try again.")
                    .arg(sentences(remarks));
    if (const QStringList gone = m_details.keptNoMore(); !gone.isEmpty())
        said += Words::tr("Kept no more: %1 All that is still kept of this call is shown.").arg(sentences(gone));
    if (!m_ofSound.isEmpty())
        said += Words::tr("Not all of the sound could be fetched: %1").arg(m_ofSound);
    const QString lacks = said.join(QLatin1Char(' '));
    const bool known = std::exchange(m_last, lacks) == lacks;
    if (!lacks.isEmpty() && (!known || m_bar.message().isEmpty()))
        say(failures.isEmpty() || m_forbidden ? MessageBar::Kind::Warning : MessageBar::Kind::Error, lacks);
    else if (lacks.isEmpty() && std::exchange(m_isShown, false))
        m_bar.clear();
}

}
