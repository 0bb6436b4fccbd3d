#include "console/views/timeline_content.h"

#include "console/models/call_words.h"
#include "shared/codecs/envelope.h"

#include <QCoreApplication>
#include <QStringList>
#include <algorithm>

namespace callmon {

namespace {

struct Words { // the context of the translations
    Q_DECLARE_TR_FUNCTIONS(TimelineContent)
};

double secondsBetween(Timestamp from, Timestamp to)
{
    return std::chrono::duration<double>(to - from).count();
}

std::vector<TimelineStrip> strips(std::vector<StreamSeries>& series) // what it takes, it takes away
{
    TimelineStrip mos { Words::tr("MOS"), {}, 1, 4.5, 2, { 1, 2, 3, 4, 4.5 } };
    TimelineStrip loss { Words::tr("Loss"), Words::tr("%"), 0, 2, 1 };
    TimelineStrip jitter { Words::tr("Jitter"), Words::tr("ms"), 0, 10, 1 };
    TimelineStrip delta { Words::tr("Delta"), Words::tr("ms"), 0, 40, 1 };
    TimelineStrip reportedLoss { Words::tr("RTCP loss"), Words::tr("%"), 0, 2, 1 };
    TimelineStrip reportedJitter { Words::tr("RTCP jitter"), Words::tr("ms"), 0, 10, 1 };
    TimelineStrip roundTrip { Words::tr("RTCP RTT"), Words::tr("ms"), 0, 40, 1 };
    const auto add = [](TimelineStrip& strip, const StreamSeries& stream, SeriesLine& line,
                         std::vector<double> errors = {}) {
        if (!line.seconds.empty())
            strip.lines.push_back({ static_cast<std::size_t>(stream.direction), std::move(line.seconds),
                std::move(line.values), std::move(errors) });
    };
    for (StreamSeries& stream : series) {
        add(mos, stream, stream.mos);
        add(loss, stream, stream.loss);
        add(jitter, stream, stream.jitter, std::move(stream.jitterError));
        add(delta, stream, stream.deltaMax);
        add(reportedLoss, stream, stream.farEndLoss);
        add(reportedJitter, stream, stream.farEndJitter);
        add(roundTrip, stream, stream.roundTrip);
    }
    // What the other ends say of the same media stands below ours: that tells on which side of the probe it arose.
    const bool reported = !reportedLoss.lines.empty() || !reportedJitter.lines.empty() || !roundTrip.lines.empty();
    std::vector<TimelineStrip> strips;
    const auto place = [&strips](TimelineStrip& strip, bool wanted = true) {
        if (wanted)
            strips.push_back(std::move(strip));
    };
    place(mos);
    place(loss);
    place(reportedLoss, reported);
    place(jitter);
    place(reportedJitter, reported);
    place(delta);
    place(roundTrip, reported);
    // The second side, which is dashed, on top: where the lines are one, both are seen.
    for (TimelineStrip& strip : strips)
        std::stable_sort(strip.lines.begin(), strip.lines.end(),
            [](const TimelineLine& a, const TimelineLine& b) { return a.side < b.side; });
    return strips;
}

std::vector<TimelineSpan> probeLosses(const std::vector<StreamSeries>& series)
{
    std::vector<double> seconds;
    for (const StreamSeries& stream : series)
        seconds.insert(seconds.end(), stream.probeLost.begin(), stream.probeLost.end());
    std::sort(seconds.begin(), seconds.end());
    std::vector<TimelineSpan> spans;
    for (const double second : seconds)
        if (!spans.empty() && second <= spans.back().end + 0.01)
            spans.back().end = std::max(spans.back().end, second + 1);
        else
            spans.push_back({ TimelineShade::ProbeLoss, second, second + 1,
                Words::tr("the probe lost frames: no MOS and no loss can be said") });
    return spans;
}

TimelineEvent eventOf(const CallEvent& event)
{
    TimelineEvent shown { event.seconds, TimelineMark::Request, event.label, event.message,
        static_cast<std::size_t>(event.by) };
    switch (event.sort) {
    case CallEvent::Sort::Request:
        break;
    case CallEvent::Sort::Response:
        shown.mark = TimelineMark::Response;
        break;
    case CallEvent::Sort::Failure:
        shown.mark = TimelineMark::Failure;
        break;
    case CallEvent::Sort::Key:
        shown.mark = TimelineMark::Key;
        break;
    }
    return shown;
}

void add(std::vector<TimelineSpan>& spans, TimelineShade shade, const std::vector<CallSpan>& more)
{
    for (const CallSpan& span : more)
        spans.push_back({ shade, span.begin, span.end, span.label, span.open });
}

QString keysNote(const std::vector<StreamRecord>& streams, bool soundIsKnown)
{
    QStringList notes;
    for (const StreamRecord& stream : streams)
        if (stream.dtmfDigits > 0)
            notes += Words::tr("%1 pressed %2 keys").arg(word(stream.direction)).arg(stream.dtmfDigits)
                + (stream.dtmf.empty() ? QString() : QStringLiteral(": ") + text(stream.dtmf));
    if (notes.isEmpty() || soundIsKnown) // else their times were not recorded
        return notes.join(QStringLiteral(", "));
    return Words::tr("%1 (their times come with the sound)").arg(notes.join(QStringLiteral(", ")));
}

}

QualityLanes qualityLanes(
    const std::vector<QualityPoint>& points, const std::vector<StreamRecord>& streams, Timestamp callBegin)
{
    std::vector<StreamSeries> series = buildQualitySeries(points, streams, callBegin);
    QualityLanes lanes;
    lanes.probeLosses = probeLosses(series);
    for (const StreamSeries& stream : series)
        if (!stream.mos.seconds.empty())
            lanes.end = std::max(lanes.end, stream.mos.seconds.back() + 1);
    lanes.strips = strips(series);
    return lanes;
}

TimelineData timelineData(const CallContent& call)
{
    TimelineData data;
    data.epoch = std::chrono::duration<double>(call.begin.time_since_epoch()).count();
    data.duration = call.end ? secondsBetween(call.begin, *call.end) : std::max(1.0, call.lastSecond);
    if (!call.messages.empty()) // the answer to a BYE is behind the end
        data.duration = std::max(data.duration, secondsBetween(call.begin, call.messages.back().head.arrival));
    data.spans = call.probeLosses;
    add(data.spans, TimelineShade::Hold, holdSpans(call.messages, call.begin, data.duration, !call.end));
    add(data.spans, TimelineShade::Alarm, alarmSpans(call.alarms, call.begin, data.duration));
    for (const CallEvent& event : messageEvents(call.messages, call.begin))
        data.events.push_back(eventOf(event));
    for (const CallEvent& key : call.keys)
        data.events.push_back(eventOf(key));
    std::stable_sort(data.events.begin(), data.events.end(),
        [](const TimelineEvent& a, const TimelineEvent& b) { return a.seconds < b.seconds; });
    if (call.keys.empty())
        data.keysNote = keysNote(call.streams, call.soundIsKnown);
    return data;
}

TimelineSound timelineSound(const CallSound& of, Party side, Timestamp callBegin)
{
    constexpr double bin = 0.01;
    const std::span<const std::int16_t> samples = side == Party::Caller ? of.caller : of.callee;
    TimelineSound sound;
    sound.start = secondsBetween(callBegin, of.start);
    if (samples.empty())
        return sound;
    const double duration = static_cast<double>(samples.size()) / of.sampleRate;
    const auto bins = static_cast<std::size_t>(std::max(1.0, duration / bin));
    sound.binSeconds = duration / static_cast<double>(bins);
    sound.peaks.reserve(bins);
    for (const Extremes& extremes : envelope(samples, bins, of.forget))
        sound.peaks.push_back(static_cast<float>(std::max<int>(-extremes.lowest, extremes.highest)) / 32768.0F);
    for (const SoundSpan& lost : side == Party::Caller ? of.callerLost : of.calleeLost)
        sound.lost.push_back({ sound.start + static_cast<double>(lost.begin) / of.sampleRate,
            sound.start + static_cast<double>(lost.end) / of.sampleRate, lost.withProbe });
    return sound;
}

TimelineLook timelineLook(const Theme& theme)
{
    return { theme.base, theme.alternate, theme.text, theme.quiet, theme.line, theme.accent, theme.bad, theme.fair,
        { theme.caller, theme.callee }, { word(Party::Caller), word(Party::Callee) } };
}

}
