#include "engine/storage/lane_files.h"

#include <utility>

namespace callmon {

LaneFiles::LaneFiles(std::chrono::milliseconds patience)
    : m_worker(patience)
{
}

void LaneFiles::ask(std::function<void(Answer&)> work)
{
    m_askedAt = Clock::now();
    m_question = std::make_shared<Question>();
    m_worker.post([question = m_question, work = std::move(work)] {
        work(question->answer);
        question->answered.store(true, std::memory_order_release);
    });
}

void LaneFiles::begin(NextSegment next)
{
    ask([next = std::move(next), takingOver = m_takingOver](Answer& answer) {
        const std::lock_guard lock(*takingOver);
        answer.segment.emplace(MediaSegmentRoll::begin(next));
    });
}

void LaneFiles::allocate(std::shared_ptr<MediaSegment> segment, std::uint64_t least, std::uint64_t size)
{
    ask([segment = std::move(segment), least, size](Answer& answer) { answer.space = segment->allocate(least, size); });
}

std::optional<LaneFiles::Answer> LaneFiles::answer()
{
    if (!m_question || !m_question->answered.load(std::memory_order_acquire))
        return std::nullopt;
    return std::move(std::exchange(m_question, nullptr)->answer);
}

std::shared_ptr<MediaSegment> LaneFiles::shared(std::unique_ptr<MediaSegment> segment) const
{
    return { segment.release(), [queue = m_worker.queue()](MediaSegment* last) {
                queue->post([owned = std::shared_ptr<MediaSegment>(last)] {
                    if (!owned->isDirect())
                        owned->sync(); // else it is on the disk already
                });
            } };
}

std::future<void> LaneFiles::finish(std::shared_ptr<MediaSegment> segment)
{
    const auto done = std::make_shared<std::promise<void>>();
    m_worker.post([done, segment = std::move(segment)] {
        segment->giveBackSpace();
        segment->sync();
        done->set_value();
    });
    return done->get_future();
}

}
