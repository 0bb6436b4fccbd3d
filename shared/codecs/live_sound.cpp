#include "shared/codecs/live_sound.h"

#include "shared/calls/media_chunk.h"
#include "shared/codecs/playout_buffer.h"
#include "shared/codecs/sound_notes.h"
#include "shared/codecs/stream_sound.h"

#include <algorithm>
#include <deque>

namespace callmon {

namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds bothSides = 1200ms; // a chunk's second, and the tick at which it is closed
constexpr Nanoseconds mostLate = 500ms; // of a packet that is to be heard
constexpr Nanoseconds step = 1s;
constexpr Nanoseconds longestPause =
    1h; // in the media of a call; a longer one is left out, and is likely a clock that was set
constexpr std::size_t window = 20; // seconds that a track is open for

struct OwnedPacket {
    OrderedPacket packet; // a view into `bytes`
    std::vector<std::byte> bytes;
    bool discarded = false; // too late for the jitter buffer; its copies are known by it
};

// One numbering.
struct LiveRun {
    std::deque<OwnedPacket> waiting; // ascending
    std::optional<std::int64_t> done; // sequence of the newest that was decoded
    std::optional<Timeline> timeline;
};

bool isNear(std::int64_t highest, std::uint16_t sequence)
{
    return isNearInSequence(static_cast<std::uint16_t>(highest), sequence);
}

}

struct LiveSound::Stream {
    Stream(const StreamRecord& of, const RecordingFacts& known, Hearing hearing, std::optional<Timestamp> answeredAt)
        : record(of)
        , facts(known)
    {
        if (hearing == Hearing::AsHeard && record.clockRate.value != 0)
            buffer.emplace(record, answeredAt);
    }

    void take(OwnedPacket owned);
    void put(OwnedPacket owned, bool newRun);
    SoundForm form() const; // as far as it is known
    Timeline::Ahead ahead(const LiveRun& run) const;
    std::int64_t place(Timeline& timeline, const LiveRun& run, Timestamp origin, std::uint32_t rate) const;
    void decode(Timestamp to, Timestamp origin, std::int64_t before, SoundTrack& track);

    StreamRecord record;
    const RecordingFacts& facts; // those of LiveSound
    std::optional<PlayoutBuffer> buffer; // as heard
    std::deque<LiveRun> runs;
    std::optional<OwnedPacket> jumped; // believed when the next one follows it
    std::int64_t highest = 0;
    Ssrc ssrcOfRun {};
    std::optional<Timestamp> first, last;
    std::uint64_t late = 0;
    std::uint64_t discarded = 0; // by the buffer
    bool copy = false; // of a stream that is heard already
    SoundLoss loss;
    std::optional<StreamSound> sound;
};

struct LiveSound::Tracks {
    Tracks(std::uint32_t rate, Timestamp start)
        : origin(start)
        , upTo(start)
        , caller(window * rate, rate)
        , callee(window * rate, rate)
    {
    }
    SoundTrack& of(Party side) { return side == Party::Caller ? caller : callee; }
    Timestamp origin;
    Timestamp upTo; // packets that arrived before it are decoded
    std::int64_t before = 0; // samples between the sound's beginning and origin, negative
    SoundTrack caller, callee;
};

LiveSound::LiveSound(Hearing hearing)
    : m_hearing(hearing)
{
}

LiveSound::~LiveSound() = default;

void LiveSound::Stream::put(OwnedPacket owned, bool newRun)
{
    if (newRun) {
        runs.emplace_back();
        highest = owned.packet.rtp.sequence;
        owned.packet.sequence = highest;
    } else {
        const auto distance = static_cast<std::int16_t>(
            static_cast<std::uint16_t>(owned.packet.rtp.sequence - static_cast<std::uint16_t>(highest)));
        owned.packet.sequence = highest + distance;
        highest = std::max(highest, owned.packet.sequence);
    }
    LiveRun& run = runs.back();
    if (run.done && owned.packet.sequence <= *run.done) {
        ++late; // or a copy of one that was heard
        return;
    }
    auto place = run.waiting.end();
    while (place != run.waiting.begin() && std::prev(place)->packet.sequence > owned.packet.sequence)
        --place;
    const bool duplicate = place != run.waiting.begin() && std::prev(place)->packet.sequence == owned.packet.sequence;
    if (duplicate) // of those the first to arrive stays
        return;
    if (buffer) {
        if (newRun)
            buffer->beginRun();
        owned.discarded = !buffer->takes(owned.packet); // unless it came in a blind second: known when it is decoded
        owned.packet.playedAt = buffer->playedAt();
    }
    run.waiting.insert(place, std::move(owned));
}

// As PacketSequencer: RFC 3550 A.1, a jump is believed when the next packet follows it.
void LiveSound::Stream::take(OwnedPacket owned)
{
    const RtpHeader& rtp = owned.packet.rtp;
    if (jumped) {
        OwnedPacket before = std::move(*jumped);
        jumped.reset();
        if (before.packet.rtp.ssrc == rtp.ssrc && isNear(before.packet.rtp.sequence, rtp.sequence))
            put(std::move(before), true);
    }
    first = first ? *first : owned.packet.arrival;
    last = last ? std::max(*last, owned.packet.arrival) : owned.packet.arrival;
    const bool begins = runs.empty() || ssrcOfRun != rtp.ssrc;
    if (begins || isNear(highest, rtp.sequence)) {
        ssrcOfRun = rtp.ssrc;
        put(std::move(owned), begins);
    } else {
        jumped = std::move(owned);
    }
}

SoundForm LiveSound::Stream::form() const
{
    SoundForm form(record);
    for (const LiveRun& run : runs)
        for (const OwnedPacket& owned : run.waiting)
            form.see(owned.packet, &owned == &run.waiting.front());
    return form;
}

Timeline::Ahead LiveSound::Stream::ahead(const LiveRun& run) const
{
    return [this, &run](std::size_t i) -> std::optional<TimedPacket> {
        if (i >= run.waiting.size())
            return std::nullopt;
        const OrderedPacket& packet = run.waiting[i].packet;
        return TimedPacket { packet.arrival, packet.sequence, packet.rtp.sent, packet.rtp.marker,
            carriedBy(packet, record).kind != CarriedPayload::Kind::Event };
    };
}

std::int64_t LiveSound::Stream::place(
    Timeline& timeline, const LiveRun& run, Timestamp origin, std::uint32_t rate) const
{
    if (const auto& playedAt = run.waiting.front().packet.playedAt)
        return samplesBetween(origin, *playedAt, rate);
    const std::int64_t position = timeline.place(ahead(run));
    const std::uint32_t clock = clockOf(record);
    return clock == rate ? position : scaled(position, clock, rate);
}

void LiveSound::Stream::decode(Timestamp to, Timestamp origin, std::int64_t before, SoundTrack& track)
{
    while (!runs.empty()) {
        LiveRun& run = runs.front();
        while (!run.waiting.empty() && run.waiting.front().packet.arrival < to) {
            if (!sound) {
                sound.emplace(record, form().channels(), track, loss);
                if (buffer)
                    sound->playAsHeard();
            }
            if (!run.timeline) {
                run.timeline.emplace(origin, clockOf(record));
                sound->beginRun();
            }
            const std::int64_t position = place(*run.timeline, run, origin, track.rate()) - before;
            OrderedPacket& packet = run.waiting.front().packet;
            packet.blind = facts.isBlind(packet.arrival);
            run.done = packet.sequence;
            const bool tooLate = run.waiting.front().discarded && !packet.blind;
            discarded += tooLate ? 1 : 0;
            if (!copy && !tooLate)
                sound->add(packet, std::max<std::int64_t>(0, position));
            run.waiting.pop_front();
        }
        if (!run.waiting.empty() || runs.size() == 1)
            return;
        runs.pop_front();
    }
}

LiveSound::Stream* LiveSound::find(StreamKey key)
{
    const auto found = std::ranges::find(m_streams, key, [](const auto& stream) { return stream->record.key; });
    return found == m_streams.end() ? nullptr : found->get();
}

void LiveSound::begin(const StreamRecord& stream)
{
    if (Stream* const known = find(stream.key)) {
        known->record.payloads = stream.payloads;
        known->record.describedAt = stream.describedAt;
    } else {
        m_streams.push_back(std::make_unique<Stream>(stream, m_facts[stream.key], m_hearing, m_answeredAt));
    }
}

void LiveSound::see(std::span<const QualityPoint> points)
{
    for (const QualityPoint& point : points) {
        if (!point.probeLost)
            continue;
        std::vector<Timestamp>& seconds = m_facts[point.stream].blindSeconds;
        const auto place = std::ranges::lower_bound(seconds, point.at);
        if (place == seconds.end() || *place != point.at)
            seconds.insert(place, point.at);
    }
}

void LiveSound::setAnsweredAt(Timestamp at)
{
    if (m_answeredAt)
        return;
    m_answeredAt = at;
    for (const auto& stream : m_streams)
        if (stream->buffer)
            stream->buffer->setAnsweredAt(at);
}

void LiveSound::add(StreamKey key, Bytes recorded)
{
    Stream* const stream = find(key);
    if (stream == nullptr)
        return;
    MediaReader reader(recorded);
    while (const auto packet = reader.next()) {
        if (packet->arrival < Timestamp())
            return; // from here on the bytes are not what was recorded
        OwnedPacket owned { { packet->arrival, packet->uncertainty, 0, {} },
            std::vector<std::byte>(packet->datagram.begin(), packet->datagram.end()) };
        const bool cut = packet->wireSize > owned.bytes.size();
        const auto rtp = parseRtpHeader(owned.bytes, cut ? Stored::CutShort : Stored::Whole);
        if (!rtp)
            continue;
        owned.packet.rtp = *rtp;
        m_first = m_first ? std::min(*m_first, packet->arrival) : packet->arrival;
        m_newest = m_newest ? std::max(*m_newest, packet->arrival) : packet->arrival;
        stream->take(std::move(owned));
    }
}

void LiveSound::start()
{
    std::uint32_t rate = 8000;
    for (const auto& stream : m_streams) {
        if (const auto rates = ratesOf(stream->record.codec, stream->record.clockRate))
            rate = std::max(rate, rates->sound);
        rate = std::max(rate, stream->form().rate());
    }
    m_tracks = std::make_unique<Tracks>(rate, *m_first);
    // A stream whose first packets were held up begins before its first arrival.
    for (const auto& stream : m_streams) {
        if (stream->runs.empty() || stream->runs.front().waiting.empty())
            continue;
        Timeline timeline(m_tracks->origin, clockOf(stream->record));
        m_tracks->before =
            std::min(m_tracks->before, stream->place(timeline, stream->runs.front(), m_tracks->origin, rate));
    }
    m_tracks->before = std::max(m_tracks->before, -TimelineLimits::longestFirstStall * static_cast<std::int64_t>(rate));
}

void LiveSound::take(const Sink& sink)
{
    if (!m_newest || *m_newest - *m_first < bothSides)
        return;
    advance(*m_newest - bothSides, sink);
}

// In steps, for the tracks are open for some seconds only.
void LiveSound::advance(Timestamp to, const Sink& sink)
{
    if (!m_tracks)
        start();
    Tracks& tracks = *m_tracks;
    if (to - tracks.upTo > longestPause) { // all before it was given, but for what is left out
        tracks.upTo = to - step;
        const std::uint32_t rate = tracks.caller.rate();
        const std::int64_t from = samplesBetween(tracks.origin, tracks.upTo, rate) - tracks.before;
        for (const Party side : { Party::Caller, Party::Callee })
            tracks.of(side).moveOn(static_cast<std::size_t>(from));
    }
    while (tracks.upTo < to) {
        tracks.upTo = std::min(to, tracks.upTo + step);
        for (const auto& stream : m_streams) {
            // A mirror on both sides of a media proxy sees a stream twice: as in assembleCallAudio().
            if (stream->first && !stream->sound && *stream->first < tracks.upTo)
                stream->copy = std::ranges::any_of(m_streams, [&](const auto& other) {
                    return other->sound && !other->copy && other->record.direction == stream->record.direction
                        && other->record.ssrc == stream->record.ssrc && other->last > *stream->first + 100ms;
                });
            stream->decode(tracks.upTo, tracks.origin, tracks.before, tracks.of(stream->record.direction));
        }
        const std::uint32_t rate = tracks.caller.rate();
        give(samplesBetween(tracks.origin, tracks.upTo - mostLate, rate) - tracks.before, sink);
    }
}

void LiveSound::give(std::int64_t to, const Sink& sink)
{
    Tracks& tracks = *m_tracks;
    const std::uint32_t rate = tracks.caller.rate();
    while (static_cast<std::int64_t>(tracks.caller.begin()) < to) {
        const std::size_t from = tracks.caller.begin();
        const std::size_t count = std::min<std::size_t>(rate, static_cast<std::size_t>(to) - from);
        CallAudio piece;
        piece.sampleRate = rate;
        piece.start =
            tracks.origin + Nanoseconds((static_cast<std::int64_t>(from) + tracks.before) * (1'000'000'000 / rate));
        for (const Party side : { Party::Caller, Party::Callee }) {
            SoundTrack& track = tracks.of(side);
            auto& samples = side == Party::Caller ? piece.caller : piece.callee;
            const auto end =
                track.samples().begin() + static_cast<std::ptrdiff_t>(std::min(count, track.samples().size()));
            samples.assign(track.samples().begin(), end);
            samples.resize(count);
            track.moveOn(from + count);
        }
        sink(piece);
    }
}

void LiveSound::finish(const Sink& sink)
{
    if (!m_newest)
        return;
    for (const auto& stream : m_streams)
        stream->jumped.reset(); // nothing followed it
    advance(*m_newest + Nanoseconds(1), sink);
    Tracks& tracks = *m_tracks;
    const std::size_t left = std::max(tracks.caller.samples().size(), tracks.callee.samples().size());
    give(static_cast<std::int64_t>(tracks.caller.begin() + left), sink);
}

std::vector<Sentence> LiveSound::notes() const
{
    std::vector<Sentence> notes;
    for (const auto& stream : m_streams) {
        const auto several = std::ranges::count(m_streams, stream->record.direction, [](const auto& other) {
            return other->record.direction;
        }) > 1;
        const auto add = [&](const Sentence& what) { notes.push_back(ofStream(stream->record, several, what)); };
        for (const Sentence& what : undecodedIn(stream->loss))
            add(what);
        if (stream->copy)
            add(sentence(TR("Engine", "the same sound as another stream, on another path, heard once")));
        if (stream->loss.withProbe > 0)
            add(lostWithTheProbe(stream->loss.withProbe, m_hearing));
        if (stream->discarded > 0)
            add(tooLateForTheBuffer(stream->discarded));
        if (stream->late > 0)
            add(stream->late == 1
                    ? sentence(TR("Engine", "1 packet came too late to be heard live, or twice"))
                    : sentence(TR("Engine", "%1 packets came too late to be heard live, or twice"), stream->late));
    }
    return notes;
}

}
