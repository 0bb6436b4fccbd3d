// From what tracking knows of a stream to the record that is shown, stored and exported.
#pragma once

#include "engine/records/quality_sampler.h"
#include "engine/tracking/call_media.h"
#include "engine/tracking/codec_names.h"
#include "shared/calls/stream_record.h"

namespace callmon {

struct StoredMedia { // packets of a stream, by whether the recording had room for them
    std::uint64_t stored = 0;
    std::uint64_t notStored = 0;
    std::uint64_t notWanted = 0; // of a call that was not to be recorded then
};

// What seconds came to in which the probe itself lost frames, and which is therefore nobody's.
struct WithProbe {
    std::uint64_t lost = 0;
    std::uint64_t discarded = 0;
};

StreamRecord buildStreamRecord(const CallStream& stream, const CallFacts& call, std::string_view codec,
    const std::optional<CodecImpairment>& impairment, const QualitySampler& quality, const StoredMedia& media,
    const WithProbe& withProbe, const RtpRules& rules);

// What the stream's payload types meant; empty where `record` says all of it.
PayloadUses payloadsOf(const CallStream& stream, const StreamRecord& record, const CodecNames& codecs);

// By RTCP; until that tells, by the call's signalling.
std::optional<Milliseconds> roundTripOf(const CallStream& stream, const CallFacts& call);

// Mouth to ear, as the E-model of this stream assumes it.
Milliseconds oneWayDelayOf(const CallStream& stream, const CallFacts& call, const JitterBufferRule& buffer);

}
