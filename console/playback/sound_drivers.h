// What has to be done around PortAudio for the drivers below it, ALSA and JACK.
#pragma once

namespace callmon {

// Listing the devices makes both write dozens of lines to the terminal about devices that are not there. Their text is
// dropped from here on; errors still come back as codes.
void silenceSoundDrivers();

// False when ALSA's configuration names neither "default" nor "dmix". PortAudio 19.6 then aborts the program (an
// assertion in BuildDeviceList) instead of listing no devices: it must not be started.
bool soundDriversAreConfigured();

}
