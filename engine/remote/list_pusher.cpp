#include "engine/remote/list_pusher.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace callmon {

namespace {

constexpr int maxPartsUntaken = 8; // 1 MiB of a list on its way to one client

}

void ListPusher::follow(bool follow)
{
    m_following = follow;
    m_parts.clear();
    m_late = false;
    m_waitsForTurn = false;
    if (follow)
        begin();
}

void ListPusher::begin()
{
    m_waitsForTurn = !m_feed.takeSnapshotTurn();
    if (!m_waitsForTurn)
        push(0);
}

void ListPusher::nextStep()
{
    if (m_waitsForTurn)
        return begin();
    // A client that has not taken the last step gets a larger one later: as soon as it has.
    m_late = m_following && !(m_parts.empty() && m_untaken == 0);
    if (m_following && !m_late)
        push(m_version);
}

void ListPusher::push(std::uint64_t since)
{
    ListFeed::Update update = m_feed.since(since);
    m_version = update.toVersion;
    std::ranges::move(update.parts, std::back_inserter(m_parts));
    sendParts();
}

void ListPusher::partTaken()
{
    m_untaken = std::max(0, m_untaken - 1);
    sendParts();
    if (m_parts.empty() && m_untaken == 0 && std::exchange(m_late, false))
        push(m_version);
}

void ListPusher::sendParts()
{
    while (!m_parts.empty() && m_untaken < maxPartsUntaken) {
        ++m_untaken;
        const QByteArray part = std::move(m_parts.front());
        m_parts.pop_front();
        m_send(part);
    }
}

}
