#!/usr/bin/env python3
"""Writes the seeds of fuzz_calls and fuzz_sound out of calls that callmon-traffic made, cut small:
callmon-traffic --out calls.pcap --calls 40 --hold-mean 3 --seed 5; make_call_corpus.py calls.pcap
Without a capture only the seeds that are made by hand."""
import pathlib
import re
import struct
import sys

NOTHING, NEXT_PACKET, SECOND, MINUTES, HOURS, BACK = 0, 2, 5, 8, 10, 16  # places in the steps of fuzz_calls.cpp
HAND_ON = 0x80
PCMA, PCMU, G729, REDUNDANT, CALLEE = 0, 1, 2, 7, 0x80  # of fuzz_sound.cpp
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


def red(redundant, kind, primary):
    """RFC 2198; `redundant`: payload type, ticks behind, payload."""
    heads = b"".join(struct.pack("!I", (0x80 | one) << 24 | behind << 10 | len(payload))
                     for one, behind, payload in redundant)
    return heads + bytes([kind]) + b"".join(payload for _, _, payload in redundant) + primary


def rtp(kind, number, sent, payload):
    return struct.pack("!BBHII", 0x80, kind, number, sent, 0x5234a8) + payload


def repeating():
    """Speech that is repeated, then the keys 911 beside it and after it."""
    speech = bytes(range(0x55, 0x69))
    keys = [(101, 800, bytes.fromhex("098a0320")), (101, 400, bytes.fromhex("018a0190"))]
    return [rtp(99, 1, 0, red([], 8, speech)), rtp(99, 2, 160, red([(8, 160, speech)], 8, speech)),
            rtp(99, 4, 480, red([(8, 320, speech), (8, 160, speech)], 8, speech)),
            rtp(99, 5, 640, red(keys, 8, speech)),
            rtp(99, 6, 1440, red(keys, 101, bytes.fromhex("010a0190"))),
            rtp(100, 7, 1600, red([(98, 300, b"card 4929")], 98, b" 1234")), rtp(99, 8, 1760, b"\xe5\x02\x81"),
            rtp(99, 9, 1920, red([], 99, b"\x05\x0a\x00\xa0"))]


def repeating_call():
    def frame(source, destination, payload):
        udp = struct.pack("!HHHH", source, destination, 8 + len(payload), 0) + payload
        hosts = bytes([10, 0, 0, source >> 12, 10, 0, 0, destination >> 12])
        return bytes(12) + b"\x08\x00" + struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0) + hosts + udp

    def sip(line, port):
        body = (f"v=0\r\no=- 1 1 IN IP4 10.0.0.{port >> 12}\r\ns=-\r\nc=IN IP4 10.0.0.{port >> 12}\r\nt=0 0\r\n"
                f"m=audio {port} RTP/AVP 8 99 101 98 100\r\na=rtpmap:99 red/8000\r\na=rtpmap:98 t140/1000\r\n"
                "a=rtpmap:100 red/1000\r\na=rtpmap:101 telephone-event/8000\r\n")
        return (f"{line}\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>"
                f"{';tag=2' if line[0] == 'S' else ''}\r\nCall-ID: red\r\nCSeq: 1 INVITE\r\n"
                f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode()

    yield 0, frame(5060, 9060, sip("INVITE sip:b@h SIP/2.0", 10000)), b"INVITE"
    yield 0, frame(9060, 5060, sip("SIP/2.0 200 OK", 20000)), b"200"
    for packet in repeating():
        yield 0, frame(10000, 20000, packet), None


def by_hand():
    packets = [(1_700_000_000_000_000_000 + 20_000_000 * i, packet) for i, packet in enumerate(repeating())]
    return {
        "fuzz_calls/redundant": for_calls(list(repeating_call())),
        "fuzz_sound/redundant": for_sound(REDUNDANT, packets, REDUNDANT | CALLEE, packets[:2]),
        "fuzz_rtp/redundant": b"".join(bytes([len(packet)]) + packet for packet in repeating()),
    }


def write(seeds):
    for name, seed in seeds.items():
        (CORPUS / name).parent.mkdir(parents=True, exist_ok=True)
        (CORPUS / name).write_bytes(seed)


def main():
    write(by_hand())
    if len(sys.argv) < 2:
        return
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
    write(seeds)


main()
