// What a receiver's jitter buffer makes of a stream: how long it holds packets, and which of them come too late to be
// played. One model for records, for a call's sound as it was heard, and for what is shown.
//
// Adaptive: R. Ramjee, J. Kurose, D. Towsley, H. Schulzrinne, "Adaptive Playout Mechanisms for Packetized Audio
// Applications in Wide-Area Networks", INFOCOM 1994, algorithm 1: packets are played at their mean delay and four times
// its mean deviation. The paper moves that line between talkspurts; here each packet moves it, as in receivers that
// stretch time, for many senders never pause. Fixed: so long after the first packet was due, and nothing moves it.
#pragma once

#include "shared/base/units.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace callmon {

enum class JitterBufferKind : std::uint8_t {
    None, // not modelled
    Fixed,
    Adaptive,
};

struct JitterBufferRule {
    JitterBufferKind kind = JitterBufferKind::Adaptive;
    float leastMs = 40; // between these the adaptive one settles
    float mostMs = 200;
    float gain = 0.001998F; // the paper's 1 - alpha

    static JitterBufferRule fixed(Milliseconds delay);
    static JitterBufferRule adaptive(Milliseconds least); // least: 1 to 200 ms
};
constexpr Milliseconds fixedJitterBuffer { 60 }; // what is taken when nobody says how long
constexpr Milliseconds adaptiveJitterBuffer { 40 };

// Delays are in ms against the packet that the buffer began with: a packet's is what its arrival strayed from its
// timestamp since. The short way is takes(): when it says false, and for every packet that is unusual in any way,
// judge().
class JitterBuffer {
public:
    // What a packet in time does not need.
    struct Late {
        double baseMs = 0; // delay, against the stream's first packet, of the one that the buffer began with last
        std::uint64_t packet = 0; // that came too late last
        std::uint64_t early = 0; // that came earlier than any buffer has room for
        float leastMs = 0; // delay of those that did in a row
        std::uint16_t inARow = 0;
    };

    // `strayedMs`: against the packet before. True: it is in time, and counted.
    bool takes(float strayedMs, const JitterBufferRule& rule)
    {
        m_delayMs += strayedMs;
        if (rule.kind == JitterBufferKind::None)
            return true;
        const float behind = m_delayMs - m_meanMs;
        if (behind > depthMs(rule) || behind < -beyondMs) [[unlikely]]
            return false;
        learn(behind, rule);
        return true;
    }
    // Its delay against the stream's first packet, for a packet that judge() is asked about.
    void moveTo(double delayMs, const Late& late) { m_delayMs = static_cast<float>(delayMs - late.baseMs); }
    // False: too late to be played, even if it came as early as its arrival's uncertainty allows. `packet` counts the
    // stream's packets. A talkspurt that comes late is played late: the buffer was empty and begins anew. So it does
    // after `resyncAfter` late packets in a row that do not catch up, as a longer way leaves them (those of a stall
    // do), and after two that are early beyond measure: one alone has a wrong timestamp.
    bool judge(std::uint64_t packet, float uncertaintyMs, bool talkspurt, const JitterBufferRule& rule, Late& late);
    // With the packet whose delay was told last.
    void begin(Late& late);

    float depthMs(const JitterBufferRule& rule) const // how long a packet of mean delay waits
    {
        return std::min(std::max(4 * m_deviationMs, rule.leastMs), rule.mostMs);
    }
    // Of the last packet, against the stream's first.
    double delayMs(const Late& late) const { return late.baseMs + static_cast<double>(m_delayMs); }
    // The same of the line that packets are played on.
    double lineMs(const JitterBufferRule& rule, const Late& late) const
    {
        return late.baseMs + static_cast<double>(m_meanMs + depthMs(rule));
    }

    // How much later than it was sent, against the stream's first packet, the last one is played, when it was taken: on
    // the line. One that is early beyond measure has a wrong timestamp, and is played as if its way had been the mean.
    double playedMs(const JitterBufferRule& rule, const Late& late) const
    {
        return m_delayMs - m_meanMs < -beyondMs ? delayMs(late) + static_cast<double>(depthMs(rule))
                                                : lineMs(rule, late);
    }

    static constexpr std::uint16_t resyncAfter = 16; // 320 ms of packets of 20 ms
    static constexpr float beyondMs = 1000; // earlier than any buffer has room for: the sender's clock has jumped
    static constexpr float catchUpMs = 10; // half a usual packet; in a stall each comes a whole one less late

private:
    void learn(float behind, const JitterBufferRule& rule)
    {
        m_meanMs += rule.gain * behind;
        m_deviationMs += rule.gain * (std::fabs(m_delayMs - m_meanMs) - m_deviationMs);
    }

    float m_delayMs = 0; // of the last packet
    float m_meanMs = 0;
    float m_deviationMs = 0;
};

}
