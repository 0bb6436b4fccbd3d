#include "console/models/past_call_columns.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/zone/display_zone.h"

#include <QCoreApplication>
#include <array>

namespace callmon {

namespace {

constexpr std::array<const char*, PastCallColumns::ColumnCount> titles { QT_TRANSLATE_NOOP("PastCallModel", "Key"),
    QT_TRANSLATE_NOOP("PastCallModel", "Call-ID"), QT_TRANSLATE_NOOP("PastCallModel", "Signalling"),
    QT_TRANSLATE_NOOP("PastCallModel", "Transport"), QT_TRANSLATE_NOOP("PastCallModel", "State"),
    QT_TRANSLATE_NOOP("PastCallModel", "Caller"), QT_TRANSLATE_NOOP("PastCallModel", "Callee"),
    QT_TRANSLATE_NOOP("PastCallModel", "Caller\naddress"), QT_TRANSLATE_NOOP("PastCallModel", "Caller\nport"),
    QT_TRANSLATE_NOOP("PastCallModel", "Callee\naddress"), QT_TRANSLATE_NOOP("PastCallModel", "Callee\nport"),
    QT_TRANSLATE_NOOP("PastCallModel", "Started\nUTC"), QT_TRANSLATE_NOOP("PastCallModel", "Ringing\nUTC"),
    QT_TRANSLATE_NOOP("PastCallModel", "Answered\nUTC"), QT_TRANSLATE_NOOP("PastCallModel", "Ended\nUTC"),
    QT_TRANSLATE_NOOP("PastCallModel", "Duration\nh:mm:ss"), QT_TRANSLATE_NOOP("PastCallModel", "Outcome"),
    QT_TRANSLATE_NOOP("PastCallModel", "Final\ncode"), QT_TRANSLATE_NOOP("PastCallModel", "Ended\nby"),
    QT_TRANSLATE_NOOP("PastCallModel", "Post-dial\ndelay ms"), QT_TRANSLATE_NOOP("PastCallModel", "Answer\ndelay ms"),
    QT_TRANSLATE_NOOP("PastCallModel", "Signalling\nRTT ms"), QT_TRANSLATE_NOOP("PastCallModel", "MOS\nmean"),
    QT_TRANSLATE_NOOP("PastCallModel", "MOS\nmin"), QT_TRANSLATE_NOOP("PastCallModel", "Streams"),
    QT_TRANSLATE_NOOP("PastCallModel", "SIP\nmessages"), QT_TRANSLATE_NOOP("PastCallModel", "Retrans-\nmissions"),
    QT_TRANSLATE_NOOP("PastCallModel", "Packets\nnot stored"),
    QT_TRANSLATE_NOOP("PastCallModel", "Frames lost\nby probe"), QT_TRANSLATE_NOOP("PastCallModel", "Poll gap\nmax ms"),
    QT_TRANSLATE_NOOP("PastCallModel", "Trust"), QT_TRANSLATE_NOOP("PastCallModel", "Q.850\ncause"),
    QT_TRANSLATE_NOOP("PastCallModel", "End\nreason"), QT_TRANSLATE_NOOP("PastCallModel", "Asserted\nidentity"),
    QT_TRANSLATE_NOOP("PastCallModel", "Diverted\nby"), QT_TRANSLATE_NOOP("PastCallModel", "Leg"),
    QT_TRANSLATE_NOOP("PastCallModel", "Transferred\nto"), QT_TRANSLATE_NOOP("PastCallModel", "Replaced\nCall-ID"),
    QT_TRANSLATE_NOOP("PastCallModel", "Caller's\ndevice"), QT_TRANSLATE_NOOP("PastCallModel", "Callee's\ndevice"),
    QT_TRANSLATE_NOOP("PastCallModel", "Session\nexpires s"), QT_TRANSLATE_NOOP("PastCallModel", "Branches"),
    QT_TRANSLATE_NOOP("PastCallModel", "New\noffers"), QT_TRANSLATE_NOOP("PastCallModel", "Holds"),
    QT_TRANSLATE_NOOP("PastCallModel", "On hold\ns"), QT_TRANSLATE_NOOP("PastCallModel", "Media"),
    QT_TRANSLATE_NOOP("PastCallModel", "Secure\nmedia"), QT_TRANSLATE_NOOP("PastCallModel", "Began\nbefore probe"),
    QT_TRANSLATE_NOOP("PastCallModel", "Encap-\nsulation"), QT_TRANSLATE_NOOP("PastCallModel", "Messages\nnot stored"),
    QT_TRANSLATE_NOOP("PastCallModel", "Audio after\nanswer of"),
    QT_TRANSLATE_NOOP("PastCallModel", "Media after\nend ms"), QT_TRANSLATE_NOOP("PastCallModel", "Recorded"),
    QT_TRANSLATE_NOOP("PastCallModel", "Recording\nrule"), QT_TRANSLATE_NOOP("PastCallModel", "Trunk of\ncaller"),
    QT_TRANSLATE_NOOP("PastCallModel", "Trunk of\ncallee"), QT_TRANSLATE_NOOP("PastCallModel", "Counted\nUTC"),
    QT_TRANSLATE_NOOP("PastCallModel", "Tags"), QT_TRANSLATE_NOOP("PastCallModel", "Legal\nhold"),
    QT_TRANSLATE_NOOP("PastCallModel", "Probe") };

std::optional<double> milliseconds(std::optional<Milliseconds> value)
{
    return value ? std::optional(value->count()) : std::nullopt;
}

std::optional<double> instant(std::optional<Timestamp> time)
{
    return time ? std::optional(static_cast<double>(nanosecondsSinceEpoch(*time))) : std::nullopt;
}

QString optionalTime(std::optional<Timestamp> time)
{
    return time ? dateTimeText(*time) : unknownFigure();
}

}

QString titleOfColumn(int column)
{
    return withZone(QCoreApplication::translate("PastCallModel", titles[static_cast<std::size_t>(column)]));
}

QString helpOfColumn(int column)
{
    const auto text = [](const char* english) { return QCoreApplication::translate("PastCallModel", english); };
    switch (column) {
    case PastCallColumns::MosMean:
        return text(QT_TRANSLATE_NOOP("PastCallModel", "Quality over all seconds of both directions (1 to 4.5)"));
    case PastCallColumns::MosMin:
        return text(
            QT_TRANSLATE_NOOP("PastCallModel", "Quality of its worst 10 seconds, of either direction (1 to 4.5)"));
    case PastCallColumns::PostDialDelay:
        return text(
            QT_TRANSLATE_NOOP("PastCallModel", "From the first INVITE to the first ringing, or the final response"));
    case PastCallColumns::AnswerDelay:
        return text(QT_TRANSLATE_NOOP("PastCallModel", "From the first INVITE to the answer"));
    case PastCallColumns::Trust:
        return text(QT_TRANSLATE_NOOP("PastCallModel", "What the probe itself missed while the call was on"));
    case PastCallColumns::MediaNotStored:
        return text(QT_TRANSLATE_NOOP("PastCallModel", "Packets that were measured but not written to the disk"));
    case PastCallColumns::PollGapLongest:
        return text(QT_TRANSLATE_NOOP(
            "PastCallModel", "The longest time without a look at the port while the call was on: times are as exact"));
    case PastCallColumns::CallerTrunk:
        return text(QT_TRANSLATE_NOOP("PastCallModel", "The trunk that the caller's address is of; other: of none"));
    case PastCallColumns::CalleeTrunk:
        return text(QT_TRANSLATE_NOOP("PastCallModel", "The trunk that the callee's address is of; other: of none"));
    case PastCallColumns::CountedAt:
        return text(QT_TRANSLATE_NOOP(
            "PastCallModel", "When the service metrics counted it as an attempt: answered, or gone unanswered"));
    case PastCallColumns::Duration:
        return text(QT_TRANSLATE_NOOP("PastCallModel", "From the answer to the end"));
    default:
        return titleOfColumn(column)
            .replace(QStringLiteral("-\n"), QString())
            .replace(QLatin1Char('\n'), QLatin1Char(' '));
    }
}

bool isMosFigure(int column)
{
    return column == PastCallColumns::MosMean || column == PastCallColumns::MosMin;
}

bool isNumberColumn(int column)
{
    switch (column) {
    case PastCallColumns::CallerPort:
    case PastCallColumns::CalleePort:
    case PastCallColumns::Duration:
    case PastCallColumns::FinalCode:
    case PastCallColumns::PostDialDelay:
    case PastCallColumns::AnswerDelay:
    case PastCallColumns::SignallingRtt:
    case PastCallColumns::MosMean:
    case PastCallColumns::MosMin:
    case PastCallColumns::Streams:
    case PastCallColumns::Messages:
    case PastCallColumns::Retransmissions:
    case PastCallColumns::MediaNotStored:
    case PastCallColumns::ProbeFramesLost:
    case PastCallColumns::PollGapLongest:
    case PastCallColumns::Q850Cause:
    case PastCallColumns::SessionExpires:
    case PastCallColumns::Branches:
    case PastCallColumns::Offers:
    case PastCallColumns::Holds:
    case PastCallColumns::HoldTime:
    case PastCallColumns::MessagesNotStored:
    case PastCallColumns::MediaAfterEnd:
        return true;
    default:
        return false;
    }
}

bool sortsByNumber(int column)
{
    return isNumberColumn(column) || column == PastCallColumns::Key || column == PastCallColumns::Trust
        || (column >= PastCallColumns::StartedAt && column <= PastCallColumns::EndedAt)
        || column == PastCallColumns::CountedAt;
}

std::optional<double> figureOf(const CallRecord& call, int column)
{
    switch (column) {
    case PastCallColumns::Key:
        return static_cast<double>(call.key.value);
    case PastCallColumns::CallerPort:
        return call.callerAddress.port;
    case PastCallColumns::CalleePort:
        return call.calleeAddress.port;
    case PastCallColumns::StartedAt:
        return instant(call.startedAt);
    case PastCallColumns::RingingAt:
        return instant(call.ringingAt);
    case PastCallColumns::AnsweredAt:
        return instant(call.answeredAt);
    case PastCallColumns::EndedAt:
        return instant(call.endedAt);
    case PastCallColumns::Duration:
        return milliseconds(durationOf(call));
    case PastCallColumns::FinalCode:
        return call.finalCode == 0 ? std::nullopt : std::optional<double>(call.finalCode);
    case PastCallColumns::PostDialDelay:
        return milliseconds(call.postDialDelay);
    case PastCallColumns::AnswerDelay:
        return milliseconds(call.answerDelay);
    case PastCallColumns::SignallingRtt:
        return milliseconds(call.signallingRtt);
    case PastCallColumns::MosMean:
        return call.mosMean;
    case PastCallColumns::MosMin:
        return call.mosMin;
    case PastCallColumns::Streams:
        return call.streamCount;
    case PastCallColumns::Messages:
        return call.messages;
    case PastCallColumns::Retransmissions:
        return call.retransmissions;
    case PastCallColumns::MediaNotStored:
        return static_cast<double>(call.mediaPacketsNotStored);
    case PastCallColumns::ProbeFramesLost:
        return static_cast<double>(call.probeFramesLost);
    case PastCallColumns::PollGapLongest:
        return Milliseconds(call.pollGapLongest).count();
    case PastCallColumns::Trust:
        return static_cast<double>(call.trust);
    case PastCallColumns::Q850Cause:
        return call.q850Cause == 0 ? std::nullopt : std::optional<double>(call.q850Cause);
    case PastCallColumns::SessionExpires:
        return call.sessionExpiresSeconds == 0 ? std::nullopt : std::optional<double>(call.sessionExpiresSeconds);
    case PastCallColumns::Branches:
        return call.branches;
    case PastCallColumns::Offers:
        return call.offers;
    case PastCallColumns::Holds:
        return call.holds;
    case PastCallColumns::HoldTime:
        return call.holdTime.count() / 1000;
    case PastCallColumns::MessagesNotStored:
        return call.messagesNotStored;
    case PastCallColumns::MediaAfterEnd:
        return milliseconds(call.mediaAfterEnd);
    case PastCallColumns::CountedAt:
        return instant(call.countedAt);
    default:
        return std::nullopt;
    }
}

QString cellText(const CallRecord& call, int column)
{
    const auto orDash = [](std::string_view value) { return value.empty() ? unknownFigure() : text(value); };
    const auto yesOrDash = [](bool value) {
        return value ? QCoreApplication::translate("PastCallModel", "yes") : unknownFigure();
    };
    switch (column) {
    case PastCallColumns::Key:
        return QString::number(call.key.value);
    case PastCallColumns::CallId:
        return orDash(call.callId);
    case PastCallColumns::Signalling_:
        return word(call.signalling);
    case PastCallColumns::Transport_:
        return word(call.transport);
    case PastCallColumns::State:
        return word(call.state);
    case PastCallColumns::Caller:
        return orDash(call.caller);
    case PastCallColumns::Callee:
        return orDash(call.callee);
    case PastCallColumns::CallerIp:
        return QString::fromStdString(call.callerAddress.ip.toString());
    case PastCallColumns::CallerPort:
        return QString::number(call.callerAddress.port);
    case PastCallColumns::CalleeIp:
        return QString::fromStdString(call.calleeAddress.ip.toString());
    case PastCallColumns::CalleePort:
        return QString::number(call.calleeAddress.port);
    case PastCallColumns::StartedAt:
        return dateTimeText(call.startedAt);
    case PastCallColumns::RingingAt:
        return optionalTime(call.ringingAt);
    case PastCallColumns::AnsweredAt:
        return optionalTime(call.answeredAt);
    case PastCallColumns::EndedAt:
        return optionalTime(call.endedAt);
    case PastCallColumns::Duration:
        return durationText(durationOf(call));
    case PastCallColumns::Outcome:
        return word(call.outcome);
    case PastCallColumns::FinalCode:
        return codeText(call.finalCode);
    case PastCallColumns::EndedBy_:
        return word(call.endedBy);
    case PastCallColumns::PostDialDelay:
        return millisecondsText(milliseconds(call.postDialDelay));
    case PastCallColumns::AnswerDelay:
        return millisecondsText(milliseconds(call.answerDelay));
    case PastCallColumns::SignallingRtt:
        return millisecondsText(milliseconds(call.signallingRtt));
    case PastCallColumns::MosMean:
        return mosText(call.mosMean);
    case PastCallColumns::MosMin:
        return mosText(call.mosMin);
    case PastCallColumns::Streams:
        return countText(call.streamCount);
    case PastCallColumns::Messages:
        return countText(call.messages);
    case PastCallColumns::Retransmissions:
        return countText(call.retransmissions);
    case PastCallColumns::MediaNotStored:
        return countText(call.mediaPacketsNotStored);
    case PastCallColumns::ProbeFramesLost:
        return countText(call.probeFramesLost);
    case PastCallColumns::PollGapLongest:
        return millisecondsText(figureOf(call, column));
    case PastCallColumns::Trust:
        return word(call.trust);
    case PastCallColumns::Q850Cause:
        return codeText(call.q850Cause);
    case PastCallColumns::EndReason:
        return orDash(call.endReason);
    case PastCallColumns::AssertedIdentity:
        return orDash(call.assertedIdentity);
    case PastCallColumns::Diversion:
        return orDash(call.diversion);
    case PastCallColumns::LegId:
        return orDash(call.legId);
    case PastCallColumns::TransferTarget:
        return orDash(call.transferTarget);
    case PastCallColumns::ReplacedCallId:
        return orDash(call.replacedCallId);
    case PastCallColumns::CallerAgent:
        return orDash(call.callerAgent);
    case PastCallColumns::CalleeAgent:
        return orDash(call.calleeAgent);
    case PastCallColumns::SessionExpires:
        return call.sessionExpiresSeconds == 0 ? unknownFigure() : countText(call.sessionExpiresSeconds);
    case PastCallColumns::Branches:
        return countText(call.branches);
    case PastCallColumns::Offers:
        return countText(call.offers);
    case PastCallColumns::Holds:
        return countText(call.holds);
    case PastCallColumns::HoldTime:
        return QString::number(call.holdTime.count() / 1000, 'f', 1);
    case PastCallColumns::MediaKinds_:
        return word(call.mediaKinds);
    case PastCallColumns::SecureMedia:
        return yesOrDash(call.secureMedia);
    case PastCallColumns::BeganBeforeProbe:
        return yesOrDash(call.beganBeforeProbe);
    case PastCallColumns::Encapsulation_:
        return orDash(toText(call.encapsulation)).toUpper();
    case PastCallColumns::MessagesNotStored:
        return countText(call.messagesNotStored);
    case PastCallColumns::MediaAfterAnswer_:
        return word(call.mediaAfterAnswer);
    case PastCallColumns::MediaAfterEnd:
        return millisecondsText(milliseconds(call.mediaAfterEnd));
    case PastCallColumns::Recorded:
        return word(call.recorded);
    case PastCallColumns::RecordingRule_:
        return orDash(call.recordingRule);
    case PastCallColumns::CallerTrunk:
        return orDash(call.callerTrunk);
    case PastCallColumns::CalleeTrunk:
        return orDash(call.calleeTrunk);
    case PastCallColumns::CountedAt:
        return optionalTime(call.countedAt);
    default:
        return {};
    }
}

}
