// What comes out of the queues of all processing cores, in an order that storage can rely on.
#pragma once

#include "engine/storage_queue.h"

#include <algorithm>
#include <span>
#include <utility>

namespace callmon {

// A call's end and each whole second come on the queue of the core that owns signalling, after every core has pushed
// what belongs before: so what the others had pushed by then is handled before it.
class StorageIntake {
public:
    explicit StorageIntake(std::vector<StorageQueue*> queues)
        : m_queues(std::move(queues))
    {
    }

    // Storage thread. Hands at most about `most` records to `to`, which has liveCall(), callEnded(), stream(),
    // quality(), message() and callForgotten(), expect() if it likes to know ahead, second() where it wants that, and
    // the messages that came before them; how many there were.
    template <typename Handler> std::size_t takeRecords(std::size_t most, Handler& to)
    {
        Ordered<Handler> ordered { *this, to, nullptr };
        std::size_t taken = 0;
        bool any = true;
        while (any && taken < most) {
            any = false;
            for (StorageQueue* queue : m_queues) {
                ordered.from = queue;
                taken += takeMessages(*queue, to);
                std::size_t here = 0;
                for (bool more = true; more && here < turn;) {
                    if constexpr (requires { to.expect(std::span<const StreamKey>()); }) {
                        queue->nextStreams(ahead, m_next);
                        to.expect(m_next);
                    }
                    std::size_t some = 0;
                    while (some < ahead && queue->takeRecord(ordered))
                        ++some;
                    here += some;
                    more = some == ahead;
                }
                taken += here;
                any = any || here > 0;
            }
        }
        return taken;
    }
    // Storage thread: every core closed its queue, and all records were taken.
    bool recordsDrained() const
    {
        for (const StorageQueue* queue : m_queues)
            if (!queue->isClosed() || queue->recordsTakenUpTo() != queue->recordsPushedUpTo()
                || queue->messagesTakenUpTo() != queue->messagesPushedUpTo())
                return false;
        return true;
    }

    // Consumer of media, one thread at a time. At most `most` chunks of each queue.
    void takeMedia(std::size_t most, std::vector<OwnedChunk>& taken)
    {
        for (StorageQueue* queue : m_queues) {
            MediaChunk* chunk = nullptr;
            for (std::size_t here = 0; here < most && queue->takeMedia(chunk); ++here)
                taken.push_back({ chunk, queue });
        }
    }
    // The same: the writer has these now.
    void mediaHandedOn(std::span<const OwnedChunk> chunks)
    {
        for (StorageQueue* queue : m_queues)
            queue->mediaTaken(static_cast<std::size_t>(std::ranges::count(chunks, queue, &OwnedChunk::owner)));
    }
    std::size_t mediaWaiting() const // any thread
    {
        std::size_t waiting = 0;
        for (const StorageQueue* queue : m_queues) {
            const std::size_t taken = queue->mediaTakenCount(); // first: it follows the other
            waiting += queue->mediaPushedCount() - taken;
        }
        return waiting;
    }
    bool mediaDrained() const
    {
        for (const StorageQueue* queue : m_queues)
            if (!queue->isClosed() || queue->mediaTakenCount() != queue->mediaPushedCount())
                return false;
        return true;
    }
    // Storage thread: how many chunks were pushed into each queue until now, and whether the media thread has handed on
    // as many.
    std::vector<std::size_t> mediaPushed() const
    {
        std::vector<std::size_t> pushed;
        for (const StorageQueue* queue : m_queues)
            pushed.push_back(queue->mediaPushedCount());
        return pushed;
    }
    bool mediaTakenUpTo(std::span<const std::size_t> pushed) const
    {
        for (std::size_t i = 0; i < m_queues.size(); ++i)
            if (m_queues[i]->mediaTakenCount() < pushed[i])
                return false;
        return true;
    }
    bool isStarving() const
    {
        for (const StorageQueue* queue : m_queues)
            if (queue->isStarving())
                return true;
        return false;
    }

private:
    static constexpr std::size_t turn = 256; // records of one queue before the next has its turn
    static constexpr std::size_t ahead = 32; // records that the consumer is told of before they come

    // All that are there now.
    template <typename Handler> static std::size_t takeMessages(StorageQueue& queue, Handler& to)
    {
        std::size_t taken = 0;
        for (const std::size_t upTo = queue.messagesPushedUpTo(); queue.messagesTakenUpTo() < upTo; ++taken)
            if (!queue.takeMessage(to))
                break;
        return taken;
    }

    template <typename Handler> struct Ordered {
        StorageIntake& intake;
        Handler& to;
        StorageQueue* from;

        void liveCall(const CallRecord& call) { to.liveCall(call); }
        void stream(const StreamRecord& stream) { to.stream(stream); }
        void quality(const QualityPoint& point) { to.quality(point); }
        void second(Timestamp now)
        {
            if constexpr (requires { to.second(now); }) {
                takeOthers(); // else a lane that is behind would look like one that is silent
                to.second(now);
            }
        }
        void callEnded(const CallRecord& call)
        {
            takeOthers();
            takeMessages(*from, to);
            to.callEnded(call);
        }
        void takeOthers() // what they had pushed by then
        {
            for (StorageQueue* other : intake.m_queues) {
                if (other == from)
                    continue;
                for (const std::size_t upTo = other->recordsPushedUpTo(); other->recordsTakenUpTo() < upTo;)
                    if (!other->takeRecord(to))
                        break;
            }
        }
    };

    std::vector<StorageQueue*> m_queues;
    std::vector<StreamKey> m_next;
};

}
