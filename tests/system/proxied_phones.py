#!/usr/bin/env python3
"""Telephones as people use them: baresip to baresip through kamailio and rtpengine, one of them behind a NAT that
changes its ports, with credentials, hold, a blind transfer, and calls that are not answered. The engine listens at the
proxy, so it sees both legs of each call. Truth: what the telephones report of their calls and packets, and what
rtpengine counted of each stream.

Usage: proxied_phones.py BIN_DIR WORK_DIR    exit 0 passed, 1 failed, 77 cannot be run here
"""

import os
import re
import sys
import time
import traceback

sys.dont_write_bytecode = True
from baresip_phone import MODULES, Phone
from network import Network, need, say, skip, wait_for

PROXY, ALICE, CAROL, NAT = (f"10.82.0.{i}" for i in range(1, 5))
BOB = "192.168.82.2"
NFT = """table ip nat {
 chain out {
  type nat hook postrouting priority 100
  oifname "eth0" masquerade random
 }
}
"""


def build(network):
    network.add_host("switch")
    network.inside("switch", "ip", "link", "add", "br0", "type", "bridge")
    network.inside("switch", "ip", "link", "set", "br0", "up")
    for host, address in ("proxy", PROXY), ("alice", ALICE), ("carol", CAROL), ("nat", NAT):
        network.add_host(host)
        network.connect(host, "eth0", address + "/24", "switch", "to-" + host)
        network.inside("switch", "ip", "link", "set", "to-" + host, "master", "br0")
    network.add_host("bob")
    network.connect("bob", "eth0", BOB + "/24", "nat", "inner")
    network.inside("nat", "ip", "addr", "add", "192.168.82.1/24", "dev", "inner")
    network.inside("nat", "sysctl", "-qw", "net.ipv4.ip_forward=1")
    network.inside("nat", "nft", "-f", "-", text=NFT)
    network.inside("bob", "ip", "route", "add", "default", "via", "192.168.82.1")


def start_proxy(network):
    here = os.path.dirname(os.path.abspath(__file__))
    network.start("proxy", "rtpengine", "rtpengine", "--foreground", "--log-stderr", "--log-level=6", "--table=-1",
                  "--interface=" + PROXY, "--listen-ng=127.0.0.1:2223", "--delete-delay=0",
                  "--pidfile=" + os.path.join(network.work, "rtpengine.pid"))
    wait_for("rtpengine does not start", lambda: "Startup complete" in network.said("rtpengine"))
    network.start("proxy", "kamailio", "kamailio", "-DD", "-E", "-f", os.path.join(here, "proxy", "kamailio.cfg"),
                  "-Y", network.work, "-P", os.path.join(network.work, "kamailio.pid"))
    # A telephone whose first REGISTER nobody takes tries again half a minute later.
    wait_for(lambda: "kamailio does not start: " + network.said("kamailio"), lambda: network.takes_udp("proxy", 5060))


def talk(alice, bob, carol):
    """The calls, one after the other. Call-ID -> what its record must say."""
    calls = {}

    def closed(phone, before, **fields):
        event = phone.await_event("CALL_CLOSED", before + 1)
        calls[event["id"]] = fields
        return event

    say("alice calls bob, holds, goes on, and transfers him to carol")
    alice.tell("dial", f"sip:bob@{PROXY}")
    alice.await_event("CALL_ESTABLISHED")
    bob.await_event("CALL_ESTABLISHED")
    time.sleep(2.5)
    alice.tell("hold")
    time.sleep(2)
    alice.tell("resume")
    time.sleep(2)
    alice.tell("transfer", f"sip:carol@{PROXY}")
    closed(alice, 0, caller="alice", callee="bob", caller_ip=ALICE, outcome="answered", final_code="200", streams="4")
    say("bob talks to carol, and ends that")
    carol.await_event("CALL_ESTABLISHED")
    time.sleep(2.5)
    bob.tell("hangup")
    bob.await_event("CALL_CLOSED", 2)
    closed(carol, 0, caller="bob", callee="carol", caller_ip=NAT, outcome="answered", final_code="200", ended_by="caller",
           streams="4")
    say("bob calls alice, who ends it")
    bob.tell("dial", f"sip:alice@{PROXY}")
    bob.await_event("CALL_ESTABLISHED", 3)
    time.sleep(1.5)
    alice.tell("hangup")
    alice.await_event("CALL_CLOSED", 2)
    closed(bob, 2, caller="bob", callee="alice", caller_ip=NAT, outcome="answered", final_code="200", ended_by="callee",
           streams="4")
    say("carol is busy, then rings in vain; nobody is at home")
    carol.tell("answermode", "manual")
    alice.tell("dial", f"sip:carol@{PROXY}")
    carol.await_event("CALL_INCOMING")
    carol.tell("hangup")
    closed(alice, 2, caller="alice", callee="carol", outcome="busy", final_code="486", ended_by="callee", streams="0")
    bob.tell("dial", f"sip:carol@{PROXY}")
    carol.await_event("CALL_INCOMING", 2)
    bob.await_event("CALL_RINGING", 3)
    bob.tell("hangup")
    closed(bob, 3, caller="bob", callee="carol", outcome="cancelled", final_code="487", ended_by="caller", streams="0")
    alice.tell("dial", f"sip:nobody@{PROXY}")
    closed(alice, 3, caller="alice", callee="nobody", outcome="failed", final_code="404", streams="0")
    return calls


def rtpengine_streams(text):
    """(Call-ID, port of rtpengine) -> (address and port of the peer, SSRC, packets), of RTP, by its log of ended calls."""
    return {(call, int(port)): ((peer, int(peer_port)), int(ssrc, 16), int(packets)) for call, port, peer, peer_port, ssrc, packets
            in re.findall(r"\[([^]\s]+)\]: \[core\] -+ Port\s+\S+?:(\d+)\s+<>\s+([\d.]+):(\d+)\s*, SSRC (\w+), (\d+) p,", text)}


def judge(calls, phones, relayed, records, streams, counters):
    faults = []

    def same(what, found, expected):
        if found != expected:
            faults.append(f"{what}: {found!r}, expected {expected!r}")

    found = {record["call_id"]: record for record in records}
    same("Call-IDs", sorted(found), sorted(calls))
    for call_id in calls.keys() & found.keys():
        for field, value in calls[call_id].items():
            same(f"{field} of {call_id}", found[call_id][field], value)

    # Towards the proxy: what the telephone says it sent. From it: at most what rtpengine had from the other side, which
    # cannot send through a NAT before it has heard from behind it; at least what the telephone says it received.
    reported = {address: phone.calls() for address, phone in zip((ALICE, NAT, CAROL), phones)}
    total = 0
    for call_id, of_call in ((i, [s for s in streams if s["call_id"] == i]) for i in calls):
        by_path = {(s["src_ip"], int(s["src_port"]), s["dst_ip"], int(s["dst_port"]), int(s["ssrc"], 0)): s for s in of_call}
        sides = {port: values for (call, port), values in relayed.items() if call == call_id and values[2] > 0}
        expected = {}
        for port, (peer, ssrc, packets) in sides.items():
            sent = reported[peer[0]][call_id][0]
            expected[(*peer, PROXY, port, ssrc)] = (sent, sent, "advertised")
            # rtpengine ends a call when it hears of the BYE: what was on its way then, a third of a second on a busy
            # machine, it does not count.
            if not packets <= sent <= packets + 15:
                faults.append(f"rtpengine had {packets} packets of {peer} in {call_id}, which sent {sent}")
            for other, (to, _, _) in sides.items():
                if other != port: # to whom it sends; the address behind the NAT stands in no description
                    received = reported[to[0]][call_id][1]
                    expected[(PROXY, other, *to, ssrc)] = (received, packets, "symmetric" if to[0] == NAT else "advertised")
        same(f"streams of {call_id}", sorted(by_path), sorted(expected))
        for path in by_path.keys() & expected.keys():
            stream, (least, most, rule) = by_path[path], expected[path]
            packets = int(stream["packets"])
            if not least <= packets <= most:
                faults.append(f"packets of {path}: {packets}, expected {least} to {most}")
            same(f"lost of {path}", stream["lost"], "0")
            same(f"binding rule of {path}", stream["binding_rule"], rule)
            same(f"codec of {path}", stream["codec"], "PCMA")
            total += packets
    same("RTP without a call", (counters["rtp_unbound"], counters["rtp_packets"]), (0, total))
    return faults, total


def main():
    need("ip", "nft", "sysctl", "baresip", "kamailio", "rtpengine")
    if not os.path.isdir(MODULES):
        skip("baresip's modules are not in " + MODULES)
    with Network(sys.argv[2]) as network:
        try:
            build(network)
            engine = network.start_engine(sys.argv[1], "proxy", "eth0", "--linger-s", "2")
            start_proxy(network)
            phones = [Phone(network, name, address, PROXY)
                      for name, address in (("alice", ALICE), ("bob", BOB), ("carol", CAROL))]
            calls = talk(*phones)
            counters = network.stop_engine(engine)
            faults, packets = judge(calls, phones, rtpengine_streams(network.said("rtpengine")),
                                    network.records(sys.argv[1], "calls"), network.records(sys.argv[1], "streams"), counters)
        except (AssertionError, OSError, KeyError, IndexError):
            traceback.print_exc()
            faults = ["see above, and " + network.work]
    for fault in faults[:20]:
        say(fault)
    say("FAILED" if faults else f"PASSED: {len(calls)} calls and {packets} packets of both legs are those of the peers")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
