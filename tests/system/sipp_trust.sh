#!/bin/bash
# A probe that is made to miss something says so: three lots of SIPp calls, one undisturbed; one while the whole engine
# stands still for a moment, so that its port is not polled but loses nothing; one while its processing core is held
# until the ring behind the capture core is full and frames are lost. SIPp plays every packet, so whatever is missing is
# the probe's: the calls of each lot have the grade for it, and nothing is called loss of the network.
#
#   sipp_trust.sh BIN_DIR [WORK_DIR]      exit 0 passed, 1 failed, 77 cannot be run here
set -u
bin=$(cd "${1:?usage: sipp_trust.sh BIN_DIR [WORK_DIR]}" && pwd)
work=${2:-$bin/../system/sipp_trust}
speech=/usr/share/sip-tester/g711a.pcap
calls=30 # of each lot
packets=220 # of each speech, 30 ms each: long enough for what is done to the engine to fall into it
talk_ms=7500
stall_s=0.25 # of the engine: 500 frames, so that the ring holds what it finds afterwards
held_s=2.5 # the processing core: 5000 frames, and the ring holds 1024 at most
caller_ip=10.80.0.1
callee_ip=10.80.0.2
caller_ns=cmtrusta$$
callee_ns=cmtrustb$$
caller_if=cms$$
callee_if=cmt$$
children=()

test=sipp_trust
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/two_hosts.sh"

prepare editcap
connect_hosts

sed "s/TALK/$talk_ms/" "$here/speaker.xml" >"$work/speaker.xml"
editcap -F pcap -r "$speech" "$work/speech.pcap" 1-$packets >"$work/editcap.out" 2>&1 || fail "editcap ended with $?"

url=local:$(mktemp -u /tmp/callmon-trust-XXXXXX.sock) # the path of a socket may not be long
say "engine on $callee_if, with a short ring"
start_engine 140 --data "$work/data" --listen "$url" --ring-batches 16 --linger-s 1
cd "$work" || fail "cannot enter $work" # SIPp leaves its files where it runs
start "$callee_ns" 120 echo sipp -sn uas -i "$callee_ip" -p 5060 -mi "$callee_ip" -mp 6000 -rtp_echo -nostdin
wait_for 15 udp_port_open 5060 || fail "SIPp did not open its port"
engine_pid=$(pgrep -P "$engine") || fail "the engine has no process" # its parent is timeout

lot() { # NAME FIRST_MEDIA_PORT COMMAND...: calls, and the command while all of them are on
    local name=$1 port=$2 phones
    shift 2
    say "$name: $calls calls"
    start "$caller_ns" 30 "$name" sipp -sf speaker.xml "$callee_ip:5060" -i "$caller_ip" -p 5060 -mi "$caller_ip" \
        -mp "$port" -m "$calls" -r 30 -cid_str "$name-%u@%s" -nostdin
    phones=${children[-1]}
    sleep 2.5
    "$@" || fail "$1 ended with $?"
    wait "$phones" || fail "the SIPp caller ended with $?"
    sleep 2.5 # the calls are closed: what comes now is not charged to them
}
stall() { kill -STOP "$engine_pid" && sleep "$stall_s"; kill -CONT "$engine_pid"; }

lot whole 7000 true
lot delayed 8000 stall
lot lossy 9000 python3 "$here/hold_thread.py" "$engine_pid" processing "$held_s"
timeout 20 "$bin/callmonctl" status --engine "$url" >"$work/status.txt" \
    && timeout 20 "$bin/callmonctl" status --engine "$url" --format json >"$work/status.json" \
    || fail "callmonctl status ended with $?"
stop_engine
for what in calls streams; do
    timeout 60 "$bin/callmonctl" $what --data "$work/data" --format csv >"$work/$what.csv" || fail "callmonctl ended with $?"
done
timeout 60 "$bin/callmonctl" calls --data "$work/data" --trust lossy --format csv >"$work/lossy.csv" \
    || fail "callmonctl ended with $?"

python3 - "$work" "$calls" "$packets" "$stall_s" "$caller_ip" <<'PY' || fail "the grades are not as they must be"
import csv, json, re, sys

work, calls, packets, stall_s, caller_ip = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), sys.argv[5]
faults = []

def same(what, found, expected):
    if found != expected:
        faults.append(f"{what}: {found}, expected {expected}")

def table(name):
    return list(csv.DictReader(open(f"{work}/{name}.csv", newline="")))

status = json.load(open(work + "/status.json"))
dropped = status["ring_full_dropped"]
if dropped == 0:
    faults.append("no frame was dropped at the ring: the test made no loss")
text = open(work + "/status.txt").read()
for words in ("Ring full: ", "--ring-batches", f"ring_full_dropped {dropped}"):
    if words not in text:
        faults.append(f"callmonctl status does not say {words!r}")
if re.search(r"\d too many", text):
    faults.append("callmonctl status: received is less than handed on and dropped")

lots = {"whole": [], "delayed": [], "lossy": []}
for call in table("calls"):
    lots[call["call_id"].split("-")[0]].append(call)
for name, found in lots.items():
    same(f"{name} calls", len(found), calls)
for call in lots["whole"]: # a busy machine delays too; what is lost later is not theirs
    if call["trust"] == "lossy" or call["probe_frames_lost"] != "0" or float(call["poll_gap_longest_ms"]) >= stall_s * 1e3:
        faults.append(f"{call['call_id']} was undisturbed, and yet {call['trust']}, {call['probe_frames_lost']} frames lost, "
            f"poll gap {call['poll_gap_longest_ms']} ms")
for call in lots["delayed"]:
    same(f"trust of {call['call_id']}", call["trust"], "delayed")
    same(f"frames lost during {call['call_id']}", call["probe_frames_lost"], "0")
    if float(call["poll_gap_longest_ms"]) < stall_s * 1e3 * 0.9:
        faults.append(f"poll gap of {call['call_id']}: {call['poll_gap_longest_ms']} ms")
for call in lots["lossy"]:
    same(f"trust of {call['call_id']}", call["trust"], "lossy")
    if not 0 < int(call["probe_frames_lost"]) <= dropped:
        faults.append(f"frames lost during {call['call_id']}: {call['probe_frames_lost']} of {dropped}")
same("calls that --trust lossy finds", sorted(c["call_id"] for c in table("lossy")),
    sorted(c["call_id"] for c in lots["lossy"]))

missing = 0
for stream in table("streams"):
    if stream["src_ip"] != caller_ip: # the echo's own losses are not known from outside
        continue
    same(f"loss of the network in {stream['call_id']}", stream["lost"], "0")
    # What is missing at the very end no later packet tells of.
    seen = int(stream["packets"]) + int(stream["lost_with_probe"])
    if not stream["call_id"].startswith("lossy"):
        same(f"speech of {stream['call_id']}", (int(stream["packets"]), int(stream["lost_with_probe"])), (packets, 0))
    elif seen > packets:
        faults.append(f"speech of {stream['call_id']}: {seen} packets, SIPp played {packets}")
    missing += int(stream["lost_with_probe"])
if missing == 0:
    faults.append("frames were dropped, and yet no stream misses a packet with the probe")
print("\n".join(faults[:20]) or f"sipp_trust: {dropped} frames dropped at the ring, {missing} of them known to be of a "
    "speech; the grades are right")
sys.exit(1 if faults else 0)
PY
say "PASSED"
