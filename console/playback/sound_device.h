// The sound devices of this machine, by PortAudio; this is the only unit that knows the library.
#pragma once

#include "console/playback/playhead.h"
#include "shared/base/result.h"

#include <memory>
#include <string>
#include <vector>

namespace callmon {

// Used by one thread, and any call may take as long as a device pleases: sound_output.h. Several wait for each other,
// for PortAudio serves one at a time. Devices are listed anew each time that nothing is open, so one that is plugged in
// is found.
class SoundDevice {
public:
    SoundDevice();
    ~SoundDevice();
    SoundDevice(const SoundDevice&) = delete;
    SoundDevice& operator=(const SoundDevice&) = delete;

    std::vector<std::string> devices(); // names, the default one first; empty when there is none
    // Plays what the playhead renders on that device, or on the default one for an empty name. At the rate of the
    // sound, or where the device refuses that at its own rate.
    Result<void> start(const std::shared_ptr<Playhead>& playhead, const std::string& device);
    void stop(); // lets what was rendered sound to its end first (tens of milliseconds)
    void close(); // at once
    bool isOpen() const;
    bool isActive() const; // still playing: false after the end of the sound, or when the device went away

private:
    struct Library;
    Result<void> open(const std::shared_ptr<Playhead>& playhead, const std::string& device);
    bool listAnew();
    void closeStream();

    std::unique_ptr<Library> m_library;
};

}
