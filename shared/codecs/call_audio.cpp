#include "shared/codecs/call_audio.h"

#include "shared/codecs/recorded_stream.h"
#include "shared/codecs/sound_notes.h"
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
    bool oneOfSeveral = false; // that its side sent
};

Sentence named(const PlacedStream& stream, const Sentence& what)
{
    return ofStream(stream.recorded.stream, stream.oneOfSeveral, what);
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
    const std::vector<std::unique_ptr<PlacedStream>>& streams, std::vector<Sentence>& notes)
{
    std::vector<const PlacedStream*> kept;
    for (const auto& stream : streams) {
        const auto original =
            std::ranges::find_if(kept, [&](const PlacedStream* other) { return isCopy(*stream, *other); });
        if (original == kept.end())
            kept.push_back(stream.get());
        else
            notes.push_back(named(*stream,
                sentence(TR("Engine", "the same sound as stream %1 on another path, heard once"),
                    (*original)->recorded.stream.key.index)));
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
    std::vector<Sentence>& notes)
{
    const auto add = [&](const Sentence& what) { notes.push_back(named(stream, what)); };
    for (const Sentence& what : undecodedIn(loss))
        add(what);
    if (stream.read.notRtp > 0)
        add(stream.read.notRtp == 1
                ? sentence(TR("Engine", "1 packet is not RTP and left out"))
                : sentence(TR("Engine", "%1 packets are not RTP and left out"), stream.read.notRtp));
    if (stream.read.strays > 0)
        add(stream.read.strays == 1
                ? sentence(TR("Engine", "1 packet far out of sequence left out"))
                : sentence(TR("Engine", "%1 packets far out of sequence left out"), stream.read.strays));
    if (stream.read.cut > 0)
        add(stream.read.cut == 1 ? sentence(TR("Engine", "1 packet was cut short by the capture"))
                                 : sentence(TR("Engine", "%1 packets were cut short by the capture"), stream.read.cut));
    if (stream.read.damaged)
        add(sentence(TR("Engine", "the recording ends in the middle of a packet")));
    if (stream.read.discarded > 0)
        add(tooLateForTheBuffer(stream.read.discarded));
    if (loss.withProbe > 0)
        add(lostWithTheProbe(loss.withProbe, hearing));
    if (loss.strangeBytes > 0)
        add(loss.strangeBytes == 1
                ? sentence(TR("Engine", "1 payload byte is no frame of the codec"))
                : sentence(TR("Engine", "%1 payload bytes are no frame of the codec"), loss.strangeBytes));
    const auto ms = [&](std::uint64_t samples) { return (samples * 1000 + rate - 1) / rate; };
    if (loss.overlapped > 0)
        add(hearing == Hearing::AsHeard
                ? sentence(TR("Engine", "%1 ms skipped, as the jitter buffer's delay fell"), ms(loss.overlapped))
                : sentence(TR("Engine",
                               "%1 ms left out to keep both sides in step: the sender's timestamps ran ahead of its "
                               "packets"),
                    ms(loss.overlapped)));
    if (loss.stretched > 0)
        add(sentence(
            TR("Engine", "%1 ms filled in amid speech, as the jitter buffer's delay grew"), ms(loss.stretched)));
}

}

AssembledSound assembleSound(
    const std::vector<RecordedStream>& media, Timestamp end, Hearing hearing, const MakeSide& makeSide)
{
    AssembledSound sound;
    std::vector<std::unique_ptr<PlacedStream>> all;
    for (const RecordedStream& one : media) {
        all.push_back(std::make_unique<PlacedStream>(survey(one, end, hearing)));
        all.back()->oneOfSeveral = std::ranges::count(media, one.stream.direction, [](const RecordedStream& other) {
            return other.stream.direction;
        }) > 1;
        if (all.back()->packets == 0) {
            sound.notes.push_back(named(*all.back(), sentence(TR("Engine", "no sound was recorded"))));
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
        sound.notes.push_back(
            sentence(TR("Engine", "sound past the end of the call, or past its fourth hour, is left out")));
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
