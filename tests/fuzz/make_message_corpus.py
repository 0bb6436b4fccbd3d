#!/usr/bin/env python3
"""Writes the seeds of fuzz_message_log: segments of version 1 (engine/storage/message_format.h), checksums left 0."""
import pathlib
import struct


def segment(*messages):
    """Each message: call, text, and which of those before it it names as the previous one of its call (None: none)."""
    data = b"CMFLOWS\n" + struct.pack("<II48x", 1, 64)
    places = []
    for call, text, previous in messages:
        before = (0, 0) if previous is None else (1, places[previous] if previous < len(places) else len(data))
        places.append(len(data))
        data += struct.pack("<IIIIqqIIII16s16sHHIBBB5x", 0x3147534D, 0, len(text), len(text) + 7, call, 10**18, *before,
                            1, places[-1], bytes(10) + b"\xff\xff\x0a\0\0\1", bytes(15) + b"\1", 5060, 5061, 9, 0, 1, 1)
        data += text + bytes(-len(text) % 8)
    return data


SEEDS = {
    "two_calls": segment((1, b"INVITE sip:a SIP/2.0\r\n", None), (2, b"x", None), (1, b"BYE sip:a SIP/2.0\r\n", 0)),
    "ring": segment((1, b"names itself", 0)),
    "other_call": segment((1, b"a", None), (2, b"names a message of another call", 0)),
    "empty_text": segment((1, b"", None), (1, b"", 0)),
}

corpus = pathlib.Path(__file__).parent / "corpus" / "fuzz_message_log"
corpus.mkdir(parents=True, exist_ok=True)
for name, data in SEEDS.items():
    (corpus / name).write_bytes(data)
