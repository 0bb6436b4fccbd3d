#!/usr/bin/env python3
"""Every limit of what one sender may cost is one that the user sets, and what it keeps out is counted.

Usage: limits.py BIN_DIR WORK_DIR

The captures are the generator's; what a limit keeps out of them is counted here, by other means than the engine's.
"""

import os
import re
import shutil
import struct
import subprocess
import sys
import unittest

BIN = sys.argv[1]
WORK = sys.argv[2]


def program(name):
    return os.path.join(BIN, name)


def generate(name, *options):
    path = os.path.join(WORK, name)
    subprocess.run([program("callmon-traffic"), "--out", path, *options], check=True, capture_output=True, timeout=120)
    return path


class Capture:
    """A pcap file in nanoseconds, of Ethernet and IPv4 without tags (draft-ietf-opsawg-pcap)."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        self.header, at = data[:24], 24
        self.order = "<" if data[:4] == struct.pack("<I", 0xA1B23C4D) else ">"
        self.frames = []  # seconds, nanoseconds, bytes
        while at < len(data):
            seconds, nanoseconds, size, _ = struct.unpack_from(self.order + "IIII", data, at)
            self.frames.append((seconds, nanoseconds, data[at + 16 : at + 16 + size]))
            at += 16 + size

    def write(self, name, frames):
        path = os.path.join(WORK, name)
        with open(path, "wb") as file:
            file.write(self.header)
            for seconds, nanoseconds, frame in frames:
                file.write(struct.pack(self.order + "IIII", seconds, nanoseconds, len(frame), len(frame)) + frame)
        return path

    def sip(self):
        """Texts of the SIP messages, each with its frame."""
        for frame in self.frames:
            if frame[2][23] == 17 and 5060 in struct.unpack_from(">HH", frame[2], 34):
                yield frame, frame[2][42:].decode()


def in_fragments(frame, size, identification):
    """RFC 791 3.2: pieces of `size` bytes of an IPv4 packet without options."""
    seconds, nanoseconds, data = frame
    payload = data[34:]
    for at in range(0, len(payload), size):
        more = 0x2000 if at + size < len(payload) else 0
        part = payload[at : at + size]
        header = bytearray(data[14:34])
        struct.pack_into(">HHH", header, 2, 20 + len(part), identification, more | at // 8)
        struct.pack_into(">H", header, 10, 0)  # nobody checks it here
        yield seconds, nanoseconds, data[:14] + bytes(header) + part


def header_fields(message):
    """Lines of the header, each with the lines that continue it (RFC 3261 7.3.1)."""
    head = message.split("\r\n\r\n")[0]
    return re.sub(r"\r\n[ \t]", "  ", head).split("\r\n")[1:]


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        os.makedirs(WORK)
        cls.path = generate("calls.pcap", "--calls", "20", "--rate", "12", "--hold-mean", "2", "--seed", "21")
        cls.calls = Capture(cls.path)
        cls.messages = [text for _, text in cls.calls.sip()]

    def counters(self, capture, *options):
        data = os.path.join(WORK, "data")
        shutil.rmtree(data, ignore_errors=True)
        done = subprocess.run([program("callmon-engine"), "--replay", capture, "--data", data, *options],
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {name: int(value) for name, value in (line.rsplit(" ", 1) for line in done.stdout.splitlines())}

    def refused(self, counter, capture, *options):
        """What is counted with the option; without it nothing is."""
        self.assertEqual(self.counters(capture).get(counter, 0), 0)
        return self.counters(capture, *options).get(counter, 0)

    def test_header_fields_of_a_message(self):
        limit = max(len(header_fields(text)) for text in self.messages) - 1
        over = sum(len(header_fields(text)) > limit for text in self.messages)
        self.assertGreater(over, 0)
        self.assertLess(over, len(self.messages))
        self.assertEqual(self.refused("sip_over_limits", self.path, "--max-sip-headers", str(limit)), over)

    def test_size_of_a_header_field(self):
        limit = max(len(field) + 2 for text in self.messages for field in header_fields(text))
        long = "X-Long: " + limit * "x" + "\r\n"
        frames = list(self.calls.frames)
        seconds, nanoseconds, data = next(self.calls.sip())[0]
        at = data.index(b"\r\n") + 2
        longer = bytearray(data[:at] + long.encode() + data[at:])
        struct.pack_into(">H", longer, 16, len(longer) - 14)  # RFC 791
        struct.pack_into(">H", longer, 38, len(longer) - 34)  # RFC 768
        struct.pack_into(">H", longer, 40, 0)
        frames.insert(0, (seconds, nanoseconds, bytes(longer)))
        path = self.calls.write("long_header.pcap", frames)
        self.assertEqual(self.refused("sip_over_limits", path, "--max-sip-header-bytes", str(limit)), 1)

    def test_lines_of_a_session_description(self):
        once = list(dict.fromkeys(self.messages))  # a message that comes again is not read again
        descriptions = [body for _, _, body in (text.partition("\r\n\r\n") for text in once) if body]
        over = sum(max(0, len(body.rstrip("\r\n").split("\r\n")) - 8) for body in descriptions)
        self.assertGreater(over, 0)
        self.assertEqual(self.refused("sdp_lines_refused", self.path, "--max-sdp-lines", "8"), over)

    def test_fragments_of_a_datagram(self):
        frames, over = [], 0
        for number, (frame, _) in enumerate(self.calls.sip()):
            parts = list(in_fragments(frame, 128, number + 1))
            over += len(parts) > 4
            frames += parts
        self.assertGreater(over, 0)
        path = self.calls.write("fragments.pcap", frames)
        refused = self.refused("fragments_refused", path, "--max-fragments", "4")
        self.assertEqual(refused, over)  # the one that is too many; those behind it are of a datagram given up

    def test_datagrams_in_fragments(self):
        frames = [next(in_fragments(frame, 128, number + 1)) for number, (frame, _) in enumerate(self.calls.sip())]
        path = self.calls.write("first_fragments.pcap", frames[:50])
        self.assertEqual(self.refused("fragments_refused", path, "--max-fragmented-datagrams", "16"), 50 - 16)

    def test_tcp_connections(self):
        path = generate("skinny.pcap", "--signalling", "skinny", "--calls", "20", "--rate", "12", "--hold-mean", "2",
                        "--seed", "22")
        self.assertGreater(self.refused("tcp_refused", path, "--max-tcp-connections", "16"), 0)

    def test_streams_of_a_call(self):
        with open(self.path + ".truth.streams.csv", encoding="utf-8") as file:
            rows = [line.split(",") for line in file.read().splitlines()]
        calls = [row[rows[0].index("call_id")] for row in rows[1:]]
        self.assertTrue(any(calls.count(call) > 1 for call in set(calls)))
        self.assertGreater(self.refused("rtp_refused", self.path, "--max-streams-per-call", "1"), 0)

    def test_calls_a_second_of_a_source(self):
        # A bucket of one that fills at one a second, for each address that sends the first INVITE of a call.
        frames, expected, buckets, seen = [], 0, {}, set()
        for frame, text in self.calls.sip():
            call = re.search(r"\r\nCall-ID: (\S+)", text).group(1)
            if not text.startswith("INVITE ") or call in seen:
                continue
            seen.add(call)
            frames.append(frame)
            seconds = frame[0] + frame[1] / 1e9
            source = frame[2][26:30]
            tokens, since = buckets.get(source, (1.0, seconds))
            tokens = min(1.0, tokens + seconds - since)
            if tokens >= 1:
                tokens -= 1
            else:
                expected += 1
            buckets[source] = (tokens, seconds)
        self.assertGreater(expected, 0)
        path = self.calls.write("invites.pcap", frames)
        self.assertEqual(self.refused("calls_refused_source_rate", path, "--calls-per-source", "1"), expected)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
