// A thread for what a file system takes its time over, or never comes back from.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace callmon {

class FileWorker { // one thread at a time
public:
    using Job = std::function<void()>;

    class Queue { // any thread
    public:
        void post(Job job); // done when there is a thread

    private:
        friend class FileWorker;
        void run();
        std::mutex m_mutex;
        std::condition_variable m_changed;
        std::deque<Job> m_jobs;
        bool m_closed = false;
        bool m_ended = false;
    };

    // `patience`: so long the end waits for what is still to be done. Then the thread is left to itself.
    explicit FileWorker(std::chrono::milliseconds patience)
        : m_patience(patience)
    {
    }
    ~FileWorker();
    FileWorker(const FileWorker&) = delete;
    FileWorker& operator=(const FileWorker&) = delete;

    // Done one after the other. A job holds what it needs: it may outlive whoever posted it. The thread begins with the
    // first: it may run where the caller may.
    void post(Job job);
    const std::shared_ptr<Queue>& queue() const { return m_queue; }

private:
    void begin();
    std::chrono::milliseconds m_patience;
    std::shared_ptr<Queue> m_queue = std::make_shared<Queue>();
    std::thread m_thread;
};

}
