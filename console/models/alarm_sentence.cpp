#include "console/models/alarm_sentence.h"

#include "console/models/alarm_words.h"
#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/models/shared_words.h"

#include <QCoreApplication>

namespace callmon {

namespace {

struct Words { // the context of the translations
    Q_DECLARE_TR_FUNCTIONS(AlarmSentence)
};

bool isTime(AlarmKind kind)
{
    return !isOfMetric(kind) && unitOf(kind) == "s";
}

// What has this figure. Whole sentences: in other languages a party is not a word that fits anywhere.
QString statement(const Alarm& alarm, const QString& figure)
{
    const bool ofCaller = alarm.direction == Party::Caller;
    switch (alarm.kind) {
    case AlarmKind::MosLow:
        return (!alarm.direction ? Words::tr("MOS %1")
                : ofCaller       ? Words::tr("MOS of the caller's media %1")
                                 : Words::tr("MOS of the callee's media %1"))
            .arg(figure);
    case AlarmKind::LossHigh:
        return (!alarm.direction ? Words::tr("Loss %1")
                : ofCaller       ? Words::tr("Loss of the caller's media %1")
                                 : Words::tr("Loss of the callee's media %1"))
            .arg(figure);
    case AlarmKind::JitterHigh:
        return (!alarm.direction ? Words::tr("Jitter %1")
                : ofCaller       ? Words::tr("Jitter of the caller's media %1")
                                 : Words::tr("Jitter of the callee's media %1"))
            .arg(figure);
    case AlarmKind::OneWayAudio:
        return (ofCaller ? Words::tr("Nothing heard from the caller for %1 while the callee sends")
                         : Words::tr("Nothing heard from the callee for %1 while the caller sends"))
            .arg(figure);
    case AlarmKind::NoMedia:
        return Words::tr("No media %1 after the answer").arg(figure);
    case AlarmKind::MediaAfterBye:
        return (ofCaller ? Words::tr("Media of the caller go on %1 after the BYE")
                         : Words::tr("Media of the callee go on %1 after the BYE"))
            .arg(figure);
    case AlarmKind::LongCall:
        return Words::tr("The call has lasted %1").arg(figure);
    case AlarmKind::FramesLost:
        return Words::tr("Frames lost: %1").arg(figure);
    case AlarmKind::PollGap:
        return Words::tr("Poll gap of %1").arg(figure);
    case AlarmKind::BufferNearlyFull:
        return Words::tr("Buffer nearly full: %1").arg(figure);
    case AlarmKind::RecordsLost:
        return Words::tr("Records lost: %1").arg(figure);
    case AlarmKind::DiskLate:
        return Words::tr("Disk late: %1").arg(figure);
    case AlarmKind::DiskNearlyFull:
        return Words::tr("Disk nearly full: %1").arg(figure);
    case AlarmKind::NoTraffic:
        return Words::tr("No frame for %1").arg(figure);
    case AlarmKind::MetricLow:
    case AlarmKind::MetricHigh:
        break;
    }
    const ServiceMetric* const metric = findServiceMetric(alarm.metric);
    return Words::tr("%1 of %2 over %3 min: %4")
        .arg(metric != nullptr ? titleText(*metric) : text(alarm.metric), serviceGroupText(alarm.group),
            countText(alarm.windowMinutes), figure);
}

QString withThreshold(const Alarm& alarm, const QString& said)
{
    const QString threshold = figureText(alarm.kind, alarm.metric, alarm.threshold);
    const auto seconds = alarm.raiseAfter.value_or(std::chrono::seconds(0)).count();
    if (seconds <= 0)
        return (isBelow(alarm.kind)  ? Words::tr("%1, below %2")
                : isTime(alarm.kind) ? Words::tr("%1, more than %2")
                                     : Words::tr("%1, above %2"))
            .arg(said, threshold);
    return (isBelow(alarm.kind)  ? Words::tr("%1, below %2 for %3")
            : isTime(alarm.kind) ? Words::tr("%1, more than %2 for %3")
                                 : Words::tr("%1, above %2 for %3"))
        .arg(said, threshold, spanText(static_cast<double>(seconds)));
}

QString ofManyCalls(const Alarm& alarm)
{
    const QString threshold = figureText(alarm.kind, alarm.metric, alarm.callThreshold);
    const QString title = alarm.kind == AlarmKind::MosLow ? Words::tr("MOS") : titleText(alarm.kind);
    const QString said = (isBelow(alarm.kind) ? Words::tr("%1 below %2 on %3 at once")
            : isTime(alarm.kind)              ? Words::tr("%1 for more than %2 on %3 at once")
                                              : Words::tr("%1 above %2 on %3 at once"))
                             .arg(title, threshold, callsText(alarm.calls));
    return alarm.part.empty()
        ? said
        : Words::tr("%1, most with %2 (%3)").arg(said, text(alarm.part), countText(alarm.partCalls));
}

}

QString sentenceOf(const Alarm& alarm)
{
    if (!alarm.raiseAfter)
        return text(alarm.text);
    if (alarm.isSummary())
        return ofManyCalls(alarm);
    const QString said = withThreshold(alarm, statement(alarm, figureText(alarm.kind, alarm.metric, alarm.figure)));
    return alarm.part.empty() ? said : Words::tr("%1 (%2)").arg(said, partText(alarm.kind, alarm.part));
}

}
