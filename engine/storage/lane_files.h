// What a lane of the recording log asks of its file system, on a thread of its own: one that hangs then holds up that
// lane alone.
#pragma once

#include "engine/storage/file_worker.h"
#include "engine/storage/media_segment_roll.h"

#include <atomic>
#include <future>
#include <optional>

namespace callmon {

// One thread at a time, but for takingOver().
class LaneFiles {
public:
    using Clock = std::chrono::steady_clock;
    struct Answer {
        std::optional<Result<std::unique_ptr<MediaSegment>>> segment; // to begin()
        bool space = false; // to allocate(): MediaSegment::allocate()
    };

    explicit LaneFiles(std::chrono::milliseconds patience); // FileWorker's

    // One question at a time.
    void begin(NextSegment next);
    void allocate(std::shared_ptr<MediaSegment> segment, std::uint64_t least, std::uint64_t size);
    bool isAsked() const { return m_question != nullptr; } // and has not answered
    Clock::time_point askedAt() const { return m_askedAt; }
    std::optional<Answer> answer(); // once

    // When nobody needs it any more it is closed on that thread.
    std::shared_ptr<MediaSegment> shared(std::unique_ptr<MediaSegment> segment) const;
    std::future<void> finish(std::shared_ptr<MediaSegment> segment); // is on the disk, and holds no space unused

    // Held while a segment takes over the file of an older one.
    const std::shared_ptr<std::timed_mutex>& takingOver() const { return m_takingOver; }

private:
    struct Question {
        Answer answer;
        std::atomic<bool> answered { false };
    };
    void ask(std::function<void(Answer&)> work);

    FileWorker m_worker;
    std::shared_ptr<std::timed_mutex> m_takingOver = std::make_shared<std::timed_mutex>();
    std::shared_ptr<Question> m_question;
    Clock::time_point m_askedAt;
};

}
