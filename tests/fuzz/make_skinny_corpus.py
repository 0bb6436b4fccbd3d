#!/usr/bin/env python3
"""Writes the seeds of fuzz_skinny and fuzz_skinny_calls out of Skinny calls that callmon-traffic made:
callmon-traffic --out calls.pcap --signalling skinny --calls 40 --hold-mean 2 --seed 5; make_skinny_corpus.py calls.pcap"""
import pathlib
import struct
import sys

CORPUS = pathlib.Path(__file__).parent / "corpus"
SECOND = 1 << 2  # in the steps of fuzz_skinny_calls.cpp


def messages(path):
    """(telephone's address and port, message) of each TCP segment over IPv4."""
    capture = pathlib.Path(path).read_bytes()
    assert capture[:4] == bytes.fromhex("4d3cb2a1"), "wanted: pcap with nanoseconds, little-endian"
    at = 24
    while at < len(capture):
        size = struct.unpack_from("<I", capture, at + 8)[0]
        frame = capture[at + 16:at + 16 + size]
        at += 16 + size
        if frame[12:14] == b"\x08\x00" and frame[23] == 6:
            source, destination = struct.unpack_from(">HH", frame, 34)
            address = frame[30:34] if source == 2000 else frame[26:30]
            yield (address, destination if source == 2000 else source), frame[54:]


def write(folder, name, data):
    (CORPUS / folder).mkdir(parents=True, exist_ok=True)
    (CORPUS / folder / name).write_bytes(data)


def reference(message):
    """The call that a CallState names."""
    version_id = struct.unpack_from("<II", message, 4)
    return struct.unpack_from("<I", message, 20)[0] if version_id[1] == 0x111 else 0


seen, calls, of_phone = set(), {}, {}
for phone, message in messages(sys.argv[1]):
    version, identity = struct.unpack_from("<II", message, 4)
    if (version, identity) not in seen:
        seen.add((version, identity))
        write("fuzz_skinny", f"v{version}_{identity:04x}", message)
    if reference(message):
        of_phone[phone] = (reference(message) - 0x1000) // 2
for phone, message in messages(sys.argv[1]):
    calls.setdefault(of_phone.get(phone, -1), []).append((phone, message))
kinds = set()
for number, call in calls.items():
    shape = tuple(struct.unpack_from("<I", message, 8)[0] for _, message in call)
    if number < 0 or hash(shape) in kinds or len(kinds) == 12:
        continue
    kinds.add(hash(shape))
    phones = sorted({phone for phone, _ in call})
    write("fuzz_skinny_calls", f"call_{len(kinds):02}",
          b"".join(bytes([phones.index(phone) | SECOND]) + message for phone, message in call))
