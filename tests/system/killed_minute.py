#!/usr/bin/env python3
"""The service metrics of a minute in which the engine was killed, or stopped, and started anew: both runs' parts are
there and are added. What the calls themselves say is the truth: each record has the time at which its call began.

Usage: killed_minute.py BIN_DIR WORK_DIR
"""

import csv
import datetime
import os
import shutil
import signal
import subprocess
import sys
import time
import unittest

BIN, WORK = sys.argv[1], sys.argv[2]
SECONDS = 12  # of the capture that the first run sees, of which some are cut off


def run(*command, timeout=120):
    return subprocess.run([os.path.join(BIN, command[0]), *command[1:]], capture_output=True, text=True, timeout=timeout)


class KilledMinute(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        os.makedirs(WORK)
        cls.captures = []
        for seed, second in ((5, 2), (6, 40)):
            path = os.path.join(WORK, f"from_{second}.pcap")
            made = run("callmon-traffic", "--out", path, "--duration", str(SECONDS), "--rate", "6", "--hold-mean", "2",
                       "--seed", str(seed), "--start", f"2026-03-01T12:00:{second:02}Z")
            assert made.returncode == 0, made.stderr
            cls.captures.append(path)

    def calls(self, data):
        listed = run("callmonctl", "calls", "--data", data, "--format", "csv")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        return list(csv.DictReader(listed.stdout.splitlines()))

    def minutes(self, data):
        rows = run("callmonctl", "report", "--history", "--step", "1m", "--data", data, "--format", "csv")
        self.assertEqual(rows.returncode, 0, rows.stderr)
        return [row for row in csv.DictReader(rows.stdout.splitlines()) if row["group"] == "total"]

    def first_run(self, data, how):
        engine = subprocess.Popen([os.path.join(BIN, "callmon-engine"), "--replay", self.captures[0], "--pace",
                                   "recorded", "--data", data, "--listen", "none"], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, text=True)
        for line in engine.stderr:
            if "reading" in line:
                break
        time.sleep(SECONDS * 0.6)
        engine.send_signal(how)
        engine.communicate(timeout=60)
        return self.calls(data)  # recovers what a kill left

    def second_run(self, data):
        done = run("callmon-engine", "--replay", self.captures[1], "--data", data)
        self.assertEqual(done.returncode, 0, done.stderr)

    def both(self, how, lost_at_most):
        data = os.path.join(WORK, "data-" + how.name)
        first = self.first_run(data, how)
        self.assertGreater(len(first), 10)
        begun = [datetime.datetime.fromisoformat(call["started_at"].split(".")[0].rstrip("Z")) for call in first]
        [minute] = self.minutes(data)
        new = int(minute["new_calls"])
        latest = sum((max(begun) - at).total_seconds() <= lost_at_most for at in begun)
        self.assertLessEqual(new, len(first))
        self.assertGreaterEqual(new, len(first) - (latest if lost_at_most else 0))
        watched = int(minute["watched_s"])
        self.assertGreater(watched, SECONDS * 0.3)
        self.assertLess(watched, SECONDS)

        self.second_run(data)
        [minute] = self.minutes(data)
        whole = len(self.calls(data)) - len(first)
        self.assertGreater(whole, 10)
        self.assertEqual(int(minute["new_calls"]), new + whole)
        self.assertGreaterEqual(int(minute["watched_s"]), watched + SECONDS - 1)
        # Read again, it counts once.
        self.second_run(data)
        self.assertEqual(self.minutes(data), [minute])

    def test_stopped(self):
        self.both(signal.SIGTERM, 0)

    def test_killed(self):
        self.both(signal.SIGKILL, 2)


if __name__ == "__main__":
    outcome = unittest.main(argv=sys.argv[:1], exit=False, verbosity=2).result
    sys.exit(not outcome.wasSuccessful())
