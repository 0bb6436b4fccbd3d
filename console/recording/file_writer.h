// A file that is written on another thread than the window's: whole, or not at all.
#pragma once

#include "shared/base/result.h"

#include <QObject>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace callmon {

class FileWriter : public QObject {
    Q_OBJECT

public:
    enum class End { Written, Cancelled, Failed };
    Q_ENUM(End)
    // How far it is, of `all`; false: nobody wants the rest.
    using GoesOn = std::function<bool(std::uint64_t done)>;
    // On the other thread: writes all of it to `temporary`, which then takes the place of what was there.
    using Write = std::function<Result<void>(const std::string& temporary, const GoesOn& goesOn)>;

    explicit FileWriter(QObject* parent = nullptr);
    ~FileWriter() override { cancel(); } // nothing is left of what is not whole

    void start(const QString& path, std::uint64_t all, Write write); // `all` 0: nobody knows
    void cancel(); // ended() comes when the thread has taken away what there is of it
    bool isRunning() const { return m_cancelled != nullptr; }

signals:
    void progressed(double done); // 0 to 1
    void ended(callmon::FileWriter::End end, const QString& error); // `error`: in words, when it failed

private:
    std::shared_ptr<std::atomic<bool>> m_cancelled; // of what is being written; read by the thread that writes
};

}
