#!/usr/bin/env python3
"""Writes the blobs of corpus/fuzz_remote, field by field as shared/remote/wire.h orders them.

Usage: make_remote_corpus.py CORPUS_DIR      after each change of a blob; the frames in that folder stay
"""

import ipaddress
import os
import struct
import sys

VERSION = 5
SECOND = 1_000_000_000
START = 1_795_413_723 * SECOND


def u8(*values): return bytes(values)
def u16(value): return struct.pack(">H", value)
def u32(value): return struct.pack(">I", value)
def u64(*values): return struct.pack(f">{len(values)}Q", *values)
def i64(value): return struct.pack(">q", value)
def f32(*values): return struct.pack(f">{len(values)}f", *values)
def f64(*values): return struct.pack(f">{len(values)}d", *values)
def text(value): return u16(len(value.encode())) + value.encode()
def some(value): return u8(1) + value
NONE = u8(0)


def endpoint(ip, port):
    address = ipaddress.ip_address(ip)
    raw = address.packed if address.version == 6 else b"\0" * 10 + b"\xff\xff" + address.packed
    return raw + u16(port)


def blob(kind, *fields): return u8(kind, VERSION) + b"".join(fields)


query = blob(2, NONE, some(i64(START)), text("+34*"), text(""), text(""), text("a@b"), text("leg"), NONE, some(u8(1)), some(u8(2)),
             some(f64(1.5)), NONE, u64(1000), u8(1))
status = blob(3, text("eth0"), text("0.1.0"), i64(START), u64(2, 100, 160000), u32(2),
              text("frames_received"), u64(7, 3), text("nic_missed"), u64(1, 0))
row = (i64(START), u8(2, 2), u16(200), i64(START), some(i64(START)), NONE, text("100"), text("200"), text("a@b"),
       text("PCMA"), (u8(1) + f32(4.25, 4.0, 0.5, 1.5)) * 2)
delta = blob(1, u32(0), u32(1), u8(0), u64(1, 2), u32(1), *row, u32(2), i64(3), i64(4))
call = (i64(START), u8(4, 0, 1, 0, 0), u16(200), u16(200), text("a@b"), text("100"), text("200"),
        endpoint("10.0.0.1", 5060), endpoint("2001:db8::7", 5061), i64(START), some(i64(START)), some(i64(START)),
        some(i64(START + SECOND)), i64(START + SECOND), some(f64(1)), some(f64(2)), some(f64(3)), some(f64(4.25)),
        some(f64(4)), u32(2), u32(8), u32(0), u64(0), u64(12), i64(SECOND), u8(2),
        u16(16), *[text(value) for value in ("bye", "100", "", "leg", "300", "c@d", "agent", "")], u32(1800),
        u16(2), u16(1), u16(1), f64(1500), u8(3, 1, 0, 4), u32(2), u8(4), some(f64(250)))
calls = blob(4, u64(1), u32(1), *call)
stream = (i64(START), u32(0), u8(0), endpoint("10.0.0.1", 4000), endpoint("10.0.0.2", 5000), u32(0xDEADBEEF), u8(8),
          text("PCMA"), u32(8000), i64(START), i64(START + SECOND), u64(50, 10000, 0, 0, 52, 1), f64(1.9),
          *[some(f64(value)) for value in (0.5, 1.5, 19, 20, 21, 0.5)], f64(200, 200, 200, 0, 80000), NONE,
          some(f64(90)), some(f64(4.25)), some(f64(4)), i64(1000), u64(50, 0), u64(1), some(f64(0.25)),
          u8(1, 100, 0, 0), u64(5), u32(3), some(f64(40)), some(f64(0.5)), some(f64(2)), NONE,
          u32(1), some(f64(1.5)), NONE, some(f64(2)), NONE, some(f64(900)), some(f64(20)), u32(0), u32(3), some(f64(80)), u8(3),
          *[some(f64(0.25))] * 5, u8(2), some(f64(40)), u64(7), u8(46), u32(1), u32(0), some(f64(-12.5)), u32(1),
          some(f64(1500)), u64(98, 1), text("12#"))
streams = blob(5, u32(1), *stream)
point = (i64(START), u32(0), i64(START), u32(50), u32(1), u32(0), u32(0), f32(1.5, 21, 4.25), u32(1), f32(0.25), u32(10000),
         u16(2), u8(46, 1, 0))
quality = blob(6, u32(2), *(point * 2))
media = blob(7, i64(START), u32(0), b"abc")
message = (i64(START), i64(START), i64(100), endpoint("10.0.0.1", 5060), endpoint("2001:db8::7", 5061), u8(0, 1, 1),
           u32(900), text("BYE sip:a SIP/2.0\r\n"))
messages = blob(8, u32(2), *(message * 2))

# The first byte chooses the reader in fuzz_remote.cpp.
for name, chooser, data in (("query", 0, query), ("status", 0, status), ("delta", 1, delta), ("calls", 2, calls),
                            ("streams", 2, streams), ("quality", 2, quality), ("media", 2, media), ("messages", 2, messages)):
    with open(os.path.join(sys.argv[1], name), "wb") as f:
        f.write(u8(chooser) + data)
