#!/bin/bash
# SIPp as real telephones: the engine listens on one end of a veth pair while a SIPp caller in one network namespace
# rings a SIPp callee in another; then callmonctl must know exactly the calls that SIPp counted. Nothing leaves the two
# namespaces, and nothing of them is left behind.
#
#   sipp_phones.sh BIN_DIR [WORK_DIR]      exit 0 passed, 1 failed, 77 cannot be run here
set -u
bin=$(cd "${1:?usage: sipp_phones.sh BIN_DIR [WORK_DIR]}" && pwd)
work=${2:-$bin/../system/sipp_phones}
answered_calls=40
busy_calls=10
talk_ms=1500
calls_per_second=20
caller_ip=10.77.0.1
callee_ip=10.77.0.2
caller_ns=cmcaller$$
callee_ns=cmcallee$$
caller_if=cmr$$
callee_if=cme$$
children=()

test=sipp_phones
. "$(dirname "${BASH_SOURCE[0]}")/two_hosts.sh"

prepare

connect_hosts

# A telephone that is always busy. SIPp has none built in.
cat >"$work/busy.xml" <<'XML'
<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="busy">
  <recv request="INVITE"/>
  <send><![CDATA[
SIP/2.0 486 Busy Here
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

  ]]></send>
  <recv request="ACK"/>
</scenario>
XML
cat >"$work/refused.xml" <<'XML'
<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="refused">
  <send retrans="500"><![CDATA[
INVITE sip:busy@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:refused@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:busy@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:refused@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Length: 0

  ]]></send>
  <recv response="486"/>
  <send><![CDATA[
ACK sip:busy@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

  ]]></send>
</scenario>
XML

say "engine on $callee_if"
start_engine 120 --data "$work/data" --listen none

say "telephones: $answered_calls calls to one that answers, $busy_calls to one that is busy"
cd "$work" || fail "cannot enter $work" # SIPp leaves its files where it runs
start "$callee_ns" 100 uas sipp -sn uas -i "$callee_ip" -p 5060 -nostdin
start "$callee_ns" 100 busy sipp -sf busy.xml -i "$callee_ip" -p 5062 -nostdin
wait_for 15 udp_port_open 5060 && wait_for 15 udp_port_open 5062 || fail "SIPp did not open its ports"
start "$caller_ns" 60 refused sipp -sf refused.xml "$callee_ip:5062" -i "$caller_ip" -p 5064 -m "$busy_calls" \
    -r "$calls_per_second" -cid_str "refused-%u@%s" -nostdin -trace_stat -stf refused.csv -fd 1
refused=${children[-1]}
start "$caller_ns" 60 uac sipp -sn uac "$callee_ip:5060" -s 34910000002 -i "$caller_ip" -p 5060 -m "$answered_calls" \
    -r "$calls_per_second" -d "$talk_ms" -cid_str "answered-%u@%s" -nostdin -trace_stat -stf uac.csv -fd 1
wait "${children[-1]}" || fail "the SIPp caller ended with $?"
wait "$refused" || fail "the SIPp caller of the busy telephone ended with $?"

say "stopping the engine"
stop_engine
timeout 60 "$bin/callmonctl" calls --data "$work/data" --format csv >"$work/calls.csv" || fail "callmonctl ended with $?"

succeeded=$(sipp_count "$work/uac.csv" "SuccessfulCall(C)") && refused=$(sipp_count "$work/refused.csv" "SuccessfulCall(C)") \
    || fail "no statistics from SIPp"
say "SIPp: $succeeded calls answered, $refused refused as busy"
python3 - "$work/calls.csv" "$succeeded" "$refused" "$talk_ms" "$caller_ip" "$callee_ip" <<'PY' || fail "the calls differ"
import csv, sys

path, answered, busy, talk_ms, caller_ip, callee_ip = sys.argv[1:]
with open(path, newline="") as f:
    calls = list(csv.DictReader(f))
faults = []

def same(what, found, expected):
    if found != expected:
        faults.append(f"{what}: callmonctl has {found!r}, expected {expected!r}")

def expect(prefix, count, **fields):
    found = [call for call in calls if call["call_id"].startswith(prefix + "-")]
    same(prefix + " Call-IDs", sorted(call["call_id"] for call in found),
        sorted(f"{prefix}-{i}@{caller_ip}" for i in range(1, count + 1)))
    for call in found:
        for name, value in fields.items():
            same(f"{name} of {call['call_id']}", call[name], value)
    return found

same("number of calls", len(calls), int(answered) + int(busy))
both = dict(signalling="sip", transport="udp", caller_ip=caller_ip, callee_ip=callee_ip)
for call in expect("answered", int(answered), outcome="answered", final_code="200", ended_by="caller", caller="sipp",
        callee="34910000002", **both):
    duration = float(call["duration_s"])
    # From 200 to BYE: the pause, and what a busy machine adds.
    if not int(talk_ms) / 1000 - 0.05 <= duration <= int(talk_ms) / 1000 + 5:
        faults.append(f"duration_s of {call['call_id']} is {duration}, SIPp paused {talk_ms} ms")
expect("refused", int(busy), outcome="busy", final_code="486", ended_by="callee", caller="refused", callee="busy", **both)
print("\n".join(faults[:20]) or f"sipp_phones: callmonctl has the same {len(calls)} calls")
sys.exit(1 if faults else 0)
PY
[ "$succeeded" = "$answered_calls" ] && [ "$refused" = "$busy_calls" ] \
    || fail "SIPp did not complete its calls: the machine is too busy for this test"
say "PASSED"
