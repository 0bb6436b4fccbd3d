#include "console/models/call_story.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"

#include <QCoreApplication>
#include <QStringList>
#include <array>
#include <utility>

namespace callmon {

namespace {

struct Words { // the context of the translations
    Q_DECLARE_TR_FUNCTIONS(CallStory)
};

// ITU-T Q.850 table 1, the causes seen every day.
constexpr std::array<std::pair<int, const char*>, 30> causes { {
    { 1, QT_TRANSLATE_NOOP("CallStory", "unallocated number") },
    { 2, QT_TRANSLATE_NOOP("CallStory", "no route to specified transit network") },
    { 3, QT_TRANSLATE_NOOP("CallStory", "no route to destination") },
    { 16, QT_TRANSLATE_NOOP("CallStory", "normal call clearing") },
    { 17, QT_TRANSLATE_NOOP("CallStory", "user busy") },
    { 18, QT_TRANSLATE_NOOP("CallStory", "no user responding") },
    { 19, QT_TRANSLATE_NOOP("CallStory", "no answer from user") },
    { 20, QT_TRANSLATE_NOOP("CallStory", "subscriber absent") },
    { 21, QT_TRANSLATE_NOOP("CallStory", "call rejected") },
    { 22, QT_TRANSLATE_NOOP("CallStory", "number changed") },
    { 26, QT_TRANSLATE_NOOP("CallStory", "non-selected user clearing") },
    { 27, QT_TRANSLATE_NOOP("CallStory", "destination out of order") },
    { 28, QT_TRANSLATE_NOOP("CallStory", "invalid number format") },
    { 29, QT_TRANSLATE_NOOP("CallStory", "facility rejected") },
    { 31, QT_TRANSLATE_NOOP("CallStory", "normal, unspecified") },
    { 34, QT_TRANSLATE_NOOP("CallStory", "no circuit available") },
    { 38, QT_TRANSLATE_NOOP("CallStory", "network out of order") },
    { 41, QT_TRANSLATE_NOOP("CallStory", "temporary failure") },
    { 42, QT_TRANSLATE_NOOP("CallStory", "switching equipment congestion") },
    { 44, QT_TRANSLATE_NOOP("CallStory", "requested circuit not available") },
    { 47, QT_TRANSLATE_NOOP("CallStory", "resource unavailable") },
    { 50, QT_TRANSLATE_NOOP("CallStory", "requested facility not subscribed") },
    { 55, QT_TRANSLATE_NOOP("CallStory", "incoming calls barred within closed user group") },
    { 57, QT_TRANSLATE_NOOP("CallStory", "bearer capability not authorized") },
    { 58, QT_TRANSLATE_NOOP("CallStory", "bearer capability not available") },
    { 65, QT_TRANSLATE_NOOP("CallStory", "bearer capability not implemented") },
    { 79, QT_TRANSLATE_NOOP("CallStory", "service not implemented") },
    { 88, QT_TRANSLATE_NOOP("CallStory", "incompatible destination") },
    { 102, QT_TRANSLATE_NOOP("CallStory", "recovery on timer expiry") },
    { 127, QT_TRANSLATE_NOOP("CallStory", "interworking, unspecified") },
} };

QString secondsText(Milliseconds duration)
{
    return millisecondsText(duration.count() / 1000) + QStringLiteral(" s");
}

QString capitalised(QString sentence)
{
    if (!sentence.isEmpty())
        sentence[0] = sentence.at(0).toUpper();
    return sentence;
}

// "Q.850 16, normal call clearing; “Call completed elsewhere”"; empty when nothing was said.
QString whyOf(const CallRecord& call)
{
    QStringList why;
    if (call.q850Cause != 0)
        why += Words::tr("Q.850 cause %1").arg(q850Meaning(call.q850Cause));
    const QString reason = text(call.endReason);
    if (!reason.isEmpty()
        && !(call.q850Cause != 0 && q850Meaning(call.q850Cause).contains(reason, Qt::CaseInsensitive)))
        why += QStringLiteral("“") + reason + QStringLiteral("”");
    return why.join(QStringLiteral(", "));
}

QString endOf(const CallRecord& call, bool answered)
{
    switch (call.endedBy) {
    case EndedBy::Nobody:
        return {};
    case EndedBy::Caller:
        return answered ? Words::tr("The caller hung up") : Words::tr("The caller gave up");
    case EndedBy::Callee:
        return answered ? Words::tr("The callee hung up") : Words::tr("The callee's side ended it");
    case EndedBy::Silence:
        return Words::tr("No BYE was seen: it was taken as ended when nothing of it came any more");
    case EndedBy::ProbeStopped:
        return Words::tr("The probe stopped while it was on: how it ended is not known");
    }
    return {};
}

void addOddities(const CallRecord& call, QStringList& story)
{
    if (call.beganBeforeProbe)
        story += Words::tr("It was on already when the probe first saw it.");
    if (call.holds > 0)
        story += call.holds == 1
            ? Words::tr("On hold once, for %1.").arg(secondsText(call.holdTime))
            : Words::tr("On hold %1 times, for %2 in all.").arg(call.holds).arg(secondsText(call.holdTime));
    switch (call.mediaAfterAnswer) {
    case MediaAfterAnswer::None:
        story += Words::tr("⚠ No media was seen after the answer.");
        break;
    case MediaAfterAnswer::CallerOnly:
        story += Words::tr("⚠ One-way: only the caller's media was seen after the answer.");
        break;
    case MediaAfterAnswer::CalleeOnly:
        story += Words::tr("⚠ One-way: only the callee's media was seen after the answer.");
        break;
    case MediaAfterAnswer::Unknown:
    case MediaAfterAnswer::Both:
        break;
    }
    if (!call.transferTarget.empty())
        story += Words::tr("Transferred to %1.").arg(text(call.transferTarget));
    if (!call.diversion.empty())
        story += Words::tr("Diverted by %1.").arg(text(call.diversion));
    // What was under way when the BYE passed is nothing odd.
    if (call.mediaAfterEnd && *call.mediaAfterEnd >= Milliseconds(500))
        story += Words::tr("⚠ Media went on for %1 after the end.").arg(secondsText(*call.mediaAfterEnd));
}

}

QString q850Meaning(std::uint16_t cause)
{
    for (const auto& [known, words] : causes)
        if (known == cause)
            return QStringLiteral("%1, %2").arg(cause).arg(Words::tr(words));
    return QString::number(cause);
}

QString storyOf(const CallRecord& call)
{
    QStringList story;
    const bool answered = call.answeredAt.has_value();
    const bool ended = call.state == CallState::Ended;
    if (answered) {
        const QString after = call.answerDelay ? Words::tr("Answered after %1").arg(secondsText(*call.answerDelay))
                                               : Words::tr("Answered");
        const auto duration = durationOf(call);
        story += ended && duration ? Words::tr("%1, talked for %2.").arg(after, durationText(duration))
                                   : after + QLatin1Char('.');
    } else if (!ended) {
        story += call.ringingAt ? Words::tr("Ringing, not answered yet.") : Words::tr("Not answered yet.");
    } else {
        QString what = capitalised(word(call.outcome));
        if (call.finalCode != 0)
            what += QStringLiteral(": ") + codeMeaning(call.finalCode);
        if (call.endedAt)
            what += Words::tr(" after %1").arg(secondsText(Milliseconds(*call.endedAt - call.startedAt)));
        story += what + QLatin1Char('.');
    }
    if (ended) {
        const QString why = whyOf(call);
        const QString end = endOf(call, answered);
        if (!end.isEmpty())
            story += why.isEmpty() ? end + QLatin1Char('.') : end + QStringLiteral(": ") + why + QLatin1Char('.');
        else if (!why.isEmpty())
            story += Words::tr("Reason: %1.").arg(why);
    }
    addOddities(call, story);
    return story.join(QLatin1Char(' '));
}

}
