// Where we differ from tshark 4.0.17, and why. The test fails as well when a listed difference is one no longer.
//
// On any capture:
// - tshark counts duplicates as received: its Lost is compared after adding ours.
// - tshark counts what is expected up to the packet that came last, which need not be the highest: where the last
//   packets of a stream came in disorder, its Lost is lower by that many. The same at the beginning: it counts from the
//   packet that came first, which need not be the lowest.
// - In a short stream whose first packets came in disorder it may take that for whole rounds of 65,536 lost packets.
// - Jitter of streams with telephone-events, see below.
// - A step back of 128 sequence numbers or more is a restart of the source, not loss (RFC 3550 A.1). tshark takes
//   it for a whole round of lost packets, unless the timestamps step back too. A step ahead is loss to both.
// - Clock rates that are no multiple of 1,000 Hz (11,025 Hz DVI4, 44,100 Hz L16): tshark drops the remainder.
// - A change of payload type to another clock rate (PCMU to opus) is no interval for jitter; tshark compares timestamps
//   of both clocks, which gives hundreds of milliseconds.
// - Timestamps that jump at the callee's first SDP or at the answer: the jump is no jitter (a segment of its own).
// Where they go on,
//   it agrees. The same at a marker after a pause in which the sender's clock stood still.
// - Unassigned payload types below 96 that the SDP names, such as 35, have that codec's clock here and none in tshark;
//   payload type 1, reserved since RFC 3551, has none here and 8,000 Hz in tshark.
// - Calls that follow each other on the same addresses with the same SSRC have a stream each; tshark joins them to one.
// - Media later than lingerAfterEnd and lingerAtMost after the BYE, or after a silence of mediaTimeout, is
//   unbound here.
// - A call that began before the capture is a call here, of what later messages say of it, and its media from the first
//   packet; tshark reads media from the SDP on.
// - An INVITE that the capture cut within its headers is a call here if its Call-ID is there; tshark reads no header of
//   it.
#pragma once

#include <cstdint>

namespace callmon {

enum class Differs : std::uint8_t {
    Calls, // the set of calls is not tshark's
    Stream, // one stream is not found here
    Jitter, // mean and max of one stream
};

struct KnownDifference {
    const char* file;
    Differs what;
    std::uint32_t ssrc; // Stream, Jitter: which one
    const char* reason;
};

constexpr KnownDifference knownDifferences[] = {
    { "SIP_CALL_RTP_G711.pcap", Differs::Stream, 0x00002E3D,
        "its call is signalled by MGCP: a bound stream is one of a SIP call" },
    { "SIP_DTMF2.cap", Differs::Jitter, 0x5711BF84,
        "telephone-event packets say nothing of jitter (RFC 4733 2.1: the timestamp stands still during an event). "
        "tshark leaves them out too, but takes their arrival as the one before the next speech packet, whose timestamp "
        "it "
        "compares with that of the last speech packet: each event leaves a false 250 ms in its estimate." },
};

}
