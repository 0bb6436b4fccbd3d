#!/usr/bin/env python3
"""Writes the seeds of what storage reads from its own files: fuzz_held_media and fuzz_media_log (engine/storage/
held_media.h, media_format.h; chunks with checksums left 0, or 255: one that stays wrong), fuzz_stored_sentence, fuzz_journal."""
import pathlib
import struct


def packets(*payloads):
    return b"".join(struct.pack("<IHH", 20_000_000 * i, len(p), 7) + p for i, p in enumerate(payloads))


def chunk(call, stream, here, previous=(0, 0), waypoint=(0, 0), body=packets(b"\x80\0\0\1", b"\x80\0\0\2"), crc=0,
          version=2, magic=b"CHNK"):
    return magic + struct.pack("<HHIIqIIqIIIIII", version, 64, crc, len(body), call, stream, 2, 10**18,
                               *previous, *here, *waypoint) + body


def held(*chunks):
    return b"CMHELDM\n" + struct.pack("<II48x", 1, 64) + b"".join(chunks)


def segment(*chunks, took_over=0):
    """Without the zeros between header and chunks."""
    return b"CMMEDIA\n" + struct.pack("<IIqI36x", 2, 4096, 10**18, took_over) + b"".join(
        piece + bytes(-len(piece) % 512) for piece in chunks)


FIRST, SECOND, THIRD = (1, 4096), (1, 4608), (1, 5120)
HELD = {
    "two_streams": held(chunk(1, 0, FIRST), chunk(1, 1, SECOND), chunk(1, 0, THIRD, FIRST)),
    "gap": held(chunk(1, 0, (2, 4096), (1, 9000))),
    "damaged": held(chunk(1, 0, FIRST), chunk(1, 0, SECOND, FIRST, crc=255), chunk(1, 0, THIRD, SECOND)),
    "damaged_last": held(chunk(1, 0, FIRST), chunk(1, 0, (9, 9), FIRST, crc=255)),
    "other_call": held(chunk(1, 0, FIRST), chunk(2, 0, SECOND)),
    "backwards": held(chunk(1, 0, THIRD), chunk(1, 0, FIRST)),
    "empty": held(),
}
LOG = {
    "chain": segment(chunk(1, 0, FIRST), chunk(2, 0, SECOND), chunk(1, 0, THIRD, FIRST)),
    "ring": segment(chunk(1, 0, FIRST, THIRD), chunk(1, 0, SECOND, FIRST), chunk(1, 0, THIRD, SECOND, FIRST)),
    "itself": segment(chunk(1, 0, FIRST, FIRST, FIRST)),
    "damaged": segment(chunk(1, 0, FIRST), chunk(1, 0, SECOND, FIRST, crc=255), chunk(1, 0, THIRD, SECOND)),
    "took_over": segment(chunk(1, 0, FIRST), chunk(1, 0, (0, 9), FIRST), took_over=1),
    "torn": segment(chunk(1, 0, FIRST), b"\x11" * 700),
    "not_zero_between": segment(chunk(1, 0, FIRST), b"\x11" * 512, chunk(1, 0, THIRD, FIRST)),
    "version_1": segment(chunk(1, 0, FIRST, version=1, body=struct.pack("<qIHH", 10**18, 7, 4, 4) + b"\x80\0\0\1")),
    "cut_packet": segment(chunk(1, 0, FIRST, body=struct.pack("<IHHH", 0, 4 | 0x8000, 7, 172) + b"\x80\0\0\1")),
}
SENTENCES = {
    "two": b"05:plain0" + b"38:%1 of %22" + b"21:30" + b"120:2026-02-20T10:00:00Z0",
    "nested": b"32:%11" + b"32:%11" + b"01:x0",
}
JOURNAL = {"other_version": b"CMLIVEJ\n" + struct.pack("<IIII", 1, 9, 9, 0)}  # its others: fuzz_journal makes them

for name, seeds in (("fuzz_held_media", HELD), ("fuzz_media_log", LOG), ("fuzz_stored_sentence", SENTENCES),
                    ("fuzz_journal", JOURNAL)):
    corpus = pathlib.Path(__file__).parent / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for seed, data in seeds.items():
        (corpus / seed).write_bytes(data)
