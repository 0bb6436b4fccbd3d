#include "console/models/probe_health.h"

#include "console/models/figures.h"
#include "shared/calls/counter_meaning.h"

#include <QCoreApplication>
#include <algorithm>

namespace callmon {

namespace {

double valueOf(const ProbeStatus& status, std::string_view name)
{
    for (const NamedCounter& counter : status.counters)
        if (counter.name == name)
            return static_cast<double>(counter.value);
    return 0;
}

}

void ProbeHealth::add(const ProbeStatus& status, std::chrono::milliseconds arrived)
{
    // An engine that was started anew, or another capture: a line through both would be nonsense.
    if (!m_samples.empty() && status.now < m_samples.back().at)
        m_samples.clear();
    HealthSample sample;
    sample.at = status.now;
    sample.thousandFramesPerSecond = static_cast<double>(status.framesPerSecond) / 1000;
    sample.megabitsPerSecond = static_cast<double>(status.bitsPerSecond) / 1e6;
    for (const NamedCounter& counter : lossesOf(status))
        sample.lostPerSecond += static_cast<double>(counter.perSecond);
    sample.pollGapMs = valueOf(status, "poll_gap_last_second_us") / 1000;
    sample.chunksWaiting = valueOf(status, "media_chunks_on_their_way");
    sample.liveCalls = static_cast<double>(status.liveCalls);
    if (!m_samples.empty() && m_samples.back().at == sample.at)
        m_samples.back() = sample;
    else
        m_samples.push_back(sample);
    if (m_samples.size() > most)
        m_samples.pop_front();
    m_status = status;
    m_arrived = arrived;
}

std::chrono::milliseconds ProbeHealth::sinceHeard(std::chrono::milliseconds now) const
{
    return m_status ? std::max(std::chrono::milliseconds(0), now - m_arrived) : std::chrono::milliseconds(0);
}

ProbeHealth::Grade ProbeHealth::grade(std::chrono::milliseconds now) const
{
    if (m_state != CallSource::State::Connected || !m_status)
        return Grade::Gone;
    if (sinceHeard(now) > lateAfter)
        return Grade::Late;
    for (auto sample = m_samples.rbegin(); sample != m_samples.rend() && m_samples.back().at - sample->at < lately;
         ++sample)
        if (sample->lostPerSecond > 0)
            return Grade::Losing;
    return lossesOf(*m_status).empty() ? Grade::Good : Grade::Lossy;
}

std::optional<double> ProbeHealth::chunksWaiting() const
{
    if (m_samples.size() < steadily)
        return std::nullopt;
    double least = m_samples.back().chunksWaiting;
    for (std::size_t i = m_samples.size() - steadily; i < m_samples.size(); ++i)
        least = std::min(least, m_samples[i].chunksWaiting);
    return least;
}

QString diskText(double chunksWaiting)
{
    return chunksWaiting > 0 ? QCoreApplication::translate("ProbeHealth", "disk: %1 chunks waiting")
                                   .arg(countText(static_cast<quint64>(chunksWaiting)))
                             : QCoreApplication::translate("ProbeHealth", "disk keeps up");
}

QString word(ProbeHealth::Grade grade)
{
    switch (grade) {
    case ProbeHealth::Grade::Good:
        return QCoreApplication::translate("ProbeHealth", "nothing lost");
    case ProbeHealth::Grade::Lossy:
        return QCoreApplication::translate("ProbeHealth", "lost some before");
    case ProbeHealth::Grade::Losing:
        return QCoreApplication::translate("ProbeHealth", "losing");
    case ProbeHealth::Grade::Late:
        return QCoreApplication::translate("ProbeHealth", "late");
    case ProbeHealth::Grade::Gone:
        break;
    }
    return QCoreApplication::translate("ProbeHealth", "no answer");
}

QString glyph(ProbeHealth::Grade grade)
{
    switch (grade) {
    case ProbeHealth::Grade::Good:
        return QStringLiteral("✓");
    case ProbeHealth::Grade::Lossy:
        return QStringLiteral("△");
    case ProbeHealth::Grade::Losing:
        return QStringLiteral("⚠");
    case ProbeHealth::Grade::Late:
        return QStringLiteral("◐");
    case ProbeHealth::Grade::Gone:
        break;
    }
    return QStringLiteral("○");
}

Tone tone(ProbeHealth::Grade grade)
{
    switch (grade) {
    case ProbeHealth::Grade::Good:
        return Tone::Good;
    case ProbeHealth::Grade::Lossy:
    case ProbeHealth::Grade::Late:
        return Tone::Warning;
    case ProbeHealth::Grade::Losing:
    case ProbeHealth::Grade::Gone:
        break;
    }
    return Tone::Bad;
}

}
