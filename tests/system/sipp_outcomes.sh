#!/bin/bash
# Every way a call can go, by telephones that are not ours: SIPp plays the ladders of sip_ladders.py over UDP or TCP, IPv4
# or IPv6, with messages that do not fit in a packet. The records must have SIPp's calls with the outcome of their
# ladder, the RTP that it played, and as many messages as SIPp counted at both ends.
#
#   sipp_outcomes.sh BIN_DIR udp|tcp|udp6|tcp6 [WORK_DIR]      exit 0 passed, 1 failed, 77 cannot be run here
set -u
usage="usage: sipp_outcomes.sh BIN_DIR udp|tcp|udp6|tcp6 [WORK_DIR]"
bin=$(cd "${1:?$usage}" && pwd)
over=${2:?$usage}
work=${3:-$bin/../system/sipp_outcomes_$over}
speech=/usr/share/sip-tester/g711a.pcap
calls=6 # of each ladder
packets=40 # of each speech, 30 ms each
padding=3000 # bytes more in INVITE and 200: three IP fragments or TCP segments
case $over in
    *6) caller_ip=fd81::1:1 callee_ip=fd81::2:1 ;;
    *) caller_ip=10.81.0.1 callee_ip=10.81.0.101 ;;
esac
caller_ns=cmouta$$
callee_ns=cmoutb$$
caller_if=cmo$$
callee_if=cmw$$
children=()
lines_said=3 # of each of many telephones

test=sipp_outcomes_$over
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/two_hosts.sh"

prepare editcap tshark
connect_hosts
names=$(python3 "$here/sip_ladders.py" "$work" "$padding") || fail "no scenarios"
editcap -F pcap -r "$speech" "$work/speech.pcap" 1-$packets >"$work/editcap.out" 2>&1 || fail "editcap ended with $?"
# Segments as on a wire: the kernel cuts them, not a card that isn't there.
inside "$caller_ns" ip link set "$caller_if" gso_max_segs 1 && inside "$callee_ns" ip link set "$callee_if" gso_max_segs 1 \
    || fail "cannot set the segments of the veth pair"

say "engine on $callee_if"
start_engine 100 --data "$work/live" --listen none
start "$callee_ns" 100 dumpcap dumpcap -q -i "$callee_if" -w "$work/seen.pcapng"
dumpcap=${children[-1]}
wait_for 30 grep -q 'File:' "$work/dumpcap.out" || fail "dumpcap did not open its port"
cd "$work" || fail "cannot enter $work" # SIPp leaves its files where it runs

# Every ladder has two hosts of its own. The addresses of the first are those of the veth pair.
declare -A caller_of callee_of
number=0
for name in $names; do
    caller=$caller_ip callee=$callee_ip
    if [ $((number++)) -gt 0 ]; then
        case $over in
            *6) caller=fd81::1:$number callee=fd81::2:$number ;;
            *) caller=10.81.0.$number callee=10.81.0.$((100 + number)) ;;
        esac
        give_addresses "$caller" "$callee" || fail "cannot set the addresses of $name"
    fi
    caller_of[$name]=$caller callee_of[$name]=$callee
done
at() { case $1 in *:*) echo "[$1]:5060" ;; *) echo "$1:5060" ;; esac }
phone() { # NAMESPACE NAME SIDE ADDRESS OPTION...
    local ns=$1 name=$2 side=$3 address=$4
    shift 4
    start "$ns" 50 "$name.$side" sipp -sf "$name.$side.xml" -i "$address" -p 5060 -mi "$address" -mp 6000 -t "$mode" \
        -key caller_at "$(at "${caller_of[$name]}")" -key callee_at "$(at "${callee_of[$name]}")" \
        -m "$calls" -nostdin -trace_counts -fd 1 -trace_err "$@"
}
mode=u1 rate=4
case $over in
    tcp*) # One connection for all calls of a ladder, which begin together on a slow link: messages share segments.
        mode=t1 rate=1000
        for end in "$caller_ns $caller_if" "$callee_ns $callee_if"; do
            set -- $end
            inside "$1" tc qdisc add dev "$2" root tbf rate 8mbit burst 3kb latency 5s || skip "this kernel has no tbf"
        done
        ;;
esac
listening() { [ "$(inside "$callee_ns" cat "/proc/net/${over%6}" "/proc/net/${over%6}6" 2>/dev/null | grep -c ':13C4 ')" -ge "$number" ]; }

say "telephones: $calls calls of each of" $names
for name in $names; do phone "$callee_ns" "$name" callee "${callee_of[$name]}"; done
wait_for 20 listening || fail "not every SIPp opened its port"
declare -A phones
for name in $names; do
    phone "$caller_ns" "$name" caller "${caller_of[$name]}" "$(at "${callee_of[$name]}")" -r "$rate" -cid_str "$name-%u" \
        -trace_stat -stf "$name.stat.csv"
    phones[$name]=${children[-1]}
done
for name in $names; do
    wait "${phones[$name]}" || fail "the SIPp caller of $name ended with $?"
done
sleep 1 # the last answers
kill -INT "$dumpcap"
stop_engine

timeout 30 "$bin/callmon-engine" --replay "$work/seen.pcapng" --data "$work/replayed" --listen none >"$work/replayed.out" 2>&1 \
    || fail "the replay ended with $?"
for data in live replayed; do
    for what in calls streams; do
        timeout 60 "$bin/callmonctl" $what --data "$work/$data" --format csv >"$work/$data.$what.csv" \
            || fail "callmonctl ended with $?"
    done
    timeout 60 "$bin/callmonctl" report --data "$work/$data" --format json >"$work/$data.report.json" \
        && timeout 60 "$bin/callmonctl" report --history --step 1d --data "$work/$data" --format json \
            >"$work/$data.history.json" || fail "callmonctl report ended with $?"
done
mv "$work/engine.out" "$work/live.out"
timeout 30 tshark -n -r "$work/seen.pcapng" -d tcp.port==5060,sip -Y 'sip' -T fields -e frame.number -e sip.Call-ID \
    >"$work/tshark.sip" 2>"$work/tshark.out" || fail "tshark ended with $?"

python3 - "$here" "$work" "$over" "$calls" "$packets" <<'PY' || fail "the records are not SIPp's calls"
import csv, glob, json, sys

here, work, over, calls, packets = *sys.argv[1:4], *map(int, sys.argv[4:])
sys.path.insert(0, here)
sys.dont_write_bytecode = True
from sip_ladders import LADDERS, TALK_MS

faults = []

def same(what, found, expected):
    if found != expected:
        faults.append(f"{what}: {found!r}, expected {expected!r}")

def table(path):
    return list(csv.DictReader(open(path, newline=""), delimiter=";" if "stat" in path or "counts" in path else ","))

def sipp_messages(side):  # what SIPp sent, again and again included
    row = table(side)[-1]
    sent = {column.split("_")[0] for column in row if column and column.endswith("_Sent")}
    return sum(int(value) for column, value in row.items()
        if column and column.split("_")[0] in sent and column.endswith(("_Sent", "_Retrans")))

def judge(data):
    """What the engine has of SIPp's calls."""
    calls = {call["call_id"]: call for call in table(f"{work}/{data}.calls.csv")}
    streams = table(f"{work}/{data}.streams.csv")
    same(data + " Call-IDs", sorted(calls), sorted(f"{name}-{i}" for name in LADDERS for i in range(1, done[name] + 1)))
    for call_id, call in calls.items():
        fields, ladder = LADDERS[call_id.rpartition("-")[0]]
        for field, value in dict(fields, transport=over[:3], signalling="sip", caller="caller", callee="callee").items():
            same(f"{data} {field} of {call_id}", call[field], value)
        pauses = ladder[ladder.index("> ACK"):].count("pause") * TALK_MS / 1000
        # From 200 to BYE: the pauses, and what a busy machine adds.
        if call["outcome"] == "answered" and not pauses - 0.05 <= float(call["duration_s"]) <= pauses + 5:
            faults.append(f"{data} duration_s of {call_id} is {call['duration_s']}, SIPp paused for {pauses}")
    # Of the records, and as measured while the calls were on; they may have met midnight.
    judge_service(data + " report", json.load(open(f"{work}/{data}.report.json")))
    days = json.load(open(f"{work}/{data}.history.json"))
    if len(days) == 1:
        judge_service(data + " history", days)
    same(data + " new calls", sum(day["new_calls"] for day in days), sum(done.values()))
    for stream in streams:
        same(f"{data} packets, lost, codec of {stream['call_id']}, {stream['direction']}",
            (int(stream["packets"]), int(stream["lost"]), stream["codec"]), (packets, 0, "PCMA"))
    counters = {}
    for words in map(str.split, open(f"{work}/{data}.out")):
        if len(words) == 2 and words[1].isdigit():
            counters[words[0]] = int(words[1])
    same(data + " RTP", counters["rtp_packets"], speeches * packets)
    same(data + " SIP messages, by the counts of SIPp at both ends", counters["sip_messages"], sent)
    for name in ("sip_malformed", "sip_outside_calls", "rtp_unbound", "rtp_refused", "ring_full_dropped", "truncated",
            "tcp_refused", "tcp_holes", "stream_bytes_skipped", "fragments_refused", "datagrams_timed_out", "calls_without_invite"):
        same(f"{data} {name}", counters[name], 0)
    return counters

def judge_service(what, rows):
    """ITU-T E.425 and RFC 6076 4.6 to 4.9, from the calls that SIPp counted."""
    n = lambda *names: sum(done[name] for name in names)
    answered = n("answered", "callee-ends", "early-media", "challenged", "held", "transferred")
    attempts = sum(done.values())
    percent = lambda part, whole: round(100 * part / whole, 3)
    expected = dict(
        attempts=attempts, answered=answered, completed=answered, user_busy=n("busy"),
        ring_no_answer=n("away", "cancelled"), # 480, and 487 after a 180
        terminal_reject=n("declined"), number_errors=0, redirected=n("moved"), ineffective=n("timed-out", "unavailable"),
        setting_up=0, began_before_probe=0,
        asr_percent=percent(answered, attempts),
        ner_percent=percent(answered + n("busy", "away", "cancelled", "declined"), attempts),
        ser_percent=percent(answered, attempts - n("moved")),
        seer_percent=percent(answered + n("busy", "away", "declined"), attempts - n("moved")),
        isa_percent=percent(n("timed-out", "unavailable"), attempts),
        scr_percent=percent(answered, attempts))
    same(what + " rows", len(rows), 1)
    for field, value in expected.items():
        same(f"{what} {field}", rows[0][field], value)

done = {name: int(table(f"{work}/{name}.stat.csv")[-1]["SuccessfulCall(C)"]) for name in LADDERS}
for name in LADDERS:
    same(f"calls that SIPp completed of {name} (is the machine too busy?)", done[name], calls)
speeches = sum(done[name] * ladder.count("speech") for name, (_, ladder) in LADDERS.items())
sent = sum(sipp_messages(path) for path in glob.glob(work + "/*_counts.csv"))
judge("live")
counters = judge("replayed")
if over.startswith("udp"): # live the kernel may have put those of IPv4 together
    what = f"{counters['datagrams_of_fragments']} messages came in fragments"
    invites = sum(done[name] * ladder.count("> INVITE") for name, (_, ladder) in LADDERS.items())
    if counters["datagrams_of_fragments"] < invites:
        faults.append(f"{what}, and there were {invites} INVITEs")
else:
    several = sum(row.count(",") > 0 for row in open(work + "/tshark.sip"))
    what = f"{several} segments ended several messages"
    if several == 0:
        faults.append("no segment had several messages: the test did not test that")
print("\n".join(faults[:20]) or f"sipp_outcomes: live and replayed, {sum(done.values())} calls of {len(LADDERS)} kinds, {sent} "
    f"messages and {counters['rtp_packets']} packets of speech over {over} are SIPp's; {what}")
sys.exit(1 if faults else 0)
PY
say "PASSED"
