// One side of a call's sound in a temporary file, of which a window is in memory.
#pragma once

#include "shared/codecs/scratch_file.h"
#include "shared/codecs/stream_sound.h"

namespace callmon {

class ScratchSide final : public SoundSide {
public:
    ScratchSide(ScratchFile file, std::size_t limit, std::uint32_t rate)
        : SoundSide(limit, rate)
        , m_file(std::move(file))
        , m_window(windowSamples)
    {
    }
    void add(std::size_t at, std::span<const std::int16_t> sound) override;
    void addLoss(const SoundSpan& span) override { m_lost.push_back(span); }
    std::vector<SoundSpan>& lost() { return m_lost; }
    std::size_t size() const { return m_size; } // samples
    // All of it, with silence up to `length` samples. Errors of before are told here, too.
    Result<ScratchFile> finish(std::size_t length) &&;

private:
    static constexpr std::size_t windowSamples = 128 * 1024;
    void moveTo(std::size_t at);
    void store();

    ScratchFile m_file;
    std::vector<std::int16_t> m_window;
    std::size_t m_begin = 0; // of the window
    bool m_changed = false;
    std::size_t m_size = 0;
    Result<void> m_stored;
    std::vector<SoundSpan> m_lost;
};

}
