#!/bin/bash
# A flood does not hurt who is talking: while SIPp's calls speak, another SIPp sends INVITEs, each of a call of its own,
# faster than the engine has room for. Every INVITE became a call or was refused and counted; the calls that were on
# are measured to the last packet, and those that begin when the flood is over are found.
#
#   sipp_flood.sh BIN_DIR [WORK_DIR]      exit 0 passed, 1 failed, 77 cannot be run here
set -u
bin=$(cd "${1:?usage: sipp_flood.sh BIN_DIR [WORK_DIR]}" && pwd)
work=${2:-$bin/../system/sipp_flood}
speech=/usr/share/sip-tester/g711a.pcap
calls=40 # that speak during the flood, and as many after it
packets=230 # of each speech, 30 ms each: longer than the flood
talk_ms=7500
flood=16000
flood_rate=4000 # a second: as often as the kernel's ring has room for two seconds, should this machine be busy
max_calls=1000
caller_ip=10.82.0.1
callee_ip=10.82.0.2
flooder_ip=10.82.0.3
caller_ns=cmflooda$$
callee_ns=cmfloodb$$
caller_if=cmf$$
callee_if=cmg$$
children=()

test=sipp_flood
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/two_hosts.sh"

prepare editcap
connect_hosts
inside "$caller_ns" ip addr add "$flooder_ip/24" dev "$caller_if" || fail "no address for the flood"

sed "s/TALK/$talk_ms/" "$here/speaker.xml" >"$work/speaker.xml"
sed "s/TALK/100/; s/<nop>.*nop>//" "$here/speaker.xml" >"$work/silent.xml"
editcap -F pcap -r "$speech" "$work/speech.pcap" 1-$packets >"$work/editcap.out" 2>&1 || fail "editcap ended with $?"
cat >"$work/flood.xml" <<'XML'
<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="flood">
  <send><![CDATA[
INVITE sip:nobody@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:flood@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:nobody@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:flood@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Length: 0

]]></send>
</scenario>
XML

say "engine on $callee_if, with room for $max_calls calls"
start_engine 100 --data "$work/data" --listen none --max-calls "$max_calls" --linger-s 1 --silence-unanswered-s 3
cd "$work" || fail "cannot enter $work" # SIPp leaves its files where it runs
start "$callee_ns" 80 answer sipp -sn uas -i "$callee_ip" -p 5060 -mi "$callee_ip" -mp 6000 -nostdin
# Who receives the flood and says nothing: no ICMP comes back.
start "$callee_ns" 80 sink python3 -c "import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('$callee_ip', 5070))
time.sleep(70)"
wait_for 15 udp_port_open 5060 && wait_for 15 udp_port_open 5070 || fail "SIPp did not open its port"
speak() { # NAME SCENARIO FIRST_MEDIA_PORT
    start "$caller_ns" 40 "$1" sipp -sf "$2" "$callee_ip:5060" -i "$caller_ip" -p 5060 -mi "$caller_ip" -mp "$3" \
        -m "$calls" -r 40 -cid_str "$1-%u@%s" -nostdin -trace_stat -stf "$1.csv" -fd 1
}

say "$calls calls speak, and $flood INVITEs come, $flood_rate a second"
speak during speaker.xml 7000
speakers=${children[-1]}
sleep 1.5
start "$caller_ns" 40 flood sipp -sf flood.xml "$callee_ip:5070" -i "$flooder_ip" -p 5071 -m "$flood" -r "$flood_rate" \
    -nostdin -trace_stat -stf flood.csv -fd 1
wait "${children[-1]}" || fail "the flood ended with $?"
wait "$speakers" || fail "the SIPp caller ended with $?"
sleep 8 # what of the flood became calls is given up, after 3 s of its packets' time, which is late on a busy machine
say "$calls calls more"
speak after silent.xml 8000
wait "${children[-1]}" || fail "the SIPp caller ended with $?"
stop_engine
for what in calls streams; do
    timeout 60 "$bin/callmonctl" $what --data "$work/data" --format csv >"$work/$what.csv" || fail "callmonctl ended with $?"
done
flooded=$(sipp_count flood.csv "OutgoingCall(C)") && during=$(sipp_count during.csv "SuccessfulCall(C)") \
    && after=$(sipp_count after.csv "SuccessfulCall(C)") || fail "no statistics from SIPp"
[ "$during" = "$calls" ] && [ "$after" = "$calls" ] || fail "SIPp completed $during and $after of $calls calls: is the machine too busy?"

python3 - "$work" "$calls" "$packets" "$flooded" "$max_calls" "$caller_ip" <<'PY' || fail "the flood hurt"
import csv, sys

work, calls, packets, flooded, max_calls, caller_ip = sys.argv[1], *map(int, sys.argv[2:6]), sys.argv[6]
faults = []
counters = {words[0]: int(words[1]) for words in map(str.split, open(work + "/engine.out"))
    if len(words) == 2 and words[1].isdigit()}

def same(what, found, expected):
    if found != expected:
        faults.append(f"{what}: {found}, expected {expected}")

found = list(csv.DictReader(open(work + "/calls.csv", newline="")))
for name in "during", "after":
    lot = [call for call in found if call["call_id"].startswith(name + "-")]
    same(f"calls {name} the flood", sorted(call["call_id"] for call in lot),
        sorted(f"{name}-{i}@{caller_ip}" for i in range(1, calls + 1)))
    for call in lot:
        same(f"outcome of {call['call_id']}", (call["outcome"], call["ended_by"]), ("answered", "caller"))
streams = list(csv.DictReader(open(work + "/streams.csv", newline="")))
same("speeches", len(streams), calls)
for stream in streams:
    same(f"packets, lost and stored of {stream['call_id']}", (int(stream["packets"]), int(stream["lost"]),
        int(stream["packets_stored"])), (packets, 0, packets))
same("frames dropped at the ring", counters["ring_full_dropped"], 0)
refused = sum(value for name, value in counters.items() if name.startswith("calls_refused"))
same("INVITEs of the flood that became a call or were refused", counters["calls_started"] - 2 * calls + refused, flooded)
if refused < flooded // 2:
    faults.append(f"{refused} calls refused of {flooded} with room for {max_calls}: that was no flood")
print("\n".join(faults[:20]) or f"sipp_flood: {flooded} INVITEs, {refused} of them refused; {calls} calls measured whole "
    f"meanwhile, {calls} found after it")
sys.exit(1 if faults else 0)
PY
say "PASSED"
