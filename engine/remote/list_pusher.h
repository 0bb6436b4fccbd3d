// Sends one list to one client: a snapshot, then deltas, at the pace at which the client takes them.
#pragma once

#include "engine/remote/list_feed.h"

#include <deque>

namespace callmon {

class ListPusher {
public:
    ListPusher(ListFeed& feed, std::function<void(const QByteArray&)> send)
        : m_feed(feed)
        , m_send(std::move(send))
    {
    }

    void follow(bool follow); // on: begins (again) with a snapshot, at once or when its turn comes
    void nextStep();
    void partTaken();

private:
    void begin();
    void push(std::uint64_t since);
    void sendParts();

    ListFeed& m_feed;
    std::function<void(const QByteArray&)> m_send;
    bool m_following = false;
    bool m_waitsForTurn = false; // of its snapshot
    std::uint64_t m_version = 0; // of the list that the client has once it took everything sent
    std::deque<QByteArray> m_parts; // not sent yet
    int m_untaken = 0;
    bool m_late = false; // the next step came before the client had taken the last one
};

}
