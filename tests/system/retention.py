#!/usr/bin/env python3
"""What is kept goes by age and by size: media, message flows, quality series and records, each by itself, in a data
directory that the real engine filled; a held call stays, and callmonctl says what went and when.

Usage: retention.py BIN_DIR WORK_DIR

Nobody waits for days: the calls are of old dates, and the segments' last writes are set back. What takes room is the
apparent size of files (holes at their end) and, of quality series, the number of rows that the database says.
"""

import csv
import datetime
import glob
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import unittest
import wave

BIN, WORK = sys.argv[1], sys.argv[2]
GIB = 1 << 30
TODAY = datetime.datetime.now(datetime.timezone.utc).date()
LONG_AGO, LAST_WEEK, YESTERDAY = (TODAY - datetime.timedelta(days=days) for days in (200, 7, 1))
DAYS = (LONG_AGO, LAST_WEEK, YESTERDAY)


def run(*command, timeout=120):
    return subprocess.run([os.path.join(BIN, command[0]), *command[1:]], capture_output=True, text=True, timeout=timeout)


class Retention(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        os.makedirs(WORK)
        cls.captures = {}
        for seed, day in enumerate(DAYS, 31):
            cls.captures[day] = os.path.join(WORK, f"{day}.pcap")
            made = run("callmon-traffic", "--out", cls.captures[day], "--calls", "8", "--rate", "4", "--hold-mean", "3",
                       "--seed", str(seed), "--start", f"{day}T12:00:00Z")
            assert made.returncode == 0, made.stderr

    def setUp(self):
        self.data = os.path.join(WORK, self.id().rpartition(".")[2])
        self.engine = None

    def tearDown(self):
        if self.engine:
            self.engine.kill()
            self.engine.communicate()

    def media(self, number):
        return f"{self.data}-media-{number}"

    def begin(self, capture, media, *options):
        """A replay that stays: its keeper looks for what is due when it starts."""
        self.url = "local:" + os.path.join(self.data, "engine.sock")
        self.engine = subprocess.Popen(
            [os.path.join(BIN, "callmon-engine"), "--replay", capture, "--data", self.data, "--stay", "--listen",
             self.url, "--media-directories", self.media(media), *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(self.engine.stdout.readline(), "replay ended\n")

    def end(self):
        self.engine.terminate()
        out, said = self.engine.communicate(timeout=60)
        self.assertEqual(self.engine.returncode, 0, said)
        self.engine = None
        return dict((name, int(value)) for name, value in re.findall(r"^(\w+) (\d+)$", out, re.M)), said

    def fill(self):
        """Each day's calls with media in a folder and messages in a segment of their own."""
        for number, day in enumerate(DAYS, 1):
            if number > 1:  # as a kill just after a start leaves it: the next engine begins a segment of messages
                open(os.path.join(self.data, "live.journal"), "w").close()
            self.begin(self.captures[day], number)
            self.end()
        self.assertEqual(len(self.messages()), len(DAYS))
        for number in range(1, len(DAYS) + 1):
            self.assertEqual(len(glob.glob(self.media(number) + "/*.log")), 1)

    def ctl(self, command, *options):
        return run("callmonctl", command, *options, "--data", self.data)

    def calls(self, day):
        listed = self.ctl("calls", "--from", f"{day}T00:00:00Z", "--to", f"{day}T23:59:59Z", "--format", "csv")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        return list(csv.DictReader(listed.stdout.splitlines())), listed.stderr

    def answered(self, day):
        return next(call for call in self.calls(day)[0] if call["outcome"] == "answered")["call_key"]

    def messages(self):
        return sorted(glob.glob(os.path.join(self.data, "messages", "*.log")))

    def database(self, day):
        return os.path.join(self.data, f"{day}.sqlite")

    def quality_rows(self, day):
        with sqlite3.connect(self.database(day)) as database:
            return database.execute("SELECT count(*) FROM quality").fetchone()[0]

    def sound(self, call):
        path = os.path.join(WORK, "call.wav")
        done = self.ctl("wav", call, "-o", path)
        if done.returncode:
            return 0, done.stderr
        with wave.open(path) as sound:
            return sound.getnframes(), done.stderr

    def wait_for(self, counters):
        """Those of the engine, by their names."""
        until = time.monotonic() + 60
        while True:
            status = run("callmonctl", "status", "--engine", self.url)
            now = dict((name, int(value)) for name, value in re.findall(r"^\s*(\w+)\s+(\d+)\b", status.stdout, re.M))
            if all(now.get(name) == value for name, value in counters.items()):
                return
            self.assertLess(time.monotonic(), until, {name: now.get(name) for name in counters})
            time.sleep(0.3)

    def test_by_age(self):
        self.fill()
        held, gone = [call["call_key"] for call in self.calls(LONG_AGO)[0] if call["outcome"] == "answered"][:2]
        silent, kept = self.answered(LAST_WEEK), self.answered(YESTERDAY)
        heard = self.sound(held)[0]
        self.assertGreater(heard, 8000)
        self.assertEqual(self.ctl("hold", "add", held, "--reason", "case 17").returncode, 0)
        ages = {1: 200, 2: 7, 3: 1}
        for number, days in ages.items():
            then = time.time() - days * 86400
            for path in glob.glob(self.media(number) + "/*.log"):
                os.utime(path, (then, then))
            os.utime(self.messages()[number - 1], (then, then))

        self.begin(self.captures[YESTERDAY], 4, "--expire-in-replay", "true", "--keep-records", "30d", "--keep-media",
                   "3d", "--keep-messages", "30d", "--keep-quality", "5d")
        self.wait_for({"days_expired": 1, "media_segments_expired": 2, "message_segments_expired": 1,
                       "quality_days_expired": 1, "calls_held": 1, "retention_errors": 0})
        counters, said = self.end()
        self.assertEqual(counters["media_segments_expired"], 2)
        self.assertIn("deleted by the retention periods and limits: 2 segments of media, 1 segment of messages, "
                      "1 day's quality series, 1 day of records", said)

        # Records: those of the oldest day alone, but for the held call, of which everything is there.
        rows, notes = self.calls(LONG_AGO)
        self.assertEqual([row["call_key"] for row in rows], [held])
        self.assertIn("case 17", rows[0]["legal_hold"])
        self.assertIn(f"The records of {LONG_AGO} expired and were deleted", notes)
        self.assertFalse(os.path.exists(self.database(LONG_AGO)))
        self.assertEqual(self.sound(held)[0], heard)
        self.assertIn("INVITE", self.ctl("flow", held).stdout)
        self.assertEqual(self.ctl("quality", held).returncode, 0)
        told = self.ctl("flow", gone)
        self.assertNotEqual(told.returncode, 0)
        self.assertIn(f"the records of {LONG_AGO} expired and were deleted at {TODAY}", told.stderr)

        # Last week's: quality and media went, records and messages stay.
        self.assertEqual(len(self.calls(LAST_WEEK)[0]), 8)
        told = self.ctl("quality", silent)
        self.assertIn(f"the quality series of {LAST_WEEK} expired and were deleted at {TODAY}", told.stderr)
        self.assertEqual(self.quality_rows(LAST_WEEK), 0)
        frames, told = self.sound(silent)
        self.assertIn("expired", told)
        self.assertIn("INVITE", self.ctl("flow", silent).stdout)
        # Yesterday's are whole.
        self.assertGreater(self.sound(kept)[0], 8000)
        self.assertGreater(self.quality_rows(YESTERDAY), 0)
        self.assertIn("INVITE", self.ctl("flow", kept).stdout)

        # Released, the copy goes as well.
        self.assertEqual(self.ctl("hold", "release", held, "--reason", "closed").returncode, 0)
        self.assertEqual(self.calls(LONG_AGO)[0], [])
        self.assertIn("closed", self.ctl("hold", "list").stdout)

    def test_by_size(self):
        self.fill()
        held, gone = [call["call_key"] for call in self.calls(LONG_AGO)[0] if call["outcome"] == "answered"][:2]
        silent, kept = self.answered(LAST_WEEK), self.answered(YESTERDAY)
        heard = self.sound(held)[0]
        self.assertEqual(self.ctl("hold", "add", held, "--reason", "case 18").returncode, 0)
        for path in (self.database(LONG_AGO), self.messages()[0]):
            os.truncate(path, os.path.getsize(path) + GIB)  # a hole
        with sqlite3.connect(self.database(LAST_WEEK)) as database:
            database.execute("INSERT INTO quality SELECT call_key, 99, block_start_ns, points, errors, details, reports "
                             "FROM quality LIMIT 1")
            database.execute("UPDATE quality SET rowid = 20000000 WHERE stream_index = 99")

        # Four segments of media are a GiB: the fifth, of this run, is one too many.
        self.begin(self.captures[YESTERDAY], 4)
        self.end()
        self.begin(self.captures[YESTERDAY], 5, "--expire-in-replay", "true", "--record-limit-gib", "1",
                   "--message-limit-gib", "1", "--quality-limit-gib", "1", "--media-limit-gib", "1")
        self.wait_for({"days_expired": 1, "message_segments_expired": 1, "quality_days_expired": 1, "calls_held": 1,
                       "media_segments_overwritten": 1, "media_segments_expired": 0, "retention_errors": 0})
        counters, said = self.end()
        self.assertIn("deleted by the retention periods and limits: 1 segment of messages, 1 day's quality series, "
                      "1 day of records", said)
        self.assertEqual([row["call_key"] for row in self.calls(LONG_AGO)[0]], [held])
        self.assertEqual(self.sound(held)[0], heard)
        self.assertIn("INVITE", self.ctl("flow", held).stdout)
        self.assertIn("expired and were deleted", self.ctl("flow", gone).stderr)
        self.assertEqual(glob.glob(self.media(1) + "/*.log"), [])
        self.assertIn("expired and were deleted", self.ctl("quality", silent).stderr)
        self.assertGreater(self.sound(silent)[0], 8000)
        self.assertGreater(self.sound(kept)[0], 8000)
        self.assertGreater(self.quality_rows(YESTERDAY), 0)
        self.assertEqual(self.ctl("quality", kept).returncode, 0)

    def test_a_replay_deletes_nothing_unasked(self):
        self.fill()
        self.begin(self.captures[YESTERDAY], 4, "--keep-records", "1h", "--keep-media", "1h", "--keep-messages", "1h")
        time.sleep(2)
        counters, said = self.end()
        self.assertIn("a replay deletes nothing by age", said)
        self.assertEqual([counters[name] for name in ("days_expired", "media_segments_expired",
                                                      "message_segments_expired")], [0, 0, 0])
        self.assertEqual(len(self.calls(LONG_AGO)[0]), 8)


if __name__ == "__main__":
    outcome = unittest.main(argv=sys.argv[:1], exit=False, verbosity=2).result
    sys.exit(not outcome.wasSuccessful())
