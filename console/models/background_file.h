// A file that is written piece by piece on another thread than the window's, whose disk may be slow: whole, or not at
// all.
#pragma once

#include <QObject>
#include <memory>
#include <string>

namespace callmon {

class BackgroundFile : public QObject {
    Q_OBJECT

public:
    explicit BackgroundFile(const QString& path, QObject* parent = nullptr);
    ~BackgroundFile() override; // what has not ended leaves nothing

    void write(std::string text); // in this order
    void end(); // all of it has been handed over: ended() comes when it is on the disk

signals:
    void ended(const QString& error); // in words; earlier than asked for, when it failed

private:
    struct Pending;
    static void work(const std::shared_ptr<Pending>& pending);
    void wake();

    std::shared_ptr<Pending> m_pending; // shared with the thread at work on it
};

}
