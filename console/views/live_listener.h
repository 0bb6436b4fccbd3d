// A call that is on, heard in its player: asks for what is recorded of it, and makes sound of what comes.
#pragma once

#include "console/models/call_source.h"
#include "shared/codecs/live_sound.h"

#include <memory>

namespace callmon {

class PlayerBar;

class LiveListener : public QObject {
    Q_OBJECT

public:
    // The source is that of the call's probe alone.
    LiveListener(CallSource& source, CallKey call, PlayerBar& player, QObject* parent = nullptr);
    ~LiveListener() override; // nobody listens any more
    void setAnsweredAt(Timestamp at); // when it is known

private:
    void listen(bool on);
    void ended(quint64 request, const QString& why);

    CallSource& m_source;
    CallKey m_call;
    PlayerBar& m_player;
    std::optional<Timestamp> m_answeredAt;
    quint64 m_request = 0; // 0: nobody listens
    std::unique_ptr<LiveSound> m_sound;
};

}
