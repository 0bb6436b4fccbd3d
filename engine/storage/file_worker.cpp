#include "engine/storage/file_worker.h"

#include <pthread.h>
#include <utility>

namespace callmon {

void FileWorker::begin()
{
    m_thread = std::thread([queue = m_queue] {
        ::pthread_setname_np(::pthread_self(), "files"); // for ps -L
        queue->run();
    });
}

void FileWorker::post(Job job)
{
    if (!m_thread.joinable())
        begin();
    m_queue->post(std::move(job));
}

FileWorker::~FileWorker()
{
    std::unique_lock lock(m_queue->m_mutex);
    if (!m_thread.joinable()) {
        if (m_queue->m_jobs.empty())
            return;
        begin();
    }
    m_queue->m_closed = true;
    m_queue->m_changed.notify_all();
    const bool ended = m_queue->m_changed.wait_for(lock, m_patience, [this] { return m_queue->m_ended; });
    lock.unlock();
    if (ended)
        m_thread.join();
    else
        m_thread.detach();
}

void FileWorker::Queue::post(Job job)
{
    {
        const std::lock_guard lock(m_mutex);
        m_jobs.push_back(std::move(job));
    }
    m_changed.notify_all();
}

void FileWorker::Queue::run()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_changed.wait(lock, [this] { return m_closed || !m_jobs.empty(); });
        if (m_jobs.empty())
            break;
        {
            const Job job = std::exchange(m_jobs.front(), {});
            m_jobs.pop_front();
            lock.unlock();
            job();
        }
        lock.lock();
    }
    m_ended = true;
    m_changed.notify_all();
}

}
