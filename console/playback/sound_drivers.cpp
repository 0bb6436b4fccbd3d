#include "console/playback/sound_drivers.h"

#include <dlfcn.h>
#include <initializer_list>

namespace callmon {

namespace {

// Both libraries are there when PortAudio was built with them; where one is not, its functions are not found and
// nothing is done. Hence no dependency on either.
template <typename Function> Function find(const char* name)
{
    return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

void dropAlsaText(const char*, int, const char*, int, const char*, ...) { }
void dropJackText(const char*) { }

}

void silenceSoundDrivers()
{
    using SetAlsaHandler = int (*)(void (*)(const char*, int, const char*, int, const char*, ...));
    using SetJackHandler = void (*)(void (*)(const char*));
    if (const auto set = find<SetAlsaHandler>("snd_lib_error_set_handler"))
        set(dropAlsaText);
    for (const char* const name : { "jack_set_error_function", "jack_set_info_function" })
        if (const auto set = find<SetJackHandler>(name))
            set(dropJackText);
}

bool soundDriversAreConfigured()
{
    struct Config; // snd_config_t
    const auto update = find<int (*)()>("snd_config_update");
    const auto search = find<int (*)(Config*, const char*, Config**)>("snd_config_search");
    const auto tree = find<Config**>("snd_config");
    if (!update || !search || !tree)
        return true; // no ALSA, not its problem
    if (update() < 0 || *tree == nullptr)
        return false;
    for (const char* const name : { "pcm.default", "pcm.dmix" }) {
        Config* found = nullptr;
        if (search(*tree, name, &found) >= 0)
            return true;
    }
    return false;
}

}
