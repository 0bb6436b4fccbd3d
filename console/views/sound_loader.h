// The sound of a call for its player: fetched when it is wanted, decoded on another thread.
#pragma once

#include "console/models/call_details.h"
#include "console/models/call_events.h"
#include "console/playback/playable_sound.h"
#include "console/plots/timeline_data.h"
#include "shared/codecs/call_audio.h"

#include <array>
#include <memory>
#include <stop_token>

namespace callmon {

class MediaFetch;
class PlayerBar;

struct LoadedSound {
    PlayableSound sound;
    std::array<TimelineSound, 2> drawn; // by Party
    std::vector<CallEvent> keys; // that were pressed
};

class SoundLoader : public QObject {
    Q_OBJECT

public:
    // All outlive this; the source is that of the call's probe alone.
    SoundLoader(CallSource& source, const CallDetails& details, PlayerBar& player, QObject* parent = nullptr);
    ~SoundLoader() override { m_decoding.request_stop(); }

    void load();
    void cancel();
    bool isFetching() const;
    // Once more with the streams that are being asked for, if it is wanted at all.
    void loadAgain(bool again) { m_again = again && m_wanted; }

signals:
    void loaded(const std::shared_ptr<callmon::LoadedSound>& sound);
    void missing(const QString& brief); // why there is none, for its lane
    void incomplete(const QString& why); // some of it could be fetched, and is worth hearing

private:
    void found(CallDetails::Part part);
    void failed(CallDetails::Part part, const QString& error);
    void takeMedia(const QString& error, bool atEngine);
    void assemble();

    CallSource& m_source;
    const CallDetails& m_details;
    PlayerBar& m_player;
    MediaFetch* m_fetch;
    std::stop_source m_decoding; // of the newest
    bool m_wanted = false;
    bool m_unwanted = false; // its loading was cancelled: it comes when it is asked for
    bool m_again = false;
    bool m_waitsForStreams = false; // asked for before they were there
    bool m_waitsForQuality = false; // its media are there, and its seconds are not
};

}
