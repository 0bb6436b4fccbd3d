// The paper's load into a DPDK ring: calls arrive (Poisson), talk (inverse Gaussian) and end, with real SIP and SDP,
// and every party sends RTP each 20 ms, of speech in pieces that do not follow each other. What the ring is given is
// counted as ground truth.
#pragma once

#include "shared/base/result.h"
#include "tests/traffic/codecs.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace callmon {

struct RingTrafficOptions {
    std::uint64_t seed = 1;
    std::uint32_t calls = 52'000; // answered at once, on average; at most 300,000
    double holdMean = 117; // seconds, inverse Gaussian: the paper's mu and lambda. Arrivals follow: calls / mean
    double holdShape = 19;
    double setUpPerSecond = 10'000; // of the calls that are there when the load begins
    Codec codec = Codec::Pcma;
    double ipv6Share = 0; // of calls
    std::optional<std::uint16_t> vlan {};
    // Of media packets, at most 0.5 together. Late ones come after their successor, jittered ones up to 8 ms late.
    double lostShare = 0;
    double lateShare = 0;
    double jitteredShare = 0;
    double duplicateShare = 0;
    double otherShare = 0; // of all frames: what is no VoIP, TCP and UDP of 64 to 1,514 bytes
    bool paced = true; // else as fast as the ring takes them, with time running faster
    // Of the link. A generator that was held up, for it shares its core, sends what is due no faster than that, as the
    // link would. 0: as fast as the ring takes it.
    std::uint32_t linkMbps = 0;
    std::uint32_t buffers = 65'536; // of its own pool, 640 bytes each
};

struct RingStreamTruth {
    std::uint32_t ssrc = 0; // no two streams of a run have the same
    std::uint32_t packets = 0; // copies included
    std::uint32_t duplicates = 0;
    std::uint32_t reordered = 0;
    std::uint32_t expected = 0; // RFC 3550 A.3
};

struct RingTruth {
    std::uint64_t callsBegun = 0; // INVITE sent
    std::uint64_t callsAnswered = 0;
    std::uint64_t callsEnded = 0; // BYE sent
    std::uint64_t messages = 0;
    std::uint64_t mediaPackets = 0; // copies included
    std::uint64_t otherTcp = 0; // frames
    std::uint64_t otherUdp = 0;
    std::uint64_t refused = 0; // of all: the ring was full or the pool empty, so that nobody could have received them
    std::vector<RingStreamTruth> streams; // in the order in which they began; complete after finish()
};

// One thread, which may be the one that polls the port: pump() never waits.
class RingTraffic {
public:
    // `device` is an open virtual device of DPDK's net_ring: "net_ring0". Its frames come from here from now on.
    static Result<std::unique_ptr<RingTraffic>> create(
        const RingTrafficOptions& options, const SpeechTable& speech, const std::string& device);
    // Every frame must have been released.
    ~RingTraffic();

    // Time stamp counter, and how fast it goes: measured against the system's clock.
    static std::uint64_t now();
    static double cyclesPerSecond();

    void start(std::uint64_t now);
    // Puts into the ring what is due, up to a few batches ahead of the reader. Returns the number of frames.
    std::uint32_t pump(std::uint64_t now);
    // All initial calls are answered.
    bool steady() const;
    // No new packet from here on; those on their way still come. True when all are in the ring.
    bool drain();
    void finish(); // then truth() knows the streams that are still on, too

    const RingTruth& truth() const;
    std::size_t streamsOn() const;
    // How long frames waited for their turn: the pump came late, or the ring was full.
    double latestMilliseconds() const;
    void forgetLateness();
    std::size_t bytesOfBuffers() const;

private:
    struct Traffic;
    explicit RingTraffic(std::unique_ptr<Traffic> traffic);
    std::unique_ptr<Traffic> m_traffic;
};

}
