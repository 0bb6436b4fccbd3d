// A sound device that takes what is played as fast as it would be heard, and keeps it: ALSA's file device writing into
// a pipe that is read at the pace of the sound.
#pragma once

#include <QByteArray>
#include <QFile>
#include <QString>
#include <atomic>
#include <chrono>
#include <fcntl.h>
#include <mutex>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace callmon {

// 16 bits, stereo. Ends with the object; ALSA_CONFIG_PATH stays.
class PacedSoundDevice {
public:
    PacedSoundDevice(const QString& folder, int rate)
    {
        const QByteArray pipe = QFile::encodeName(folder + "/sound.pipe");
        ::mkfifo(pipe.constData(), 0600);
        m_pipe = ::open(pipe.constData(), O_RDWR | O_NONBLOCK);
        ::fcntl(m_pipe, F_SETPIPE_SZ, 4096); // or seconds would be taken at once
        QFile config(folder + "/asound.conf");
        if (config.open(QIODevice::WriteOnly | QIODevice::Truncate))
            config.write("pcm.recorder { type file slave.pcm { type null } file \"" + pipe + "\" format raw }\n"
                + "pcm.!default { type plug slave.pcm recorder }\n");
        qputenv("ALSA_CONFIG_PATH", QFile::encodeName(config.fileName()));
        m_reader = std::thread([this, rate] { read(static_cast<std::size_t>(rate) * 4); });
    }
    ~PacedSoundDevice()
    {
        m_stopped = true;
        m_reader.join();
        ::close(m_pipe);
    }
    PacedSoundDevice(const PacedSoundDevice&) = delete;
    PacedSoundDevice& operator=(const PacedSoundDevice&) = delete;

    QByteArray played()
    {
        const std::lock_guard lock(m_mutex);
        return m_played;
    }

private:
    void read(std::size_t bytesASecond)
    {
        using Clock = std::chrono::steady_clock;
        Clock::time_point from = Clock::now();
        std::size_t taken = 0; // since then
        std::array<char, 1600> some;
        while (!m_stopped) {
            const auto due = static_cast<std::size_t>(
                std::chrono::duration<double>(Clock::now() - from).count() * static_cast<double>(bytesASecond));
            const ssize_t got = due < taken + some.size() ? 0 : ::read(m_pipe, some.data(), some.size());
            if (got > 0) {
                const std::lock_guard lock(m_mutex);
                m_played.append(some.data(), got);
                taken += static_cast<std::size_t>(got);
                continue;
            }
            if (got < 0) { // nobody plays: what was not played then is not owed later
                from = Clock::now();
                taken = 0;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }

    int m_pipe = -1;
    std::atomic<bool> m_stopped = false;
    std::mutex m_mutex;
    QByteArray m_played;
    std::thread m_reader;
};

}
