// One party's media: a packet every 20 ms, speech or (while a key is pressed) RFC 4733 telephone-event.
#pragma once

#include "shared/base/units.h"
#include "tests/traffic/codecs.h"
#include "tests/traffic/random.h"

namespace callmon {

struct RtpPlan { // everything that tells one packet of a stream from the next
    std::uint32_t index = 0; // counts every packet sent: its sequence number without the wrap
    std::uint32_t timestamp = 0;
    std::uint32_t block = 0; // of the speech
    std::uint16_t eventDuration = 0; // in timestamp units; telephone-event only
    std::uint8_t digit = 0;
    bool event = false;
    bool eventEnds = false;
    bool marker = false;
};

class RtpSender {
public:
    static constexpr std::uint8_t telephoneEventType = 101;

    RtpSender() = default;
    RtpSender(const EncodedSpeech& speech, Codec codec, Random& random);

    Ssrc ssrc() const { return m_ssrc; }
    void pressKeys(Nanoseconds firstAfter); // from then on a key every few seconds

    // The next packet. `pause` is how long nothing was sent before it (hold): time went on, the sequence did not.
    RtpPlan next(Nanoseconds pause, Random& random);

    std::uint16_t sequenceOf(const RtpPlan& plan) const
    {
        return static_cast<std::uint16_t>(m_firstSequence + plan.index);
    }
    std::size_t payloadSize(const RtpPlan& plan) const;

    // Writes header and payload (RFC 3550 5.1); returns their length.
    std::size_t write(const RtpPlan& plan, std::span<std::byte> out) const;

private:
    const EncodedSpeech* m_speech = nullptr;
    Ssrc m_ssrc;
    std::uint32_t m_firstTimestamp = 0;
    std::uint16_t m_firstSequence = 0;
    std::uint8_t m_payloadType = 0;
    std::uint32_t m_index = 0;
    std::uint32_t m_block = 0; // 20 ms steps since the first packet
    bool m_keysPressed = false;
    std::uint32_t m_nextKeyAt = 0; // block
    std::uint32_t m_keyBegan = 0;
    std::uint32_t m_keyBlocks = 0; // 0: no key down
    std::uint8_t m_digit = 0;
};

}
