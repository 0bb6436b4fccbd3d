#include "shared/quality/jitter_buffer.h"

namespace callmon {

JitterBufferRule JitterBufferRule::fixed(Milliseconds delay)
{
    const auto ms = static_cast<float>(delay.count());
    return { JitterBufferKind::Fixed, ms, ms, 0 };
}

JitterBufferRule JitterBufferRule::adaptive(Milliseconds least)
{
    JitterBufferRule rule;
    rule.leastMs = std::min(static_cast<float>(least.count()), rule.mostMs);
    return rule;
}

void JitterBuffer::begin(Late& late)
{
    late.baseMs += static_cast<double>(m_delayMs);
    late.inARow = 0;
    m_delayMs = m_meanMs = m_deviationMs = 0;
}

bool JitterBuffer::judge(
    std::uint64_t packet, float uncertaintyMs, bool talkspurt, const JitterBufferRule& rule, Late& late)
{
    if (rule.kind == JitterBufferKind::None)
        return true;
    const float behind = m_delayMs - m_meanMs;
    const bool tooLate = behind - uncertaintyMs > depthMs(rule);
    const bool tooEarly = behind < -beyondMs;
    if ((tooEarly && packet == late.early + 1) || (tooLate && talkspurt)) {
        begin(late);
        return true;
    }
    if (tooEarly) {
        late.early = packet;
        return true;
    }
    if (!tooLate) {
        learn(behind, rule);
        return true;
    }
    const bool goesOn = late.inARow > 0 && packet == late.packet + 1 && m_delayMs > late.leastMs - catchUpMs;
    late.leastMs = goesOn ? std::min(late.leastMs, m_delayMs) : m_delayMs;
    late.inARow = static_cast<std::uint16_t>(goesOn ? late.inARow + 1 : 1);
    late.packet = packet;
    if (late.inARow >= resyncAfter) {
        begin(late);
        return true;
    }
    learn(behind, rule);
    return false;
}

}
