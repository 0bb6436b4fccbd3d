#include "engine/remote/list_feed.h"

#include <algorithm>

namespace callmon {

ListFeed::Update ListFeed::since(std::uint64_t version)
{
    m_idleSteps = 0;
    if (!m_isMade)
        makeStep(version);
    Update update { m_version, {} };
    if (version == m_version)
        return update;
    const auto first = std::ranges::find(m_steps, version, &Step::fromVersion);
    for (auto step = first; step != m_steps.end(); ++step)
        update.parts.insert(update.parts.end(), step->update.parts.begin(), step->update.parts.end());
    if (first != m_steps.end())
        return update;
    const auto known = m_others.find(version);
    return known != m_others.end() ? known->second
                                   : m_others.emplace(version, m_make(version, m_version)).first->second;
}

void ListFeed::makeStep(std::uint64_t version)
{
    m_isMade = true;
    if (m_version == 0) {
        const Update& made = m_others.emplace(version, m_make(version, 0)).first->second;
        m_version = made.toVersion;
        return;
    }
    Update made = m_make(m_version, 0);
    if (made.toVersion == m_version)
        return;
    m_steps.push_back({ m_version, std::move(made) });
    m_version = m_steps.back().update.toVersion;
    if (m_steps.size() > stepsKept)
        m_steps.pop_front();
}

void ListFeed::nextStep()
{
    m_isMade = false;
    m_others.clear();
    m_snapshotsLeft = snapshotsPerStep;
    if (++m_idleSteps > stepsKept) {
        m_version = 0;
        m_steps.clear();
    }
}

}
