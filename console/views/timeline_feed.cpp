#include "console/views/timeline_feed.h"

#include "console/models/call_access.h"
#include "console/models/call_words.h"
#include "console/plots/call_timeline.h"
#include "console/views/timeline_content.h"

#include <QCoreApplication>
#include <algorithm>
#include <utility>

namespace callmon {

namespace {

struct Words { // the context of the translations
    Q_DECLARE_TR_FUNCTIONS(TimelineFeed)
};

}

// The strips know a stream by its key and its sender.
void TimelineFeed::streamsCame()
{
    m_streamsKnown = true;
    std::vector<std::pair<StreamKey, Party>> streams;
    for (const StreamRecord& stream : m_details.streams())
        streams.emplace_back(stream.key, stream.direction);
    m_stripsAreOld = m_stripsAreOld || streams != m_streams;
    m_streams = std::move(streams);
}

void TimelineFeed::isOnAt(Timestamp now)
{
    m_onUntil = std::max(m_onUntil, now);
}

void TimelineFeed::soundCame(std::vector<CallEvent> keys)
{
    m_keys = std::move(keys);
    m_soundKnown = true;
    m_noSound.clear();
}

void TimelineFeed::show(const ProbeDesk* desk)
{
    const std::optional<CallRecord>& record = m_details.record();
    std::optional<Timestamp> end;
    if (m_details.hasEnded())
        end = record->endedAt.value_or(record->lastPacketAt);
    std::vector<TimelineStrip> strips; // none: those that the timeline has
    if (std::exchange(m_stripsAreOld, false) || m_begin != m_details.begin()) {
        QualityLanes lanes = qualityLanes(m_details.points(), m_details.streams(), m_details.begin());
        m_begin = m_details.begin();
        m_probeLosses = std::move(lanes.probeLosses);
        m_lastSecond = lanes.end;
        strips = std::move(lanes.strips);
    }
    const double onFor = std::chrono::duration<double>(m_onUntil - m_details.begin()).count();
    TimelineData shown = timelineData({ m_details.begin(), end, m_probeLosses, std::max(m_lastSecond, onFor),
        m_details.streams(), m_details.messages(), m_details.alarms(), m_keys, m_soundKnown });
    shown.strips = std::move(strips);
    if (m_streamsKnown && m_details.hasEnded() && m_details.streams().empty())
        shown.noSound = Words::tr("no media");
    else if (record && !whyNotRecorded(*record).isEmpty())
        shown.noSound = Words::tr("not recorded");
    else if (const WithheldPart withheld = withheldSound(desk); withheld.isWithheld())
        shown.noSound = withheld.brief;
    else
        shown.noSound = m_noSound;
    if (const WithheldPart withheld = withheldFigures(desk); withheld.isWithheld())
        shown.noFigures = withheld.brief;
    else if (m_details.isKeptNoMore(CallDetails::Part::Quality))
        shown.noFigures = Words::tr("kept no more");
    else if (m_details.hasFailed(CallDetails::Part::Quality))
        shown.noFigures = Words::tr("could not be fetched");
    m_timeline.setData(std::move(shown));
}

}
