#!/usr/bin/env python3
"""Writes the seeds of fuzz_fragments, fuzz_tcp and fuzz_sctp: python3 make_reassembly_corpus.py corpus"""
import pathlib
import struct
import sys


def message(number, body):
    return (f"INVITE sip:b{number}@example.net SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK{number}\r\n"
            f"Call-ID: {number}\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode()


def fragment(flags, ident, offset, piece):
    return struct.pack(">BBHH", flags, ident, offset // 8, len(piece)) + piece


def fragments(payload, size, flags=0, ident=1):
    return [fragment(flags | (at + size < len(payload)), ident, at, payload[at:at + size])
            for at in range(0, len(payload), size)]


def segment(sequence, payload, tcp_flags=0x10, flags=0, acknowledged=0):
    text = struct.pack(">HHIIBBHHH", 1, 1, sequence, acknowledged, 0x50, tcp_flags, 65535, 0, 0) + payload
    return struct.pack(">BH", flags, len(text)) + text


def segments(stream, size, flags=0, first=1):
    return [segment(first - 1, b"", 0x02, flags)] + [
        segment(first + at, stream[at:at + size], 0x10, flags) for at in range(0, len(stream), size)]


def skinny(ident, body, version=0):
    return struct.pack("<III", 4 + len(body), version, ident) + body


def frame(first, payload, mask=b"\x01\x02\x03\x04"):
    size = bytes([0x80 | len(payload)]) if len(payload) < 126 else struct.pack(">BH", 0xfe, len(payload))
    return bytes([first]) + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


def sctp(chunks, flags=0, tag=1):
    text = struct.pack(">HHII", 5060, 5060, tag, 0) + chunks
    return struct.pack(">BH", flags, len(text)) + text


def data(tsn, bits, payload, stream=0):
    text = struct.pack(">BBHIHHI", 0, bits, 16 + len(payload), tsn, stream, 0, 0) + payload
    return text + bytes(-len(payload) % 4)


def interleaved(tsn, bits, number, part, payload):
    text = struct.pack(">BBHIHHII", 64, bits, 20 + len(payload), tsn, 0, 0, number, part) + payload
    return text + bytes(-len(payload) % 4)


payload = bytes(range(100))
pieces = fragments(payload, 32)
sip = message(1, "") + message(2, "v=0\r\n") + b"\r\n\r\n" + message(3, "x")
in_segments = segments(sip, 60)
upgrade = (b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n")
web_socket = upgrade + frame(0x81, message(1, "a")) + frame(0x89, b"p") + frame(0x01, message(2, "")[:20]) + frame(
    0x80, message(2, "")[20:])
seeds = {
    "fuzz_fragments": {
        "in_order": pieces, "reversed": pieces[::-1], "ipv6": fragments(payload, 32, 2),
        "duplicates": [piece for piece in pieces for _ in range(2)],
        "overlap": [pieces[0], fragment(1, 1, 16, payload[16:48])] + pieces[1:],
        "contradiction": [pieces[0], fragment(1, 1, 16, bytes(32))] + pieces[1:],
        "two_ends": [pieces[3], fragment(0, 1, 64, b"end")] + pieces[:3],
        "late": pieces[:2] + [fragment(9, 2, 0, bytes(8)), fragment(9, 3, 0, bytes(8))] + pieces[2:],
        "longest": [fragment(0, 1, 65528 - 8 * i, bytes(8)) for i in range(3)],
    },
    "fuzz_tcp": {
        "sip": in_segments, "disordered": in_segments[:2] + in_segments[:2:-1] + in_segments[2:3],
        "middle": segments(sip[40:], 50)[1:], "hole": in_segments[:3] + in_segments[4:] + [
            segment(1, b"", 0x10, 1, 200), segment(300, b"", 0x10, 16)],
        "recut": in_segments + segments(sip, 45)[1:], "whole": [segment(1, sip)],
        "ends": in_segments + [segment(len(sip) + 1, b"", 0x11), segment(1, b"", 0x11, 1)],
        "reset": in_segments[:3] + [segment(61, b"", 0x04)],
        "again": in_segments + segments(message(9, "z"), 60, 0, 90000),
        "skinny": segments(skinny(6, b"") + skinny(0x8a, bytes(80)) + skinny(7, b"1234", 22), 30, 4),
        "web_socket": segments(web_socket, 70, 8), "web_socket_whole": [segment(1, web_socket, 0x10, 8)],
    },
    "fuzz_sctp": {
        "bundled": [sctp(data(1, 3, message(1, "")) + data(2, 7, b"abc"))],
        "fragmented": [sctp(data(1, 2, b"aaaa")), sctp(data(3, 1, b"cc") + data(2, 0, b"bb"))],
        "duplicates": [sctp(data(1, 3, b"one")), sctp(data(1, 3, b"one") + data(2, 2, b"x")), sctp(data(2, 2, b"x"))],
        "interleaved": [sctp(interleaved(1, 2, 7, 0, b"a") + interleaved(2, 2, 8, 0, b"b") + interleaved(
            3, 1, 7, 1, b"A") + interleaved(4, 1, 8, 1, b"B"))],
        "wraps": [sctp(data(0xffffffff, 2, b"a")), sctp(data(0, 1, b"b"))],
        "many": [sctp(data(2 * i, 2, b"begins")) for i in range(12)],
        "abort": [sctp(data(1, 2, b"a")), sctp(b"\x06\x00\x00\x04")],
    },
}
for target, named in seeds.items():
    folder = pathlib.Path(sys.argv[1]) / target
    folder.mkdir(parents=True, exist_ok=True)
    for name, parts in named.items():
        (folder / name).write_bytes(b"".join(parts))
