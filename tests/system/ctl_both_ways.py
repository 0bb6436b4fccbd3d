#!/usr/bin/env python3
"""callmonctl --engine URL does all that --data DIR does, and says the same: every command and option, both ways.

Usage: ctl_both_ways.py BIN_DIR WORK_DIR
"""

import csv
import os
import re
import shutil
import subprocess
import sys
import time
import unittest
from datetime import datetime, timedelta, timezone

BIN = os.path.abspath(sys.argv[1])
WORK = os.path.abspath(sys.argv[2])

# What is of now or is the engine's own needs one; certificates need neither.
OF_AN_ENGINE = {"live", "listen", "unbound", "status", "rules", "recording"}
OF_NEITHER = {"cert"}
# Options that only an engine can do anything with, and those that say where from, or are the program's own.
OPTIONS_OF_AN_ENGINE = {"alarms": {"--acknowledge", "--shelve", "--unshelve", "--for", "--comment"}, "report": {"--live"}}
OPTIONS_OF_ALL = {"--data", "--engine", "--help", "--version"}


def run(*args, timeout=120):
    return subprocess.run(args, capture_output=True, timeout=timeout, stdin=subprocess.DEVNULL, text=True)


def ctl(*args):
    return run(os.path.join(BIN, "callmonctl"), *args)


def folder(name):
    path = os.path.join(WORK, name)
    shutil.rmtree(path, ignore_errors=True)
    return path


def without_times_of_now(text):
    """The capture is of another day than this one: what has today's date was written by what is tried here."""
    now = datetime.now(timezone.utc)
    days = "|".join(f"{now + timedelta(days=d):%Y-%m-%d}" for d in (-1, 0, 1))
    text = re.sub(rf"({days})[T ][0-9:.]+([Z+][0-9:]*)?", "NOW", text)
    return re.sub("newest is [0-9a-f]{64}", "newest is HASH", text)  # an engine notes that its log was asked for


def rows(text):
    return list(csv.DictReader(text.splitlines()))


class BothWays(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.makedirs(WORK, exist_ok=True)
        capture = os.path.join(WORK, "sample.pcap")
        made = run(os.path.join(BIN, "callmon-traffic"), "--out", capture, "--calls", "24", "--seed", "7", "--rate", "4")
        assert made.returncode == 0, made.stderr
        cls.data = folder("data")
        config = os.path.join(WORK, "engine.toml")
        with open(config, "w") as f:
            f.write('prefixes = ["+34", "+1"]\n[[trunk]]\nname = "all"\naddresses = ["0.0.0.0/0"]\n'
                    '[[trunk]]\nname = "carrier"\naddresses = ["203.0.113.0/24"]\n'
                    '[[alarm]]\nname = "jitter-high"\nthreshold = 0.5\nclear-threshold = 0.1\nraise-after-s = 1\n'
                    '[[alarm]]\nname = "busy"\nkind = "metric_high"\nmetric = "attempts"\nthreshold = 1\n'
                    'clear-threshold = 0\nwindow-min = 1\nleast-calls = 1\nraise-after-s = 1\n')
        done = run(os.path.join(BIN, "callmon-engine"), "--config", config, "--replay", capture, "--data", cls.data)
        assert done.returncode == 0, done.stderr
        assert ctl("hold", "list", "--data", cls.data).returncode == 0
        cls.twin = folder("twin")  # nobody runs here
        shutil.copytree(cls.data, cls.twin)
        cls.url = "local:" + os.path.join(WORK, "engine.sock")
        cls.engine = subprocess.Popen([os.path.join(BIN, "callmon-engine"), "--replay", "-", "--pace", "recorded",
                                       "--data", cls.data, "--listen", cls.url],
                                      stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(capture, "rb") as whole:
            cls.engine.stdin.write(whole.read(24))  # of a capture in which nothing comes, and that does not end
        cls.engine.stdin.flush()
        for _ in range(100):
            if ctl("status", "--engine", cls.url).returncode == 0:
                break
            time.sleep(0.1)
        assert cls.engine.poll() is None
        calls = rows(ctl("calls", "--data", cls.data, "--format", "csv").stdout)
        cls.call = next(c for c in calls if c["outcome"] == "answered" and c["recorded"] == "yes"
                        and int(c["streams"]) > 1)
        cls.stream = rows(ctl("streams", "--data", cls.data, "--call", cls.call["call_key"], "--format", "csv").stdout)[0]
        cls.tried = {}

    @classmethod
    def tearDownClass(cls):
        cls.engine.terminate()
        cls.engine.stdin.close()
        cls.engine.wait(timeout=30)

    def note(self, args):
        options = self.tried.setdefault(args[0], set())
        options.update(word for word in args if word.startswith("-"))

    def both(self, *args, empty=False):
        """Of the directory in which the engine runs, and of that engine."""
        self.note(args)
        local = ctl(*args, "--data", self.data)
        remote = ctl(*args, "--engine", self.url)
        self.assertEqual(local.returncode, 0, (args, local.stderr))
        self.assertEqual(remote.returncode, 0, (args, remote.stderr))
        for one, other in ((local.stdout, remote.stdout), (local.stderr, remote.stderr)):
            self.assertEqual(without_times_of_now(one), without_times_of_now(other), args)
        if not empty:
            self.assertTrue(local.stdout.strip(), args)
        return remote

    def twins(self, *args, status=0):
        """The engine changes its directory, callmonctl the copy of it."""
        self.note(args)
        local = ctl(*args, "--data", self.twin)
        remote = ctl(*args, "--engine", self.url)
        self.assertEqual((local.returncode, remote.returncode), (status, status), (args, local.stderr, remote.stderr))
        self.assertEqual(without_times_of_now(local.stdout), without_times_of_now(remote.stdout), args)
        self.assertEqual(without_times_of_now(local.stderr), without_times_of_now(remote.stderr), args)
        return remote

    def every_form(self, *args):
        self.both(*args)
        self.both(*args, "--format", "json")
        plain = self.both(*args, "--format", "csv")
        signs = ("--separator", "semicolon", "--decimal", "comma", "--time-zone", "Europe/Madrid", "--bom")
        self.both(*args, "--format", "csv", *signs)
        return rows(plain.stdout)

    def attempts(self, trunk):
        """By the addresses of the calls, each of which the configuration above has in one trunk or the other."""
        def of(call, side):
            return "carrier" if call[side + "_ip"].startswith("203.0.113.") else "all"
        calls = rows(ctl("calls", "--data", self.data, "--format", "csv").stdout)
        return [call for call in calls if trunk in (of(call, "caller"), of(call, "callee"))]

    def test_0_what_a_group_of_the_metrics_counted_is_listed(self):
        for step in ("1m", "1d"):
            minutes = rows(self.both("report", "--history", "--by", "trunk", "--step", step, "--format", "csv").stdout)
            self.assertEqual({row["group"] for row in minutes}, {"trunk all", "trunk carrier"})
            for row in minutes:
                trunk = row["group"].removeprefix("trunk ")
                listed = rows(self.both("calls", "--trunk", trunk, "--where", "counted_at>=" + row["from"],
                                        "--where", "counted_at<" + row["to"], "--format", "csv").stdout)
                self.assertEqual(len(listed), int(row["attempts"]), row)
                for call in listed:
                    self.assertIn(trunk, (call["caller_trunk"], call["callee_trunk"]))
        for trunk in ("all", "carrier"):
            listed = rows(self.both("calls", "--trunk", trunk, "--format", "csv").stdout)
            self.assertEqual({call["call_key"] for call in listed}, {call["call_key"] for call in self.attempts(trunk)})

    # In this order: what is changed comes last, and then that nothing was left out.
    def test_1_lists(self):
        key, call_id = self.call["call_key"], self.call["call_id"]
        start = self.call["started_at"]
        every = self.every_form("calls")
        self.assertEqual(len(every), 24)
        for some in (("--from", start), ("--to", start), ("--caller", "+34*"), ("--callee", "*1*"), ("--number", "*2*"),
                     ("--where", "mos_mean>1"), ("--where", "duration_s>3", "--where", "outcome=answered"),
                     ("--leg", call_id), ("--call", call_id), ("--call", key), ("--outcome", "busy"), ("--trust", "whole"),
                     ("--recorded", "yes"), ("--recording-rule", "default"), ("--min-mos", "2"), ("--max-mos", "4.2"),
                     ("--limit", "5"), ("--tag", "nothing*")):
            for command in ("calls", "streams"):
                self.both(command, *some, "--format", "csv")
            self.both("report", *some, "--format", "csv")
        for command in ("calls", "streams"):
            by_option = self.both(command, "--trunk", "carrier", "--format", "csv")
            self.assertEqual(by_option.stdout, self.both(command, "--where", "trunk=carrier", "--format", "csv").stdout)
        self.both("calls", "--sort", "mos_mean", "--descending", "--limit", "4")
        told = self.both("calls", "--sort", "mos_mean", "--limit", "4", "--no-count", "--format", "csv")
        place = re.search(r"--after '([^']*)'", told.stderr).group(1)
        self.both("calls", "--sort", "mos_mean", "--limit", "4", "--after", place, "--format", "csv")
        self.every_form("streams")
        self.both("streams", "--ssrc", self.stream["ssrc"])
        self.both("streams", "--address", self.stream["src_ip"] + ":" + self.stream["src_port"])

    def test_2_reports(self):
        self.every_form("report")
        for by in ("total", "codec", "caller", "callee", "caller-address", "callee-address", "hour", "day", "outcome",
                   "outcome-code"):
            found = self.both("report", "--by", by, "--format", "csv")
            self.assertGreater(len(rows(found.stdout)), 0, by)
        self.both("report", "--by", "caller", "--top", "3")
        self.both("report", "--by", "prefix", "--prefix", "+34", "--prefix", "+349")
        self.both("report", "--by", "trunk", "--trunk", "north=10.0.0.0/8")
        by_records = self.both("report", "--by", "trunk", "--format", "csv")
        self.assertEqual({row["group"]: row["attempts"] for row in rows(by_records.stdout)},
                         {name: str(len(self.attempts(trunk=name))) for name in ("all", "carrier")})
        for by in ("total", "trunk", "prefix", "codec"):
            for step in ("1m", "1h"):
                found = self.both("report", "--history", "--by", by, "--step", step, "--format", "csv")
                self.assertGreater(len(rows(found.stdout)), 0, by)

    def test_3_a_call(self):
        key = self.call["call_key"]
        self.every_form("quality", key)
        self.every_form("flow", self.call["call_id"])
        self.both("flow", key, "--messages")
        files = {}
        for way, where in (("data", self.data), ("engine", self.url)):
            for name, command in (("stereo", ("wav",)), ("mono", ("wav", "--channels", "mono")),
                                  ("caller", ("wav", "--channels", "caller")), ("heard", ("wav", "--heard")),
                                  ("pcap", ("pcap",))):
                path = os.path.join(WORK, f"{way}.{name}")
                self.note(command + ("--output",))
                done = ctl(*command, key, "-o", path, "--" + way, where)
                self.assertEqual(done.returncode, 0, done.stderr)
                with open(path, "rb") as f:
                    files.setdefault(name, []).append((f.read(), done.stdout, done.stderr.replace(way + ".", "")))
        for name, (one, other) in files.items():
            self.assertGreater(len(one[0]), 10000, name)
            self.assertTrue(one == other, name)

    def test_4_alarms(self):
        every = self.every_form("alarms")
        self.assertGreater(len(every), 0)
        one = every[0]
        for some in (("--from", one["raised_at"]), ("--to", one["raised_at"]), ("--severity", one["severity"]),
                     ("--kind", one["kind"]), ("--rule", one["rule"]), ("--open",), ("--newest-first",), ("--limit", "1"),
                     ("--call", self.call["call_key"])):
            self.both("alarms", *some, "--format", "csv")

    def test_5_changes(self):
        key = self.call["call_key"]
        self.twins("tag", key, "add", "Bad-Line", "billing")
        self.twins("tag", key, "remove", "billing")
        self.twins("tag", key, "remove", "billing", status=1)
        self.twins("note", self.call["call_id"], "add", "hears", "herself")
        self.twins("hold", "add", key, "--reason", "case 17")
        self.twins("hold", "add", key, "--reason", "again", status=1)
        for command in (("tag",), ("tag", key), ("note", key), ("hold", "list")):
            self.assertGreater(len(self.every_form(*command)), 0, command)
            self.twins(*command)
        hold = rows(ctl("hold", "list", "--engine", self.url, "--format", "csv").stdout)[0]
        self.assertEqual({name: hold[name] for name in ("call_key", "caller", "callee")},
                         {name: self.call[name] for name in ("call_key", "caller", "callee")})
        self.both("calls", "--tag", "bad-*", "--format", "csv")
        self.both("calls", "--where", "legal_hold!=", "--format", "csv")
        number = self.call["caller"].lstrip("'")
        signs = ("--separator", "semicolon", "--decimal", "comma", "--time-zone", "Europe/Madrid", "--bom")
        self.twins("delete", "--number", number, "--dry-run", "--from", "2000-01-01", "--to", "2100-01-01")
        held = self.twins("delete", "--number", number, "--format", "csv")
        self.assertEqual([row["state"] for row in rows(held.stdout) if row["call_key"] == key], ["held"])
        self.twins("hold", "release", key, "--reason", "closed")
        self.twins("hold", "release", key, "--reason", "closed", status=1)
        gone = self.twins("delete", "--number", number, "--format", "csv", *signs)
        self.assertIn(key, gone.stdout)
        self.twins("delete", "--number", "nobody", "--format", "json")
        for command in ("calls", "streams", "alarms"):
            self.twins(command, "--format", "csv")
            self.both(command, "--format", "csv")
        self.twins("quality", key, status=1)

    def test_6_the_clock_of_ages(self):
        self.both("retention")
        confirmed = self.twins("retention", "--confirm-clock")
        self.assertIn("the clock is confirmed", confirmed.stderr)
        self.assertNotIn("never", self.both("retention").stdout)
        refused = ctl("retention", "--confirm-clock", "--data", self.data)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("--engine", refused.stderr)

    def test_7_who_did_what(self):
        until = rows(ctl("audit", "--engine", self.url, "--format", "csv").stdout)[-1]["at"]
        told = self.every_form("audit", "--to", until)
        self.assertIn("confirm clock", {row["action"] for row in told})
        self.both("audit", "--from", told[3]["at"], "--to", until)
        by_files = rows(ctl("audit", "--data", self.twin, "--format", "csv").stdout)
        changes = {"add tag", "remove tag", "add note", "set hold", "release hold", "delete number", "confirm clock"}
        for log in (told, by_files):
            self.assertEqual({row["action"] for row in log if row["action"] in changes}, changes)

    def test_8_no_command_and_no_option_was_left_out(self):
        listed = ctl("--help").stdout.split("ubcommands:", 1)[1]
        commands = set(re.findall(r"^  ([a-z]+)\b", listed, re.M))
        self.assertGreater(len(commands), 18)
        self.assertEqual(commands - OF_AN_ENGINE - OF_NEITHER, set(self.tried))
        for command in sorted(self.tried):
            helps = [ctl(command, "--help").stdout]
            self.assertIn("--data", helps[0], command)
            self.assertIn("--engine", helps[0], command)
            if command == "hold":
                helps += [ctl(command, what, "--help").stdout for what in ("add", "release", "list")]
            options = {option for text in helps for option in re.findall(r"^\s+(?:-\w,)?(--[a-z-]+)", text, re.M)}
            left = options - OPTIONS_OF_ALL - OPTIONS_OF_AN_ENGINE.get(command, set()) - self.tried[command]
            self.assertEqual(left, set(), command)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
