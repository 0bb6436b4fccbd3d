// The only configuration of callmon-engine: from a TOML file and the command line, which wins.
#pragma once

#include "engine/storage/keep_periods.h"
#include "shared/base/result.h"
#include "shared/calls/alarm_rule.h"
#include "shared/calls/call_groups.h"
#include "shared/calls/recording_rule.h"
#include "shared/quality/jitter_buffer.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace callmon {

struct ProbeOptions {
    enum class Pace { Fast, Recorded };
    enum class Poll { Adaptive, Busy };
    enum class MirrorCopies { Drop, Keep };
    enum class Dtmf { Count, Masked, Store };

    bool stay = false; // after a replay: what was read is shown and searched until a signal comes
    bool prepareMedia = false; // writes the recording log's files once, up to mediaLimitGib, and does nothing else

    // Exactly one of the two, but for prepareMedia.
    std::vector<std::string> replay; // capture files in order; "-" is standard input
    std::string port; // EAL name: PCI address or virtual device

    Pace pace = Pace::Fast;
    std::string data; // the data directory
    std::vector<std::string> mediaDirectories; // where media go, side by side; none: into the data directory
    std::string listenTls; // tls://address:port, beside the other; empty: none
    std::string identity = "/etc/callmon/identity"; // directory of the engine's certificate
    std::string listen; // URL; "none" for no remote interface; empty: the default socket, but none on a fast replay
                        // that does not stay

    Poll poll = Poll::Adaptive;
    std::vector<int> cores; // the capture thread's CPU, then those for processing; empty: found by the port's NUMA node
    std::uint32_t mbufs = 0; // packet buffers; 0: as planPool() finds
    std::uint32_t linkMbps = 10000; // spreads a burst back along the wire time of its frames
    std::uint32_t processingCores = 1; // threads that share the media by address; the first has all signalling
    std::uint32_t ringBatches = 16'384; // of up to 64 frames, between capture and processing: 200 ms at 5.2 Mpps

    std::uint32_t maxCalls = 131072;
    std::uint32_t maxStreams = 262144;
    MirrorCopies mirrorCopies = MirrorCopies::Drop; // of frames that came just before
    std::vector<std::uint16_t> sipPorts { 5060 };
    std::vector<std::uint16_t> skinnyPorts { 2000 };
    std::vector<std::string> legHeaders; // names of header fields whose value the legs of one call share
    std::uint32_t maxSipHeaders = 256;
    std::uint32_t maxSipHeaderBytes = 8192;
    std::uint32_t maxSdpLines = 1024;
    std::uint32_t maxStreamsPerCall = 64;
    std::uint32_t maxFragmentedDatagrams = 4096; // in progress
    std::uint32_t maxFragments = 8192; // of one datagram
    std::uint32_t maxTcpConnections = 16'384; // that may carry signalling
    std::uint32_t callsPerSource = 1000; // a second; 0: any
    std::chrono::seconds lingerAfterEnd { 5 };
    std::chrono::seconds silenceUnanswered { 180 };
    std::chrono::seconds silenceWithMedia { 300 };
    std::chrono::seconds silenceWithoutMedia { 7200 };

    JitterBufferKind jitterBuffer = JitterBufferKind::Adaptive; // that receivers are taken to have
    std::uint32_t jitterBufferMs = 0; // fixed: its delay; adaptive: its least; 0: 60 and 40
    Dtmf dtmf = Dtmf::Count; // of keys pressed: how many, a '*' for each, wherever kept, or which

    std::vector<AlarmRule> alarmRules = builtInRules(); // with those of the file put over them

    std::vector<Trunk> trunks; // service metrics of each
    std::vector<std::string> prefixes; // and of each of these, first digits of the callee
    std::chrono::seconds repeatWithin { 120 }; // after a short or failed call the same two are a repeated one
    std::chrono::seconds shortCall { 10 };

    std::uint32_t messageBytes = 8192; // kept of each signalling message of a call; 0: its first line
    bool recordMedia = true; // false: figures only, whatever the rules say
    std::vector<RecordingRule> recordingRules = builtInRecordingRules(); // until users change them
    std::uint32_t mediaLimitGib = 0; // kept of the recording log; 0: all of it
    std::uint32_t messageLimitGib = 0; // likewise, of signalling messages
    std::uint32_t recordLimitGib = 0; // of day databases, with all that is in them
    std::uint32_t qualityLimitGib = 0; // of the quality series in them
    KeepPeriods keep; // by age; its sizes are the above
    bool expireInReplay = false; // a replay deletes nothing else
    std::uint32_t mediaPoolMib =
        512; // of media on its way from processing to disk; what is open in streams is not counted
};

struct HelpWanted {
    std::string text;
};

// What the command line says. Error: one sentence for standard error; exit code 2.
std::variant<ProbeOptions, HelpWanted, Error> parseProbeOptions(int argc, const char* const* argv);

}
