#include "shared/codecs/call_audio.h"

#include "shared/codecs/heard_packets.h"
#include "shared/codecs/stream_sound.h"

#include <algorithm>

namespace callmon {

namespace {

// The sound of a call is never longer than its packets took to arrive, whatever their timestamps say.
constexpr std::int64_t margin = 1; // second: the sound of the last packets
constexpr std::int64_t longestCall = 4 * 3600; // seconds: 230 MB a side at 8000 Hz

struct OrderedStream {
    const StreamRecord* record = nullptr;
    PacketOrder order;
    Positions positions;
    Timestamp first;
    Timestamp last;
    std::uint64_t packets = 0;
    HeardPackets heard {}; // nothing as sent
};

std::string named(const OrderedStream& stream, const std::string& what)
{
    return "stream " + std::to_string(stream.record->key.index) + ": " + what;
}

std::string counted(std::uint64_t count, const char* one, const char* many)
{
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

OrderedStream ordered(const StreamMedia& media, Timestamp end, Hearing hearing)
{
    OrderedStream stream;
    stream.record = &media.stream;
    stream.order = orderPackets(media.bytes, end);
    if (hearing == Hearing::AsHeard)
        stream.heard = takeOutDiscarded(stream.order, media.stream);
    for (const PacketRun& run : stream.order.runs)
        for (const OrderedPacket& packet : run) {
            stream.first = stream.packets == 0 ? packet.arrival : std::min(stream.first, packet.arrival);
            stream.last = stream.packets == 0 ? packet.arrival : std::max(stream.last, packet.arrival);
            ++stream.packets;
        }
    return stream;
}

// A mirror on both sides of a media proxy sees the same stream twice on two paths. Both together would be an echo.
bool isCopy(const OrderedStream& stream, const OrderedStream& kept)
{
    if (stream.record->direction != kept.record->direction || stream.record->ssrc != kept.record->ssrc)
        return false;
    const Nanoseconds common = std::min(stream.last, kept.last) - std::max(stream.first, kept.first);
    return common > (stream.last - stream.first) / 2;
}

void leaveOutCopies(std::vector<OrderedStream>& streams, std::vector<std::string>& notes)
{
    std::vector<OrderedStream> kept;
    for (OrderedStream& stream : streams) {
        const auto original = std::find_if(
            kept.begin(), kept.end(), [&stream](const OrderedStream& other) { return isCopy(stream, other); });
        if (original == kept.end())
            kept.push_back(std::move(stream));
        else
            notes.push_back(named(stream,
                "the same sound as stream " + std::to_string(original->record->key.index)
                    + " on another path, heard once"));
    }
    streams = std::move(kept);
}

// Returns the sample, from `start`, at which the sound begins: 0, or less when a stream's first packets were delayed.
std::int64_t place(std::vector<OrderedStream>& streams, Timestamp start, std::uint32_t rate)
{
    std::int64_t earliest = 0;
    for (OrderedStream& stream : streams) {
        stream.positions = stream.heard.played.empty() ? placeStream(stream.order, *stream.record, start, rate)
                                                       : placeHeard(stream.heard, *stream.record, start, rate);
        for (const auto& run : stream.positions)
            earliest = std::min(earliest, run.front());
    }
    return std::max(earliest, -TimelineLimits::longestFirstStall * static_cast<std::int64_t>(rate));
}

void note(const OrderedStream& stream, const SoundLoss& loss, std::uint32_t rate, std::vector<std::string>& notes)
{
    const auto add = [&](const std::string& what) { notes.push_back(named(stream, what)); };
    for (const auto& [what, packets] : loss.undecodedPackets)
        add(what + " is not decoded: " + counted(packets, "packet is", "packets are") + " silence");
    if (stream.order.notRtp > 0)
        add(counted(stream.order.notRtp, "packet is", "packets are") + " not RTP and left out");
    if (stream.order.strays > 0)
        add(counted(stream.order.strays, "packet", "packets") + " far out of sequence left out");
    if (stream.order.cut > 0)
        add(counted(stream.order.cut, "packet was", "packets were") + " cut short by the capture");
    if (stream.order.damaged)
        add("the recording ends in the middle of a packet");
    if (stream.heard.discarded > 0)
        add(counted(stream.heard.discarded, "packet", "packets") + " too late for the jitter buffer left out");
    if (loss.strangeBytes > 0)
        add(counted(loss.strangeBytes, "payload byte is", "payload bytes are") + " no frame of the codec");
    const auto time = [&](std::uint64_t samples) {
        return counted((samples * 1000 + rate - 1) / rate, "millisecond", "milliseconds");
    };
    const bool asHeard = !stream.heard.played.empty();
    if (loss.overlapped > 0 && asHeard)
        add(time(loss.overlapped) + " skipped, as the jitter buffer's delay fell");
    else if (loss.overlapped > 0)
        add(time(loss.overlapped)
            + " left out to keep both sides in step: the sender's timestamps ran ahead of its packets");
    if (loss.stretched > 0)
        add(time(loss.stretched) + " filled in amid speech, as the jitter buffer's delay grew");
}

}

CallAudio assembleCallAudio(const std::vector<StreamMedia>& media, Timestamp end, Hearing hearing)
{
    CallAudio audio;
    std::vector<OrderedStream> streams;
    for (const StreamMedia& one : media) {
        streams.push_back(ordered(one, end, hearing));
        if (streams.back().packets == 0) {
            audio.notes.push_back(named(streams.back(), "no sound was recorded"));
            streams.pop_back();
        }
    }
    leaveOutCopies(streams, audio.notes);
    if (streams.empty())
        return audio;

    audio.start = std::min_element(streams.begin(), streams.end(), [](const auto& a, const auto& b) {
        return a.first < b.first;
    })->first;
    Timestamp last = audio.start;
    for (const OrderedStream& stream : streams) {
        last = std::max(last, stream.last);
        audio.sampleRate = std::max(audio.sampleRate, soundRateOf(stream.order, *stream.record));
    }
    const std::uint32_t rate = audio.sampleRate;
    const std::int64_t before = place(streams, audio.start, rate);
    const std::int64_t span = samplesBetween(audio.start, last, rate);
    const std::int64_t limit = std::min(span - before + margin * rate, longestCall * rate);

    SoundTrack caller(static_cast<std::size_t>(limit), rate);
    SoundTrack callee(static_cast<std::size_t>(limit), rate);
    for (OrderedStream& stream : streams) {
        SoundTrack& track = stream.record->direction == Party::Caller ? caller : callee;
        SoundLoss loss;
        for (auto& run : stream.positions)
            for (std::int64_t& position : run)
                position = std::max<std::int64_t>(0, position - before);
        StreamSound sound(*stream.record, channelsOf(stream.order, *stream.record), track, loss);
        if (!stream.heard.played.empty())
            sound.stretchSpeech();
        sound.decode(stream.order, stream.positions);
        note(stream, loss, rate, audio.notes);
    }
    if (caller.beyondLimit() + callee.beyondLimit() > 0)
        audio.notes.push_back("sound past the end of the call, or past its fourth hour, is left out");

    audio.start += Nanoseconds(before * (1'000'000'000 / rate));
    const std::size_t length = std::max(caller.samples().size(), callee.samples().size());
    audio.caller = std::move(caller.samples());
    audio.callee = std::move(callee.samples());
    audio.caller.resize(length);
    audio.callee.resize(length);
    audio.callerLost = std::move(caller.lost());
    audio.calleeLost = std::move(callee.lost());
    return audio;
}

}
