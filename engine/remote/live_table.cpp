#include "engine/remote/live_table.h"

#include <algorithm>
#include <utility>

namespace callmon {

namespace {

constexpr std::uint8_t numberOf(Party party)
{
    return static_cast<std::uint8_t>(party);
}

// As printf rounds, to even: the sum has no room for a fraction. A float times a hundred is exact in a double.
bool printsAlike(float a, float b, double steps)
{
    constexpr double toWhole = 0x1.8p52;
    return a == b
        || ((a == 0) == (b == 0)
            && static_cast<double>(a) * steps + toWhole == static_cast<double>(b) * steps + toWhole);
}

bool looksAlike(const LiveDirection& a, const LiveDirection& b)
{
    return a.seen == b.seen && printsAlike(a.mosNow, b.mosNow, 100) && printsAlike(a.mosMin, b.mosMin, 100)
        && printsAlike(a.lossPercent, b.lossPercent, 100) && printsAlike(a.jitterMs, b.jitterMs, 10);
}

// `visit(LiveStream&, FixedText<30>& codec)`
template <typename Visit> void eachStream(LiveRows& rows, std::uint32_t place, Visit visit)
{
    const LiveHead& head = rows.head(place);
    for (std::size_t i = 0; i < head.index.size(); ++i)
        if (head.index[i] != LiveHead::none)
            visit(rows.streams(place)[i], rows.rest(place).codecs[i]);
    if (head.hasMore)
        for (LiveRest::More& more : rows.rest(place).more)
            visit(more.stream, more.codec);
}

}

LiveTable::LiveTable(std::size_t rememberedRemovals)
    : m_rememberedRemovals(rememberedRemovals)
{
}

LiveStream& LiveTable::streamOf(std::uint32_t place, std::uint32_t index)
{
    LiveHead& head = m_rows.head(place);
    if (index < LiveHead::none) {
        const std::size_t wanted = LiveRows::placeOfStream(index);
        for (const std::size_t i : { wanted, 1 - wanted })
            if (head.index[i] == index)
                return m_rows.streams(place)[i];
    }
    if (head.hasMore)
        for (LiveRest::More& more : m_rows.rest(place).more)
            if (more.stream.index == index)
                return more.stream;
    LiveStream added;
    added.index = index;
    if (index < LiveHead::none) {
        const std::size_t wanted = LiveRows::placeOfStream(index);
        for (const std::size_t i : { wanted, 1 - wanted })
            if (head.index[i] == LiveHead::none) {
                head.index[i] = static_cast<std::uint8_t>(index);
                return m_rows.streams(place)[i] = added;
            }
    }
    head.hasMore = true;
    return m_rows.rest(place).more.emplace_back(LiveRest::More { added, {} }).stream;
}

// Of several streams in one direction the newest says how it is now; the worst MOS is of all of them.
void LiveTable::show(std::uint32_t place, Party party, const LiveStream* alone)
{
    LiveHead& head = m_rows.head(place);
    LiveDirection shown;
    if (alone != nullptr) {
        shown = alone->figures;
    } else {
        const LiveStream* newest = nullptr;
        float worst = 0;
        eachStream(m_rows, place, [&](const LiveStream& stream, const FixedText<30>&) {
            if (stream.direction != party)
                return;
            if (newest == nullptr || stream.index > newest->index)
                newest = &stream;
            if (const float mos = stream.figures.mosMin; mos > 0 && (worst <= 0 || mos < worst))
                worst = mos;
        });
        if (newest != nullptr)
            shown = newest->figures;
        shown.mosMin = worst;
    }
    const std::size_t side = numberOf(party);
    if (looksAlike(shown, head.sentBy(side)))
        return;
    head.seen[side] = shown.seen;
    head.sent[side] = { shown.mosNow, shown.mosMin, shown.lossPercent, shown.jitterMs };
    head.version = ++m_version;
}

void LiveTable::show(std::uint32_t place, const LiveStream& changed)
{
    if (!changed.direction)
        return;
    const LiveHead& head = m_rows.head(place);
    const bool alone = !head.hasMore && (head.direction[0] != head.direction[1]);
    show(place, *changed.direction, alone ? &changed : nullptr);
}

void LiveTable::setDirection(std::uint32_t place, LiveStream& stream, Party direction)
{
    if (stream.direction == direction)
        return;
    const auto before = std::exchange(stream.direction, direction);
    LiveHead& head = m_rows.head(place);
    for (std::size_t i = 0; i < head.index.size(); ++i)
        if (head.index[i] == stream.index)
            head.direction[i] = numberOf(direction);
    if (before)
        show(place, *before, nullptr);
}

void LiveTable::setCodec(std::uint32_t place, LiveStream& stream, const FixedText<30>& codec)
{
    if (!stream.codec.wasCut() && stream.codec == codec.view())
        return;
    stream.codec = codec.view();
    const FixedText<30>* newest = nullptr;
    std::uint32_t newestIndex = 0;
    eachStream(m_rows, place, [&](const LiveStream& each, FixedText<30>& its) {
        if (&each == &stream)
            its = codec;
        if (!its.empty() && (newest == nullptr || each.index > newestIndex)) {
            newest = &its;
            newestIndex = each.index;
        }
    });
    FixedText<30>& shown = m_rows.rest(place).call.codec;
    if (newest == nullptr || *newest == shown)
        return;
    shown = *newest;
    LiveHead& head = m_rows.head(place);
    head.version = head.wholeVersion = ++m_version;
}

void LiveTable::update(const CallRecord& record)
{
    const std::lock_guard lock(m_mutex);
    std::uint32_t place = m_rows.find(record.key);
    if (place == LiveRows::none)
        place = m_rows.add(record.key);
    LiveCall& call = m_rows.rest(place).call;
    call.key = record.key;
    call.state = record.state;
    call.trust = record.trust;
    call.lastCode = record.lastCode;
    call.startedAt = record.startedAt;
    call.answeredAt = record.answeredAt;
    call.endedAt = record.endedAt;
    call.caller = record.caller;
    call.callee = record.callee;
    call.callId = record.callId;
    call.callerTrunk = record.callerTrunk;
    call.calleeTrunk = record.calleeTrunk;
    call.countedAt = record.countedAt;
    LiveHead& head = m_rows.head(place);
    head.version = head.wholeVersion = ++m_version;
}

void LiveTable::update(const StreamRecord& record)
{
    const std::lock_guard lock(m_mutex);
    const std::uint32_t place = m_rows.find(record.key.call);
    if (place == LiveRows::none)
        return;
    LiveStream& stream = streamOf(place, record.key.index);
    stream.figures.seen = true;
    stream.figures.lossPercent = static_cast<float>(record.lossPercent);
    stream.upTo = record.lastPacketAt;
    stream.expected = record.expected;
    stream.lost = record.lost;
    stream.figures.mosMin = static_cast<float>(record.mosMin.value_or(0));
    setDirection(place, stream, record.direction);
    setCodec(place, stream, record.codec);
    show(place, stream);
}

void LiveTable::update(const QualityPoint& point)
{
    const std::lock_guard lock(m_mutex);
    const std::uint32_t place = m_rows.find(point.stream.call);
    if (place == LiveRows::none)
        return;
    LiveStream& stream = streamOf(place, point.stream.index);
    stream.figures.seen = true;
    stream.figures.mosNow = point.mos;
    stream.figures.jitterMs = point.jitterMs;
    if (point.at > stream.upTo) {
        const std::uint64_t distinct = point.packets - std::min(point.duplicates, point.packets);
        stream.lost += point.lost;
        stream.expected += distinct + point.lost + point.lostWithProbe;
        if (stream.expected > 0)
            stream.figures.lossPercent =
                static_cast<float>(100.0 * static_cast<double>(stream.lost) / static_cast<double>(stream.expected));
    }
    show(place, stream);
}

void LiveTable::remove(CallKey key)
{
    const std::lock_guard lock(m_mutex);
    const std::uint32_t place = m_rows.find(key);
    if (place == LiveRows::none)
        return;
    m_rows.remove(place);
    m_removals.push_back({ ++m_version, key });
    while (m_removals.size() > m_rememberedRemovals) {
        m_forgotten = m_removals.front().version;
        m_removals.pop_front();
    }
}

LiveCall LiveTable::callAt(std::uint32_t place) const
{
    LiveCall call = m_rows.rest(place).call;
    call.sent = { m_rows.head(place).sentBy(0), m_rows.head(place).sentBy(1) };
    return call;
}

LiveDelta LiveTable::delta(std::uint64_t since) const
{
    const std::lock_guard lock(m_mutex);
    if (since == 0 || since < m_forgotten || since > m_version)
        return snapshotLocked();
    LiveDelta delta;
    delta.fromVersion = since;
    delta.toVersion = m_version;
    if (since == m_version)
        return delta;
    // All heads one after the other cost less than an order of their changes that every update would have to keep.
    for (std::uint32_t place = 0; place < m_rows.end(); ++place) {
        const LiveHead& head = m_rows.head(place);
        if (head.version <= since)
            continue;
        if (head.wholeVersion > since)
            delta.changed.push_back(callAt(place));
        else
            delta.figures.push_back({ head.key, { head.sentBy(0), head.sentBy(1) } });
    }
    const auto first = std::upper_bound(m_removals.begin(), m_removals.end(), since,
        [](std::uint64_t version, const Removal& removal) { return version < removal.version; });
    for (auto removal = first; removal != m_removals.end(); ++removal)
        if (m_rows.find(removal->key) == LiveRows::none) // a key that came back is among the changed
            delta.removed.push_back(removal->key);
    return delta;
}

LiveDelta LiveTable::snapshot() const
{
    const std::lock_guard lock(m_mutex);
    return snapshotLocked();
}

LiveDelta LiveTable::snapshotLocked() const
{
    LiveDelta all;
    all.snapshot = true;
    all.toVersion = m_version;
    all.changed.reserve(m_rows.size());
    for (std::uint32_t place = 0; place < m_rows.end(); ++place)
        if (m_rows.head(place).version > 0)
            all.changed.push_back(callAt(place));
    return all;
}

void LiveTable::eachPiece(const std::function<void(std::span<LiveCall>)>& take) const
{
    constexpr std::size_t pieceRows = 128; // 100 KiB, which stay in the cache
    std::vector<LiveCall> piece;
    piece.reserve(pieceRows);
    for (std::uint32_t place = 0;;) {
        {
            const std::lock_guard lock(m_mutex);
            for (; place < m_rows.end() && piece.size() < pieceRows; ++place)
                if (m_rows.head(place).version > 0)
                    piece.push_back(callAt(place));
        }
        if (piece.empty())
            return;
        take(piece);
        piece.clear();
    }
}

std::uint64_t LiveTable::version() const
{
    const std::lock_guard lock(m_mutex);
    return m_version;
}

std::size_t LiveTable::size() const
{
    const std::lock_guard lock(m_mutex);
    return m_rows.size();
}

}
