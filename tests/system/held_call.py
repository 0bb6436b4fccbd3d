#!/usr/bin/env python3
"""A long call under legal hold, on an engine whose media limit holds a part of it only: the others are recorded on, their
oldest segments are taken over, and the held call is whole when it is over; also when the engine is killed amid it.

Usage: held_call.py BIN_DIR WORK_DIR

The engine reads a capture from a pipe, so that it goes on when the test says so: 1 GiB are four segments of 256 MiB.
"""

import csv
import datetime
import os
import re
import shutil
import subprocess
import sys
import time
import unittest
import wave

BIN, WORK = sys.argv[1], sys.argv[2]
START = "2026-01-15T09:00:00Z"
DURATION = 150
BYTES_A_SECOND = 100e6  # of the capture: what a machine that does other things beside records without a loss


def run(*command, timeout=120):
    return subprocess.run([os.path.join(BIN, command[0]), *command[1:]], capture_output=True, text=True, timeout=timeout)


def talk(call):
    """In seconds; of calls that were on from the first seconds."""
    begun, ended = (datetime.datetime.fromisoformat(call[name][:26]) for name in ("answered_at", "ended_at"))
    late = begun - datetime.datetime.fromisoformat(START[:-1])
    return (ended - begun).total_seconds() if late.total_seconds() < 6 else 0


class HeldCall(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        os.makedirs(WORK)
        cls.capture = os.path.join(WORK, "calls.pcap")
        made = run("callmon-traffic", "--out", cls.capture, "--concurrent", "600", "--duration", str(DURATION), "--steady",
                   "--hold-mean", "60", "--hold-shape", "30", "--mix", "clean=1", "--codecs", "pcma=1", "--seed", "5",
                   "--start", START, timeout=300)
        assert made.returncode == 0, made.stderr
        cls.size = os.path.getsize(cls.capture)
        with open(cls.capture + ".truth.csv", newline="") as file:
            cls.truth = [call for call in csv.DictReader(file) if call["answered_at"] and call["ended_at"]]

    @classmethod
    def tearDownClass(cls):
        os.remove(cls.capture)

    def begin(self, name):
        self.data = os.path.join(WORK, name)
        self.url = "local:" + os.path.join(self.data, "engine.sock")
        said = open(os.path.join(WORK, name + ".err"), "a")
        self.addCleanup(said.close)
        self.engine = subprocess.Popen(
            [os.path.join(BIN, "callmon-engine"), "--replay", "-", "--data", self.data, "--stay", "--listen", self.url,
             "--media-limit-gib", "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=said)
        self.addCleanup(self.stop)

    def stop(self):
        if self.engine.poll() is None:
            self.engine.kill()
            self.engine.wait()
        for pipe in (self.engine.stdin, self.engine.stdout):
            try:
                pipe.close()
            except OSError:
                pass

    def feed(self, file, upto):
        while file.tell() < upto:
            begun = time.monotonic()
            piece = file.read(min(4 << 20, upto - file.tell()))
            self.engine.stdin.write(piece)
            self.engine.stdin.flush()
            time.sleep(max(0, len(piece) / BYTES_A_SECOND - (time.monotonic() - begun)))

    def ctl(self, command, *options):
        return run("callmonctl", command, *options, "--engine", self.url)

    def counters(self):
        status = self.ctl("status")
        return dict((name, int(value)) for name, value in re.findall(r"^\s*(\w+)\s+(\d+)\b", status.stdout, re.M))

    def hold_the_longest(self):
        """Of the calls that are answered by now: by the ground truth the one that talks longest."""
        longest = max(self.truth, key=talk)
        until = time.monotonic() + 30
        while True:  # it reads what it was fed
            held = self.ctl("hold", "add", longest["call_id"], "--reason", "case 17")
            if held.returncode == 0 or time.monotonic() > until:
                break
            time.sleep(0.3)
        self.assertEqual(held.returncode, 0, held.stderr)
        self.assertIn("is on", held.stderr)
        self.assertGreater(talk(longest), 0.8 * DURATION)
        return longest

    def held(self):
        listed = self.ctl("hold", "list", "--format", "csv")
        return next(csv.DictReader(listed.stdout.splitlines()))

    def until_it_is_copied(self):
        until = time.monotonic() + 90
        while self.held()["state"] != "held":
            self.assertLess(time.monotonic(), until, self.held())
            time.sleep(0.5)
        return self.held()

    def heard(self, call, source):
        path = os.path.join(WORK, "call.wav")
        done = run("callmonctl", "wav", call["call_id"], "-o", path, *source)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("incomplete", done.stderr)
        with wave.open(path) as sound:
            return sound.getnframes() / sound.getframerate()

    def test_it_is_whole_and_the_others_are_recorded_on(self):
        self.begin("whole")
        with open(self.capture, "rb") as file:
            self.feed(file, self.size // 15)
            call = self.hold_the_longest()
            self.feed(file, self.size)
        self.engine.stdin.close()
        self.assertEqual(self.engine.stdout.readline(), b"replay ended\n")
        counters = self.counters()
        self.assertGreater(counters["media_segments_overwritten"], 1)
        self.assertEqual(counters["media_packets_not_written"], 0)
        hold = self.until_it_is_copied()
        self.assertEqual(hold["missing"], "")
        self.assertGreater(int(hold["media_packets"]), 2 * 50 * (talk(call) - 2))
        self.assertGreater(self.heard(call, ["--engine", self.url]), talk(call) - 2)
        self.assertFalse([name for name in os.listdir(os.path.join(self.data, "held")) if name.endswith(".media")])

    def test_a_kill_amid_it_loses_nothing_of_it(self):
        self.begin("killed")
        with open(self.capture, "rb") as file:
            self.feed(file, self.size // 15)
            call = self.hold_the_longest()
            self.feed(file, self.size * 9 // 10)
        time.sleep(1)
        self.assertGreater(self.counters()["media_segments_overwritten"], 0)
        self.engine.kill()
        self.engine.wait()
        self.stop()
        os.remove(self.url[6:])
        self.begin("killed")
        self.engine.stdin.close()  # nothing more comes
        self.engine.stdout.readline()
        hold = self.until_it_is_copied()
        self.assertEqual(hold["missing"], "")
        self.assertGreater(self.heard(call, ["--engine", self.url]), 0.7 * DURATION)


if __name__ == "__main__":
    outcome = unittest.main(argv=sys.argv[:1], exit=False, verbosity=2).result
    sys.exit(not outcome.wasSuccessful())
