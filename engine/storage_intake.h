// What comes out of the queues of all processing cores, in an order that storage can rely on.
#pragma once

#include "engine/storage_queue.h"

#include <span>
#include <utility>

namespace callmon {

// A call's end comes on the queue of the core that owns signalling, after every core has pushed the last of its
// streams, points and media: so what the others had pushed by then is handled before it.
class StorageIntake {
public:
    explicit StorageIntake(std::vector<StorageQueue*> queues)
        : m_queues(std::move(queues))
    {
    }

    // Storage thread. Hands at most about `most` records to `to`, which has liveCall(), callEnded(), stream(),
    // quality(), message() and callForgotten(), and the messages that came before them; how many there were.
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
                while (here < turn && queue->takeRecord(ordered))
                    ++here;
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

    // Media thread. Hands at most `most` chunks of each queue to `to(MediaChunk*, ChunkOwner&)`; how many there were.
    template <typename Take> std::size_t takeMedia(std::size_t most, Take&& to)
    {
        std::size_t taken = 0;
        for (StorageQueue* queue : m_queues) {
            MediaChunk* chunk = nullptr;
            std::size_t here = 0;
            for (; here < most && queue->takeMedia(chunk); ++here)
                to(chunk, *queue);
            queue->mediaTaken(here);
            taken += here;
        }
        return taken;
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
        void callEnded(const CallRecord& call)
        {
            for (StorageQueue* other : intake.m_queues) {
                if (other == from)
                    continue;
                for (const std::size_t upTo = other->recordsPushedUpTo(); other->recordsTakenUpTo() < upTo;)
                    if (!other->takeRecord(to))
                        break;
            }
            takeMessages(*from, to);
            to.callEnded(call);
        }
    };

    std::vector<StorageQueue*> m_queues;
};

}
