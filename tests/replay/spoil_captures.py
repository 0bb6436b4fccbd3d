#!/usr/bin/env python3
"""Captures as a worse network would have delivered them: for each with RTP, copies with
packets lost, out of order, jittered, and in a gap. Signalling is left alone.

Usage: spoil_captures.py CAPTURES OUTPUT      exits with 77 where there is nothing to read, or no editcap to read it with
"""

import glob
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile

CAPTURES, OUTPUT = sys.argv[1:]
HEADER = struct.Struct("<IIII")
MILLISECOND = 1_000_000


def frames_of(capture):
    with tempfile.NamedTemporaryFile(suffix=".pcap") as plain:
        subprocess.run(["editcap", "-F", "nsecpcap", capture, plain.name], check=True, capture_output=True)
        data = plain.read()
    frames, at = [], 24
    while at + HEADER.size <= len(data):
        seconds, nanoseconds, size, wire = HEADER.unpack_from(data, at)
        at += HEADER.size
        frames.append((seconds * 10**9 + nanoseconds, data[at:at + size], wire))
        at += size
    return data[:24], frames


def write(name, head, frames):
    with open(os.path.join(OUTPUT, name), "wb") as file:
        file.write(head)
        for time, data, wire in sorted(frames, key=lambda frame: frame[0]):
            file.write(HEADER.pack(time // 10**9, time % 10**9, len(data), wire) + data)


def is_signalling(frame):
    return b"SIP/2.0" in frame[1]


def delayed(frames, delay):
    return [frame if is_signalling(frame) else (frame[0] + delay(), *frame[1:]) for frame in frames]


def main():
    captures = [path for path in sorted(glob.glob(CAPTURES + "/*")) if os.path.exists(path + ".rtpstreams.txt")]
    if not captures or not shutil.which("editcap"):
        sys.exit(77)
    shutil.rmtree(OUTPUT, ignore_errors=True)
    os.makedirs(OUTPUT)
    for path in captures:
        name = os.path.basename(path)
        chance = random.Random(name)
        head, frames = frames_of(path)
        gap = chance.randrange(len(frames) // 4, len(frames) // 2)
        write(name + ".loss.pcap", head, [f for f in frames if is_signalling(f) or chance.random() > 0.03])
        write(name + ".disorder.pcap", head, delayed(
            frames, lambda: chance.randrange(10, 70) * MILLISECOND if chance.random() < 0.02 else 0))
        write(name + ".jitter.pcap", head, delayed(frames, lambda: int(chance.expovariate(1 / (8 * MILLISECOND)))))
        write(name + ".gap.pcap", head, [f for i, f in enumerate(frames)
                                         if is_signalling(f) or not gap <= i < gap + len(frames) // 20])


main()
