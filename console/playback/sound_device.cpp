#include "console/playback/sound_device.h"

#include "console/playback/sound_drivers.h"

#include <portaudio.h>

#include <QCoreApplication>
#include <algorithm>
#include <mutex>

namespace callmon {

namespace {

struct Words { // the context of the translations
    Q_DECLARE_TR_FUNCTIONS(SoundDevice)
};

Error said(const QString& sentence)
{
    return { sentence.toStdString() };
}

QString named(const std::string& device)
{
    return QString::fromStdString(device);
}

// PortAudio's own words, which are English, go with the key that a translation has for them. What they say need not be
// so, of a device that another program holds "Device unavailable" or "Invalid sample rate", so they are a remark only.
QString reasonOf(PaError error)
{
    return QCoreApplication::translate("PortAudio", Pa_GetErrorText(error));
}

unsigned channelsOf(const PaDeviceInfo& device)
{
    return device.maxOutputChannels >= 2 ? 2 : 1;
}

// The library's state is the whole process's.
std::mutex& portAudio()
{
    static std::mutex mutex;
    return mutex;
}

struct Rendering { // what the audio thread is given
    Playhead* playhead = nullptr;
    unsigned channels = 2;
};

int renderBlock(const void*, void* out, unsigned long frames, const PaStreamCallbackTimeInfo*, PaStreamCallbackFlags,
    void* user) noexcept
{
    const auto* const rendering = static_cast<const Rendering*>(user);
    const bool more = rendering->playhead->render(static_cast<std::int16_t*>(out), frames, rendering->channels);
    return more ? paContinue : paComplete;
}

std::vector<PaDeviceIndex> outputDevices()
{
    std::vector<PaDeviceIndex> outputs;
    const PaDeviceIndex first = Pa_GetDefaultOutputDevice();
    if (first != paNoDevice)
        outputs.push_back(first);
    for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount(); ++i)
        if (i != first && Pa_GetDeviceInfo(i)->maxOutputChannels > 0)
            outputs.push_back(i);
    return outputs;
}

}

struct SoundDevice::Library {
    std::shared_ptr<Playhead> playhead; // of the stream, which reads it until it is closed
    bool initialised = false;
    PaStream* stream = nullptr;
    Rendering rendering;
    std::string device; // that the stream plays on
};

SoundDevice::SoundDevice()
    : m_library(std::make_unique<Library>())
{
}

SoundDevice::~SoundDevice()
{
    const std::lock_guard lock(portAudio());
    closeStream();
    if (m_library->initialised)
        Pa_Terminate();
}

// PortAudio lists devices only when it starts.
bool SoundDevice::listAnew()
{
    if (m_library->initialised)
        Pa_Terminate();
    silenceSoundDrivers();
    m_library->initialised = soundDriversAreConfigured() && Pa_Initialize() == paNoError;
    return m_library->initialised;
}

std::vector<std::string> SoundDevice::devices()
{
    const std::lock_guard lock(portAudio());
    std::vector<std::string> names;
    if (isOpen() || listAnew())
        for (const PaDeviceIndex i : outputDevices())
            names.emplace_back(Pa_GetDeviceInfo(i)->name);
    return names;
}

Result<void> SoundDevice::open(const std::shared_ptr<Playhead>& playhead, const std::string& device)
{
    const std::vector<PaDeviceIndex> outputs = listAnew() ? outputDevices() : std::vector<PaDeviceIndex>();
    if (outputs.empty())
        return said(
            Words::tr("No sound device was found. Connect one, or start the sound service of this machine (PipeWire or "
                      "PulseAudio), and press play again. Everything else works without sound."));
    const auto chosen = device.empty() ? outputs.begin()
                                       : std::find_if(outputs.begin(), outputs.end(),
                                           [&device](PaDeviceIndex i) { return Pa_GetDeviceInfo(i)->name == device; });
    if (chosen == outputs.end())
        return said(Words::tr("The sound device “%1” is not there any more. Choose another one.").arg(named(device)));

    const PaDeviceInfo& info = *Pa_GetDeviceInfo(*chosen);
    m_library->playhead = playhead;
    m_library->rendering = { playhead.get(), channelsOf(info) };
    const PaStreamParameters parameters { *chosen, static_cast<int>(m_library->rendering.channels), paInt16,
        info.defaultHighOutputLatency, nullptr };
    PaError error = paNoError;
    for (const double rate : { static_cast<double>(playhead->sound().sampleRate), info.defaultSampleRate }) {
        playhead->prepare(rate);
        error = Pa_OpenStream(&m_library->stream, nullptr, &parameters, rate, paFramesPerBufferUnspecified, paNoFlag,
            renderBlock, &m_library->rendering);
        if (error == paNoError) {
            m_library->device = device;
            return {};
        }
        m_library->stream = nullptr;
    }
    return said(Words::tr("The sound device “%1” cannot be opened: another program may hold it, or it was taken away. "
                          "Close what else plays, or choose another device. (PortAudio says: %2)")
                    .arg(named(info.name), reasonOf(error)));
}

Result<void> SoundDevice::start(const std::shared_ptr<Playhead>& playhead, const std::string& device)
{
    const std::lock_guard lock(portAudio());
    if (isOpen() && (m_library->playhead != playhead || m_library->device != device))
        closeStream();
    if (!isOpen()) {
        auto opened = open(playhead, device);
        if (!opened)
            return opened;
    }
    if (Pa_IsStreamStopped(m_library->stream) != 1)
        Pa_StopStream(m_library->stream); // a stream that came to its end counts as running until it is stopped
    const PaError error = Pa_StartStream(m_library->stream);
    if (error == paNoError)
        return {};
    closeStream();
    return said(
        Words::tr("The sound device does not start. Press play again, or choose another device. (PortAudio says: %1)")
            .arg(reasonOf(error)));
}

void SoundDevice::stop()
{
    const std::lock_guard lock(portAudio());
    if (isOpen() && Pa_IsStreamStopped(m_library->stream) != 1)
        Pa_StopStream(m_library->stream);
}

void SoundDevice::close()
{
    const std::lock_guard lock(portAudio());
    closeStream();
}

void SoundDevice::closeStream()
{
    if (!isOpen())
        return;
    Pa_AbortStream(m_library->stream);
    Pa_CloseStream(m_library->stream);
    m_library->stream = nullptr;
    m_library->playhead.reset();
}

bool SoundDevice::isOpen() const
{
    return m_library->stream != nullptr;
}

bool SoundDevice::isActive() const
{
    const std::unique_lock lock(portAudio(), std::try_to_lock);
    if (!lock) // another one waits for its device
        return isOpen();
    return isOpen() && Pa_IsStreamActive(m_library->stream) == 1;
}

}
