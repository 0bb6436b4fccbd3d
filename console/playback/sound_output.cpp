#include "console/playback/sound_output.h"

#include "console/playback/sound_device.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace callmon {

namespace {

constexpr int patience = 3'000; // ms
constexpr std::chrono::milliseconds lookAgain { 20 }; // whether it still plays
constexpr std::chrono::seconds toEnd { 1 };

}

struct SoundOutput::Order {
    enum class Kind { List, Start, Stop, Close } kind = Kind::List;
    std::shared_ptr<Playhead> playhead {};
    std::string device {};
    quint64 number = 0;
};

struct SoundOutput::Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Order> orders;
    bool leave = false;
    bool left = false;
    SoundOutput* output = nullptr; // null once nobody is to be told

    void tell(std::function<void(SoundOutput&)> what)
    {
        const std::lock_guard lock(mutex);
        if (output != nullptr)
            QMetaObject::invokeMethod(
                output, [to = output, what = std::move(what)] { what(*to); }, Qt::QueuedConnection);
    }
};

SoundOutput::SoundOutput(QObject* parent)
    : QObject(parent)
{
    m_patience.setSingleShot(true);
    m_patience.setInterval(patience);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        m_answering = false;
        emit unanswered();
    });
}

SoundOutput::~SoundOutput()
{
    if (!m_shared)
        return;
    std::unique_lock lock(m_shared->mutex);
    m_shared->output = nullptr;
    m_shared->orders.clear();
    m_shared->leave = true;
    m_shared->changed.notify_all();
    if (m_answering) // or the program could end amid the closing of the device
        m_shared->changed.wait_for(lock, toEnd, [this] { return m_shared->left; });
}

void SoundOutput::list()
{
    give({ Order::Kind::List });
}

void SoundOutput::start(const std::shared_ptr<Playhead>& playhead, const std::string& device)
{
    give({ Order::Kind::Start, playhead, device });
    m_start = m_given;
}

void SoundOutput::stop()
{
    m_start = 0;
    if (m_shared)
        give({ Order::Kind::Stop });
}

void SoundOutput::close()
{
    m_start = 0;
    if (m_shared)
        give({ Order::Kind::Close });
}

void SoundOutput::give(Order order)
{
    order.number = ++m_given;
    if (!m_shared) {
        m_shared = std::make_shared<Shared>();
        m_shared->output = this;
        std::thread([shared = m_shared] { work(shared); }).detach();
    }
    {
        const std::lock_guard lock(m_shared->mutex);
        if (order.kind == Order::Kind::Close) // what waits would be undone by it
            std::erase_if(m_shared->orders, [](const Order& one) { return one.kind != Order::Kind::List; });
        m_shared->orders.push_back(std::move(order));
    }
    m_shared->changed.notify_all();
    if (m_answering && !m_patience.isActive())
        m_patience.start();
}

void SoundOutput::done(quint64 order)
{
    m_done = order;
    m_answering = true;
    if (m_done == m_given)
        m_patience.stop();
    else
        m_patience.start();
}

void SoundOutput::work(const std::shared_ptr<Shared>& shared)
{
    {
        SoundDevice device;
        quint64 playing = 0; // the order, until its sound has ended
        for (;;) {
            Order order;
            {
                std::unique_lock lock(shared->mutex);
                const auto isWanted = [&] { return shared->leave || !shared->orders.empty(); };
                if (playing != 0)
                    shared->changed.wait_for(lock, lookAgain, isWanted);
                else
                    shared->changed.wait(lock, isWanted);
                if (shared->leave)
                    break;
                if (!shared->orders.empty()) {
                    order = std::move(shared->orders.front());
                    shared->orders.pop_front();
                }
            }
            if (order.number == 0) {
                if (!device.isActive())
                    shared->tell([number = std::exchange(playing, 0)](SoundOutput& output) {
                        if (output.m_start == number)
                            emit output.ended();
                    });
                continue;
            }
            std::function<void(SoundOutput&)> told = [](SoundOutput&) {};
            switch (order.kind) {
            case Order::Kind::List: {
                QStringList names;
                for (const std::string& name : device.devices())
                    names += QString::fromStdString(name);
                told = [names](SoundOutput& output) { emit output.devicesListed(names); };
                break;
            }
            case Order::Kind::Start: {
                const Result<void> started = device.start(order.playhead, order.device);
                playing = started ? order.number : 0;
                told = [number = order.number, started](SoundOutput& output) {
                    if (output.m_start != number)
                        return;
                    if (started)
                        emit output.started();
                    else
                        emit output.failed(QString::fromStdString(started.error().what));
                };
                break;
            }
            case Order::Kind::Stop:
                device.stop();
                playing = 0;
                break;
            case Order::Kind::Close:
                device.close();
                playing = 0;
                break;
            }
            shared->tell([number = order.number, told](SoundOutput& output) {
                output.done(number);
                told(output);
            });
        }
    }
    const std::lock_guard lock(shared->mutex);
    shared->left = true;
    shared->changed.notify_all();
}

}
