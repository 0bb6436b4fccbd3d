#include "shared/calls/counter_meaning.h"

#include "shared/base/translatable.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace callmon {

namespace {

using G = CounterGroup;
using K = CounterKind;

constexpr std::string_view fasterProbe =
    TR("CounterMeaning", "raise --ring-batches, for bursts; if it goes on, --processing-cores");
constexpr std::string_view moreBuffers = TR("CounterMeaning", "raise --mbufs, and give huge pages");
constexpr std::string_view fasterDisk =
    TR("CounterMeaning", "raise --media-pool-mib; if it goes on, the disk is too slow for this traffic");
constexpr std::string_view moreSpace = TR("CounterMeaning", "free some space, and look at the engine's messages");

constexpr CounterMeaning meanings[] {
    { "frames_received", G::Received, K::Received, TR("CounterMeaning", "Frames received"),
        TR("CounterMeaning", "Taken from the port or the files"), {} },
    { "port_frames", G::Received, K::Count, TR("CounterMeaning", "Frames of the port"),
        TR("CounterMeaning", "Taken from the port's queue"), {} },
    { "file_frames", G::Received, K::Count, TR("CounterMeaning", "Frames of the files"),
        TR("CounterMeaning", "Read from capture files"), {} },
    { "file_bytes", G::Received, K::Count, TR("CounterMeaning", "Bytes of the files"),
        TR("CounterMeaning", "Read from capture files"), {} },
    { "file_cut_frames", G::Received, K::Count, TR("CounterMeaning", "Frames cut"),
        TR("CounterMeaning", "Recorded shorter than they were on the wire"), {} },
    { "frames_cut", G::Received, K::Count, TR("CounterMeaning", "Frames handed on cut"),
        TR("CounterMeaning",
            "Shorter than their IP header says: by the capture's snapshot length, or the port's places (framesz)"),
        {} },
    { "frames_handed_on", G::HandedOn, K::HandedOn, TR("CounterMeaning", "Frames handed on"),
        TR("CounterMeaning", "Went to the processing core"), {} },
    { "unknown_link_type", G::Dropped, K::Unwanted, TR("CounterMeaning", "Unknown link layer"),
        TR("CounterMeaning", "Of a link type that is not read"), {} },
    { "not_ip", G::Dropped, K::Unwanted, TR("CounterMeaning", "Not IP"), TR("CounterMeaning", "ARP, LLDP and others"),
        {} },
    { "too_many_tags", G::Dropped, K::Unwanted, TR("CounterMeaning", "Too many tags"),
        TR("CounterMeaning", "More VLAN tags or MPLS labels than are followed"), {} },
    { "malformed_ip", G::Dropped, K::Unwanted, TR("CounterMeaning", "Malformed IP"),
        TR("CounterMeaning", "Headers that contradict themselves"), {} },
    { "too_many_extensions", G::Dropped, K::Unwanted, TR("CounterMeaning", "Too many extensions"),
        TR("CounterMeaning", "IPv6 headers beyond what is followed"), {} },
    { "not_udp", G::Dropped, K::Unwanted, TR("CounterMeaning", "Not UDP"), TR("CounterMeaning", "TCP, ICMP and others"),
        {} },
    { "malformed_udp", G::Dropped, K::Unwanted, TR("CounterMeaning", "Malformed UDP"),
        TR("CounterMeaning", "Lengths that contradict themselves"), {} },
    { "other_udp", G::Dropped, K::Unwanted, TR("CounterMeaning", "Other UDP"),
        TR("CounterMeaning", "Neither signalling nor media"), {} },
    { "malformed_tunnel", G::Dropped, K::Unwanted, TR("CounterMeaning", "Malformed tunnel"),
        TR("CounterMeaning", "GRE, PPPoE or GTP-U headers that are none"), {} },
    { "tunnel_too_deep", G::Dropped, K::Unwanted, TR("CounterMeaning", "Tunnel too deep"),
        TR("CounterMeaning", "More tunnels one in another than are followed"), {} },
    { "truncated", G::Dropped, K::Unwanted, TR("CounterMeaning", "Truncated"),
        TR("CounterMeaning", "Headers cut by the capture"), {} },
    { "mirror_copies", G::Dropped, K::Unwanted, TR("CounterMeaning", "Mirror copies"),
        TR("CounterMeaning", "Packets that the mirror delivered once more"), {} },
    { "ring_full_dropped", G::Dropped, K::Dropped, TR("CounterMeaning", "Ring full"),
        TR("CounterMeaning", "The processing core did not keep up"), fasterProbe },
    { "pool_empty*", G::Dropped, K::Missed, TR("CounterMeaning", "Buffers ran out"),
        TR("CounterMeaning", "No buffer was free for a frame"), moreBuffers },
    { "nic_missed", G::Dropped, K::Missed, TR("CounterMeaning", "Missed by the port"),
        TR("CounterMeaning", "Its queue was full when they came"),
        TR("CounterMeaning", "set --poll busy, and raise --mbufs") },
    { "nic_no_buffers", G::Dropped, K::Missed, TR("CounterMeaning", "Buffers ran out"),
        TR("CounterMeaning", "No buffer was free for a frame"), moreBuffers },
    { "nic_errors", G::Dropped, K::Missed, TR("CounterMeaning", "Damaged on the wire"),
        TR("CounterMeaning", "The port refused them: checksum or length"),
        TR("CounterMeaning", "look at the cable and the mirror port") },
    { "port_oversized_frames", G::Dropped, K::Missed, TR("CounterMeaning", "Too large"),
        TR("CounterMeaning", "Frames above 16 KiB"), TR("CounterMeaning", "look at the mirror port") },
    { "poll_gap_longest_us", G::Times, K::Level, TR("CounterMeaning", "Longest poll gap, µs"),
        TR("CounterMeaning", "Time the port went unpolled"), {} },
    { "poll_gap_last_second_us", G::Times, K::Level, TR("CounterMeaning", "Longest poll gap of the last second, µs"),
        TR("CounterMeaning", "Time the port went unpolled"), {} },
    { "poll_gap*", G::Times, K::Count, TR("CounterMeaning", "Poll gaps"),
        TR("CounterMeaning", "Times the port went unpolled for so long"), {} },
    { "cycle_counter_jumps", G::Times, K::Count, TR("CounterMeaning", "Clock jumped"),
        TR("CounterMeaning", "The processor's counter lost its step"), {} },
    { "clock_steps", G::Times, K::Count, TR("CounterMeaning", "Clock set"),
        TR("CounterMeaning", "The machine's clock was set"), {} },
    { "clock_stepped_back", G::Times, K::Count, TR("CounterMeaning", "Time went back"),
        TR("CounterMeaning", "The capture's times stepped back by 10 s"), {} },
    { "datagrams_of_fragments", G::Packets, K::Count, TR("CounterMeaning", "Datagrams of fragments"),
        TR("CounterMeaning", "Made whole, and read"), {} },
    { "datagrams_of_fragments_other", G::Packets, K::Count, TR("CounterMeaning", "Other datagrams of fragments"),
        TR("CounterMeaning", "Made whole, and neither signalling nor media"), {} },
    { "datagrams_too_deep", G::Packets, K::Count, TR("CounterMeaning", "Fragments too deep"),
        TR("CounterMeaning", "More tunnels in fragments than are followed"), {} },
    { "fragments_refused", G::Packets, K::Missed, TR("CounterMeaning", "Fragments refused"),
        TR("CounterMeaning",
            "More datagrams waited for their fragments, or one had more of them, than there is room for"),
        TR("CounterMeaning", "raise --max-fragmented-datagrams or --max-fragments if they are genuine") },
    { "tcp_refused", G::Packets, K::Missed, TR("CounterMeaning", "TCP segments refused"),
        TR("CounterMeaning", "Of connections that may carry signalling, and that the table had no room for"),
        TR("CounterMeaning", "raise --max-tcp-connections if they are genuine") },
    { "sip_messages", G::Packets, K::Count, TR("CounterMeaning", "SIP messages"),
        TR("CounterMeaning", "Read, those seen twice included"), {} },
    { "sip_malformed", G::Packets, K::Count, TR("CounterMeaning", "SIP not understood"),
        TR("CounterMeaning", "Begins like SIP, and is none"), {} },
    { "sip_outside_calls", G::Packets, K::Count, TR("CounterMeaning", "SIP outside calls"),
        TR("CounterMeaning", "Registrations, options and the like"), {} },
    { "sip_over_limits", G::Packets, K::Count, TR("CounterMeaning", "SIP over limits"),
        TR("CounterMeaning", "Not read: too many header fields, or too long ones"),
        TR("CounterMeaning", "raise --max-sip-headers or --max-sip-header-bytes if they are genuine") },
    { "sip_in_unknown_dialogs", G::Packets, K::Count, TR("CounterMeaning", "SIP of unknown calls"),
        TR("CounterMeaning", "Of calls that began before the probe"), {} },
    { "sip_registers", G::Packets, K::Count, TR("CounterMeaning", "REGISTER"), TR("CounterMeaning", "Registrations"),
        {} },
    { "sip_options", G::Packets, K::Count, TR("CounterMeaning", "OPTIONS"),
        TR("CounterMeaning", "Capabilities asked for, mostly to see whether one is there"), {} },
    { "sip_subscribes", G::Packets, K::Count, TR("CounterMeaning", "SUBSCRIBE"),
        TR("CounterMeaning", "Subscriptions outside calls"), {} },
    { "sip_notifies", G::Packets, K::Count, TR("CounterMeaning", "NOTIFY"),
        TR("CounterMeaning", "Notifications outside calls"), {} },
    { "sip_publishes", G::Packets, K::Count, TR("CounterMeaning", "PUBLISH"),
        TR("CounterMeaning", "Presence and the like"), {} },
    { "sip_text_messages", G::Packets, K::Count, TR("CounterMeaning", "MESSAGE"),
        TR("CounterMeaning", "Text messages outside calls"), {} },
    { "sip_repeated", G::Packets, K::Count, TR("CounterMeaning", "SIP repeated"),
        TR("CounterMeaning", "Copies of a message that was read"), {} },
    { "skinny_messages", G::Packets, K::Count, TR("CounterMeaning", "Skinny messages"),
        TR("CounterMeaning", "Of telephones and their call managers"), {} },
    { "skinny_malformed", G::Packets, K::Count, TR("CounterMeaning", "Skinny not understood"),
        TR("CounterMeaning", "Shorter than such a message is"), {} },
    { "skinny_outside_calls", G::Packets, K::Count, TR("CounterMeaning", "Skinny outside calls"),
        TR("CounterMeaning", "Registrations, keys, displays and the like"), {} },
    { "rtp_packets", G::Packets, K::Count, TR("CounterMeaning", "RTP packets"), TR("CounterMeaning", "Of the calls"),
        {} },
    { "rtp_unbound", G::Packets, K::Count, TR("CounterMeaning", "RTP of no call"),
        TR("CounterMeaning", "No call that the probe knows has that address"), {} },
    { "rtp_waiting", G::Packets, K::Level, TR("CounterMeaning", "RTP waiting"),
        TR("CounterMeaning", "Kept until its signalling is seen, for 5 s"), {} },
    { "rtp_joined_later", G::Packets, K::Count, TR("CounterMeaning", "RTP joined later"),
        TR("CounterMeaning", "Came before its signalling, and lost nothing by it"), {} },
    { "rtp_wait_expired", G::Packets, K::Count, TR("CounterMeaning", "RTP that waited in vain"),
        TR("CounterMeaning", "Of no call after all"), {} },
    { "rtp_wait_refused", G::Packets, K::Missed, TR("CounterMeaning", "RTP that could not wait"),
        TR("CounterMeaning", "No room for so much RTP without a call"),
        TR("CounterMeaning", "the flows listed at the end of a replay: whose signalling does the probe not see?") },
    { "rtp_unbound_flows_refused", G::Packets, K::Count, TR("CounterMeaning", "Flows not listed"),
        TR("CounterMeaning", "RTP of no call whose addresses found no room in the list"), {} },
    { "rtcp_packets", G::Packets, K::Count, TR("CounterMeaning", "RTCP packets"),
        TR("CounterMeaning", "Those of no call and those not understood included"), {} },
    { "rtcp_unbound", G::Packets, K::Count, TR("CounterMeaning", "RTCP of no call"),
        TR("CounterMeaning", "No call that the probe knows has that address"), {} },
    { "rtcp_encrypted", G::Packets, K::Count, TR("CounterMeaning", "SRTCP"),
        TR("CounterMeaning", "RTCP of a call that is encrypted: nobody reads it"), {} },
    { "rtcp_malformed", G::Packets, K::Count, TR("CounterMeaning", "RTCP not understood"),
        TR("CounterMeaning", "Begins like RTCP, and contradicts itself"), {} },
    { "rtcp_reports", G::Packets, K::Count, TR("CounterMeaning", "Reception reports"),
        TR("CounterMeaning", "What receivers reported of a stream"), {} },
    { "rtcp_extended_blocks", G::Packets, K::Count, TR("CounterMeaning", "Extended report blocks"),
        TR("CounterMeaning", "Of RTCP XR, whatever their type"), {} },
    { "rtcp_delays_implausible", G::Packets, K::Count, TR("CounterMeaning", "Delays not believed"),
        TR("CounterMeaning", "Reports whose delay contradicts the probe's times"), {} },
    { "rtcp_sources_refused", G::Calls, K::Missed, TR("CounterMeaning", "Reports refused"),
        TR("CounterMeaning", "About more sources than the table had room for"),
        TR("CounterMeaning", "raise --max-streams") },
    { "sdp_lines_refused", G::Calls, K::Count, TR("CounterMeaning", "SDP lines not read"),
        TR("CounterMeaning", "Beyond what is read of a session description"),
        TR("CounterMeaning", "raise --max-sdp-lines if they are genuine") },
    { "sdp_media_refused", G::Calls, K::Count, TR("CounterMeaning", "SDP media not read"),
        TR("CounterMeaning", "Beyond the 8 of a session description"), {} },
    { "sdp_payload_types_refused", G::Calls, K::Count, TR("CounterMeaning", "SDP payload types not read"),
        TR("CounterMeaning", "Beyond the 24 of a media"), {} },
    { "sdp_payload_meanings_forgotten", G::Calls, K::Count, TR("CounterMeaning", "SDP payload meanings forgotten"),
        TR("CounterMeaning", "Of types that a call's descriptions gave another meaning more than 32 times"), {} },
    { "rtp_redundancy_unreadable", G::Packets, K::Count, TR("CounterMeaning", "RTP redundancy not read"),
        TR("CounterMeaning", "Packets of RFC 2198 whose blocks do not fit into them, counted and not looked into"),
        {} },
    { "streams_not_split", G::Calls, K::Count, TR("CounterMeaning", "Streams not split"),
        TR("CounterMeaning",
            "Changes of codec, or ports used again, beyond the 24 that begin a stream of their own: measured as one"),
        {} },
    { "sdp_candidates_refused", G::Calls, K::Count, TR("CounterMeaning", "ICE candidates not read"),
        TR("CounterMeaning", "Beyond the 12 of a media"), {} },
    { "other_datagrams", G::Packets, K::Count, TR("CounterMeaning", "Other datagrams"),
        TR("CounterMeaning", "Neither SIP nor RTP when looked at closely"), {} },
    { "calls_refused_source_rate", G::Calls, K::Missed, TR("CounterMeaning", "Calls refused by rate"),
        TR("CounterMeaning", "One address began more calls a second than it may"),
        TR("CounterMeaning", "raise --calls-per-source if they are genuine") },
    { "calls_refused_pool_full", G::Calls, K::Missed, TR("CounterMeaning", "Calls refused"),
        TR("CounterMeaning", "The table of calls was full"), TR("CounterMeaning", "raise --max-calls") },
    { "rtp_refused", G::Calls, K::Missed, TR("CounterMeaning", "RTP refused"),
        TR("CounterMeaning", "Packets of streams that the table, or their call, had no room for"),
        TR("CounterMeaning", "raise --max-streams; --max-streams-per-call where one call has so many") },
    { "media_addresses_refused", G::Calls, K::Missed, TR("CounterMeaning", "Media addresses refused"),
        TR("CounterMeaning", "The table of addresses was full"), TR("CounterMeaning", "raise --max-calls") },
    { "skinny_phones_refused", G::Calls, K::Missed, TR("CounterMeaning", "Telephones refused"),
        TR("CounterMeaning", "Skinny messages of telephones that the table had no room for"),
        TR("CounterMeaning", "raise --max-calls") },
    { "skinny_calls_refused", G::Calls, K::Missed, TR("CounterMeaning", "Calls on telephones refused"),
        TR("CounterMeaning", "Skinny messages of more calls than are kept of one telephone, or of all"),
        TR("CounterMeaning", "raise --max-calls") },
    { "skinny_halves_joined", G::Calls, K::Count, TR("CounterMeaning", "Halves joined"),
        TR("CounterMeaning", "Both telephones of a Skinny call were seen"), {} },
    { "skinny_without_number", G::Calls, K::Count, TR("CounterMeaning", "Handsets lifted"),
        TR("CounterMeaning", "And laid down with nothing dialled"), {} },
    { "calls_*", G::Calls, K::Count, {}, {}, {} },
    { "streams_started", G::Calls, K::Count, {}, {}, {} },
    { "stream_table_percent", G::Calls, K::Level, TR("CounterMeaning", "Stream table filled, %"),
        TR("CounterMeaning",
            "RTP streams of the calls that are on, of the room for them; of several processing cores the fullest "
            "one's"),
        TR("CounterMeaning", "raise --max-streams before RTP is refused") },
    { "record_queue_waits", G::Queues, K::Count, TR("CounterMeaning", "Waits for storage"),
        TR("CounterMeaning", "The processing core waited for the storage"), {} },
    { "record_queue_percent", G::Queues, K::Level, TR("CounterMeaning", "Record queue filled, %"),
        TR("CounterMeaning", "Records that wait to be stored, of the room for them: how far storage is behind"), {} },
    { "media_chunks_on_their_way", G::Queues, K::Level, TR("CounterMeaning", "Chunks on their way"),
        TR("CounterMeaning", "Media not yet on the disk, in chunks"), {} },
    { "media_directories_down", G::Disk, K::Level, TR("CounterMeaning", "Media directories down"),
        TR("CounterMeaning",
            "Disks that are full, failing, too slow or hanging, or not mounted: the others take their media"),
        TR("CounterMeaning", "look at the log for which; each is tried again after half a minute") },
    { "media_directories_held", G::Disk, K::Level, TR("CounterMeaning", "Media directories full of held calls"),
        TR("CounterMeaning",
            "The limit is reached and legal holds that are still to be copied need all of it: nothing new is recorded "
            "there"),
        TR("CounterMeaning", "raise --media-limit-gib, or see which holds wait (callmonctl hold list) and why") },
    { "media_chunks_moved", G::Disk, K::Count, TR("CounterMeaning", "Chunks moved"),
        TR("CounterMeaning", "Media that another disk took than the one they were for"), {} },
    { "media_segments_overwritten", G::Disk, K::Count, TR("CounterMeaning", "Media segments overwritten"),
        TR("CounterMeaning", "Files of the oldest recordings that made room for the newest"),
        TR("CounterMeaning", "raise --media-limit-gib to keep them longer") },
    { "media_segments_expired", G::Disk, K::Count, TR("CounterMeaning", "Media segments expired"),
        TR("CounterMeaning", "Files of recordings deleted because --keep-media was over"), {} },
    { "message_segments_expired", G::Disk, K::Count, TR("CounterMeaning", "Message segments expired"),
        TR("CounterMeaning",
            "Files of signalling messages deleted because --keep-messages was over, or for --message-limit-gib"),
        {} },
    { "days_expired", G::Disk, K::Count, TR("CounterMeaning", "Days expired"),
        TR("CounterMeaning", "Days of records deleted because --keep-records was over, or for --record-limit-gib"),
        {} },
    { "quality_days_expired", G::Disk, K::Count, TR("CounterMeaning", "Days of quality expired"),
        TR("CounterMeaning",
            "Days whose quality series were deleted because --keep-quality was over, or for --quality-limit-gib"),
        {} },
    { "calls_held", G::Disk, K::Level, TR("CounterMeaning", "Calls held"), TR("CounterMeaning", "Under legal hold now"),
        {} },
    { "calls_deleted", G::Disk, K::Count, TR("CounterMeaning", "Calls deleted"),
        TR("CounterMeaning", "On request, by number"), {} },
    { "notes_expired", G::Disk, K::Count, TR("CounterMeaning", "Tags and notes expired"),
        TR("CounterMeaning", "Deleted with the records of the calls they are of"), {} },
    { "retention_errors", G::Disk, K::Missed, TR("CounterMeaning", "Deletions or holds that failed"),
        TR("CounterMeaning", "What could not be deleted or copied; it is tried again"),
        TR("CounterMeaning", "look at the engine's log; is the disk full?") },
    { "retention_folders_silent", G::Disk, K::Level, TR("CounterMeaning", "Media directories that do not answer"),
        TR("CounterMeaning", "Nothing is deleted there; all else goes on"), {} },
    { "media_write_longest_ms", G::Disk, K::Level, TR("CounterMeaning", "Longest write, ms"),
        TR("CounterMeaning", "Of media, to the disk"), {} },
    { "media_chunks_refused", G::Queues, K::Missed, TR("CounterMeaning", "Media pool empty"),
        TR("CounterMeaning", "No chunk was free: the disk is late"), fasterDisk },
    { "media_not_wanted", G::Disk, K::Count, TR("CounterMeaning", "Media not wanted"),
        TR("CounterMeaning", "RTP of calls that are not recorded: by a rule, or before it was decided"), {} },
    { "media_packets_not_recorded", G::Disk, K::Missed, TR("CounterMeaning", "Media not recorded"),
        TR("CounterMeaning", "RTP that found no free chunk"), fasterDisk },
    { "media_packets_not_written", G::Disk, K::Missed, TR("CounterMeaning", "Media not written"),
        TR("CounterMeaning", "RTP that the disk refused"), moreSpace },
    { "messages_not_recorded", G::Queues, K::Missed, TR("CounterMeaning", "Messages not recorded"),
        TR("CounterMeaning", "Signalling messages of calls that storage had no room for, or beyond 2,000 of one call"),
        fasterDisk },
    { "messages_not_written", G::Disk, K::Missed, TR("CounterMeaning", "Messages not written"),
        TR("CounterMeaning", "Signalling messages that the disk refused"), moreSpace },
    { "data_directory_silent_s", G::Disk, K::Level, TR("CounterMeaning", "Data directory silent, s"),
        TR("CounterMeaning", "Its disk does not answer: records wait in memory, calls go on being tracked and shown"),
        TR("CounterMeaning", "see whether the disk is there (mount, dmesg)") },
    { "records_overdue", G::Disk, K::Missed, TR("CounterMeaning", "Records lost while waiting"),
        TR("CounterMeaning",
            "The data directory did not answer for so long that memory ran out: seconds of quality first, then calls"),
        TR("CounterMeaning", "see whether the disk of the data directory is there (mount, dmesg)") },
    { "messages_overdue", G::Disk, K::Missed, TR("CounterMeaning", "Messages lost while waiting"),
        TR("CounterMeaning", "Signalling messages, likewise"), {} },
    { "records_dropped", G::Disk, K::Missed, TR("CounterMeaning", "Records lost"),
        TR("CounterMeaning", "More waited than memory holds"), moreSpace },
    { "records_refused", G::Disk, K::Missed, TR("CounterMeaning", "Records refused"),
        TR("CounterMeaning", "Rows that their table did not take"),
        TR("CounterMeaning", "report it: no record should be like that") },
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
    { "alarms_open", G::Alarms, K::Level, TR("CounterMeaning", "Open alarms"),
        TR("CounterMeaning", "callmonctl alarms --open lists them"), {} },
    { "alarms_raised", G::Alarms, K::Count, TR("CounterMeaning", "Alarms raised"),
        TR("CounterMeaning", "Those of many calls at once count as one"), {} },
    { "alarms_cleared", G::Alarms, K::Count, TR("CounterMeaning", "Alarms cleared"),
        TR("CounterMeaning", "Whatever ended them"), {} },
    { "alarms_acknowledged", G::Alarms, K::Count, TR("CounterMeaning", "Alarms acknowledged"),
        TR("CounterMeaning", "By users"), {} },
    { "alarms_on_shelf", G::Alarms, K::Level, TR("CounterMeaning", "Alarms on the shelf"),
        TR("CounterMeaning", "Open, and nobody is to be told for a time"), {} },
    { "alarms_folded", G::Alarms, K::Count, TR("CounterMeaning", "Alarms folded"),
        TR("CounterMeaning", "Of calls that count in one alarm for many"), {} },
    { "alarms_refused", G::Alarms, K::Missed, TR("CounterMeaning", "Alarms refused"),
        TR("CounterMeaning", "More were open than the list holds"),
        TR("CounterMeaning", "raise the thresholds of the rules that flood it") },
    { "alarm_calls_refused", G::Alarms, K::Missed, TR("CounterMeaning", "Calls not watched"),
        TR("CounterMeaning", "More than the table of alarms had room for"), TR("CounterMeaning", "raise --max-calls") },
    { "alarm_watches_refused", G::Alarms, K::Missed, TR("CounterMeaning", "Figures not watched"),
        TR("CounterMeaning", "More figures were beyond a threshold at once than are followed"),
        TR("CounterMeaning", "raise the thresholds of the rules") },
    { "alarm_groups_refused", G::Alarms, K::Missed, TR("CounterMeaning", "Groups not watched"),
        TR("CounterMeaning", "More metrics of groups than are followed"),
        TR("CounterMeaning", "name fewer groups in the configuration") },
    { "service_calls_refused", G::Alarms, K::Missed, TR("CounterMeaning", "Calls not followed"),
        TR("CounterMeaning", "In no figure of calls at once: more than the table of service metrics had room for"),
        TR("CounterMeaning", "raise --max-calls") },
    { "service_codecs_refused", G::Alarms, K::Count, TR("CounterMeaning", "Codecs not told apart"),
        TR("CounterMeaning", "Streams of more codecs than have service metrics of their own count as \"codec other\""),
        {} },
    { "service_pairs_forgotten", G::Alarms, K::Count, TR("CounterMeaning", "Repeated calls not told"),
        TR("CounterMeaning",
            "Pairs of caller and callee that were forgotten early: more calls failed than are remembered"),
        {} },
    { "service_minutes_not_stored", G::Disk, K::Missed, TR("CounterMeaning", "Minutes not stored"),
        TR("CounterMeaning", "Rows of service metrics: more waited for the disk than memory holds"), moreSpace },
    { "alarms_not_stored", G::Disk, K::Missed, TR("CounterMeaning", "Alarms not stored"),
        TR("CounterMeaning", "More waited for the disk than memory holds"), moreSpace },
    { "remote_clients", G::Remote, K::Count, TR("CounterMeaning", "Clients"),
        TR("CounterMeaning", "Consoles and command lines that came in"), {} },
    { "remote_clients_refused", G::Remote, K::Count, TR("CounterMeaning", "Clients refused"),
        TR("CounterMeaning", "There were enough, in all or of that user"), {} },
    { "remote_clients_dropped", G::Remote, K::Count, TR("CounterMeaning", "Clients dropped"),
        TR("CounterMeaning", "Silent, not reading, out of order, or no longer let in"), {} },
    { "remote_requests_refused", G::Remote, K::Count, TR("CounterMeaning", "Requests refused"),
        TR("CounterMeaning", "Not for the role of who asked: the audit log tells which"), {} },
    { "remote_clients_slowed", G::Remote, K::Count, TR("CounterMeaning", "Clients slowed"),
        TR("CounterMeaning", "Asked for more than a client may, and had to wait"), {} },
    { "remote_certificates_refused", G::Remote, K::Count, TR("CounterMeaning", "Certificates refused"),
        TR("CounterMeaning", "Of another authority, revoked, expired or none: the audit log tells whose"), {} },
    { "remote_certificate_days_left", G::Remote, K::Level, TR("CounterMeaning", "Certificate expires in, days"),
        TR("CounterMeaning", "Then no console gets in by TLS: callmonctl cert engine makes a new one"), {} },
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

std::span<const CounterMeaning> counterMeanings()
{
    return meanings;
}

std::string_view toText(CounterGroup group)
{
    constexpr std::array<std::string_view, 10> texts { TR("CounterMeaning", "Received"),
        TR("CounterMeaning", "Handed on"), TR("CounterMeaning", "Not handed on"), TR("CounterMeaning", "Times"),
        TR("CounterMeaning", "Packets"), TR("CounterMeaning", "Calls"), TR("CounterMeaning", "Queues"),
        TR("CounterMeaning", "Disk"), TR("CounterMeaning", "Alarms"), TR("CounterMeaning", "Remote") };
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
