#!/usr/bin/env python3
"""An attended transfer as people make it: alice calls bob, holds him, asks carol, and brings the two together (REFER with
Replaces, RFC 3891, RFC 5589 7.3), with linphonec telephones through kamailio and rtpengine, bob behind a NAT. Truth: which
calls the telephones say they made and how long they talked, and what rtpengine counted.

Usage: attended_transfer.py BIN_DIR WORK_DIR    exit 0 passed, 1 failed, 77 cannot be run here
"""

import math
import os
import struct
import sys
import time
import traceback
import wave

sys.dont_write_bytecode = True
from linphone_phone import LinphonePhone
from network import Network, need, say
from proxied_phones import ALICE, NAT, PROXY, build, rtpengine_streams, start_proxy


def talk(alice, bob, carol):
    alice.tell("call sip:bob@" + PROXY)
    alice.await_state("StreamsRunning")
    time.sleep(2)
    alice.tell("pause")
    alice.await_state("Paused")
    time.sleep(1)
    alice.tell("call sip:carol@" + PROXY)
    alice.await_state("StreamsRunning", 2)
    time.sleep(2)
    alice.tell("transfer 1 --to-call 2")
    alice.await_state("End", 2)
    carol.await_state("StreamsRunning", 2)
    time.sleep(2)
    bob.tell("terminate")
    bob.await_state("End", 2)
    carol.await_state("End", 2)


def judge(alice, bob, relayed, records, streams):
    faults = []
    (first, consultation), (joined,) = alice.call_ids(), bob.call_ids()
    expected = {
        first: dict(caller="alice", callee="bob", caller_ip=ALICE, ended_by="caller", holds="1", transfer_target="carol",
                    replaced_call_id=""),
        consultation: dict(caller="alice", callee="carol", caller_ip=ALICE, ended_by="callee", holds="0",
                           transfer_target="", replaced_call_id=""),
        joined: dict(caller="bob", callee="carol", caller_ip=NAT, ended_by="caller", holds="0", transfer_target="",
                     replaced_call_id=consultation, leg_id=consultation),
    }
    talked = dict(zip((first, consultation), alice.durations())) | {joined: bob.durations()[-1]}
    found = {record["call_id"]: record for record in records}
    if sorted(found) != sorted(expected):
        faults.append(f"Call-IDs {sorted(found)}, expected {sorted(expected)}")
    for call_id in expected.keys() & found.keys():
        record = found[call_id]
        for field, value in (expected[call_id] | dict(outcome="answered", final_code="200", state="ended")).items():
            if record[field] != value:
                faults.append(f"{field} of {call_id}: {record[field]!r}, expected {value!r}")
        if abs(float(record["duration_s"]) - talked[call_id]) > 2:  # its log has whole seconds
            faults.append(f"duration of {call_id}: {record['duration_s']}, its telephone says {talked[call_id]}")
    seen = {(s["call_id"], int(s["dst_port"]), int(s["ssrc"], 0)): int(s["packets"])
            for s in streams if s["dst_ip"] == PROXY}
    total = 0
    for (call_id, port), (peer, ssrc, packets) in relayed.items():
        ours = seen.pop((call_id, port, ssrc), 0)
        total += ours
        # rtpengine counts what keeps the NAT open, too, and ends a call when it hears of the BYE.
        if ssrc != 0 and not packets - 15 <= ours <= packets + 5:
            faults.append(f"{ours} packets from {peer} to port {port} of {call_id}, rtpengine had {packets}")
    if seen or total < 400:  # three calls of two seconds and more, both ways, 50 a second
        faults.append(f"{total} packets in all, and streams that rtpengine did not have: {seen}")
    return faults, total


def main():
    need("ip", "nft", "sysctl", "linphonec", "kamailio", "rtpengine")
    with Network(sys.argv[2]) as network:
        try:
            build(network)
            for host in "alice", "carol":
                network.inside(host, "ip", "route", "add", "default", "via", PROXY)
            engine = network.start_engine(sys.argv[1], "proxy", "eth0", "--linger-s", "2")
            start_proxy(network)
            tone = os.path.join(network.work, "tone.wav")
            with wave.open(tone, "wb") as file:
                file.setparams((1, 2, 8000, 0, "NONE", ""))
                file.writeframes(b"".join(struct.pack("<h", int(8000 * math.sin(i * 0.3))) for i in range(8000 * 30)))
            alice, bob, carol = (LinphonePhone(network, name, PROXY, tone) for name in ("alice", "bob", "carol"))
            talk(alice, bob, carol)
            network.stop_engine(engine)
            faults, packets = judge(alice, bob, rtpengine_streams(network.said("rtpengine")),
                                    network.records(sys.argv[1], "calls"), network.records(sys.argv[1], "streams"))
        except (AssertionError, OSError, KeyError, IndexError, ValueError):
            traceback.print_exc()
            faults = ["see above, and " + network.work]
    for fault in faults[:20]:
        say(fault)
    say("FAILED" if faults else f"PASSED: three calls, how they belong together, and {packets} packets are those of the peers")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
