// Calls that arrive, talk and end, merged by time: one event at a time from a heap, so memory grows with the calls in
// progress and not with the length of the capture.
#pragma once

#include "tests/traffic/capture_writer.h"
#include "tests/traffic/cross_traffic.h"
#include "tests/traffic/frame_builder.h"
#include "tests/traffic/ground_truth.h"
#include "tests/traffic/impairment.h"
#include "tests/traffic/rtcp_party.h"
#include "tests/traffic/rtp_sender.h"
#include "tests/traffic/sip_dialogue.h"
#include "tests/traffic/skinny_dialogue.h"

#include <memory>
#include <optional>
#include <vector>

namespace callmon {

struct TrafficOptions {
    std::uint64_t seed = 1;
    Timestamp start;
    std::optional<Nanoseconds> duration; // the capture ends then, whatever is still on
    std::uint64_t calls = UINT64_MAX; // no further call after that many
    double callsPerSecond = 1; // Poisson
    std::uint32_t initialCalls = 0; // begin evenly within the ramp, beside the Poisson arrivals
    CallBegins initialBegin = CallBegins::Now;
    Nanoseconds ramp { 0 };
    CallTiming timing;
    TrafficMix mix;
    double ipv6Share = 0; // of calls and of the conversations of cross traffic
    double crossShare = 0; // of frames: what is no VoIP
    std::optional<std::uint16_t> vlan;
    Signalling signalling = Signalling::Sip;
    double rtcpShare = 0; // of calls: those whose telephones report
    // Both sides of a router: every frame of SIP and media comes again. The truth of calls and streams counts it once.
    bool mirrored = false;
};

class Generator {
public:
    Generator(const TrafficOptions& options, const SpeechTable& speech, CaptureWriter& writer, GroundTruth* truth);
    ~Generator();

    // Writes every frame up to and including `end`. False when nothing is left to come.
    bool runUntil(Timestamp end);
    void run() { runUntil(Timestamp::max()); }
    // Calls still on go into the ground truth as the capture leaves them.
    void finish();

    std::uint64_t callsBegun() const { return m_callsBegun; }
    std::uint64_t frames() const { return m_frames; }
    std::size_t callsOn() const { return m_callsOn; }

private:
    enum class EventKind : std::uint8_t { Arrival, Step, StepCopy, Send, Packet, PacketCopy, Report };

    struct Event {
        Timestamp at;
        std::uint64_t order = 0; // events of the same time keep the order in which they were planned
        EventKind kind = EventKind::Arrival;
        Party side = Party::Caller;
        Step step = Step::Invite;
        std::uint32_t slot = 0;
        RtpPlan rtp {};
    };
    struct Media {
        RtpSender sender;
        Impairment impairment;
        StreamTruth truth;
        FlowKey flow;
        bool begun = false;
        bool talking = false;
        bool sendPlanned = false; // one Send event is in the heap
        Nanoseconds nextTick {}; // since the call's start, without the sender's own noise
        Nanoseconds pause {}; // before the next packet
    };
    struct Call;

    static bool laterThan(const Event& a, const Event& b);
    void push(Event event);
    void handle(const Event& event);
    void beginCall(Timestamp at, CallBegins begins);
    void nextArrival(Timestamp after);
    void onStep(const Event& event);
    void onSend(const Event& event);
    void onReport(const Event& event);
    void planReport(Call& call, std::uint32_t slot, Party side, Timestamp after, bool first);
    void planSend(Call& call, std::uint32_t slot, Party side);
    void setTalking(Call& call, std::uint32_t slot, Party side, bool talking, Timestamp at);
    static void countAtTelephones(Call& call);
    static RtcpTruth reportedOf(const Call& call, Party sender);
    void passSkinny(Call& call, Step step, Timestamp at);
    void writeMessage(Call& call, Step step, Timestamp at);
    void writeDatagram(Timestamp at, const FlowKey& flow, std::size_t length, Dscp dscp);
    void deliver(Call& call, const Event& packet); // the packet reaches the probe
    void writePacket(Call& call, Party side, const RtpPlan& rtp, Timestamp at, bool copy);
    void write(Timestamp at, std::span<const std::byte> frame); // and cross traffic before it
    void record(const Call& call);
    void release(std::uint32_t slot);

    const TrafficOptions m_options;
    const SpeechTable& m_speech;
    CaptureWriter& m_writer;
    GroundTruth* m_truth;
    FrameBuilder m_frame;
    CrossTraffic m_cross;
    Random m_crossTimes;
    Timestamp m_written; // the last frame
    Random m_arrivals;
    std::vector<Event> m_heap;
    std::vector<std::unique_ptr<Call>> m_slots;
    std::vector<std::uint32_t> m_freeSlots;
    std::uint64_t m_order = 0;
    std::uint64_t m_callsBegun = 0;
    std::uint64_t m_frames = 0;
    FrameCount m_mirrorCopies;
    std::size_t m_callsOn = 0;
    bool m_finished = false;
};

}
