// The way to a sound device: what is ordered here is done on a thread of its own, for a device may let whoever opens or
// closes it wait for ever.
#pragma once

#include "console/playback/playhead.h"

#include <QObject>
#include <QStringList>
#include <QTimer>
#include <memory>
#include <string>

namespace callmon {

// Window's thread; nothing here waits for a device, but for the destructor: for one that answers, a second at most.
class SoundOutput : public QObject {
    Q_OBJECT

public:
    explicit SoundOutput(QObject* parent = nullptr);
    ~SoundOutput() override;

    void list(); // devicesListed()
    // Plays what the playhead renders on that device, or on the default one for an empty name, until it is rendered to
    // its end, stop() or close(). Of another start() before nothing is told any more.
    void start(const std::shared_ptr<Playhead>& playhead, const std::string& device);
    void stop(); // lets what was rendered sound to its end first (tens of milliseconds)
    void close(); // at once
    bool isAnswering() const { return m_answering; } // nothing that was ordered waits for longer than three seconds

signals:
    void devicesListed(const QStringList& names); // the default one first
    void started();
    void failed(const QString& whatToDo); // to start
    void ended(); // the sound came to its end, or the device went away
    void unanswered(); // for three seconds

private:
    struct Order;
    struct Shared; // with the thread, which may live longer than this where a device never answers
    friend struct Shared;

    static void work(const std::shared_ptr<Shared>& shared);
    void give(Order order);
    void done(quint64 order);

    std::shared_ptr<Shared> m_shared;
    QTimer m_patience;
    quint64 m_given = 0; // orders
    quint64 m_done = 0;
    quint64 m_start = 0; // the order that plays
    bool m_answering = true;
};

}
