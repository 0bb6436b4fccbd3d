#include "console/models/live_columns.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/models/live_call_model.h"
#include "shared/base/utc_time.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>

namespace callmon {

namespace {

constexpr std::array<LiveColumn, LiveCallModel::ColumnCount> columns { {
    { QT_TRANSLATE_NOOP("LiveCallModel", "State"), "state",
        QT_TRANSLATE_NOOP("LiveCallModel", "What the call is doing") },
    { QT_TRANSLATE_NOOP("LiveCallModel", "Start\nUTC"), "started_at",
        QT_TRANSLATE_NOOP("LiveCallModel", "First message of the call, UTC") },
    { QT_TRANSLATE_NOOP("LiveCallModel", "Duration\nh:mm:ss"), "duration_s",
        QT_TRANSLATE_NOOP("LiveCallModel", "Since the call was answered") },
    { QT_TRANSLATE_NOOP("LiveCallModel", "Caller"), "caller", QT_TRANSLATE_NOOP("LiveCallModel", "Who calls") },
    { QT_TRANSLATE_NOOP("LiveCallModel", "Callee"), "callee", QT_TRANSLATE_NOOP("LiveCallModel", "Who is called") },
    { QT_TRANSLATE_NOOP("LiveCallModel", "Codec"), "codec",
        QT_TRANSLATE_NOOP("LiveCallModel", "Codec of the latest stream") },
    { QT_TRANSLATE_NOOP("LiveCallModel", "MOS now\ncaller →"), "caller_mos_now",
        QT_TRANSLATE_NOOP("LiveCallModel", "Quality over the last second of what the caller sends (1 to 4.5)") },
    { QT_TRANSLATE_NOOP("LiveCallModel", "MOS min\ncaller →"), "caller_mos_min",
        QT_TRANSLATE_NOOP("LiveCallModel", "Worst 10 seconds so far of what the caller sends (1 to 4.5)") },
    { QT_TRANSLATE_NOOP("LiveCallModel", "MOS now\ncallee →"), "callee_mos_now",
        QT_TRANSLATE_NOOP("LiveCallModel", "Quality over the last second of what the callee sends (1 to 4.5)") },
    { QT_TRANSLATE_NOOP("LiveCallModel", "MOS min\ncallee →"), "callee_mos_min",
        QT_TRANSLATE_NOOP("LiveCallModel", "Worst 10 seconds so far of what the callee sends (1 to 4.5)") },
    { QT_TRANSLATE_NOOP("LiveCallModel", "Loss %\ncaller →"), "caller_loss_percent",
        QT_TRANSLATE_NOOP("LiveCallModel", "Packets lost before the probe of what the caller sends, since it began") },
    { QT_TRANSLATE_NOOP("LiveCallModel", "Loss %\ncallee →"), "callee_loss_percent",
        QT_TRANSLATE_NOOP("LiveCallModel", "Packets lost before the probe of what the callee sends, since it began") },
    { QT_TRANSLATE_NOOP("LiveCallModel", "Jitter ms\ncaller →"), "caller_jitter_ms",
        QT_TRANSLATE_NOOP("LiveCallModel", "Interarrival jitter now of what the caller sends (RFC 3550)") },
    { QT_TRANSLATE_NOOP("LiveCallModel", "Jitter ms\ncallee →"), "callee_jitter_ms",
        QT_TRANSLATE_NOOP("LiveCallModel", "Interarrival jitter now of what the callee sends (RFC 3550)") },
    { QT_TRANSLATE_NOOP("LiveCallModel", "Last\ncode"), "last_code",
        QT_TRANSLATE_NOOP("LiveCallModel", "Last SIP status seen") },
    { QT_TRANSLATE_NOOP("LiveCallModel", "Call-ID"), "call_id", QT_TRANSLATE_NOOP("LiveCallModel", "SIP Call-ID") },
    { QT_TRANSLATE_NOOP("LiveCallModel", "Trust"), "trust",
        QT_TRANSLATE_NOOP("LiveCallModel", "What the probe itself missed while the call was on") },
    { QT_TRANSLATE_NOOP("LiveCallModel", "Probe"), "probe",
        QT_TRANSLATE_NOOP("LiveCallModel", "The probe that sees the call") },
    { QT_TRANSLATE_NOOP("LiveCallModel", "Trunk\ncaller"), "caller_trunk",
        QT_TRANSLATE_NOOP("LiveCallModel", "The trunk that the caller's address is of; other: of none") },
    { QT_TRANSLATE_NOOP("LiveCallModel", "Trunk\ncallee"), "callee_trunk",
        QT_TRANSLATE_NOOP("LiveCallModel", "The trunk that the callee's address is of; other: of none") },
} };

const LiveDirection& callerSide(const LiveCall& call)
{
    return call.sent[static_cast<std::size_t>(Party::Caller)];
}

const LiveDirection& calleeSide(const LiveCall& call)
{
    return call.sent[static_cast<std::size_t>(Party::Callee)];
}

std::optional<double> ifSeen(const LiveDirection& direction, float figure)
{
    if (!direction.seen)
        return std::nullopt;
    return static_cast<double>(figure);
}

}

const LiveColumn& liveColumn(int column)
{
    return columns[static_cast<std::size_t>(column)];
}

std::optional<double> figureOf(const LiveCall& call, int column)
{
    switch (column) {
    case LiveCallModel::CallerMosNow:
        return knownMos(callerSide(call).mosNow);
    case LiveCallModel::CallerMosMin:
        return knownMos(callerSide(call).mosMin);
    case LiveCallModel::CalleeMosNow:
        return knownMos(calleeSide(call).mosNow);
    case LiveCallModel::CalleeMosMin:
        return knownMos(calleeSide(call).mosMin);
    case LiveCallModel::CallerLoss:
        return ifSeen(callerSide(call), callerSide(call).lossPercent);
    case LiveCallModel::CalleeLoss:
        return ifSeen(calleeSide(call), calleeSide(call).lossPercent);
    case LiveCallModel::CallerJitter:
        return ifSeen(callerSide(call), callerSide(call).jitterMs);
    case LiveCallModel::CalleeJitter:
        return ifSeen(calleeSide(call), calleeSide(call).jitterMs);
    case LiveCallModel::LastCode:
        return call.lastCode == 0 ? std::nullopt : std::optional<double>(call.lastCode);
    default:
        return std::nullopt;
    }
}

std::string_view textOf(const LiveCall& call, int column)
{
    switch (column) {
    case LiveCallModel::Caller:
        return call.caller;
    case LiveCallModel::Callee:
        return call.callee;
    case LiveCallModel::Codec:
        return call.codec;
    case LiveCallModel::CallId:
        return call.callId;
    case LiveCallModel::CallerTrunk:
        return call.callerTrunk;
    case LiveCallModel::CalleeTrunk:
        return call.calleeTrunk;
    default:
        return {};
    }
}

std::optional<Milliseconds> durationSoFar(const LiveCall& call, Timestamp now)
{
    if (!call.answeredAt || (!call.endedAt && now == Timestamp {}))
        return std::nullopt;
    return std::max(Milliseconds(0), Milliseconds(call.endedAt.value_or(now) - *call.answeredAt));
}

bool isTextColumn(int column)
{
    return column == LiveCallModel::Caller || column == LiveCallModel::Callee || column == LiveCallModel::Codec
        || column == LiveCallModel::CallId || column == LiveCallModel::CallerTrunk
        || column == LiveCallModel::CalleeTrunk;
}

bool isLeftAligned(int column)
{
    return isTextColumn(column) || column == LiveCallModel::State || column == LiveCallModel::Trust
        || column == LiveCallModel::Probe;
}

bool isMosColumn(int column)
{
    return column >= LiveCallModel::CallerMosNow && column <= LiveCallModel::CalleeMosMin;
}

QString shownText(const LiveRow& row, int column)
{
    const LiveCall& call = row.call;
    switch (column) {
    case LiveCallModel::State:
        return word(call.state);
    case LiveCallModel::Trust:
        return word(call.trust);
    case LiveCallModel::Start:
        return clockText(call.startedAt);
    case LiveCallModel::Duration:
        return durationText(row.duration);
    case LiveCallModel::Probe:
        return row.answers ? row.probe : QCoreApplication::translate("LiveCallModel", "%1: no answer").arg(row.probe);
    case LiveCallModel::LastCode:
        return codeText(call.lastCode);
    case LiveCallModel::CallerLoss:
    case LiveCallModel::CalleeLoss:
        return percentText(figureOf(call, column));
    case LiveCallModel::CallerJitter:
    case LiveCallModel::CalleeJitter:
        return millisecondsText(figureOf(call, column));
    default:
        if (isMosColumn(column))
            return mosText(figureOf(call, column));
        const std::string_view value = textOf(call, column);
        return value.empty() ? unknownFigure() : text(value);
    }
}

QString exportedText(const LiveRow& row, int column)
{
    const LiveCall& call = row.call;
    if (isTextColumn(column))
        return text(textOf(call, column));
    switch (column) {
    case LiveCallModel::State:
        return text(toText(call.state));
    case LiveCallModel::Trust:
        return text(toText(call.trust));
    case LiveCallModel::Start:
        return QString::fromStdString(toIso8601(call.startedAt));
    case LiveCallModel::Duration: {
        const auto length = row.duration;
        return length ? QString::number(length->count() / 1000, 'f', 3) : QString();
    }
    case LiveCallModel::Probe:
        return row.probe;
    case LiveCallModel::LastCode:
        return call.lastCode == 0 ? QString() : QString::number(call.lastCode);
    default: {
        const auto value = figureOf(call, column);
        return value ? QString::number(*value, 'f', 3) : QString();
    }
    }
}

}
