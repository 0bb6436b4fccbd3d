#!/bin/bash
# SIPp telephones that speak: recorded speech with a known gap goes to a telephone that echoes it, in two network
# namespaces, several calls at one media address of the callee at a time. The engine listens live on one end of the veth
# pair and dumpcap beside it. tshark judges both: the live records must have its calls, packets and losses; the
# records of the capture replayed must have its times too. Nothing leaves the namespaces, and nothing of them stays.
#
#   sipp_media.sh BIN_DIR [WORK_DIR]      exit 0 passed, 1 failed, 77 cannot be run here
set -u
bin=$(cd "${1:?usage: sipp_media.sh BIN_DIR [WORK_DIR]}" && pwd)
work=${2:-$bin/../system/sipp_media}
speech=/usr/share/sip-tester/g711a.pcap
calls=6
talk_ms=5000 # the speech is shorter
caller_ip=10.78.0.1
callee_ip=10.78.0.2
caller_ns=cmspeak$$
callee_ns=cmecho$$
caller_if=cmq$$
callee_if=cmp$$
children=()

test=sipp_media
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/two_hosts.sh"
dumpcap_reads() { grep -q 'File:' "$work/dumpcap.out"; }

prepare dumpcap tshark editcap

connect_hosts

# What the caller says: its first packets, less two gaps of three and one. The loss is in the file, so it is known.
editcap -F pcap "$speech" "$work/speech.pcap" 41-43 60 121-236 >"$work/editcap.out" 2>&1 || fail "editcap ended with $?"
lost=4
packets=116

sed "s/TALK/$talk_ms/" "$here/speaker.xml" >"$work/speaker.xml"

say "engine and dumpcap on $callee_if"
start_engine 60 --data "$work/live" --listen none
start "$callee_ns" 60 dumpcap dumpcap -q -i "$callee_if" -w "$work/seen.pcapng"
dumpcap=${children[-1]}
dumpcap_gone() { ! kill -0 "$dumpcap" 2>/dev/null; }
wait_for 30 dumpcap_reads || fail "dumpcap did not open its port"

say "telephones: $calls calls of $((talk_ms / 1000)) s"
cd "$work" || fail "cannot enter $work" # SIPp leaves its files where it runs
start "$callee_ns" 50 echo sipp -sn uas -i "$callee_ip" -p 5060 -mi "$callee_ip" -mp 6000 -rtp_echo -nostdin
wait_for 15 udp_port_open 5060 || fail "SIPp did not open its port"
start "$caller_ns" 40 speaker sipp -sf speaker.xml "$callee_ip:5060" -i "$caller_ip" -p 5060 -mi "$caller_ip" -mp 7000 \
    -m "$calls" -r 4 -cid_str "speech-%u@%s" -nostdin
wait "${children[-1]}" || fail "the SIPp caller ended with $?"

say "stopping"
sleep 1 # the last frames pass through the rings
kill -INT "$engine" "$dumpcap"
wait_for 20 engine_gone && wait_for 10 dumpcap_gone || fail "the engine or dumpcap still runs after SIGINT"
wait "$engine" || fail "the engine ended with $?"
timeout 30 "$bin/callmon-engine" --replay "$work/seen.pcapng" --data "$work/replayed" --listen none >"$work/replay.out" 2>&1 \
    || fail "the replay ended with $?"
for data in live replayed; do
    for what in calls streams; do
        timeout 30 "$bin/callmonctl" $what --data "$work/$data" --format csv >"$work/$data.$what.csv" \
            || fail "callmonctl ended with $?"
    done
done
timeout 30 tshark -n -r "$work/seen.pcapng" -q -z rtp,streams >"$work/tshark.streams" 2>"$work/tshark.out" \
    && timeout 30 tshark -n -r "$work/seen.pcapng" -Y 'sip.Method==INVITE' -T fields -e sip.Call-ID \
        >"$work/tshark.calls" 2>>"$work/tshark.out" || fail "tshark ended with $?"

python3 - "$work" "$calls" "$packets" "$lost" <<'PY' || fail "the records differ from what tshark says"
import csv, re, sys

work, calls, sent, gap = sys.argv[1], *map(int, sys.argv[2:])
line = re.compile(r"\s*[\d.]+\s+[\d.]+\s+(\S+)\s+(\d+)\s+(\S+)\s+(\d+)\s+0x(\w+)\s+.*?\s(\d+)\s+(-?\d+) \(\S+\)\s+"
    r"(\S+)\s+(\S+)\s+(\S+)\s+\S+\s+(\S+)\s+(\S+)")
faults = []
judged = {}
for row in open(work + "/tshark.streams"):
    found = line.match(row)
    if found:
        values = found.groups()
        judged[(*values[:4], int(values[4], 16))] = values[5:]
ids = {row.strip() for row in open(work + "/tshark.calls")}

def same(what, found, expected):
    if found != expected:
        faults.append(f"{what}: {found!r}, expected {expected!r}")

same("calls that tshark saw", len(ids), calls)
# Each call has its speech and, where SIPp echoed it, the echo.
same("speeches that tshark saw", sum(k[0] == "10.78.0.1" for k in judged), calls)
for key, values in judged.items():
    if key[0] == "10.78.0.1":
        same(f"packets and losses of the speech {key}", (int(values[0]), int(values[1])), (sent, gap))
for data in "live", "replayed":
    same(data + " calls", {row["call_id"] for row in csv.DictReader(open(f"{work}/{data}.calls.csv", newline=""))}, ids)
    streams = {}
    for row in csv.DictReader(open(f"{work}/{data}.streams.csv", newline="")):
        key = (row["src_ip"], row["src_port"], row["dst_ip"], row["dst_port"], int(row["ssrc"], 0))
        same(f"{data} records of one stream {key}", key in streams, False)
        streams[key] = row
    same(data + " streams", sorted(streams), sorted(judged))
    for key in streams.keys() & judged.keys():
        ours, theirs = streams[key], judged[key]
        same(f"{data} packets of {key}", ours["packets"], theirs[0])
        same(f"{data} lost of {key}", int(ours["lost"]), int(theirs[1]) + int(ours["duplicates"]))
        if data == "live":
            continue # its arrival times are its own
        for name, value in zip(("delta_min_ms", "delta_mean_ms", "delta_max_ms", "jitter_mean_ms", "jitter_max_ms"),
                theirs[2:]):
            if abs(float(ours[name] or 0) - float(value)) > 0.0005 + 1e-6:
                faults.append(f"{name} of {key}: {ours[name]}, tshark {value}")
print("\n".join(faults[:20]) or f"sipp_media: live and replayed, {len(ids)} calls and {len(judged)} streams are tshark's")
sys.exit(1 if faults else 0)
PY
say "PASSED"
