// callmonctl listen.
#include "engine/ctl/commands.h"
#include "shared/codecs/call_sound.h"
#include "shared/codecs/live_sound.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace callmon {

namespace {

constexpr std::uint32_t unknownLength = UINT32_MAX; // what players take for "as long as it comes"

// A WAV that is whole at any time: whoever is ended by a signal leaves what was heard so far. A pipe cannot be gone
// back in, so there the length stays unknown.
class GrowingWav {
public:
    GrowingWav(std::ostream& out, bool seekable, WavChannels channels)
        : m_out(out)
        , m_seekable(seekable)
        , m_channels(channels)
    {
    }

    bool add(const CallAudio& piece)
    {
        if (!m_begun)
            header(piece.sampleRate, m_seekable ? 0 : unknownLength);
        m_begun = true;
        std::vector<std::int16_t> samples = samplesOf(piece, m_channels);
        const std::size_t bytes = samples.size() * sizeof(std::int16_t);
        m_out.write(reinterpret_cast<const char*>(samples.data()), static_cast<std::streamsize>(bytes));
        m_bytes += bytes;
        if (m_seekable) {
            m_out.seekp(0);
            header(piece.sampleRate, static_cast<std::uint32_t>(std::min<std::uint64_t>(m_bytes, unknownLength - 36)));
            m_out.seekp(0, std::ios::end);
        }
        return static_cast<bool>(m_out.flush());
    }
    bool begun() const { return m_begun; }

private:
    void header(std::uint32_t rate, std::uint32_t bytes)
    {
        const auto header = wavHeader(rate, m_channels, bytes);
        m_out.write(reinterpret_cast<const char*>(header.data()), static_cast<std::streamsize>(header.size()));
    }

    std::ostream& m_out;
    bool m_seekable;
    WavChannels m_channels;
    bool m_begun = false;
    std::uint64_t m_bytes = 0;
};

}

int listenToCall(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    const bool toStdout = options.output.empty() || options.output == "-";
    if (toStdout && output.terminal)
        return fail(output,
            Error { "sound is not written to a terminal: give --output FILE, or pipe it into a player (| aplay)" });
    const auto call = theCall(source, options, output);
    if (!call)
        return fail(output, call.error());
    std::ofstream file;
    if (!toStdout) {
        file.open(options.output, std::ios::binary | std::ios::trunc);
        if (!file)
            return fail(output, Error { "cannot write " + options.output + ": " + std::strerror(errno) });
    }
    const bool seekable = !toStdout && file.tellp() != std::streampos(-1);
    GrowingWav wav(toStdout ? output.out : file, seekable, options.channels);
    LiveSound sound(options.heard ? Hearing::AsHeard : Hearing::AsSent);
    if (call.value().answeredAt)
        sound.setAnsweredAt(*call.value().answeredAt);
    std::uint64_t left = UINT64_MAX; // samples
    bool limited = false;
    bool written = true;
    const LiveSound::Sink write = [&](const CallAudio& piece) {
        if (options.listenFor.count() > 0 && !std::exchange(limited, true))
            left = static_cast<std::uint64_t>(options.listenFor.count()) * piece.sampleRate;
        if (left == 0 || !written)
            return;
        CallAudio part = piece;
        const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(left, part.caller.size()));
        part.caller.resize(length);
        part.callee.resize(length);
        left -= length;
        written = wav.add(part);
    };
    const auto ended = source.listen(
        call.value().key, options.fromStart, [&](const StreamRecord& stream) { sound.begin(stream); },
        [&](std::span<const QualityPoint> blind) { sound.see(blind); },
        [&](StreamKey stream, Bytes bytes) {
            if (bytes.empty())
                sound.take(write);
            sound.add(stream, bytes);
            return left > 0 && written;
        });
    if (left > 0 && written)
        sound.finish(write);
    for (const Sentence& note : sound.notes())
        output.err << "callmonctl: " << toText(note) << '\n';
    if (!ended)
        return fail(output, ended.error());
    if (!written)
        return fail(output, Error { "cannot write the sound: is the disk full, or has the player ended?" });
    if (!wav.begun())
        return fail(output, Error { "nothing of this call was heard before it was over" });
    return 0;
}

}
