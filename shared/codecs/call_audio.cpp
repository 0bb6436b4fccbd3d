#include "shared/codecs/call_audio.h"

#include "shared/codecs/recorded_stream.h"
#include "shared/codecs/stream_sound.h"

#include <algorithm>
#include <memory>

namespace callmon {

namespace {

// The sound of a call is never longer than its packets took to arrive, whatever their timestamps say.
constexpr std::int64_t margin = 1; // second: the sound of the last packets
constexpr std::int64_t longestCall = 4 * 3600; // seconds: 230 MB a side at 8000 Hz

struct PlacedStream {
    explicit PlacedStream(const RecordedStream& of)
        : recorded(of)
        , form(of.stream)
    {
    }
    const RecordedStream& recorded;
    SoundForm form;
    PacketsRead read;
    Timestamp first;
    Timestamp last;
    std::uint64_t packets = 0;
};

std::string named(const PlacedStream& stream, const std::string& what)
{
    return "stream " + std::to_string(stream.recorded.stream.key.index) + ": " + what;
}

std::string counted(std::uint64_t count, const char* one, const char* many)
{
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

PlacedStream survey(const RecordedStream& recorded, Timestamp end, Hearing hearing)
{
    PlacedStream stream(recorded);
    stream.read = readPackets(recorded, end, hearing, [&](const OrderedPacket& packet, bool begins) {
        stream.first = stream.packets == 0 ? packet.arrival : std::min(stream.first, packet.arrival);
        stream.last = stream.packets == 0 ? packet.arrival : std::max(stream.last, packet.arrival);
        ++stream.packets;
        stream.form.see(packet, begins);
    });
    return stream;
}

// A mirror on both sides of a media proxy sees the same stream twice on two paths. Both together would be an echo.
bool isCopy(const PlacedStream& stream, const PlacedStream& kept)
{
    if (stream.recorded.stream.direction != kept.recorded.stream.direction
        || stream.recorded.stream.ssrc != kept.recorded.stream.ssrc)
        return false;
    const Nanoseconds common = std::min(stream.last, kept.last) - std::max(stream.first, kept.first);
    return common > (stream.last - stream.first) / 2;
}

std::vector<const PlacedStream*> withoutCopies(
    const std::vector<std::unique_ptr<PlacedStream>>& streams, std::vector<std::string>& notes)
{
    std::vector<const PlacedStream*> kept;
    for (const auto& stream : streams) {
        const auto original =
            std::ranges::find_if(kept, [&](const PlacedStream* other) { return isCopy(*stream, *other); });
        if (original == kept.end())
            kept.push_back(stream.get());
        else
            notes.push_back(named(*stream,
                "the same sound as stream " + std::to_string((*original)->recorded.stream.key.index)
                    + " on another path, heard once"));
    }
    return kept;
}

// Each packet with the sample, from `start`, at which its sound begins.
void place(const PlacedStream& stream, Timestamp start, Timestamp end, Hearing hearing, std::uint32_t rate,
    const PacketPlacer::Sink& take)
{
    const StreamRecord& record = stream.recorded.stream;
    const std::uint32_t clock = clockOf(record);
    PacketPlacer placer(
        start, clock,
        [&](const OrderedPacket& packet) { return carriedBy(packet, record).kind != CarriedPayload::Kind::Event; },
        [&](const OrderedPacket& packet, std::int64_t position, bool begins) {
            take(packet, clock == rate ? position : scaled(position, clock, rate), begins);
        });
    (void)readPackets(stream.recorded, end, hearing, [&](const OrderedPacket& packet, bool begins) {
        if (packet.playedAt)
            take(packet, samplesBetween(start, *packet.playedAt, rate), begins);
        else
            placer.add(packet, begins);
    });
    placer.finish();
}

// The sample, from `start`, at which the sound begins: 0, or less when a stream's first packets were delayed. That is
// by some seconds at most, so only the beginning is looked at.
std::int64_t beginOf(const std::vector<const PlacedStream*>& streams, Timestamp start, Timestamp end, Hearing hearing,
    std::uint32_t rate)
{
    constexpr Nanoseconds beginning = std::chrono::minutes(1);
    const Timestamp upTo = end - start > beginning ? start + beginning : end;
    std::int64_t earliest = 0;
    for (const PlacedStream* stream : streams)
        place(*stream, start, upTo, hearing, rate, [&](const OrderedPacket&, std::int64_t position, bool begins) {
            earliest = begins ? std::min(earliest, position) : earliest;
        });
    return std::max(earliest, -TimelineLimits::longestFirstStall * static_cast<std::int64_t>(rate));
}

void note(const PlacedStream& stream, const SoundLoss& loss, Hearing hearing, std::uint32_t rate,
    std::vector<std::string>& notes)
{
    const auto add = [&](const std::string& what) { notes.push_back(named(stream, what)); };
    for (const auto& [what, packets] : loss.undecodedPackets)
        add(what + " is not decoded: " + counted(packets, "packet is", "packets are") + " silence");
    if (stream.read.notRtp > 0)
        add(counted(stream.read.notRtp, "packet is", "packets are") + " not RTP and left out");
    if (stream.read.strays > 0)
        add(counted(stream.read.strays, "packet", "packets") + " far out of sequence left out");
    if (stream.read.cut > 0)
        add(counted(stream.read.cut, "packet was", "packets were") + " cut short by the capture");
    if (stream.read.damaged)
        add("the recording ends in the middle of a packet");
    if (stream.read.discarded > 0)
        add(counted(stream.read.discarded, "packet", "packets") + " too late for the jitter buffer left out");
    if (loss.withProbe > 0)
        add(counted(loss.withProbe, "packet is", "packets are")
            + " missing from seconds in which the probe itself lost frames: "
            + (hearing == Hearing::AsHeard ? "silence" : "concealed") + ", and no loss of the network");
    if (loss.strangeBytes > 0)
        add(counted(loss.strangeBytes, "payload byte is", "payload bytes are") + " no frame of the codec");
    const auto time = [&](std::uint64_t samples) {
        return counted((samples * 1000 + rate - 1) / rate, "millisecond", "milliseconds");
    };
    if (loss.overlapped > 0)
        add(time(loss.overlapped)
            + (hearing == Hearing::AsHeard
                    ? " skipped, as the jitter buffer's delay fell"
                    : " left out to keep both sides in step: the sender's timestamps ran ahead of its packets"));
    if (loss.stretched > 0)
        add(time(loss.stretched) + " filled in amid speech, as the jitter buffer's delay grew");
}

}

AssembledSound assembleSound(
    const std::vector<RecordedStream>& media, Timestamp end, Hearing hearing, const MakeSide& makeSide)
{
    AssembledSound sound;
    std::vector<std::unique_ptr<PlacedStream>> all;
    for (const RecordedStream& one : media) {
        all.push_back(std::make_unique<PlacedStream>(survey(one, end, hearing)));
        if (all.back()->packets == 0) {
            sound.notes.push_back(named(*all.back(), "no sound was recorded"));
            all.pop_back();
        }
    }
    const std::vector<const PlacedStream*> streams = withoutCopies(all, sound.notes);
    if (streams.empty())
        return sound;

    sound.start = (*std::ranges::min_element(streams, {}, &PlacedStream::first))->first;
    Timestamp last = sound.start;
    for (const PlacedStream* stream : streams) {
        last = std::max(last, stream->last);
        sound.sampleRate = std::max(sound.sampleRate, stream->form.rate());
    }
    const std::uint32_t rate = sound.sampleRate;
    const std::int64_t before = beginOf(streams, sound.start, end, hearing, rate);
    const std::int64_t span = samplesBetween(sound.start, last, rate);
    const std::int64_t limit = std::min(span - before + margin * rate, longestCall * rate);

    SoundSide& caller = makeSide(Party::Caller, static_cast<std::size_t>(limit), rate);
    SoundSide& callee = makeSide(Party::Callee, static_cast<std::size_t>(limit), rate);
    for (const PlacedStream* stream : streams) {
        const StreamRecord& record = stream->recorded.stream;
        SoundLoss loss;
        StreamSound voice(record, stream->form.channels(), record.direction == Party::Caller ? caller : callee, loss);
        if (hearing == Hearing::AsHeard)
            voice.playAsHeard();
        place(*stream, sound.start, end, hearing, rate,
            [&](const OrderedPacket& packet, std::int64_t position, bool begins) {
                if (begins)
                    voice.beginRun();
                voice.add(packet, std::max<std::int64_t>(0, position - before));
            });
        note(*stream, loss, hearing, rate, sound.notes);
    }
    if (caller.beyondLimit() + callee.beyondLimit() > 0)
        sound.notes.push_back("sound past the end of the call, or past its fourth hour, is left out");
    sound.start += Nanoseconds(before * (1'000'000'000 / rate));
    return sound;
}

CallAudio assembleCallAudio(const std::vector<StreamMedia>& media, Timestamp end, Hearing hearing)
{
    std::vector<RecordedStream> recorded;
    for (const StreamMedia& one : media)
        recorded.push_back({ one.stream, { Bytes(one.bytes) }, {}, one.facts });
    return assembleCallAudio(recorded, end, hearing);
}

CallAudio assembleCallAudio(const std::vector<RecordedStream>& media, Timestamp end, Hearing hearing)
{
    std::optional<SoundTrack> caller, callee;
    AssembledSound sound =
        assembleSound(media, end, hearing, [&](Party side, std::size_t limit, std::uint32_t rate) -> SoundSide& {
            return (side == Party::Caller ? caller : callee).emplace(limit, rate);
        });
    CallAudio audio;
    audio.sampleRate = sound.sampleRate;
    audio.start = sound.start;
    audio.notes = std::move(sound.notes);
    if (!caller)
        return audio;
    const std::size_t length = std::max(caller->samples().size(), callee->samples().size());
    audio.caller = std::move(caller->samples());
    audio.callee = std::move(callee->samples());
    audio.caller.resize(length);
    audio.callee.resize(length);
    audio.callerLost = std::move(caller->lost());
    audio.calleeLost = std::move(callee->lost());
    return audio;
}

}
