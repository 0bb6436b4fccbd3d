#!/usr/bin/env python3
"""Writes the seeds of fuzz_calls and fuzz_sound out of calls that callmon-traffic made, cut small:
callmon-traffic --out calls.pcap --calls 40 --hold-mean 3 --seed 5; make_call_corpus.py calls.pcap"""
import pathlib
import re
import struct
import sys

NOTHING, NEXT_PACKET, SECOND, MINUTES, HOURS, BACK = 0, 2, 5, 8, 10, 16  # places in the steps of fuzz_calls.cpp
HAND_ON = 0x80
PCMA, PCMU, G729, CALLEE = 0, 1, 2, 0x80  # of fuzz_sound.cpp
CORPUS = pathlib.Path(__file__).parent / "corpus"


def frames(path):
    capture = pathlib.Path(path).read_bytes()
    assert capture[:4] == bytes.fromhex("4d3cb2a1"), "wanted: pcap with nanoseconds, little-endian"
    at = 24
    while at < len(capture):
        seconds, nanoseconds, size, _ = struct.unpack_from("<IIII", capture, at)
        yield seconds * 10**9 + nanoseconds, capture[at + 16:at + 16 + size]
        at += 16 + size


class Call:
    def __init__(self):
        self.frames = []  # (arrival, frame, SIP's first line or None)
        self.ports = set()

    def cut(self, packets):
        """All its signalling, and as many RTP packets of each direction."""
        left = {}
        for arrival, frame, line in self.frames:
            direction = frame[34:38]
            left.setdefault(direction, packets)
            if line is None:
                left[direction] -= 1
                if left[direction] < 0:
                    continue
            yield arrival, frame, line

    def streams(self):
        result = {}
        for arrival, frame, line in self.frames:
            if line is None:
                result.setdefault(frame[34:38], []).append((arrival, frame[42:]))
        return list(result.values())

    def said(self, what):
        return any(line and what in line for _, _, line in self.frames)


def calls(path):
    found = {}
    for arrival, frame in frames(path):
        payload = frame[42:]  # Ethernet, IPv4 without options, UDP
        call_id = re.search(rb"\r\nCall-ID: *(\S+)", payload)
        ports = set(struct.unpack_from("!HH", frame, 34))
        if call_id:
            call = found.setdefault(call_id[1], Call())
            call.ports |= {int(port) for port in re.findall(rb"m=audio (\d+)", payload)}
            call.frames.append((arrival, frame, payload.split(b"\r\n")[0]))
        else:
            for call in found.values():
                if ports <= call.ports:
                    call.frames.append((arrival, frame, None))
    return list(found.values())


def for_calls(rows, steps=()):
    """`steps` by number of the frame, else what is usual."""
    steps = dict(steps)
    out = b""
    for number, (_, frame, line) in enumerate(rows):
        step = steps.get(number, NEXT_PACKET if line is None else SECOND)
        out += struct.pack("!BBH", step | (HAND_ON if number % 3 == 0 else 0), 0, len(frame)) + frame
    return out


def chunk(packets):
    return b"".join(struct.pack("<qIHH", arrival, 500, len(datagram), len(datagram)) + datagram
                    for arrival, datagram in packets)


def for_sound(first, one, second, other):
    head = chunk(one)
    return struct.pack("!BBH", first, second, len(head)) + head + chunk(other)


def main():
    every = calls(sys.argv[1])
    by_type = {}
    for call in every:
        streams = call.streams()
        if len(streams) >= 2 and min(map(len, streams)) > 30 and not call.said(b"401"):
            by_type.setdefault(streams[0][0][1][1] & 0x7f, call)
    g729 = by_type[18]
    plain = list(g729.cut(3))
    seeds = {
        "fuzz_calls/answered": for_calls(plain),
        "fuzz_calls/back_and_far": for_calls(plain, {4: MINUTES, 6: BACK, 8: BACK, 9: HOURS}),
        "fuzz_calls/silence": for_calls(plain[:4], {3: HOURS}),
        "fuzz_calls/pcma": for_calls(by_type[8].cut(2)),
        "fuzz_calls/busy": for_calls(next(c for c in every if c.said(b" 486 ")).cut(0)),
        "fuzz_calls/cancelled": for_calls(next(c for c in every if c.said(b"CANCEL ")).cut(0)),
    }
    one, other = (stream[:9] for stream in g729.streams()[:2])
    late = [(arrival + 3 * 10**9, datagram) for arrival, datagram in one[5:]]
    pcma = by_type[8].streams()[0]
    pcmu = by_type[0].streams()[1]
    seeds.update({
        "fuzz_sound/g729_both": for_sound(G729, one, G729 | CALLEE, other),
        "fuzz_sound/g729_loss_copy_order": for_sound(
            G729, one[:2] + one[4:5] + one[3:4] + one[3:4] + one[7:], G729, one),
        "fuzz_sound/g729_pause": for_sound(G729, one[:5] + late, G729 | CALLEE, []),
        "fuzz_sound/g711_both": for_sound(PCMA, pcma[:4], PCMU | CALLEE, pcmu[:3]),
        "fuzz_sound/g711_loss": for_sound(PCMA, pcma[:2] + pcma[5:7], PCMA | CALLEE, pcma[:1]),
    })
    for name, seed in seeds.items():
        (CORPUS / name).parent.mkdir(parents=True, exist_ok=True)
        (CORPUS / name).write_bytes(seed)


main()
