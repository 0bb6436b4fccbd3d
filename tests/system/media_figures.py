#!/usr/bin/env python3
"""The figures of streams and their seconds, from the capture to callmonctl, against what the specifications make of the
same packets: worked out here anew from RFC 3550, RFC 3611, RFC 4733 and ITU-T G.107, and from nothing of the engine.

Usage: media_figures.py BIN_DIR WORK_DIR
"""

import csv
import datetime
import os
import shutil
import statistics
import struct
import subprocess
import sys
import unittest

BIN, WORK = sys.argv[1], sys.argv[2]
FIXED_BUFFER_MS = 60
# ITU-T G.113 appendix I: Ie, Bpl.
IMPAIRMENT = {"PCMA": (0, 25.1), "PCMU": (0, 25.1), "G729": (11, 19.0)}
NANO = 10**9


def run(*args):
    done = subprocess.run([os.path.join(BIN, args[0]), *args[1:]], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    return done.stdout


def time_of(text):
    """Nanoseconds since 1970."""
    whole, part = text.rstrip("Z").split(".")
    seconds = datetime.datetime.fromisoformat(whole + "+00:00").timestamp()
    return int(seconds) * NANO + int(part.ljust(9, "0"))


class Packet:
    def __init__(self, at, ip):
        self.at = at
        self.size = struct.unpack_from("!H", ip, 2)[0]
        self.dscp = ip[1] >> 2
        ports = struct.unpack_from("!HH", ip, 20)
        self.path = (".".join(map(str, ip[12:16])), ports[0], ".".join(map(str, ip[16:20])), ports[1])
        self.rtp = ip[28:]
        self.type = self.rtp[1] & 0x7f
        self.marker = self.rtp[1] >> 7
        self.number, self.sent, self.ssrc = struct.unpack_from("!HII", self.rtp, 2)


def packets(path):
    """IPv4 and UDP without options, as callmon-traffic writes them; RTP by its version and type."""
    with open(path, "rb") as f:
        capture = f.read()
    assert capture[:4] == bytes.fromhex("4d3cb2a1")
    at = 24
    while at < len(capture):
        seconds, nanoseconds, size, _ = struct.unpack_from("<IIII", capture, at)
        frame = capture[at + 16:at + 16 + size]
        at += 16 + size
        if frame[12:14] == b"\x08\x00" and frame[23] == 17 and len(frame) >= 54 and frame[42] >> 6 == 2:
            if not 192 <= frame[43] <= 223:  # RFC 5761 4
                yield Packet(seconds * NANO + nanoseconds, frame[14:])


def mos_of(r):
    """G.107 annex B."""
    if r <= 0:
        return 1.0
    return max(1.0, 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r)) if r < 100 else 4.5


def rating(codec, lost, discarded, expected, runs, delay):
    """G.107 7.4 (as Cole and Rosenbluth have it) and 7.5; also what each of its parts takes of the MOS."""
    ie, bpl = IMPAIRMENT[codec]
    missing = lost + discarded
    burst = max(1.0, missing / runs * (expected - missing) / expected) if runs else 1.0

    def r(loss, ratio, d):
        ie_eff = ie + (95 - ie) * loss / (loss / ratio + bpl) if loss else ie
        return 93.2 - 0.024 * d - (0.11 * (d - 177.3) if d > 177.3 else 0) - ie_eff
    steps = [mos_of(93.2), mos_of(r(0, 1, 0)), mos_of(r(100 * lost / expected, 1, 0)),
             mos_of(r(100 * missing / expected, 1, 0)), mos_of(r(100 * missing / expected, burst, 0)),
             mos_of(r(100 * missing / expected, burst, delay))]
    return r(100 * missing / expected, burst, delay), burst, [a - b for a, b in zip(steps, steps[1:])]


def runs_of(missing):
    """Numbers in ascending order -> (first, count) of each that are in a row."""
    runs = []
    for number in missing:
        if runs and runs[-1][0] + runs[-1][1] == number:
            runs[-1][1] += 1
        else:
            runs.append([number, 1])
    return runs


def bursts_of(missing, expected):
    """RFC 3611 4.7.2 with Gmin 16: (packets in bursts, lost of them, bursts, lost in gaps)."""
    groups = []
    for number in missing:
        if groups and number - groups[-1][-1] - 1 < 16:
            groups[-1].append(number)
        else:
            groups.append([number])
    bursts = [g for g in groups if len(g) > 1]
    return (sum(g[-1] - g[0] + 1 for g in bursts), sum(map(len, bursts)), len(bursts),
            sum(len(g) for g in groups if len(g) == 1))


class Truth:
    """One stream, from its packets as they came."""

    def __init__(self, rows):
        self.rows = rows
        self.seen = {}
        self.duplicates = self.reordered = 0
        self.late = set()  # numbers that came, and too late to be played
        highest = None
        first = rows[0]
        ticks = 0
        for row in rows:
            if highest is None:
                highest = row.number
                number = highest
            else:
                step = (row.number - highest + 0x8000) % 0x10000 - 0x8000
                number = highest + step
            ticks += (row.sent - self.before.sent + 2**31) % 2**32 - 2**31 if row is not first else 0
            self.before = row
            row.extended = number
            row.new = number not in self.seen
            if not row.new:
                self.duplicates += 1
                continue
            self.seen[number] = row
            if number < highest:
                self.reordered += 1
            highest = max(highest, number)
            delay = (row.at - first.at) / 1e6 - ticks / 8
            if row.type != 101 and delay > FIXED_BUFFER_MS:
                self.late.add(number)
        self.first, self.highest = min(self.seen), highest
        self.expected = highest - rows[0].extended + 1
        self.lost = self.expected - len(self.seen)
        self.missing = [n for n in range(rows[0].extended, highest + 1) if n not in self.seen or n in self.late]

    def seconds(self):
        """Of each second since the first packet: packets, duplicates, expected and received in it, late ones, its last
        number."""
        begin = self.rows[0].at
        out = {}
        highest, received = self.rows[0].extended - 1, 0
        for row in self.rows:
            at = (row.at - begin) // NANO
            second = out.setdefault(at, dict(packets=0, duplicates=0, expected=0, received=0, discarded=0, bytes=0, gaps=0))
            second["packets"] += 1
            second["bytes"] += row.size
            if row.new:
                received += 1
                second["received"] += 1
                second["discarded"] += row.extended in self.late
                second["expected"] += max(0, row.extended - highest)
                second["gaps"] += row.extended > highest + 1
                highest = max(highest, row.extended)
            else:
                second["duplicates"] += 1
        return out


class Figures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.makedirs(WORK, exist_ok=True)
        capture = os.path.join(WORK, "calls.pcap")
        data = os.path.join(WORK, "data")
        shutil.rmtree(data, ignore_errors=True)
        run("callmon-traffic", "--out", capture, "--calls", "60", "--hold-mean", "14", "--seed", "23", "--rtcp-share", "0.5",
            "--mix", "clean=2,loss=3,jitter=3,duplicates=2,one_way=1,dtmf=2,hold=1")
        run("callmon-engine", "--replay", capture, "--data", data, "--listen", "none", "--jitter-buffer", "fixed",
            "--dtmf", "store")
        ctl = lambda what, *more: list(csv.DictReader(
            run("callmonctl", what, *more, "--data", data, "--format", "csv").splitlines()))
        cls.calls = {row["call_key"]: row for row in ctl("calls")}
        cls.streams = ctl("streams")
        cls.quality = {}
        for key in cls.calls:
            for row in ctl("quality", key):
                cls.quality.setdefault((key, row["stream_index"]), []).append(row)
        by_path = {}
        for packet in packets(capture):
            by_path.setdefault((packet.path, packet.ssrc), []).append(packet)
        cls.pairs = []
        for row in cls.streams:
            path = (row["src_ip"], int(row["src_port"]), row["dst_ip"], int(row["dst_port"]))
            cls.pairs.append((row, Truth(by_path.pop((path, int(row["ssrc"], 16))))))
        cls.left = by_path
        with open(capture + ".truth.csv", newline="") as f:
            cls.told = list(csv.DictReader(f))

    def number(self, row, column, expected, places):
        if expected is None:
            return self.assertEqual(row[column], "", column)
        self.assertAlmostEqual(float(row[column]), expected, delta=0.51 * 10**-places + 1e-9 * abs(expected),
                               msg=f"{column} of {row['call_key']}/{row['stream_index']} {row['src_ip']}")

    def test_every_stream_of_the_capture_is_there_once(self):
        self.assertEqual(self.left, {})
        self.assertGreater(len(self.streams), 80)

    def test_packets_sizes_and_times(self):
        for row, truth in self.pairs:
            sizes = [packet.size for packet in truth.rows]
            for column, expected in (("packets", len(truth.rows)), ("bytes", sum(sizes)), ("expected", truth.expected),
                                     ("lost", truth.lost), ("duplicates", truth.duplicates), ("reordered", truth.reordered),
                                     ("size_min_bytes", min(sizes)), ("size_max_bytes", max(sizes)),
                                     ("payload_type", next((p.type for p in truth.rows if p.type != 101), 101)),
                                     ("dscp", truth.rows[-1].dscp), ("lost_with_probe", 0), ("dscp_changes", 0),
                                     ("packets_not_stored", 0), ("packets_stored", len(truth.rows))):
                self.assertEqual(int(row[column]), expected, (column, row["call_key"], row["stream_index"]))
            self.number(row, "loss_percent", 100 * truth.lost / truth.expected, 4)
            self.number(row, "size_mean_bytes", statistics.fmean(sizes), 3)
            self.number(row, "size_stddev_bytes", statistics.pstdev(sizes), 3)
            length = (truth.rows[-1].at - truth.rows[0].at) / NANO
            length = max(p.at for p in truth.rows) / NANO - truth.rows[0].at / NANO if length <= 0 else length
            self.assertAlmostEqual(float(row["throughput_bps"]), 8 * sum(sizes) / length, delta=1)

    def test_keys(self):
        pressed = 0
        for row, truth in self.pairs:
            keys = {}
            for packet in truth.rows:
                if packet.type == 101 and packet.rtp[12] <= 15:
                    keys.setdefault(packet.sent, "0123456789*#ABCD"[packet.rtp[12]])
            self.assertEqual(row["dtmf"], "".join(keys[at] for at in sorted(keys)))
            self.assertEqual(int(row["dtmf_digits"]), len(keys))
            pressed += len(keys)
        self.assertGreater(pressed, 10)

    def test_discards_of_the_fixed_buffer(self):
        self.assertGreater(sum(len(truth.late) for _, truth in self.pairs), 20)
        for row, truth in self.pairs:
            self.assertEqual(int(row["discarded"]), len(truth.late), (row["call_key"], row["stream_index"]))

    def test_runs_and_bursts(self):
        bursts_seen = 0
        for row, truth in self.pairs:
            self.assertEqual(int(row["loss_runs"]), len(runs_of(truth.missing)), row["call_key"])
            spanned, lost, bursts, in_gaps = bursts_of(truth.missing, truth.expected)
            ptime = float(row["ptime_ms"])
            self.assertEqual(ptime, 20)
            self.number(row, "burst_density_percent", 100 * lost / spanned if bursts else None, 4)
            self.number(row, "burst_duration_ms", ptime * spanned / bursts if bursts else None, 4)
            gaps = truth.expected - spanned
            self.number(row, "gap_density_percent", 100 * in_gaps / gaps, 4)
            self.number(row, "gap_duration_ms", ptime * gaps / (bursts + 1), 4)
            bursts_seen += bursts
        self.assertGreater(bursts_seen, 30)

    def test_rating_and_what_takes_it(self):
        sources = set()
        for row, truth in self.pairs:
            sources.add(row["delay_source"])
            rtt = float(row["rtt_ms"]) if row["rtt_ms"] else 40
            self.number(row, "one_way_delay_ms", 20 + FIXED_BUFFER_MS + rtt / 2, 5)
            r, burst, parts = rating(row["codec"], truth.lost, len(truth.late), truth.expected,
                                     len(runs_of(truth.missing)), 20 + FIXED_BUFFER_MS + rtt / 2)
            self.number(row, "r_factor", r, 2)
            self.number(row, "burst_ratio", (len(truth.missing) / len(runs_of(truth.missing))
                                             * (1 - len(truth.missing) / truth.expected)) if truth.missing else None, 3)
            for column, part in zip(("codec", "loss", "discards", "bursts", "delay"), parts):
                self.number(row, "mos_lost_to_" + column, part, 3)
        self.assertEqual(sources, {"rtcp", "signalling"})

    def test_seconds_and_their_mean_and_least(self):
        compared = bad = 0
        for row, truth in self.pairs:
            points = self.quality[row["call_key"], row["stream_index"]]
            seconds = truth.seconds()
            mos, counts = [], []
            delay = 20 + FIXED_BUFFER_MS + (float(row["rtt_ms"]) if row["rtt_ms"] else 40) / 2
            # A round trip that was measured amid the call holds from there on; of what came late or out of order, which
            # run it was of is told by the whole stream only.
            exact = row["delay_source"] == "signalling" and not truth.late and not truth.reordered

            def of(counts):
                lost, discarded, received, gaps = map(sum, zip(*counts))
                return mos_of(rating(row["codec"], lost, discarded, lost + received, gaps, delay)[0])
            for point in points:
                at = round((time_of(point["at"]) - truth.rows[0].at) / NANO)
                here = seconds.get(at, dict(packets=0, duplicates=0, expected=0, received=0, discarded=0, bytes=0, gaps=0))
                for column in ("packets", "duplicates", "bytes", "discarded"):
                    self.assertEqual(int(point[column]), here[column], (column, point))
                lost = max(0, here["expected"] - here["received"])
                counts.append((lost, here["discarded"], here["received"], here["gaps"]))
                self.assertEqual(int(point["lost"]), lost, point)
                self.assertEqual(int(float(point["throughput_bps"])), 8 * here["bytes"])
                if point["mos"]:
                    mos.append(float(point["mos"]))
                    if exact:
                        self.assertAlmostEqual(mos[-1], of(counts[-1:]), delta=0.0006, msg=point)
                else:
                    self.assertEqual(here["packets"], here["duplicates"], point)  # nothing came, or copies alone
            self.assertAlmostEqual(float(row["mos_mean"]), statistics.fmean(mos), delta=0.0011)
            self.assertEqual(sum(int(p["packets"]) for p in points), len(truth.rows))
            self.assertEqual(sum(int(p["lost"]) for p in points) >= truth.lost, True)
            steady = all(second in seconds for second in range(len(points)))
            if exact and steady:
                windows = [counts[i:i + 10] for i in range(max(1, len(counts) - 9))]
                self.assertAlmostEqual(float(row["mos_min"]), min(map(of, windows)), delta=0.0006)
                compared += 1
                bad += truth.lost > 10
        self.assertTrue(compared > 20 and bad > 2, (compared, bad))

    def test_what_came_before_the_answer_and_after_the_end(self):
        told = {row["call_id"]: row for row in self.told}
        for row, truth in self.pairs:
            call = self.calls[row["call_key"]]
            if not call["answered_at"]:
                continue
            answered = int(row["first_packet_at"] >= call["answered_at"])  # same form: text compares as time
            self.assertEqual(int(row["early_packets"]) == 0, bool(answered), row["call_key"])
        after_end = 0
        for call in self.calls.values():
            last = max((p.at for row, truth in self.pairs if row["call_key"] == call["call_key"] for p in truth.rows),
                       default=0)
            late = last - time_of(call["ended_at"]) if call["ended_by"] in ("caller", "callee") else 0
            if late > 0:
                self.assertAlmostEqual(float(call["media_after_end_ms"]), late / 1e6, delta=0.001)
                after_end += 1
            else:
                self.assertEqual(call["media_after_end_ms"], "")
            directions = {row["direction"] for row, _ in self.pairs if row["call_key"] == call["call_key"]}
            if call["answered_at"] and call["call_id"] in told:
                wanted = {frozenset(): "none", frozenset(["caller"]): "caller", frozenset(["callee"]): "callee",
                          frozenset(["caller", "callee"]): "both"}[frozenset(directions)]
                self.assertEqual(call["media_after_answer"], wanted, call["call_id"])
        self.assertGreater(after_end, 5)


class Scene:
    """A capture made by hand: calls one beside the other, each with what its caller sends."""

    def __init__(self):
        self.frames = []
        self.calls = 0

    def udp(self, at, source, destination, payload, dscp=46):
        """`at` in seconds."""
        datagram = struct.pack("!HHHH", source[1], destination[1], 8 + len(payload), 0) + payload
        header = struct.pack("!BBHHHBBH4s4s", 0x45, dscp << 2, 20 + len(datagram), 1, 0, 64, 17, 0,
                             bytes(map(int, source[0].split("."))), bytes(map(int, destination[0].split("."))))
        self.frames.append((round((1_700_000_000 + at) * NANO), bytes(12) + b"\x08\x00" + header + datagram))

    def call(self, name, end, answered=0.05, early=None):
        """Caller at 10.0.0.1, callee at 10.0.0.2, with 20 and 30 ms of PCMA, keys as 101, redundancy as 99."""
        self.calls += 1
        a, b = ("10.0.0.1", 20000 + 2 * self.calls), ("10.0.0.2", 30000 + 2 * self.calls)

        def say(at, first, cseq, by, media=None, tag=True):
            body = "" if media is None else (
                f"v=0\r\no=- 1 1 IN IP4 {media[0]}\r\ns=-\r\nc=IN IP4 {media[0]}\r\nt=0 0\r\nm=audio {media[1]} RTP/AVP 8 13 "
                "99 101\r\na=rtpmap:99 red/8000\r\na=rtpmap:101 telephone-event/8000\r\n")
            text = (f"{first}\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK{name}{cseq}\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>"
                    f"{';tag=2' if tag else ''}\r\nCall-ID: {name}\r\nCSeq: {cseq}\r\nContact: <sip:x@h>\r\n"
                    f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}")
            ends = ("10.0.0.1", 5060), ("10.0.0.2", 5060)
            self.udp(at, ends[by], ends[1 - by], text.encode())
        say(0, "INVITE sip:b@h SIP/2.0", "1 INVITE", 0, a, tag=False)
        if early is not None:
            say(early, "SIP/2.0 183 Session Progress", "1 INVITE", 1, b)
        say(answered, "SIP/2.0 200 OK", "1 INVITE", 1, b)
        say(answered + 0.01, "ACK sip:b@h SIP/2.0", "1 ACK", 0)
        say(end, "BYE sip:b@h SIP/2.0", "2 BYE", 0)
        say(end + 0.01, "SIP/2.0 200 OK", "2 BYE", 1)
        return a, b

    def rtp(self, at, path, number, sent, payload=bytes(range(0x50, 0x60)) * 10, kind=8, marker=0, dscp=46):
        header = struct.pack("!BBHII", 0x80, marker << 7 | kind, number & 0xffff, sent & 0xffffffff, 0x1000 + path[0][1])
        self.udp(at, *path, header + payload, dscp)

    def write(self, path):
        with open(path, "wb") as f:
            f.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 65535, 1))
            for at, frame in sorted(self.frames, key=lambda one: one[0]):
                f.write(struct.pack("<IIII", at // NANO, at % NANO, len(frame), len(frame)) + frame)


class ByHand(unittest.TestCase):
    """What the traffic generator's telephones never do."""

    @classmethod
    def setUpClass(cls):
        os.makedirs(WORK, exist_ok=True)
        scene = Scene()
        way = scene.call("dscp", 5)
        for i in range(200):  # three changes: at 50, 100 and 101
            scene.rtp(0.1 + 0.02 * i, way, i, 160 * i, dscp=46 if i < 50 or i == 100 else 0)
        way = scene.call("ptime", 9)
        at, sent = 0.1, 0
        for i in range(300):  # 20 ms, 30 from the 100th, 20 from the 200th
            scene.rtp(at, way, i, sent, bytes([0x55]) * (240 if 100 <= i < 200 else 160))
            sent += 240 if 100 <= i < 200 else 160
            at += 0.03 if 100 <= i < 200 else 0.02
        way = scene.call("pause", 12)  # RFC 3389: a second of speech, two of noise that is told each half second
        number = 0
        for i in range(3):
            for k in range(50):
                scene.rtp(0.1 + 3 * i + 0.02 * k, way, number, 160 * (150 * i + k), marker=int(k == 0))
                number += 1
            for k in range(4):
                scene.rtp(0.1 + 3 * i + 1 + 0.5 * k, way, number, 160 * (150 * i + 50 + 25 * k), b"\x40", kind=13)
                number += 1
        for name, ppm in (("fast", 150), ("slow", -80)):  # the sender's clock against the probe's
            way = scene.call(name, 121)
            for i in range(6000):
                scene.rtp(0.1 + 0.02 * i / (1 + ppm * 1e-6), way, i, 160 * i)
        way = scene.call("gaps", 12)  # 1.5 and 2 s in which nothing came, all of it lost
        for i in range(500):
            if not 100 <= i < 174 and not 300 <= i < 399:
                scene.rtp(0.1 + 0.02 * i, way, i, 160 * i)
        way = scene.call("early", 9, answered=3.0, early=0.1)  # an announcement of 2 s, five of whose packets are lost
        for i in range(100):
            if i % 20 != 10:
                scene.rtp(0.5 + 0.02 * i, way[::-1], i, 160 * i)
        for i in range(100):
            scene.rtp(3.1 + 0.02 * i, way[::-1], 100 + i, 7_000_000 + 160 * i)
        way = scene.call("after", 3)
        for i in range(200):  # to 4.08 s, a second and more beyond the BYE
            scene.rtp(0.1 + 0.02 * i, way, i, 160 * i)
        way = scene.call("red", 5)
        speech = bytes(range(0x50, 0x60)) * 10
        head = lambda kind, behind, size: struct.pack("!I", (0x80 | kind) << 24 | behind << 10 | size)
        for i in range(200):  # each packet repeats the one before; one key, told by forty of them beside speech
            key = b"\x07\x8a\x03\x20"
            if 100 <= i < 140:
                payload = head(101, 160 * (i - 60) - 1000, 4) + head(8, 160, 160) + b"\x08" + key + speech + speech
            else:
                payload = head(8, 160, 160) + b"\x08" + speech + speech
            if i % 10 != 5:
                scene.rtp(0.1 + 0.02 * i, way, i, 160 * i, payload, kind=99)
        capture = os.path.join(WORK, "by_hand.pcap")
        scene.write(capture)
        cls.data = os.path.join(WORK, "by_hand")
        shutil.rmtree(cls.data, ignore_errors=True)
        run("callmon-engine", "--replay", capture, "--data", cls.data, "--listen", "none", "--dtmf", "masked")
        cls.streams = {row["call_id"]: row for row in cls.csv("streams")}
        cls.calls = {row["call_id"]: row for row in cls.csv("calls")}

    @classmethod
    def csv(cls, what, *more):
        return list(csv.DictReader(run("callmonctl", what, *more, "--data", cls.data, "--format", "csv").splitlines()))

    def figures(self, call, **expected):
        for column, value in expected.items():
            self.assertEqual(self.streams[call][column], str(value), (call, column))

    def test_path(self):
        self.assertEqual(len(self.streams), len(self.calls))
        self.figures("dscp", dscp_changes=3, dscp=0, ptime_changes=0, lost=0)
        self.figures("ptime", ptime_changes=2, dscp_changes=0, lost=0, ptime_ms="20.000000")

    def test_pauses_are_no_loss(self):
        self.figures("pause", comfort_noise=12, lost=0, media_gaps=0, packets=162, discarded=0)
        seconds = self.csv("quality", "pause")
        self.assertEqual([row["pausing"] for row in seconds[:9]], ["0", "1", "1"] * 3)
        self.assertTrue(all(float(row["mos"]) > 4.3 for row in seconds if row["mos"]))

    def test_clocks(self):
        self.assertAlmostEqual(float(self.streams["fast"]["clock_skew_ppm"]), 150, delta=2)
        self.assertAlmostEqual(float(self.streams["slow"]["clock_skew_ppm"]), -80, delta=2)
        self.figures("gaps", clock_skew_ppm="")

    def test_gaps(self):
        self.figures("gaps", media_gaps=2, lost=173, loss_runs=2)
        self.assertAlmostEqual(float(self.streams["gaps"]["media_gap_longest_ms"]), 2000, delta=0.01)

    def test_before_the_answer_and_after_the_end(self):
        self.figures("early", early_packets=95, early_lost=5, packets=195, lost=5, direction="callee")
        self.assertLess(float(self.streams["early"]["jitter_max_ms"]), 0.2, "another timestamp is no jitter")
        self.assertEqual(self.calls["early"]["media_after_answer"], "callee")
        self.assertEqual(self.calls["after"]["media_after_answer"], "caller")
        self.assertAlmostEqual(float(self.calls["after"]["media_after_end_ms"]), 1080, delta=0.01)
        self.assertEqual(self.calls["gaps"]["media_after_end_ms"], "")

    def test_redundancy(self):
        self.figures("red", codec="PCMA", payload_type=8, packets=180, lost=20, loss_runs=20, dtmf_digits=1, dtmf="*",
                     ptime_ms="20.000000")
        with open(os.path.join(self.data, "..", "by_hand.pcap"), "rb") as f:
            self.assertIn(b"\x07\x8a\x03\x20", f.read())
        out = os.path.join(WORK, "red.pcap")
        run("callmonctl", "pcap", "red", "--data", self.data, "-o", out)
        with open(out, "rb") as f:
            exported = f.read()
        self.assertNotIn(b"\x07\x8a\x03\x20", exported)
        self.assertEqual(exported.count(b"\x0a\x8a\x03\x20"), 36)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
