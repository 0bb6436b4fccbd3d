#include "console/models/call_words.h"

#include "console/models/figures.h"
#include "shared/calls/recording_rule.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>
#include <utility>

namespace callmon {

namespace {

struct Words { // the context of the translations
    Q_DECLARE_TR_FUNCTIONS(CallWords)
};

// RFC 3261 section 21, the responses seen every day.
constexpr std::array<std::pair<int, const char*>, 36> reasons { { { 100, "Trying" }, { 180, "Ringing" },
    { 181, "Call Is Being Forwarded" }, { 182, "Queued" }, { 183, "Session Progress" }, { 200, "OK" },
    { 202, "Accepted" }, { 300, "Multiple Choices" }, { 301, "Moved Permanently" }, { 302, "Moved Temporarily" },
    { 400, "Bad Request" }, { 401, "Unauthorized" }, { 403, "Forbidden" }, { 404, "Not Found" },
    { 405, "Method Not Allowed" }, { 407, "Proxy Authentication Required" }, { 408, "Request Timeout" },
    { 410, "Gone" }, { 415, "Unsupported Media Type" }, { 433, "Anonymity Disallowed" },
    { 480, "Temporarily Unavailable" }, { 481, "Call/Transaction Does Not Exist" }, { 482, "Loop Detected" },
    { 483, "Too Many Hops" }, { 484, "Address Incomplete" }, { 486, "Busy Here" }, { 487, "Request Terminated" },
    { 488, "Not Acceptable Here" }, { 491, "Request Pending" }, { 500, "Server Internal Error" },
    { 502, "Bad Gateway" }, { 503, "Service Unavailable" }, { 504, "Server Time-out" }, { 600, "Busy Everywhere" },
    { 603, "Decline" }, { 606, "Not Acceptable" } } };

}

QString text(std::string_view utf8)
{
    QString shown = QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
    const auto deceives = [](QChar c) {
        const char16_t code = c.unicode();
        return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0x200b
            || code == 0x2060 || code == 0xfeff;
    };
    if (std::any_of(shown.cbegin(), shown.cend(), deceives))
        std::replace_if(shown.begin(), shown.end(), deceives, QChar::ReplacementCharacter);
    return shown;
}

QString word(CallState state)
{
    switch (state) {
    case CallState::Trying:
        return Words::tr("trying");
    case CallState::Ringing:
        return Words::tr("ringing");
    case CallState::Answered:
        return Words::tr("answered");
    case CallState::OnHold:
        return Words::tr("on hold");
    case CallState::Ended:
        return Words::tr("ended");
    }
    return {};
}

QString glyph(CallState state)
{
    switch (state) {
    case CallState::Trying:
        return QStringLiteral("○");
    case CallState::Ringing:
        return QStringLiteral("◐");
    case CallState::Answered:
        return QStringLiteral("●");
    case CallState::OnHold:
        return QStringLiteral("‖");
    case CallState::Ended:
        return QStringLiteral("×");
    }
    return {};
}

Tone tone(CallState state)
{
    switch (state) {
    case CallState::Answered:
        return Tone::Good;
    case CallState::Ringing:
    case CallState::OnHold:
        return Tone::Warning;
    case CallState::Ended:
        return Tone::Quiet;
    case CallState::Trying:
        break;
    }
    return Tone::Plain;
}

QString word(CallOutcome outcome)
{
    switch (outcome) {
    case CallOutcome::Answered:
        return Words::tr("answered");
    case CallOutcome::Busy:
        return Words::tr("busy");
    case CallOutcome::Cancelled:
        return Words::tr("cancelled");
    case CallOutcome::NoAnswer:
        return Words::tr("no answer");
    case CallOutcome::Rejected:
        return Words::tr("rejected");
    case CallOutcome::Failed:
        return Words::tr("failed");
    case CallOutcome::Incomplete:
        return Words::tr("incomplete");
    }
    return {};
}

QString glyph(CallOutcome outcome)
{
    switch (outcome) {
    case CallOutcome::Answered:
        return QStringLiteral("●");
    case CallOutcome::Busy:
        return QStringLiteral("◐");
    case CallOutcome::Cancelled:
        return QStringLiteral("○");
    case CallOutcome::NoAnswer:
        return QStringLiteral("◌");
    case CallOutcome::Rejected:
        return QStringLiteral("⊘");
    case CallOutcome::Failed:
        return QStringLiteral("×");
    case CallOutcome::Incomplete:
        return QStringLiteral("…");
    }
    return {};
}

Tone tone(CallOutcome outcome)
{
    switch (outcome) {
    case CallOutcome::Answered:
        return Tone::Good;
    case CallOutcome::Failed:
        return Tone::Bad;
    case CallOutcome::Rejected:
        return Tone::Warning;
    case CallOutcome::Busy:
    case CallOutcome::NoAnswer:
        return Tone::Plain;
    case CallOutcome::Cancelled:
    case CallOutcome::Incomplete:
        break;
    }
    return Tone::Quiet;
}

QString word(Recording recorded)
{
    switch (recorded) {
    case Recording::No:
        return Words::tr("no");
    case Recording::Yes:
        return Words::tr("yes");
    case Recording::Partly:
        return Words::tr("partly");
    case Recording::Unknown:
        break;
    }
    return unknownFigure();
}

QString whyNotRecorded(const CallRecord& call)
{
    if (call.recorded != Recording::No)
        return {};
    if (call.recordingRule == figuresOnly)
        return Words::tr("This call was not recorded: its engine keeps figures only.");
    return Words::tr("This call was not recorded: rule “%1”.").arg(text(call.recordingRule));
}

QString word(CaptureTrust trust)
{
    switch (trust) {
    case CaptureTrust::Whole:
        return Words::tr("whole");
    case CaptureTrust::Delayed:
        return Words::tr("delayed");
    case CaptureTrust::Lossy:
        return Words::tr("lossy");
    }
    return {};
}

QString glyph(CaptureTrust trust)
{
    switch (trust) {
    case CaptureTrust::Whole:
        return QStringLiteral("✓");
    case CaptureTrust::Delayed:
        return QStringLiteral("◷");
    case CaptureTrust::Lossy:
        return QStringLiteral("⚠");
    }
    return {};
}

Tone tone(CaptureTrust trust)
{
    switch (trust) {
    case CaptureTrust::Delayed:
        return Tone::Warning;
    case CaptureTrust::Lossy:
        return Tone::Bad;
    case CaptureTrust::Whole:
        break;
    }
    return Tone::Quiet;
}

QString meaning(CaptureTrust trust)
{
    switch (trust) {
    case CaptureTrust::Whole:
        return Words::tr("The probe missed nothing while this call was on.");
    case CaptureTrust::Delayed:
        return Words::tr(
            "The probe was late to look at its port while this call was on: it lost nothing, but jitter may be "
            "overstated.");
    case CaptureTrust::Lossy:
        return Words::tr(
            "The probe itself lost frames while this call was on: what is missing then is counted apart, not as loss "
            "of the network.");
    }
    return {};
}

QString meaning(const CallRecord& call)
{
    const QString gap = millisecondsText(Milliseconds(call.pollGapLongest).count());
    switch (call.trust) {
    case CaptureTrust::Whole:
        break;
    case CaptureTrust::Delayed:
        return Words::tr("The probe looked at its port up to %1 ms late while this call was on: it lost nothing, but "
                         "jitter may be overstated.")
            .arg(gap);
    case CaptureTrust::Lossy:
        return Words::tr("The probe itself lost %1 while this call was on, of this call or of others: what is "
                         "missing then is counted apart, not as loss of the network.")
            .arg(call.probeFramesLost == 1 ? Words::tr("1 frame")
                                           : Words::tr("%1 frames", nullptr, pluralOf(call.probeFramesLost))
                                                 .arg(countText(call.probeFramesLost)));
    }
    return meaning(call.trust);
}

QString word(MediaKind kind)
{
    switch (kind) {
    case MediaKind::Audio:
        return Words::tr("audio");
    case MediaKind::Video:
        return Words::tr("video");
    case MediaKind::Image:
        return Words::tr("fax");
    case MediaKind::Other:
        break;
    }
    return Words::tr("other media");
}

QString word(MediaKinds kinds)
{
    QStringList words;
    for (const MediaKind kind : { MediaKind::Audio, MediaKind::Video, MediaKind::Image, MediaKind::Other })
        if (kinds.has(kind))
            words += word(kind);
    return words.isEmpty() ? unknownFigure() : words.join(QStringLiteral(" + "));
}

QString word(MediaAfterAnswer media)
{
    switch (media) {
    case MediaAfterAnswer::Unknown:
        break;
    case MediaAfterAnswer::None:
        return Words::tr("neither");
    case MediaAfterAnswer::CallerOnly:
        return Words::tr("caller only");
    case MediaAfterAnswer::CalleeOnly:
        return Words::tr("callee only");
    case MediaAfterAnswer::Both:
        return Words::tr("both");
    }
    return unknownFigure();
}

QString word(BindingRule rule)
{
    switch (rule) {
    case BindingRule::None:
        break;
    case BindingRule::Advertised:
        return Words::tr("advertised");
    case BindingRule::Symmetric:
        return Words::tr("symmetric");
    case BindingRule::LearntAddress:
        return Words::tr("learnt");
    }
    return unknownFigure();
}

QString word(JitterBufferKind kind)
{
    switch (kind) {
    case JitterBufferKind::None:
        break;
    case JitterBufferKind::Fixed:
        return Words::tr("fixed");
    case JitterBufferKind::Adaptive:
        return Words::tr("adaptive");
    }
    return unknownFigure();
}

QString word(EndedBy endedBy)
{
    switch (endedBy) {
    case EndedBy::Nobody:
        break;
    case EndedBy::Caller:
        return Words::tr("caller");
    case EndedBy::Callee:
        return Words::tr("callee");
    case EndedBy::Silence:
        return Words::tr("silence");
    case EndedBy::ProbeStopped:
        return Words::tr("probe stopped");
    }
    return unknownFigure();
}

QString word(Transport transport)
{
    return text(toText(transport)).toUpper();
}

QString word(Signalling signalling)
{
    return signalling == Signalling::Sip ? QStringLiteral("SIP") : QStringLiteral("Skinny");
}

QString word(Party party)
{
    return party == Party::Caller ? Words::tr("caller") : Words::tr("callee");
}

QString sentences(const QStringList& said)
{
    QStringList whole;
    for (const QString& one : said) {
        QString sentence = one.trimmed();
        if (sentence.isEmpty())
            continue;
        sentence[0] = sentence[0].toUpper();
        if (!sentence.endsWith(QLatin1Char('.')))
            sentence += QLatin1Char('.');
        whole += sentence;
    }
    return whole.join(QLatin1Char(' '));
}

QString codeText(std::uint16_t code)
{
    return code == 0 ? unknownFigure() : QString::number(code);
}

QString codeMeaning(std::uint16_t code)
{
    for (const auto& [known, reason] : reasons)
        if (known == code)
            return QStringLiteral("%1 %2").arg(code).arg(QLatin1String(reason));
    return codeText(code);
}

}
