// The sound of a call from its recorded streams: stereo, caller left, callee right, both sides in step.
#pragma once

#include "shared/base/result.h"
#include "shared/calls/stream_record.h"

#include <string>
#include <vector>

namespace callmon {

struct StreamMedia {
    StreamRecord stream;
    std::vector<std::byte> bytes; // MediaChunk bytes of the stream, in a row
};

struct CallAudio {
    static constexpr std::uint32_t sampleRate = 8000;
    Timestamp start; // arrival of the first packet of either side; earlier when that one was held up on the way
    std::vector<std::int16_t> caller; // equal lengths; silence where nothing was sent
    std::vector<std::int16_t> callee;
    std::vector<std::string> notes; // "stream 2: codec opus is not decoded", for the user
};

// Packets are placed by their RTP timestamps (each stream anchored at its first arrival, and anew when its timestamps
// have departed from the arrivals for good: timeline.h), lost ones concealed by the codec's own means, duplicates and
// reordering undone. Never longer than the packets took to arrive, nor than four hours. Depends on nothing but `media`.
// Takes seconds for a long G.729 call: not for a window's thread.
CallAudio assembleCallAudio(const std::vector<StreamMedia>& media);

// 16-bit PCM WAV, caller left, callee right.
Result<void> writeWav(const CallAudio& audio, const std::string& path);

}
