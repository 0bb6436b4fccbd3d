#include "shared/codecs/call_sound.h"

#include "shared/codecs/scratch_side.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace callmon {

namespace {

Result<std::span<const std::int16_t>> mappedSamples(ScratchFile& file)
{
    const auto bytes = file.map();
    if (!bytes)
        return bytes.error();
    return std::span(
        reinterpret_cast<const std::int16_t*>(bytes.value().data()), bytes.value().size() / sizeof(std::int16_t));
}

}

CallSound::CallSound(CallAudio audio)
    : sampleRate(audio.sampleRate)
    , start(audio.start)
    , callerLost(std::move(audio.callerLost))
    , calleeLost(std::move(audio.calleeLost))
    , notes(std::move(audio.notes))
{
    const std::size_t length = std::max(audio.caller.size(), audio.callee.size());
    audio.caller.resize(length);
    audio.callee.resize(length);
    const auto kept = std::make_shared<CallAudio>(std::move(audio));
    caller = kept->caller;
    callee = kept->callee;
    samples = kept;
}

Result<CallSound> keepCallSound(
    const std::vector<RecordedStream>& media, Hearing hearing, const std::filesystem::path& folder)
{
    auto callerFile = ScratchFile::in(folder);
    if (!callerFile)
        return callerFile.error();
    auto calleeFile = ScratchFile::in(folder);
    if (!calleeFile)
        return calleeFile.error();
    std::optional<ScratchSide> caller, callee;
    AssembledSound assembled = assembleSound(
        media, Timestamp::max(), hearing, [&](Party side, std::size_t limit, std::uint32_t rate) -> SoundSide& {
            return side == Party::Caller ? caller.emplace(std::move(callerFile.value()), limit, rate)
                                         : callee.emplace(std::move(calleeFile.value()), limit, rate);
        });
    CallSound sound;
    sound.sampleRate = assembled.sampleRate;
    sound.start = assembled.start;
    sound.notes = std::move(assembled.notes);
    const std::size_t length = caller ? std::max(caller->size(), callee->size()) : 0;
    if (length == 0)
        return sound;
    struct Sides {
        ScratchFile caller, callee;
    };
    sound.callerLost = std::move(caller->lost());
    sound.calleeLost = std::move(callee->lost());
    auto callerWhole = std::move(*caller).finish(length);
    if (!callerWhole)
        return callerWhole.error();
    auto calleeWhole = std::move(*callee).finish(length);
    if (!calleeWhole)
        return calleeWhole.error();
    const auto sides =
        std::shared_ptr<Sides>(new Sides { std::move(callerWhole.value()), std::move(calleeWhole.value()) });
    const auto ofCaller = mappedSamples(sides->caller);
    if (!ofCaller)
        return ofCaller.error();
    const auto ofCallee = mappedSamples(sides->callee);
    if (!ofCallee)
        return ofCallee.error();
    sound.caller = ofCaller.value();
    sound.callee = ofCallee.value();
    sound.samples = sides;
    sound.forget = [sides] {
        sides->caller.forget();
        sides->callee.forget();
    };
    return sound;
}

}
