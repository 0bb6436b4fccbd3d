#include "shared/calls/counter_meaning.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace callmon {

namespace {

using G = CounterGroup;
using K = CounterKind;

constexpr std::string_view fasterProbe = "raise --ring-batches, for bursts; if it goes on, --processing-cores";
constexpr std::string_view moreBuffers = "raise --mbufs, and give huge pages";
constexpr std::string_view fasterDisk = "raise --media-pool-mib; if it goes on, the disk is too slow for this traffic";
constexpr std::string_view moreSpace = "free some space, and look at the engine's messages";

constexpr CounterMeaning meanings[] {
    { "frames_received", G::Received, K::Received, "Frames received", "Taken from the port or the files", {} },
    { "port_frames", G::Received, K::Count, "Frames of the port", "Taken from the port's queue", {} },
    { "file_frames", G::Received, K::Count, "Frames of the files", "Read from capture files", {} },
    { "file_bytes", G::Received, K::Count, "Bytes of the files", "Read from capture files", {} },
    { "file_cut_frames", G::Received, K::Count, "Frames cut", "Recorded shorter than they were on the wire", {} },
    { "frames_cut", G::Received, K::Count, "Frames handed on cut",
        "Shorter than their IP header says: by the capture's snapshot length, or the port's places (framesz)", {} },
    { "frames_handed_on", G::HandedOn, K::HandedOn, "Frames handed on", "Went to the processing core", {} },
    { "unknown_link_type", G::Dropped, K::Unwanted, "Unknown link layer", "Of a link type that is not read", {} },
    { "not_ip", G::Dropped, K::Unwanted, "Not IP", "ARP, LLDP and others", {} },
    { "too_many_tags", G::Dropped, K::Unwanted, "Too many tags", "More VLAN tags or MPLS labels than are followed",
        {} },
    { "malformed_ip", G::Dropped, K::Unwanted, "Malformed IP", "Headers that contradict themselves", {} },
    { "too_many_extensions", G::Dropped, K::Unwanted, "Too many extensions", "IPv6 headers beyond what is followed",
        {} },
    { "not_udp", G::Dropped, K::Unwanted, "Not UDP", "TCP, ICMP and others", {} },
    { "malformed_udp", G::Dropped, K::Unwanted, "Malformed UDP", "Lengths that contradict themselves", {} },
    { "other_udp", G::Dropped, K::Unwanted, "Other UDP", "Neither signalling nor media", {} },
    { "malformed_tunnel", G::Dropped, K::Unwanted, "Malformed tunnel", "GRE, PPPoE or GTP-U headers that are none",
        {} },
    { "tunnel_too_deep", G::Dropped, K::Unwanted, "Tunnel too deep", "More tunnels one in another than are followed",
        {} },
    { "truncated", G::Dropped, K::Unwanted, "Truncated", "Headers cut by the capture", {} },
    { "mirror_copies", G::Dropped, K::Unwanted, "Mirror copies", "Packets that the mirror delivered once more", {} },
    { "ring_full_dropped", G::Dropped, K::Dropped, "Ring full", "The processing core did not keep up", fasterProbe },
    { "pool_empty*", G::Dropped, K::Missed, "Buffers ran out", "No buffer was free for a frame", moreBuffers },
    { "nic_missed", G::Dropped, K::Missed, "Missed by the port", "Its queue was full when they came",
        "set --poll busy, and raise --mbufs" },
    { "nic_no_buffers", G::Dropped, K::Missed, "Buffers ran out", "No buffer was free for a frame", moreBuffers },
    { "nic_errors", G::Dropped, K::Missed, "Damaged on the wire", "The port refused them: checksum or length",
        "look at the cable and the mirror port" },
    { "port_oversized_frames", G::Dropped, K::Missed, "Too large", "Frames above 16 KiB", "look at the mirror port" },
    { "poll_gap_longest_us", G::Times, K::Level, "Longest poll gap, us", "Time the port went unpolled", {} },
    { "poll_gap_last_second_us", G::Times, K::Level, "Longest poll gap of the last second, us",
        "Time the port went unpolled", {} },
    { "poll_gap*", G::Times, K::Count, "Poll gaps", "Times the port went unpolled for so long", {} },
    { "cycle_counter_jumps", G::Times, K::Count, "Clock jumped", "The processor's counter lost its step", {} },
    { "clock_steps", G::Times, K::Count, "Clock set", "The machine's clock was set", {} },
    { "clock_stepped_back", G::Times, K::Count, "Time went back", "The capture's times stepped back by 10 s", {} },
    { "datagrams_of_fragments", G::Packets, K::Count, "Datagrams of fragments", "Made whole, and read", {} },
    { "datagrams_of_fragments_other", G::Packets, K::Count, "Other datagrams of fragments",
        "Made whole, and neither signalling nor media", {} },
    { "datagrams_too_deep", G::Packets, K::Count, "Fragments too deep", "More tunnels in fragments than are followed",
        {} },
    { "fragments_refused", G::Packets, K::Missed, "Fragments refused",
        "More datagrams waited for their fragments, or one had more of them, than there is room for",
        "raise --max-fragmented-datagrams or --max-fragments if they are genuine" },
    { "tcp_refused", G::Packets, K::Missed, "TCP segments refused",
        "Of connections that may carry signalling, and that the table had no room for",
        "raise --max-tcp-connections if they are genuine" },
    { "sip_messages", G::Packets, K::Count, "SIP messages", "Read, those seen twice included", {} },
    { "sip_malformed", G::Packets, K::Count, "SIP not understood", "Begins like SIP, and is none", {} },
    { "sip_outside_calls", G::Packets, K::Count, "SIP outside calls", "Registrations, options and the like", {} },
    { "sip_over_limits", G::Packets, K::Count, "SIP over limits", "Not read: too many header fields, or too long ones",
        "raise --max-sip-headers or --max-sip-header-bytes if they are genuine" },
    { "sip_in_unknown_dialogs", G::Packets, K::Count, "SIP of unknown calls", "Of calls that began before the probe",
        {} },
    { "sip_registers", G::Packets, K::Count, "REGISTER", "Registrations", {} },
    { "sip_options", G::Packets, K::Count, "OPTIONS", "Capabilities asked for, mostly to see whether one is there",
        {} },
    { "sip_subscribes", G::Packets, K::Count, "SUBSCRIBE", "Subscriptions outside calls", {} },
    { "sip_notifies", G::Packets, K::Count, "NOTIFY", "Notifications outside calls", {} },
    { "sip_publishes", G::Packets, K::Count, "PUBLISH", "Presence and the like", {} },
    { "sip_text_messages", G::Packets, K::Count, "MESSAGE", "Text messages outside calls", {} },
    { "sip_repeated", G::Packets, K::Count, "SIP repeated", "Copies of a message that was read", {} },
    { "skinny_messages", G::Packets, K::Count, "Skinny messages", "Of telephones and their call managers", {} },
    { "skinny_malformed", G::Packets, K::Count, "Skinny not understood", "Shorter than such a message is", {} },
    { "skinny_outside_calls", G::Packets, K::Count, "Skinny outside calls",
        "Registrations, keys, displays and the like", {} },
    { "rtp_packets", G::Packets, K::Count, "RTP packets", "Of the calls", {} },
    { "rtp_unbound", G::Packets, K::Count, "RTP of no call", "No call that the probe knows has that address", {} },
    { "rtp_waiting", G::Packets, K::Level, "RTP waiting", "Kept until its signalling is seen, for 5 s", {} },
    { "rtp_joined_later", G::Packets, K::Count, "RTP joined later",
        "Came before its signalling, and lost nothing by it", {} },
    { "rtp_wait_expired", G::Packets, K::Count, "RTP that waited in vain", "Of no call after all", {} },
    { "rtp_wait_refused", G::Packets, K::Missed, "RTP that could not wait", "No room for so much RTP without a call",
        "the flows listed at the end of a replay: whose signalling does the probe not see?" },
    { "rtp_unbound_flows_refused", G::Packets, K::Count, "Flows not listed",
        "RTP of no call whose addresses found no room in the list", {} },
    { "rtcp_packets", G::Packets, K::Count, "RTCP packets", "Those of no call and those not understood included", {} },
    { "rtcp_unbound", G::Packets, K::Count, "RTCP of no call", "No call that the probe knows has that address", {} },
    { "rtcp_encrypted", G::Packets, K::Count, "SRTCP", "RTCP of a call that is encrypted: nobody reads it", {} },
    { "rtcp_malformed", G::Packets, K::Count, "RTCP not understood", "Begins like RTCP, and contradicts itself", {} },
    { "rtcp_reports", G::Packets, K::Count, "Reception reports", "What receivers reported of a stream", {} },
    { "rtcp_extended_blocks", G::Packets, K::Count, "Extended report blocks", "Of RTCP XR, whatever their type", {} },
    { "rtcp_delays_implausible", G::Packets, K::Count, "Delays not believed",
        "Reports whose delay contradicts the probe's times", {} },
    { "rtcp_sources_refused", G::Calls, K::Missed, "Reports refused", "About more sources than the table had room for",
        "raise --max-streams" },
    { "sdp_lines_refused", G::Calls, K::Count, "SDP lines not read", "Beyond what is read of a session description",
        "raise --max-sdp-lines if they are genuine" },
    { "sdp_media_refused", G::Calls, K::Count, "SDP media not read", "Beyond the 8 of a session description", {} },
    { "sdp_payload_types_refused", G::Calls, K::Count, "SDP payload types not read", "Beyond the 24 of a media", {} },
    { "sdp_candidates_refused", G::Calls, K::Count, "ICE candidates not read", "Beyond the 12 of a media", {} },
    { "other_datagrams", G::Packets, K::Count, "Other datagrams", "Neither SIP nor RTP when looked at closely", {} },
    { "calls_refused_source_rate", G::Calls, K::Missed, "Calls refused by rate",
        "One address began more calls a second than it may", "raise --calls-per-source if they are genuine" },
    { "calls_refused_pool_full", G::Calls, K::Missed, "Calls refused", "The table of calls was full",
        "raise --max-calls" },
    { "rtp_refused", G::Calls, K::Missed, "RTP refused",
        "Packets of streams that the table, or their call, had no room for",
        "raise --max-streams; --max-streams-per-call where one call has so many" },
    { "media_addresses_refused", G::Calls, K::Missed, "Media addresses refused", "The table of addresses was full",
        "raise --max-calls" },
    { "skinny_phones_refused", G::Calls, K::Missed, "Telephones refused",
        "Skinny messages of telephones that the table had no room for", "raise --max-calls" },
    { "skinny_calls_refused", G::Calls, K::Missed, "Calls on telephones refused",
        "Skinny messages of more calls than are kept of one telephone, or of all", "raise --max-calls" },
    { "skinny_halves_joined", G::Calls, K::Count, "Halves joined", "Both telephones of a Skinny call were seen", {} },
    { "skinny_without_number", G::Calls, K::Count, "Handsets lifted", "And laid down with nothing dialled", {} },
    { "calls_*", G::Calls, K::Count, {}, {}, {} },
    { "streams_started", G::Calls, K::Count, {}, {}, {} },
    { "stream_table_percent", G::Calls, K::Level, "Stream table filled, %",
        "RTP streams of the calls that are on, of the room for them; of several processing cores the fullest one's",
        "raise --max-streams before RTP is refused" },
    { "record_queue_waits", G::Queues, K::Count, "Waits for storage", "The processing core waited for the storage",
        {} },
    { "record_queue_percent", G::Queues, K::Level, "Record queue filled, %",
        "Records that wait to be stored, of the room for them: how far storage is behind", {} },
    { "media_chunks_on_their_way", G::Queues, K::Level, "Chunks on their way", "Media not yet on the disk, in chunks",
        {} },
    { "media_directories_down", G::Disk, K::Level, "Media directories down",
        "Disks that are full, failing, too slow or hanging, or not mounted: the others take their media",
        "look at the log for which; each is tried again after half a minute, one that was not mounted or did not "
        "answer at the start at the next one" },
    { "media_chunks_moved", G::Disk, K::Count, "Chunks moved",
        "Media that another disk took than the one they were for", {} },
    { "media_segments_overwritten", G::Disk, K::Count, "Media segments overwritten",
        "Files of the oldest recordings that made room for the newest", "raise --media-limit-gib to keep them longer" },
    { "media_segments_expired", G::Disk, K::Count, "Media segments expired",
        "Files of recordings deleted because --keep-media was over", {} },
    { "message_segments_expired", G::Disk, K::Count, "Message segments expired",
        "Files of signalling messages deleted because --keep-messages was over, or for --message-limit-gib", {} },
    { "days_expired", G::Disk, K::Count, "Days expired",
        "Days of records deleted because --keep-records was over, or for --record-limit-gib", {} },
    { "quality_days_expired", G::Disk, K::Count, "Days of quality expired",
        "Days whose quality series were deleted because --keep-quality was over, or for --quality-limit-gib", {} },
    { "calls_held", G::Disk, K::Level, "Calls held", "Under legal hold now", {} },
    { "calls_deleted", G::Disk, K::Count, "Calls deleted", "On request, by number", {} },
    { "notes_expired", G::Disk, K::Count, "Tags and notes expired", "Deleted with the records of the calls they are of",
        {} },
    { "retention_errors", G::Disk, K::Missed, "Deletions or holds that failed",
        "What could not be deleted or copied; it is tried again", "look at the engine's log; is the disk full?" },
    { "retention_folders_silent", G::Disk, K::Level, "Media directories that do not answer",
        "Nothing is deleted there; all else goes on", {} },
    { "media_write_longest_ms", G::Disk, K::Level, "Longest write, ms", "Of media, to the disk", {} },
    { "media_chunks_refused", G::Queues, K::Missed, "Media pool empty", "No chunk was free: the disk is late",
        fasterDisk },
    { "media_not_wanted", G::Disk, K::Count, "Media not wanted",
        "RTP of calls that are not recorded: by a rule, or before it was decided", {} },
    { "media_packets_not_recorded", G::Disk, K::Missed, "Media not recorded", "RTP that found no free chunk",
        fasterDisk },
    { "media_packets_not_written", G::Disk, K::Missed, "Media not written", "RTP that the disk refused", moreSpace },
    { "messages_not_recorded", G::Queues, K::Missed, "Messages not recorded",
        "Signalling messages of calls that storage had no room for, or beyond 2,000 of one call", fasterDisk },
    { "messages_not_written", G::Disk, K::Missed, "Messages not written", "Signalling messages that the disk refused",
        moreSpace },
    { "records_dropped", G::Disk, K::Missed, "Records lost", "More waited than memory holds", moreSpace },
    { "records_refused", G::Disk, K::Missed, "Records refused", "Rows that their table did not take",
        "report it: no record should be like that" },
    { "records_without_call", G::Disk, K::Count, {}, {}, {} },
    { "calls_stored", G::Disk, K::Count, {}, {}, {} },
    { "messages_*", G::Disk, K::Count, {}, {}, {} },
    { "message_*", G::Disk, K::Count, {}, {}, {} },
    { "media_*", G::Disk, K::Count, {}, {}, {} },
    { "quality_points*", G::Disk, K::Count, {}, {}, {} },
    { "streams_stored", G::Disk, K::Count, {}, {}, {} },
    { "record_write_errors", G::Disk, K::Count, {}, {}, {} },
    { "journal_write_errors", G::Disk, K::Count, {}, {}, {} },
    { "day_databases_corrupt", G::Disk, K::Count, {}, {}, {} },
    { "alarms_open", G::Alarms, K::Level, "Open alarms", "callmonctl alarms --open lists them", {} },
    { "alarms_raised", G::Alarms, K::Count, "Alarms raised", "Those of many calls at once count as one", {} },
    { "alarms_cleared", G::Alarms, K::Count, "Alarms cleared", "Whatever ended them", {} },
    { "alarms_acknowledged", G::Alarms, K::Count, "Alarms acknowledged", "By users", {} },
    { "alarms_on_shelf", G::Alarms, K::Level, "Alarms on the shelf", "Open, and nobody is to be told for a time", {} },
    { "alarms_folded", G::Alarms, K::Count, "Alarms folded", "Of calls that count in one alarm for many", {} },
    { "alarms_refused", G::Alarms, K::Missed, "Alarms refused", "More were open than the list holds",
        "raise the thresholds of the rules that flood it" },
    { "alarm_calls_refused", G::Alarms, K::Missed, "Calls not watched", "More than the table of alarms had room for",
        "raise --max-calls" },
    { "alarm_watches_refused", G::Alarms, K::Missed, "Figures not watched",
        "More figures were beyond a threshold at once than are followed", "raise the thresholds of the rules" },
    { "alarm_groups_refused", G::Alarms, K::Missed, "Groups not watched", "More metrics of groups than are followed",
        "name fewer groups in the configuration" },
    { "service_calls_refused", G::Alarms, K::Missed, "Calls not followed",
        "In no figure of calls at once: more than the table of service metrics had room for", "raise --max-calls" },
    { "service_codecs_refused", G::Alarms, K::Count, "Codecs not told apart",
        "Streams of more codecs than have service metrics of their own count as \"codec other\"", {} },
    { "service_pairs_forgotten", G::Alarms, K::Count, "Repeated calls not told",
        "Pairs of caller and callee that were forgotten early: more calls failed than are remembered", {} },
    { "service_minutes_not_stored", G::Disk, K::Missed, "Minutes not stored",
        "Rows of service metrics: more waited for the disk than memory holds", moreSpace },
    { "alarms_not_stored", G::Disk, K::Missed, "Alarms not stored", "More waited for the disk than memory holds",
        moreSpace },
    { "remote_*", G::Remote, K::Count, {}, {}, {} },
};
constexpr CounterMeaning unknown;

bool isFamily(const CounterMeaning& meaning)
{
    return meaning.name.ends_with('*');
}

}

const CounterMeaning& meaningOf(std::string_view name)
{
    for (const CounterMeaning& meaning : meanings)
        if (!isFamily(meaning) && meaning.name == name)
            return meaning;
    for (const CounterMeaning& meaning : meanings)
        if (isFamily(meaning) && name.starts_with(meaning.name.substr(0, meaning.name.size() - 1)))
            return meaning;
    return unknown;
}

std::string_view toText(CounterGroup group)
{
    constexpr std::array<std::string_view, 10> texts { "Received", "Handed on", "Not handed on", "Times", "Packets",
        "Calls", "Queues", "Disk", "Alarms", "Remote" };
    return texts[static_cast<std::size_t>(group)];
}

FrameBalance balanceOf(const ProbeStatus& status)
{
    FrameBalance balance;
    for (const NamedCounter& counter : status.counters) {
        switch (meaningOf(counter.name).kind) {
        case CounterKind::Received:
            balance.received += counter.value;
            break;
        case CounterKind::HandedOn:
            balance.handedOn += counter.value;
            break;
        case CounterKind::Unwanted:
            balance.unwanted += counter.value;
            break;
        case CounterKind::Dropped:
            balance.dropped += counter.value;
            break;
        case CounterKind::Count:
        case CounterKind::Missed:
        case CounterKind::Level:
            break;
        }
    }
    return balance;
}

std::vector<NamedCounter> lossesOf(const ProbeStatus& status)
{
    std::vector<NamedCounter> found;
    std::ranges::copy_if(status.counters, std::back_inserter(found), [](const NamedCounter& counter) {
        const CounterKind kind = meaningOf(counter.name).kind;
        return counter.value > 0 && (kind == CounterKind::Dropped || kind == CounterKind::Missed);
    });
    return found;
}

}
