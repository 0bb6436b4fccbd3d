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
    if (!m_samples.empty() && status.now < m_samples.back().at) {
        m_samples.clear();
        m_usualChunks.reset();
    }
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
    judgeDisk();
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

void ProbeHealth::judgeDisk()
{
    const double now = m_samples.back().chunksWaiting;
    if (m_usualChunks) {
        if (now <= std::max(*m_usualChunks * 1.5, someChunks))
            m_usualChunks.reset();
        return;
    }
    if (m_samples.size() < 2 * steadily)
        return;
    const auto recent = m_samples.end() - static_cast<std::ptrdiff_t>(steadily);
    const auto less = [](const HealthSample& a, const HealthSample& b) { return a.chunksWaiting < b.chunksWaiting; };
    const double least = std::min_element(recent, m_samples.end(), less)->chunksWaiting;
    const double before = std::max_element(recent - static_cast<std::ptrdiff_t>(steadily), recent, less)->chunksWaiting;
    if (least > someChunks && least > 2 * before)
        m_usualChunks = before;
}

std::optional<double> ProbeHealth::chunksBehind() const
{
    if (m_samples.size() < 2 * steadily)
        return std::nullopt;
    return m_usualChunks ? m_samples.back().chunksWaiting : 0;
}

QString diskText(double chunksBehind)
{
    return chunksBehind > 0 ? QCoreApplication::translate("ProbeHealth", "disk falls behind: %1 chunks wait")
                                  .arg(countText(static_cast<quint64>(chunksBehind)))
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
