#include "engine/alarms/storm_gauge.h"

#include "engine/alarms/alarm_texts.h"

#include <algorithm>
#include <numeric>

namespace callmon {

namespace {

constexpr std::chrono::seconds calm { 30 };
constexpr std::chrono::seconds tellEvery { 5 }; // the summary's text follows no faster

std::int64_t secondsOf(Timestamp time)
{
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::string withThousands(std::uint32_t count)
{
    std::string text = std::to_string(count);
    for (std::size_t at = text.size(); at > 3; at -= 3)
        text.insert(at - 3, 1, ',');
    return text;
}

}

Network networkOf(const IpAddress& address)
{
    std::array<std::byte, 16> bytes {};
    const std::size_t kept = address.isV4() ? 15 : 8;
    std::copy_n(address.bytes().begin(), kept, bytes.begin());
    return { IpAddress::v6(bytes) };
}

std::string toString(const Network& network)
{
    return network.address.toString() + (network.address.isV4() ? "/24" : "/64");
}

void StormGauge::count(const Network& network, bool more)
{
    if (network.address.isUnspecified())
        return;
    auto at = std::find_if(m_shares.begin(), m_shares.end(),
        [&](const Share& share) { return share.calls > 0 && share.network == network; });
    if (at == m_shares.end() && more) {
        at = std::min_element(
            m_shares.begin(), m_shares.end(), [](const Share& a, const Share& b) { return a.calls < b.calls; });
        *at = { network, 0 };
    }
    if (at != m_shares.end())
        at->calls += more ? 1 : std::uint32_t(-1);
}

const StormGauge::Share* StormGauge::largest() const
{
    const auto found = std::max_element(
        m_shares.begin(), m_shares.end(), [](const Share& a, const Share& b) { return a.calls < b.calls; });
    return found->calls > 0 ? &*found : nullptr;
}

std::uint32_t StormGauge::raisedLately(Timestamp now) const
{
    const std::int64_t old = secondsOf(now) - m_newestSecond;
    std::uint32_t sum = 0;
    for (std::int64_t back = 0; back < std::int64_t(m_raisedInSecond.size()) - old; ++back) {
        const std::int64_t second = m_newestSecond - back;
        sum += m_raisedInSecond[static_cast<std::size_t>(second % std::int64_t(m_raisedInSecond.size()))];
    }
    return sum;
}

std::string StormGauge::text(const AlarmRule& rule) const
{
    std::string text = std::string(titleOf(rule.kind)) + (isBelow(rule.kind) ? " below " : " above ")
        + alarmFigureText(rule.kind, rule.threshold) + " on " + withThousands(m_affected) + " calls at once";
    if (const Share* share = largest())
        text += ", most with " + toString(share->network) + " (" + withThousands(share->calls) + ')';
    return text;
}

bool StormGauge::add(
    const AlarmRule& rule, AlarmBook& book, const Network& caller, const Network& callee, Timestamp now)
{
    const std::int64_t second = secondsOf(now);
    const auto slots = std::int64_t(m_raisedInSecond.size());
    if (second > m_newestSecond || second < m_newestSecond - slots) { // the clock may step back
        const std::int64_t fresh = second > m_newestSecond ? std::min(second - m_newestSecond, slots) : slots;
        for (std::int64_t i = 0; i < fresh; ++i)
            m_raisedInSecond[static_cast<std::size_t>((second - i) % slots)] = 0;
        m_newestSecond = second;
    }
    const bool many = raisedLately(std::max(now, Timestamp(std::chrono::seconds(m_newestSecond)))) >= rule.together;
    ++m_raisedInSecond[static_cast<std::size_t>(m_newestSecond % slots)];
    ++m_affected;
    count(caller, true);
    if (callee != caller)
        count(callee, true);
    if (!m_summary && m_affected <= rule.together && !many)
        return true;
    ++m_folded;
    m_most = std::max(m_most, m_affected);
    m_calmSince = now;
    if (m_summary)
        return false;
    Alarm alarm = alarmOf(rule, now);
    alarm.calls = std::max(m_affected, 1U);
    alarm.figure = alarm.worst = m_affected;
    alarm.threshold = rule.together;
    alarm.callThreshold = rule.threshold;
    if (const Share* share = largest()) {
        alarm.part = toString(share->network);
        alarm.group = alarm.part.view();
        alarm.partCalls = share->calls;
    }
    alarm.text = text(rule);
    m_most = m_affected;
    m_toldAt = now;
    m_summary = book.raise(alarm);
    return false;
}

void StormGauge::remove(const Network& caller, const Network& callee)
{
    m_affected -= m_affected > 0 ? 1 : 0;
    count(caller, false);
    if (callee != caller)
        count(callee, false);
}

bool StormGauge::second(const AlarmRule& rule, AlarmBook& book, Timestamp now)
{
    if (!m_summary)
        return false;
    if (m_affected > rule.together / 2 || raisedLately(now) > rule.together / 2)
        m_calmSince = now;
    if (now - m_calmSince >= calm) {
        end(book, now, AlarmEnd::Recovered);
        return true;
    }
    if (now - m_toldAt >= tellEvery || now < m_toldAt) {
        m_toldAt = now;
        const std::string said = text(rule);
        const Share* const share = largest();
        const std::string network = share != nullptr ? toString(share->network) : std::string();
        book.update(*m_summary,
            { double(m_most), std::max(m_affected, 1U), said, network, share != nullptr ? share->calls : 0 });
    }
    return false;
}

void StormGauge::end(AlarmBook& book, Timestamp now, AlarmEnd how)
{
    if (m_summary)
        book.clear(*m_summary, now, how, m_most);
    m_summary.reset();
    m_most = 0;
}

}
