#include "engine/alarms/call_alarms.h"

#include "engine/alarms/alarm_texts.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr std::uint32_t mostWatches = 65'536; // figures beyond a threshold at once; in a storm the first ones
constexpr std::uint32_t leastPackets = 10; // a second with fewer says nothing of loss: one of three is no 33 %
constexpr std::uint32_t pauseSeconds = 2; // longer without a packet, and heard again: silence is not sent

std::uint64_t hashOf(CallKey key)
{
    return static_cast<std::uint64_t>(key.value >> 10) * 0x9e3779b97f4a7c15ULL; // no key is the caller's choice
}

std::uint32_t secondsOf(Timestamp time)
{
    return static_cast<std::uint32_t>(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
}

bool isQuality(AlarmKind kind)
{
    return kind <= AlarmKind::JitterHigh;
}

std::size_t timePlaceOf(AlarmKind kind) // of those whose figure is a time
{
    return static_cast<std::size_t>(kind) - static_cast<std::size_t>(AlarmKind::OneWayAudio);
}

std::size_t placeOf(Party party)
{
    return static_cast<std::size_t>(party);
}

std::uint32_t expectedIn(const QualityPoint& point)
{
    return point.packets - std::min(point.duplicates, point.packets) + point.lost;
}

// Of the second; empty when it says nothing of it.
std::optional<double> figureOf(AlarmKind kind, const QualityPoint& point)
{
    if (point.packets == 0)
        return std::nullopt;
    if (point.probeLost)
        return std::nullopt;
    if (kind == AlarmKind::JitterHigh) // what is within the error may be the probe's own
        return std::max(0.F, point.jitterMs - point.jitterErrorMs);
    if (kind == AlarmKind::MosLow)
        return point.mos > 0 ? std::optional<double>(point.mos) : std::nullopt;
    const std::uint32_t expected = expectedIn(point);
    return expected >= leastPackets ? std::optional(100.0 * point.lost / expected) : std::nullopt;
}

}

CallAlarms::CallAlarms(AlarmBook& book, std::uint32_t maxCalls)
    : m_book(book)
    , m_index(maxCalls)
    , m_calls(maxCalls)
    , m_faces(maxCalls)
    , m_watches(mostWatches)
{
}

void CallAlarms::setRules(std::span<const AlarmRule> rules, Timestamp now)
{
    std::vector<RuleState> next;
    std::vector<std::uint16_t> placeOfOld(m_rules.size(), 0xffff);
    for (const AlarmRule& rule : rules) {
        if (!isOfCall(rule.kind) || !rule.enabled)
            continue;
        RuleState state { rule, {} };
        for (std::size_t old = 0; old < m_rules.size(); ++old)
            if (m_rules[old].rule.name == rule.name && m_rules[old].rule.kind == rule.kind) {
                state.storm = m_rules[old].storm;
                placeOfOld[old] = static_cast<std::uint16_t>(next.size());
            }
        next.push_back(std::move(state));
    }
    for (std::uint32_t i = 0; i < m_watchesEver; ++i)
        if (m_watches[i].used && placeOfOld[m_watches[i].rule] == 0xffff)
            release(i, now, AlarmEnd::RuleChanged);
    for (std::size_t old = 0; old < m_rules.size(); ++old)
        if (placeOfOld[old] == 0xffff)
            m_rules[old].storm.end(m_book, now, AlarmEnd::RuleChanged);
    for (std::uint32_t i = 0; i < m_watchesEver; ++i)
        if (m_watches[i].used)
            m_watches[i].rule = placeOfOld[m_watches[i].rule];
    m_rules = std::move(next);
    m_loosest = {};
    m_shortestTimes.fill(std::numeric_limits<double>::infinity());
    for (const RuleState& state : m_rules) {
        const auto threshold = static_cast<float>(state.rule.threshold);
        if (state.rule.kind == AlarmKind::MosLow)
            m_loosest.mos = std::max(m_loosest.mos, threshold);
        else if (state.rule.kind == AlarmKind::LossHigh)
            m_loosest.lossPercent = std::min(m_loosest.lossPercent, threshold);
        else if (state.rule.kind == AlarmKind::JitterHigh)
            m_loosest.jitterMs = std::min(m_loosest.jitterMs, threshold);
        else
            m_shortestTimes[timePlaceOf(state.rule.kind)] =
                std::min(m_shortestTimes[timePlaceOf(state.rule.kind)], state.rule.threshold);
    }
}

std::uint32_t CallAlarms::find(CallKey key) const
{
    return m_index.find(hashOf(key), [&](std::uint32_t index) { return m_calls[index].key == key; });
}

// With several lanes a stream may be told before its call.
std::uint32_t CallAlarms::follow(CallKey key)
{
    std::uint32_t index = find(key);
    if (index != noIndex)
        return index;
    index = m_calls.acquire();
    if (index == noIndex) {
        ++m_callsRefused;
        return noIndex;
    }
    m_callsEver = std::max(m_callsEver, index + 1);
    m_calls[index].key = key;
    m_faces[index] = {};
    m_index.insert(hashOf(key), index);
    return index;
}

void CallAlarms::liveCall(const CallRecord& record)
{
    const std::uint32_t index = follow(record.key);
    if (index == noIndex)
        return;
    if (m_faces[index].caller.empty()) {
        m_faces[index] = { record.caller.view(), record.callee.view(), networkOf(record.callerAddress.ip),
            networkOf(record.calleeAddress.ip) };
    }
    FollowedCall& call = m_calls[index];
    const bool onHold = record.state == CallState::OnHold;
    if (record.answeredAt && call.answeredAt == 0)
        call.answeredAt = call.judgedFrom = secondsOf(*record.answeredAt);
    if (call.onHold && !onHold) // both begin to send again: neither has been silent until now
        call.judgedFrom = std::max(call.judgedFrom, secondsOf(record.lastPacketAt));
    call.onHold = onHold;
    call.wantsAudio = record.mediaKinds.has(MediaKind::Audio) && !record.mediaKinds.has(MediaKind::Image);
    call.endedAt = record.endedAt && record.answeredAt ? secondsOf(*record.endedAt) : 0;
}

void CallAlarms::stream(const StreamRecord& record)
{
    const std::uint32_t index = follow(record.key.call);
    if (index == noIndex)
        return;
    FollowedCall& call = m_calls[index];
    if (record.key.index >= 32)
        call.manyStreams = true;
    else if (record.kind == MediaKind::Audio)
        call.streams[placeOf(record.direction)] |= 1U << record.key.index;
}

bool CallAlarms::isPlain(const QualityPoint& point) const
{
    return (point.mos >= m_loosest.mos || point.mos == 0) && point.jitterMs <= m_loosest.jitterMs
        && (point.lost == 0
            || 100.F * static_cast<float>(point.lost) <= m_loosest.lossPercent * static_cast<float>(expectedIn(point)));
}

void CallAlarms::expect(std::span<const StreamKey> streams) const
{
    for (const StreamKey& stream : streams)
        m_index.prefetch(hashOf(stream.call));
    for (const StreamKey& stream : streams)
        if (const std::uint32_t likely = m_index.likely(hashOf(stream.call)); likely != noIndex)
            __builtin_prefetch(&m_calls[likely], 1);
}

void CallAlarms::quality(const QualityPoint& point)
{
    const std::uint32_t index = find(point.stream.call);
    if (index == noIndex)
        return;
    FollowedCall& call = m_calls[index];
    if (point.packets > 0 && point.stream.index < 32) {
        const std::uint32_t bit = 1U << point.stream.index;
        const Seconds from = secondsOf(point.at);
        for (std::size_t party = 0; party < 2; ++party) {
            if ((call.streams[party] & bit) == 0)
                continue;
            if (from > call.heardUpTo[party] + pauseSeconds || call.heardUpTo[party] == 0) {
                call.paused[party] = call.heardUpTo[party] > call.judgedFrom && call.judgedFrom != 0;
                call.heardSince[party] = from;
            }
            call.heardUpTo[party] = std::max(call.heardUpTo[party], from + 1);
        }
    }
    if (call.watches != noIndex || !isPlain(point))
        judge(index, point);
}

void CallAlarms::judge(std::uint32_t index, const QualityPoint& point)
{
    const FollowedCall& call = m_calls[index];
    const std::uint32_t bit = point.stream.index < 32 ? 1U << point.stream.index : 0;
    std::optional<Party> direction;
    if ((call.streams[placeOf(Party::Caller)] & bit) != 0)
        direction = Party::Caller;
    else if ((call.streams[placeOf(Party::Callee)] & bit) != 0)
        direction = Party::Callee;
    for (std::size_t rule = 0; rule < m_rules.size(); ++rule) {
        const AlarmKind kind = m_rules[rule].rule.kind;
        if (!isQuality(kind))
            continue;
        if (const auto figure = figureOf(kind, point))
            apply(index, static_cast<std::uint16_t>(rule), point.stream.index, direction, *figure, point.at,
                point.at + std::chrono::seconds(1));
    }
}

// How long it has been so, in seconds; 0 when it is not.
double CallAlarms::longestTime(
    const FollowedCall& call, AlarmKind kind, Seconds now, std::optional<Party>& direction) const
{
    const auto passed = [](Seconds since, Seconds until) { return until > since ? double(until - since) : 0.0; };
    const bool on = call.answeredAt != 0 && call.endedAt == 0;
    const bool judged = on && call.wantsAudio && !call.onHold && !call.manyStreams;
    switch (kind) {
    case AlarmKind::NoMedia:
        return judged && call.heardUpTo[0] == 0 && call.heardUpTo[1] == 0 ? passed(call.judgedFrom, now) : 0;
    case AlarmKind::OneWayAudio:
        for (const Party silent : { Party::Caller, Party::Callee }) {
            const std::size_t other = 1 - placeOf(silent);
            if (!judged || call.paused[placeOf(silent)] || call.heardUpTo[other] + pauseSeconds < now)
                continue;
            // Both are needed: the one has been silent, and the other has been sending.
            const double time =
                passed(std::max({ call.judgedFrom, call.heardUpTo[placeOf(silent)], call.heardSince[other] }), now);
            if (time > pauseSeconds) {
                direction = silent;
                return time;
            }
        }
        return 0;
    case AlarmKind::MediaAfterBye:
        if (call.endedAt == 0)
            return 0;
        direction = call.heardUpTo[0] >= call.heardUpTo[1] ? Party::Caller : Party::Callee;
        return passed(call.endedAt + 1, call.heardUpTo[placeOf(*direction)]); // + 1: the second of the BYE itself
    case AlarmKind::LongCall:
        return on ? passed(call.answeredAt, now) : 0;
    default:
        return 0;
    }
}

void CallAlarms::judgeTimes(std::uint32_t index, Timestamp now)
{
    for (const AlarmKind kind :
        { AlarmKind::OneWayAudio, AlarmKind::NoMedia, AlarmKind::MediaAfterBye, AlarmKind::LongCall }) {
        std::optional<Party> direction;
        const double time = longestTime(m_calls[index], kind, secondsOf(now), direction);
        // What is within the thresholds of all rules concerns none of them, unless one is to be cleared.
        if (time <= m_shortestTimes[timePlaceOf(kind)] && m_calls[index].watches == noIndex)
            continue;
        for (std::size_t rule = 0; rule < m_rules.size(); ++rule)
            if (m_rules[rule].rule.kind == kind)
                apply(index, static_cast<std::uint16_t>(rule), noIndex, direction, time, now - std::chrono::seconds(1),
                    now);
    }
}

void CallAlarms::apply(std::uint32_t index, std::uint16_t rule, std::uint32_t stream, std::optional<Party> direction,
    double figure, Timestamp from, Timestamp to)
{
    const AlarmRule& wanted = m_rules[rule].rule;
    std::uint32_t at = m_calls[index].watches;
    while (at != noIndex && (m_watches[at].rule != rule || m_watches[at].stream != stream))
        at = m_watches[at].next;
    if (at == noIndex) {
        if (isBelow(wanted.kind) ? figure >= wanted.threshold : figure <= wanted.threshold)
            return;
        at = m_watches.acquire();
        if (at == noIndex) {
            ++m_watchesRefused;
            return;
        }
        m_watchesEver = std::max(m_watchesEver, at + 1);
        Watch& fresh = m_watches[at];
        fresh.used = true;
        fresh.call = index;
        fresh.rule = rule;
        fresh.stream = stream;
        fresh.direction = direction;
        fresh.next = m_calls[index].watches;
        m_calls[index].watches = at;
    }
    Watch& watch = m_watches[at];
    switch (watch.threshold.update(wanted, figure, from, to)) {
    case ThresholdWatch::Change::Raise:
        raise(watch, to);
        break;
    case ThresholdWatch::Change::Clear:
        release(at, to, AlarmEnd::Recovered);
        break;
    case ThresholdWatch::Change::None:
        if (watch.threshold.isIdle())
            release(at, to, AlarmEnd::None);
    }
}

void CallAlarms::raise(Watch& watch, Timestamp now)
{
    const Face& face = m_faces[watch.call];
    RuleState& state = m_rules[watch.rule];
    watch.folded = !state.storm.add(state.rule, m_book, face.callerNetwork, face.calleeNetwork, now);
    if (!watch.folded)
        list(watch, now);
}

void CallAlarms::list(Watch& watch, Timestamp now)
{
    const AlarmRule& rule = m_rules[watch.rule].rule;
    const Face& face = m_faces[watch.call];
    Alarm alarm = alarmOf(rule, now);
    alarm.call = m_calls[watch.call].key;
    alarm.direction = watch.direction;
    alarm.caller = face.caller.view();
    alarm.callee = face.callee.view();
    alarm.figure = alarm.worst = watch.threshold.worst();
    alarm.since = watch.threshold.since();
    if (!isQuality(rule.kind)) // its figure is the time that it has lasted
        alarm.since = now - std::chrono::seconds(static_cast<std::int64_t>(alarm.figure));
    alarm.text = alarmText(rule, alarm.figure, watch.direction);
    watch.alarm = m_book.raise(alarm);
    watch.folded = false;
}

void CallAlarms::unlink(std::uint32_t at)
{
    Watch& watch = m_watches[at];
    std::uint32_t* place = &m_calls[watch.call].watches;
    while (*place != at)
        place = &m_watches[*place].next;
    *place = watch.next;
    watch.used = false;
    m_watches.release(at);
}

void CallAlarms::release(std::uint32_t at, Timestamp now, AlarmEnd end)
{
    Watch& watch = m_watches[at];
    if (watch.alarm)
        m_book.clear(*watch.alarm, now, end, watch.threshold.worst());
    const bool counted = watch.threshold.isRaised() || end == AlarmEnd::Recovered; // update() has just cleared it
    if (counted) {
        const Face& face = m_faces[watch.call];
        m_rules[watch.rule].storm.remove(face.callerNetwork, face.calleeNetwork);
    }
    unlink(at);
}

void CallAlarms::callEnded(const CallRecord& record)
{
    const std::uint32_t index = find(record.key);
    if (index == noIndex)
        return;
    FollowedCall& call = m_calls[index];
    while (call.watches != noIndex)
        release(call.watches, record.lastPacketAt, AlarmEnd::CallEnded);
    m_index.erase(hashOf(call.key), index);
    call.key = {};
    m_calls.release(index);
}

void CallAlarms::second(Timestamp now)
{
    for (std::uint32_t i = 0; i < m_watchesEver; ++i) { // a stream that stopped is judged no more
        Watch& watch = m_watches[i];
        if (watch.used && watch.stream != noIndex && now - watch.threshold.upTo() > ThresholdWatch::longestGap)
            release(i, now, watch.threshold.isRaised() ? AlarmEnd::MediaEnded : AlarmEnd::None);
    }
    const Seconds seconds = secondsOf(now);
    const double shortest = *std::ranges::min_element(m_shortestTimes);
    for (std::uint32_t i = 0; i < m_callsEver; ++i) {
        const FollowedCall& call = m_calls[i];
        // Nothing of a call can have lasted longer than its answer is ago.
        if (call.key.value != 0 && call.answeredAt != 0 && double(seconds) - double(call.answeredAt) > shortest)
            judgeTimes(i, now);
    }
    for (std::size_t rule = 0; rule < m_rules.size(); ++rule) {
        RuleState& state = m_rules[rule];
        if (!state.storm.second(state.rule, m_book, now))
            continue;
        for (std::uint32_t i = 0; i < m_watchesEver; ++i)
            if (m_watches[i].used && m_watches[i].rule == rule && m_watches[i].folded)
                list(m_watches[i], now);
    }
}

std::vector<NamedCounter> CallAlarms::counters() const
{
    std::uint64_t folded = 0;
    for (const RuleState& state : m_rules)
        folded += state.storm.folded();
    return { { "alarms_folded", folded }, { "alarm_calls_refused", m_callsRefused },
        { "alarm_watches_refused", m_watchesRefused } };
}

}
