// Tells whoever does not look at the console that an alarm was raised: by a sound and by a message of the desktop.
#pragma once

#include "console/models/call_source.h"
#include "console/playback/player.h"

#include <QTimer>
#include <map>
#include <set>

class QAction;

namespace callmon {

class DesktopMessage;

class AlarmNotice : public QObject {
    Q_OBJECT

public:
    AlarmNotice(CallSource& source, QWidget& window);

    QAction* soundAction() const { return m_sound; } // each is kept for the next time
    QAction* desktopAction() const { return m_desktop; }

signals:
    void noticed(const QString& title, const QString& text);
    void clicked(); // the desktop's message

private:
    QAction* choice(const QString& text, const QString& setting);
    void take(const AlarmDelta& delta, ProbeId probe);
    void tell();

    QWidget& m_window;
    QAction* m_sound;
    QAction* m_desktop;
    DesktopMessage* m_message;
    Player m_player;
    std::map<ProbeId, std::set<AlarmId>> m_known; // open ones
    std::vector<Alarm> m_new;
    QTimer m_gather;
};

}
