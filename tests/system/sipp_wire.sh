#!/bin/bash
# Nothing is lost between wire and record: a hundred and more SIPp calls speak and are echoed over a veth pair while two
# engines listen live on one end, one with a single processing thread, one with three, which share the media (what goes
# to the echo is one thread's, so that another may be idle). The kernel's own counts of the link are each engine's
# frames, SIPp's calls are its calls, each speech has every packet that SIPp played, all of it is stored, no counter
# tells of a loss, and the sum received = handed on + drops holds. A frame too long for the second port's places is counted.
#
#   sipp_wire.sh BIN_DIR [WORK_DIR]      exit 0 passed, 1 failed, 77 cannot be run here
set -u
bin=$(cd "${1:?usage: sipp_wire.sh BIN_DIR [WORK_DIR]}" && pwd)
work=${2:-$bin/../system/sipp_wire}
speech=/usr/share/sip-tester/g711a.pcap
calls=120
calls_per_second=12
packets=120 # of each speech, 30 ms each
talk_ms=4500
caller_ip=10.79.0.1
callee_ip=10.79.0.2
caller_ns=cmwirea$$
callee_ns=cmwireb$$
caller_if=cmu$$
callee_if=cmv$$
children=()

test=sipp_wire
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/two_hosts.sh"

prepare editcap
connect_hosts
inside "$caller_ns" ip link set "$caller_if" mtu 9000 && inside "$callee_ns" ip link set "$callee_if" mtu 9000 \
    || fail "cannot make the link's frames longer"
neighbours_for_good || fail "cannot set the neighbours of the veth pair"

sed "s/TALK/$talk_ms/" "$here/speaker.xml" >"$work/speaker.xml"
editcap -F pcap -r "$speech" "$work/speech.pcap" 1-$packets >"$work/editcap.out" 2>&1 || fail "editcap ended with $?"
frames_on_the_link() { # both ways, as the kernel counts them
    local statistics=/sys/class/net/$callee_if/statistics
    echo $(($(inside "$callee_ns" cat "$statistics/rx_packets") + $(inside "$callee_ns" cat "$statistics/tx_packets")))
}

declare -A engines
for threads in 1 3; do
    say "engine with $threads processing thread(s) on $callee_if"
    engine_name=engine$threads
    [ $threads = 1 ] || port_more=,framesz=2048 # cuts what is longer
    start_engine 100 --data "$work/$engine_name" --listen none --processing-cores $threads --max-calls 2000 --max-streams 8000
    engines[$threads]=$engine
done
before=$(frames_on_the_link)
say "telephones: $calls calls, $calls_per_second a second, $((talk_ms / 1000)) s each"
cd "$work" || fail "cannot enter $work" # SIPp leaves its files where it runs
start "$callee_ns" 80 echo sipp -sn uas -i "$callee_ip" -p 5060 -mi "$callee_ip" -mp 6000 -rtp_echo -nostdin \
    -trace_stat -stf echo.csv -fd 1
wait_for 15 udp_port_open 5060 || fail "SIPp did not open its port"
start "$caller_ns" 60 speaker sipp -sf speaker.xml "$callee_ip:5060" -i "$caller_ip" -p 5060 -mi "$caller_ip" -mp 7000 \
    -m "$calls" -r "$calls_per_second" -cid_str "wire-%u@%s" -nostdin -trace_stat -stf speaker.csv -fd 1
wait "${children[-1]}" || fail "the SIPp caller ended with $?"
sleep 2 # the last echo
# SIPp's echo counts a call 4 s after its BYE, in its next statistics; what it counted in the end is judged below.
echo_counted_all() { [ "$(sipp_count echo.csv "SuccessfulCall(C)")" = "$calls" ]; }
wait_for 15 echo_counted_all
inside "$caller_ns" python3 -c "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(
    b'OPTIONS sip:a SIP/2.0\r\n'.ljust(4000, b' '), ('$callee_ip', 5060))" || fail "the long frame was not sent"
after=
nothing_comes() { local seen=$after; after=$(frames_on_the_link); [ "$seen" = "$after" ]; }
until nothing_comes; do sleep 0.5; done # SIPp may answer
for threads in 1 3; do
    engine_name=engine$threads
    engine=${engines[$threads]}
    stop_engine
    for what in calls streams; do
        timeout 60 "$bin/callmonctl" $what --data "$work/$engine_name" --format csv >"$work/$engine_name.$what.csv" \
            || fail "callmonctl ended with $?"
    done
done
succeeded=$(sipp_count speaker.csv "SuccessfulCall(C)") && echoed=$(sipp_count echo.csv "SuccessfulCall(C)") \
    || fail "no statistics from SIPp"
[ "$succeeded" = "$calls" ] || fail "SIPp completed $succeeded of $calls calls: the machine is too busy for this test"

for threads in 1 3; do
    python3 - "$work/engine$threads" "$calls" "$echoed" "$packets" "$((after - before))" "$caller_ip" <<'PY' || fail "something was lost"
import csv, sys

engine, calls, echoed, packets, frames, caller_ip = sys.argv[1], *map(int, sys.argv[2:6]), sys.argv[6]
faults = []
counters = {}
for row in open(engine + ".out"):
    words = row.split()
    if len(words) == 2 and words[1].isdigit():
        counters[words[0]] = int(words[1])

def same(what, found, expected):
    if found != expected:
        faults.append(f"{what}: {found}, expected {expected}")

same("frames received, by the kernel's counts of the link", counters["frames_received"], frames)
same("frames cut", counters["frames_cut"], 0 if engine.endswith("engine1") else 1) # by places of 2,048 bytes
for name in ("nic_missed", "nic_errors", "nic_no_buffers", "ring_full_dropped", "rtp_refused", "calls_refused_pool_full",
        "media_packets_not_recorded", "media_packets_not_written", "media_chunks_refused", "records_dropped"):
    same(name, counters.get(name, 0), 0)
drops = sum(counters[name] for name in ("ring_full_dropped", "unknown_link_type", "not_ip", "too_many_tags", "malformed_ip",
    "too_many_extensions", "not_udp", "malformed_udp", "other_udp", "truncated"))
same("handed on and dropped, of those received", counters["frames_handed_on"] + drops, counters["frames_received"])

found = list(csv.DictReader(open(engine + ".calls.csv", newline="")))
same("calls", sorted(call["call_id"] for call in found), sorted(f"wire-{i}@{caller_ip}" for i in range(1, calls + 1)))
same("calls that SIPp's echo counted", echoed, calls)
for call in found:
    same(f"outcome of {call['call_id']}", call["outcome"], "answered")
    same(f"frames lost by the probe during {call['call_id']}", call["probe_frames_lost"], "0")
    if call["trust"] == "lossy": # a busy machine may delay, but nothing was lost
        faults.append(f"trust of {call['call_id']} is lossy")
streams = list(csv.DictReader(open(engine + ".streams.csv", newline="")))
speeches = [stream for stream in streams if stream["src_ip"] == caller_ip]
same("speeches", len(speeches), calls)
for stream in speeches:
    same(f"packets, lost and lost with the probe of the speech {stream['call_id']}",
        (int(stream["packets"]), int(stream["lost"]), int(stream["lost_with_probe"])), (packets, 0, 0))
for stream in streams:
    same(f"packets stored of {stream['call_id']}, {stream['direction']}", stream["packets_stored"], stream["packets"])
same("RTP of all streams", sum(int(stream["packets"]) for stream in streams), counters["rtp_packets"])
echo = counters["rtp_packets"] - calls * packets
print("\n".join(faults[:20]) or f"sipp_wire: {engine.split('/')[-1]}: {frames} frames on the link, all received; {calls} calls, "
    f"{calls * packets} packets of speech and {echo} of echo, all recorded")
sys.exit(1 if faults else 0)
PY
done
say "PASSED"
