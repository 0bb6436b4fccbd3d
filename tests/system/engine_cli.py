#!/usr/bin/env python3
"""The command-line contract of callmon-engine and callmonctl, on real processes.

Usage: engine_cli.py BIN_DIR WORK_DIR
"""

import contextlib
import csv
import fcntl
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time
import unittest
import wave

BIN = sys.argv[1]
WORK = sys.argv[2]


def program(name):
    return os.path.join(BIN, name)


def run(*args, timeout=120, stdin=None):
    return subprocess.run(args, capture_output=True, timeout=timeout, stdin=stdin or subprocess.DEVNULL, text=True)


def folder(name):
    path = os.path.join(WORK, name)
    shutil.rmtree(path, ignore_errors=True)
    return path


def rows(text):
    return list(csv.DictReader(text.splitlines()))


class Relay(threading.Thread):
    """From the generator to the engine, frame by frame, so that it is known up to which time the engine was given any: on
    a busy machine the generator may be late. The pipe holds a few frames only."""

    PIPE_SIZE = 1031  # fcntl(2), F_SETPIPE_SZ

    def __init__(self, traffic, engine):
        super().__init__(daemon=True)
        self.source, self.sink = traffic.stdout, engine.stdin
        self.given = 0.0  # the time of the newest frame that the engine took
        fcntl.fcntl(self.sink, self.PIPE_SIZE, 4096)

    def run(self):
        self.sink.write(self.source.read(24))
        with contextlib.suppress(BrokenPipeError):  # it was killed
            while len(head := self.source.read(16)) == 16:
                seconds, nanoseconds, size, _ = struct.unpack("<IIII", head)
                self.sink.write(head + self.source.read(size))
                self.given = seconds + nanoseconds * 1e-9


class Contract(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.makedirs(WORK, exist_ok=True)
        cls.capture = os.path.join(WORK, "sample.pcap")
        made = run(program("callmon-traffic"), "--out", cls.capture, "--calls", "24", "--seed", "7", "--rate", "4")
        assert made.returncode == 0, made.stderr
        with open(cls.capture + ".truth.csv", newline="") as f:
            cls.truth = {row["call_id"]: row for row in csv.DictReader(f)}
        with open(cls.capture + ".truth.streams.csv", newline="") as f:
            cls.truth_streams = list(csv.DictReader(f))
        cls.data = folder("data")
        cls.replay = run(program("callmon-engine"), "--replay", cls.capture, "--data", cls.data)

    def test_a_replay_that_stays_answers_until_it_is_stopped(self):
        data = folder("stay")
        cut = os.path.join(WORK, "cut.pcap")
        with open(self.capture, "rb") as whole, open(cut, "wb") as part:
            part.write(whole.read()[:-7])
        url = "local:" + os.path.join(data, "engine.sock")
        engine = subprocess.Popen([program("callmon-engine"), "--replay", cut, "--data", data, "--stay",
                                   "--listen", url.removeprefix("local:")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            self.assertEqual(engine.stdout.readline(), "replay ended\n")
            listed = run(program("callmonctl"), "calls", "--engine", url, "--format", "csv")
            self.assertEqual(listed.returncode, 0, listed.stderr)
            self.assertEqual({row["call_id"] for row in rows(listed.stdout)},
                             {row["call_id"] for row in self.calls()})
            answered = next(row for row in rows(listed.stdout) if row["outcome"] == "answered")
            heard = os.path.join(WORK, "stay.wav")
            done = run(program("callmonctl"), "wav", answered["call_key"], "-o", heard, "--engine", url)
            self.assertEqual(done.returncode, 0, done.stderr)
            done = run(program("callmonctl"), "note", answered["call_key"], "add", "hears herself", "--engine", url)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIsNone(engine.poll())
        finally:
            engine.terminate()
            out, said = engine.communicate(timeout=30)
        self.assertEqual(engine.returncode, 1, said)  # the file was cut
        self.assertIn("cut.pcap", said)
        self.assertIn("frames_received", out)
        port = run(program("callmon-engine"), "--port", "net_null0", "--data", data, "--stay")
        self.assertEqual(port.returncode, 2)
        self.assertIn("--stay is for --replay", port.stderr)

    def calls(self, *more, data=None):
        done = run(program("callmonctl"), "calls", "--data", data or self.data, "--format", "csv", *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return rows(done.stdout)

    def test_replay_exits_with_zero_and_prints_a_counter_a_line(self):
        self.assertEqual(self.replay.returncode, 0, self.replay.stderr)
        counters = dict(line.rsplit(" ", 1) for line in self.replay.stdout.splitlines())
        self.assertGreater(int(counters["frames_received"]), 0)
        self.assertEqual(counters["record_queue_percent"], "0")  # all of it is stored

    def test_what_waits_to_be_stored_is_told_while_it_waits(self):
        data = folder("behind")
        url = "local:" + os.path.join(data, "engine.sock")
        engine = subprocess.Popen([program("callmon-engine"), "--replay", self.capture, "--pace", "recorded",
                                   "--data", data, "--listen", url], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  text=True)

        def percent():
            status = run(program("callmonctl"), "status", "--engine", url, "--format", "csv")
            found = [row["value"] for row in rows(status.stdout) if row["name"] == "record_queue_percent"]
            return int(found[0]) if status.returncode == 0 and found else None

        try:
            until = time.monotonic() + 30
            while percent() is None:
                self.assertLess(time.monotonic(), until, "the engine does not answer")
            hold = subprocess.Popen([sys.executable, os.path.join(os.path.dirname(__file__), "hold_thread.py"),
                                     str(engine.pid), "storage", "5"], stderr=subprocess.PIPE, text=True)
            seen = set()
            while hold.poll() is None:
                seen.add(percent())
                time.sleep(0.2)
            if "not permitted" in hold.stderr.read():
                self.skipTest("no thread may be held here")
            self.assertEqual(hold.returncode, 0)
            self.assertTrue(any(value and value > 0 for value in seen), seen)
            until = time.monotonic() + 30
            while percent() != 0:
                self.assertLess(time.monotonic(), until, "what waits is never stored")
        finally:
            engine.terminate()
            engine.communicate(timeout=60)

    def test_calls_are_those_of_the_ground_truth(self):
        found = {row["call_id"]: row for row in self.calls()}
        self.assertEqual(set(found), set(self.truth))
        for call_id, truth in self.truth.items():
            for field in ("outcome", "final_code", "ended_by", "caller", "callee"):
                got = found[call_id][field].lstrip("'")
                self.assertEqual(got, truth[field], f"{field} of {call_id} ({truth})")

    def test_streams_are_those_of_the_ground_truth(self):
        done = run(program("callmonctl"), "streams", "--data", self.data, "--format", "csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        found = {(row["call_id"], row["ssrc"].lower()): row for row in rows(done.stdout)}
        self.assertEqual(len(found), len(self.truth_streams))
        for truth in self.truth_streams:
            row = found[(truth["call_id"], truth["ssrc"].lower())]
            for field in ("direction", "packets", "duplicates", "expected", "lost"):
                self.assertEqual(row[field], truth[field], f"{field} of {truth}")

    def test_json_and_csv_hold_the_same(self):
        done = run(program("callmonctl"), "calls", "--data", self.data, "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        listed = json.loads(done.stdout)
        self.assertEqual([c["call_id"] for c in listed], [c["call_id"] for c in self.calls()])

    def test_filters(self):
        answered = [c for c in self.truth.values() if c["outcome"] == "answered"]
        self.assertEqual(len(self.calls("--outcome", "answered")), len(answered))
        one = answered[0]
        self.assertEqual([c["call_id"] for c in self.calls("--call", one["call_id"])], [one["call_id"]])
        self.assertEqual(len(self.calls("--limit", "3")), 3)
        self.assertEqual(self.calls("--from", "2100-01-01"), [])

    def test_wav_and_pcap_of_an_answered_call(self):
        call_id = next(c["call_id"] for c in self.truth.values() if c["outcome"] == "answered" and c["sort"] == "clean")
        sound = os.path.join(WORK, "call.wav")
        done = run(program("callmonctl"), "wav", call_id, "--data", self.data, "-o", sound)
        self.assertEqual(done.returncode, 0, done.stderr)
        with wave.open(sound) as w:
            self.assertEqual((w.getnchannels(), w.getframerate(), w.getsampwidth()), (2, 8000, 2))
            self.assertGreater(w.getnframes(), 8000)
        media = os.path.join(WORK, "call.pcap")
        done = run(program("callmonctl"), "pcap", call_id, "--data", self.data, "-o", media)
        self.assertEqual(done.returncode, 0, done.stderr)
        if shutil.which("tshark"):
            ports = {s["dst_port"] for s in self.truth_streams if s["call_id"] == call_id}
            decode = [x for port in ports for x in ("-d", f"udp.port=={port},rtp")]
            seen = run("tshark", "-r", media, *decode, "-Y", "rtp", "-T", "fields", "-e", "rtp.ssrc")
            want = sum(int(s["packets"]) for s in self.truth_streams if s["call_id"] == call_id)
            self.assertEqual(len(seen.stdout.split()), want, seen.stderr)

    def test_usage_errors_exit_with_two(self):
        for args in (("--no-such-option",), (), ("--replay", self.capture), ("--data", self.data),
                     ("--replay", self.capture, "--data", self.data, "--pace", "slow"),
                     ("--config", "/nonexistent.toml", "--replay", self.capture, "--data", self.data)):
            done = run(program("callmon-engine"), *args)
            self.assertEqual(done.returncode, 2, f"{args}: {done.stderr}")
            self.assertTrue(done.stderr.strip(), args)
        for args in (("calls", "--no-such-option"), ("bogus",), (), ("calls", "--min-mos", "nan"),
                     ("calls", "--format", "xml"), ("calls", "--from", "yesterday"), ("calls", "--outcome", "nice"),
                     ("status", "--engine", "tcp://127.0.0.1:5999"), ("wav", "x", "--data", self.data)):
            done = run(program("callmonctl"), *args)
            self.assertEqual(done.returncode, 2, f"{args}: {done.stderr}")
            self.assertTrue(done.stderr.strip(), args)

    def live_engine(self, data, **more):
        traffic = subprocess.Popen([program("callmon-traffic"), "--live", "--seed", "6", "--concurrent", "30"],
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: (traffic.kill(), traffic.wait()))
        engine = subprocess.Popen([program("callmon-engine"), "--replay", "-", "--pace", "recorded", "--data", data,
                                   "--listen", "none"], stdin=traffic.stdout, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, **more)
        traffic.stdout.close()
        return engine

    def test_each_signal_ends_it_at_any_moment_with_all_stored(self):
        for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            for seconds in (0.02, 0.2, 3.0):
                data = folder("signalled")
                engine = self.live_engine(data)
                time.sleep(seconds)
                engine.send_signal(sent)
                out, said = engine.communicate(timeout=60)
                what = f"{sent.name} after {seconds} s: {said}"
                if "reading" not in said and engine.returncode == -sent:
                    continue  # before it was one
                self.assertEqual(engine.returncode, 0, what)
                counters = dict(line.rsplit(" ", 1) for line in out.splitlines())
                self.assertEqual(counters["record_queue_percent"], "0", what)
                listed = run(program("callmonctl"), "calls", "--data", data, "--format", "csv")
                self.assertEqual((listed.returncode, listed.stderr), (0, ""), what)
                self.assertFalse(os.path.exists(os.path.join(data, "live.journal")), what)  # nothing is left to recover
                if seconds > 1:
                    self.assertIn("probe_stopped", listed.stdout, what)

    def test_a_terminal_that_closes_does_not_end_it_under_nohup(self):
        engine = self.live_engine(folder("nohup"), preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        said = engine.stderr.readline()
        self.assertIn("reading", said)
        engine.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        self.assertIsNone(engine.poll())
        engine.terminate()
        engine.communicate(timeout=60)
        self.assertEqual(engine.returncode, 0)

    def test_unreadable_capture_and_unwritable_data_directory_exit_with_one(self):
        done = run(program("callmon-engine"), "--replay", "/nonexistent.pcap", "--data", folder("d1"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("/nonexistent.pcap", done.stderr)
        done = run(program("callmon-engine"), "--replay", self.capture, "--data", "/proc/callmon")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/proc/callmon", done.stderr)

    def test_raw_tcp_is_refused(self):
        done = run(program("callmon-engine"), "--replay", self.capture, "--data", folder("d2"), "--listen",
                   "tcp://127.0.0.1:5999")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("tcp", done.stderr.lower())

    def test_truncated_capture_yields_what_it_holds(self):
        cut = os.path.join(WORK, "cut.pcap")
        size = os.path.getsize(self.capture)
        with open(self.capture, "rb") as source, open(cut, "wb") as f:
            f.write(source.read(size * 2 // 3))
        data = folder("cut")
        done = run(program("callmon-engine"), "--replay", cut, "--data", data)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cut.pcap", done.stderr)
        self.assertGreater(len(self.calls(data=data)), 0)

    def test_options_come_from_the_file_and_the_command_line_wins(self):
        config = os.path.join(WORK, "engine.toml")
        data = folder("from-file")
        with open(config, "w") as f:
            f.write(f'replay = ["{self.capture}"]\ndata = "{folder("never")}"\nmax-calls = 1000\n')
        done = run(program("callmon-engine"), "--config", config, "--data", data)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.calls(data=data)), len(self.truth))
        with open(config, "a") as f:
            f.write("no-such-thing = 1\n")
        done = run(program("callmon-engine"), "--config", config)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no-such-thing", done.stderr)

    def test_standard_input_is_read(self):
        data = folder("stdin")
        with open(self.capture, "rb") as f:
            done = run(program("callmon-engine"), "--replay", "-", "--data", data, stdin=f)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.calls(data=data)), len(self.truth))

    def test_a_replay_is_reproducible(self):
        data = folder("again")
        self.assertEqual(run(program("callmon-engine"), "--replay", self.capture, "--data", data).returncode, 0)
        both = [run(program("callmonctl"), what, "--data", d, "--format", "csv").stdout
                for what in ("calls", "streams") for d in (self.data, data)]
        self.assertEqual(both[0], both[1])
        self.assertEqual(both[2], both[3])

    def test_an_engine_is_asked_over_tls_by_those_it_knows_alone(self):
        site = folder("certificates")
        data = folder("tls")

        def cert(*arguments):
            done = run(program("callmonctl"), "cert", *arguments, "--dir", site)
            self.assertEqual(done.returncode, 0, done.stderr)

        cert("ca")
        cert("engine", "probe", "--host", "127.0.0.1")
        for name, role in (("vic", "viewer"), ("ada", "reviewer"), ("eve", "admin")):
            cert("user", name, "--role", role)
        cert("revoke", "eve")
        shutil.copy(os.path.join(site, "revoked"), os.path.join(site, "engines", "probe"))
        said = os.path.join(WORK, "tls.err")

        def begin():
            """Traffic, engine and port; no engine: another program took the port that was free a moment ago."""
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            traffic = subprocess.Popen([program("callmon-traffic"), "--live", "--seed", "3"], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL)
            with open(said, "w") as errors:
                engine = subprocess.Popen([program("callmon-engine"), "--replay", "-", "--pace", "recorded", "--data",
                                           data, "--listen", "none", "--listen-tls", f"tls://127.0.0.1:{port}",
                                           "--identity", os.path.join(site, "engines", "probe")],
                                          stdin=traffic.stdout, stdout=subprocess.DEVNULL, stderr=errors)
            traffic.stdout.close()
            while True:
                with open(said) as errors:
                    told = errors.read()
                if "reading" in told:
                    return traffic, engine, port
                if engine.poll() is not None:
                    traffic.kill()
                    traffic.wait()
                    self.assertIn("cannot listen at", told)
                    return None
                time.sleep(0.1)

        traffic, engine, port = next(filter(None, (begin() for _ in range(5))))

        def ask(name, *command):
            return run(program("callmonctl"), *command, "--engine",
                       f"tls://127.0.0.1:{port}?identity=" + os.path.join(site, "users", name))
        try:
            for _ in range(60):
                time.sleep(0.5)
                listed = ask("ada", "streams", "--format", "csv")
                stored = [row for row in rows(listed.stdout) if int(row["packets_stored"]) > 0]
                if stored:
                    break
            self.assertEqual(listed.returncode, 0, listed.stderr)
            self.assertTrue(stored)
            call = next(row for row in rows(ask("ada", "calls", "--format", "csv").stdout)
                        if row["call_id"] == stored[0]["call_id"])
            heard = os.path.join(WORK, "tls.wav")
            done = ask("ada", "wav", call["call_key"], "-o", heard)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertGreater(os.path.getsize(heard), 1000)
            done = ask("vic", "calls")
            self.assertEqual(done.returncode, 1)
            self.assertIn("needs the role operator", done.stderr)
            done = ask("vic", "live", "--once")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn(call["caller"].lstrip("'"), done.stdout)
            done = ask("vic", "unbound")
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("the role operator", done.stderr)
            self.assertEqual(ask("ada", "unbound").returncode, 0)
            source = {name: next(row["value"] for row in rows(ask(name, "status", "--format", "csv").stdout)
                                 if row["name"] == "source") for name in ("vic", "ada")}
            self.assertEqual(source["vic"], "")
            self.assertNotEqual(source["ada"], "")
            done = ask("ada", "retention")
            self.assertEqual(done.returncode, 0, done.stderr)
            done = ask("ada", "retention", "--confirm-clock")
            self.assertEqual(done.returncode, 1)
            self.assertIn("needs the role admin", done.stderr)
            done = ask("eve", "calls")
            self.assertEqual(done.returncode, 1)
            self.assertIn("does not accept this certificate", done.stderr)
        finally:
            traffic.terminate()
            traffic.wait(timeout=10)
            engine.terminate()
            engine.wait(timeout=20)
        done = run(program("callmonctl"), "audit", "--data", data, "--format", "csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        told = {(row["user"], row["role"], row["from"], row["action"]) for row in rows(done.stdout)}
        self.assertIn(("ada", "reviewer", "127.0.0.1", "search"), told)
        self.assertIn(("ada", "reviewer", "127.0.0.1", "media"), told)
        self.assertIn(("vic", "viewer", "127.0.0.1", "refused search"), told)
        self.assertFalse([entry for entry in told if entry[0] == "eve"])

    def test_rules_say_which_calls_are_recorded(self):
        config = os.path.join(WORK, "recording.toml")
        with open(config, "w") as f:
            f.write('[[recording]]\nname = "spain"\nrecord = "no"\nnumber = "+34*"\n'
                    '[[recording]]\nname = "half"\nrecord = "50%"\ncaller = "+*"\n')

        def rule_of(truth):
            if truth["caller"].startswith("+34") or truth["callee"].startswith("+34"):
                return "spain"
            return "half" if truth["caller"].startswith("+") else "default"

        with_media = {row["call_id"] for row in self.truth_streams}
        recorded = []
        for cores in ("1", "2", "3"):
            data = folder(f"recording{cores}")
            done = run(program("callmon-engine"), "--config", config, "--replay", self.capture, "--data", data,
                       "--processing-cores", cores)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("\nmedia_packets_not_recorded 0\n", done.stdout)
            self.assertNotIn("\nmedia_not_wanted 0\n", done.stdout)
            recorded.append({})
            for call in self.calls(data=data):
                truth = self.truth[call["call_id"]]
                self.assertEqual(call["recording_rule"], rule_of(truth))
                self.assertEqual(call["media_packets_not_stored"], "0")
                self.assertIn(call["recorded"], {"spain": ("no",), "half": ("yes", "no"), "default": ("yes",)}
                              [call["recording_rule"]])
                recorded[-1][call["call_id"]] = call["recorded"]
                sound = os.path.join(WORK, "recording.wav")
                if os.path.exists(sound):
                    os.remove(sound)
                wav = run(program("callmonctl"), "wav", call["call_key"], "--data", data, "-o", sound)
                heard = call["recorded"] == "yes" and call["call_id"] in with_media
                self.assertEqual(wav.returncode == 0 and os.path.exists(sound), heard, (call, wav.stderr))
                if call["recorded"] == "no":
                    self.assertIn("was not recorded (rule " + call["recording_rule"], wav.stderr)
                    flow = run(program("callmonctl"), "flow", call["call_key"], "--data", data)
                    self.assertIn("INVITE", flow.stdout)
            for answer in ("yes", "no"):
                self.assertEqual({row["call_id"] for row in self.calls("--recorded", answer, data=data)},
                                 {call_id for call_id, was in recorded[-1].items() if was == answer})
            self.assertEqual({rule_of(self.truth[row["call_id"]])
                              for row in self.calls("--recording-rule", "spain", data=data)}, {"spain"})
        self.assertEqual(recorded[0], recorded[1])
        self.assertEqual(recorded[0], recorded[2])

    def test_figures_only_keeps_no_voice(self):
        data = folder("figures")
        done = run(program("callmon-engine"), "--replay", self.capture, "--data", data, "--record-media", "false")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("\nmedia_packets_not_recorded 0\n", done.stdout)
        for call in self.calls(data=data):
            self.assertEqual((call["recorded"], call["recording_rule"]), ("no", "figures-only"))
        self.assertIn("\nmedia_packets_stored 0\n", done.stdout)
        media = os.path.join(data, "media")
        for segment in os.listdir(media) if os.path.isdir(media) else []:
            self.assertLessEqual(os.path.getsize(os.path.join(media, segment)), 4096)  # its header
        streams = run(program("callmonctl"), "streams", "--data", data, "--format", "csv")
        found = {(row["call_id"], row["ssrc"].lower()): row for row in rows(streams.stdout)}
        for truth in self.truth_streams:
            row = found[(truth["call_id"], truth["ssrc"].lower())]
            self.assertEqual((row["packets"], row["packets_stored"], row["packets_not_stored"],
                              row["packets_not_wanted"]), (truth["packets"], "0", "0", truth["packets"]))

    def test_recording_rules_change_while_the_engine_runs_and_outlive_it(self):
        data = folder("recording_live")
        os.makedirs(data)
        url = "local:" + os.path.join(data, "engine.sock")

        def start():
            traffic = subprocess.Popen([program("callmon-traffic"), "--live", "--rate", "4", "--seed", "5"],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            engine = subprocess.Popen([program("callmon-engine"), "--replay", "-", "--pace", "recorded", "--data", data,
                                       "--listen", url], stdin=traffic.stdout, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.PIPE, text=True)
            traffic.stdout.close()
            return traffic, engine

        def stop(traffic, engine):
            traffic.terminate()
            traffic.wait(timeout=10)
            engine.terminate()
            said = engine.communicate(timeout=30)[1]
            return said

        def recording(*arguments):
            for _ in range(40):
                done = run(program("callmonctl"), "recording", *arguments, "--engine", url)
                if done.returncode == 0:
                    break
                time.sleep(0.5)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stdout

        both = start()
        try:
            listed = rows(recording("--format", "csv"))
            self.assertEqual([(row["rule"], row["record"]) for row in listed], [("default", "yes")])
            time.sleep(3)
            recording("set", "default", "--record", "no")
            recording("add", "spain", "--record", "yes", "--caller", "+34*")
            for _ in range(60):
                time.sleep(1)
                found = run(program("callmonctl"), "calls", "--recording-rule", "spain", "--engine", url, "--format", "csv")
                if len(rows(found.stdout)) > 2:
                    break
        finally:
            stop(*both)
        # In the order in which they were decided; how far the engine was behind its traffic then, nobody knows.
        calls = sorted(self.calls(data=data), key=lambda call: call["started_at"])
        decided = [(call["recorded"], call["recording_rule"]) for call in calls]
        changed = next(i for i, one in enumerate(decided) if one != ("yes", "default"))
        self.assertGreater(changed, 0)
        self.assertNotIn(("yes", "default"), decided[changed:])
        self.assertIn(("yes", "spain"), decided)
        for call, one in list(zip(calls, decided))[decided.index(("yes", "spain")):]:
            spain = call["caller"].lstrip("'").startswith("+34")
            self.assertEqual(one, ("yes", "spain") if spain else ("no", "default"), call)
        streams = run(program("callmonctl"), "streams", "--data", data, "--format", "csv")
        for row in rows(streams.stdout):
            self.assertEqual(row["packets_not_stored"], "0")
        audit = run(program("callmonctl"), "audit", "--data", data, "--format", "csv")
        told = [row["detail"] for row in rows(audit.stdout) if row["action"] == "change recording rules"]
        self.assertEqual(told, ["changed default (yes, every call) to default (no, every call)",
                                "added spain (yes, caller +34*)"])
        both = start()
        try:
            listed = rows(recording("--format", "csv"))
            self.assertEqual([(row["rule"], row["record"]) for row in listed], [("spain", "yes"), ("default", "no")])
            recording("reset")
            listed = rows(recording("--format", "csv"))
            self.assertEqual([(row["rule"], row["record"]) for row in listed], [("default", "yes")])
        finally:
            said = stop(*both)
        self.assertIn("not as configured", said)

    def files_with(self, data, text):
        found = []
        for place, _, names in os.walk(data):
            for name in names:
                with contextlib.suppress(FileNotFoundError):  # an engine that runs has files that come and go
                    with open(os.path.join(place, name), "rb") as file:
                        if text.encode() in file.read():
                            found.append(os.path.join(place, name))
        return found

    def test_a_held_call_outlives_its_day_and_its_media(self):
        data = folder("held")
        done = run(program("callmon-engine"), "--replay", self.capture, "--data", data)
        self.assertEqual(done.returncode, 0, done.stderr)
        answered = next(row for row in self.calls(data=data) if row["outcome"] == "answered")
        key = answered["call_key"]

        def seen():
            heard, packets = os.path.join(WORK, "held.wav"), os.path.join(WORK, "held.pcap")
            told = []
            for command in (["calls", "--call", key], ["streams", "--call", key], ["quality", key], ["flow", key]):
                done = run(program("callmonctl"), *command, "--data", data, "--format", "csv")
                self.assertEqual(done.returncode, 0, done.stderr)
                told.append(done.stdout)
            for command, path in (("wav", heard), ("pcap", packets)):
                done = run(program("callmonctl"), command, key, "--data", data, "-o", path)
                self.assertEqual(done.returncode, 0, done.stderr)
                with open(path, "rb") as file:
                    told.append(file.read())
            return told
        before = seen()
        done = run(program("callmonctl"), "hold", "add", key, "--data", data)
        self.assertEqual(done.returncode, 2)  # no reason
        done = run(program("callmonctl"), "hold", "add", key, "--reason", "case 17", "--data", data)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("is held", done.stderr)
        for name in os.listdir(os.path.join(data, "media")):
            os.utime(os.path.join(data, "media", name), (1, 1))
        done = run(program("callmon-engine"), "--replay", self.capture, "--data", folder("held-not-asked"),
                   "--keep-records", "1h")
        self.assertIn("a replay deletes nothing by age", done.stderr)
        traffic = subprocess.Popen([program("callmon-traffic"), "--live", "--seed", "5"], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        engine = subprocess.Popen([program("callmon-engine"), "--replay", "-", "--pace", "recorded", "--data", data,
                                   "--listen", "none", "--expire-in-replay", "true", "--keep-records", "1h",
                                   "--keep-quality", "1h"],
                                  stdin=traffic.stdout, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        traffic.stdout.close()
        day = answered["started_at"][:10] + ".sqlite"
        try:
            for _ in range(60):
                time.sleep(0.5)
                if not os.path.exists(os.path.join(data, day)):
                    break
        finally:
            traffic.terminate()
            traffic.wait(timeout=10)
            engine.terminate()
            said = engine.communicate(timeout=20)[1]
        self.assertFalse(os.path.exists(os.path.join(data, day)), said)
        for segment in os.listdir(os.path.join(data, "media")):  # as if they had been recycled, too
            os.remove(os.path.join(data, "media", segment))
        after = seen()
        self.assertEqual(after[1:], before[1:])
        held, = rows(after[0])
        self.assertIn("case 17", held["legal_hold"])
        self.assertEqual([held | {"legal_hold": ""}], rows(before[0]))
        other = next(row for row in self.calls() if row["call_key"] != key and row["outcome"] == "answered")
        done = run(program("callmonctl"), "wav", other["call_key"], "--data", data, "-o", os.path.join(WORK, "no.wav"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("expired and were deleted at", done.stderr)
        done = run(program("callmonctl"), "hold", "list", "--data", data, "--format", "csv")
        self.assertEqual([(row["call_key"], row["state"], row["reason"]) for row in rows(done.stdout)],
                         [(key, "held", "case 17")])
        done = run(program("callmonctl"), "hold", "release", key, "--reason", "closed", "--data", data)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = run(program("callmonctl"), "wav", key, "--data", data, "-o", os.path.join(WORK, "no.wav"))
        self.assertEqual(done.returncode, 1)
        done = run(program("callmonctl"), "audit", "--data", data, "--format", "csv")
        self.assertEqual([row["action"] for row in rows(done.stdout)], ["set hold", "release hold"])

    def test_a_number_is_deleted_by_a_running_engine(self):
        data = folder("deleted")
        done = run(program("callmon-engine"), "--replay", self.capture, "--data", data)
        self.assertEqual(done.returncode, 0, done.stderr)
        stored = self.calls(data=data)
        number = next(row["caller"] for row in stored if row["outcome"] == "answered").lstrip("'")
        theirs = [row for row in stored if number in (row["caller"].lstrip("'"), row["callee"].lstrip("'"))]
        held = theirs[0]["call_key"]
        self.assertTrue(self.files_with(data, number))
        url = "local:" + os.path.join(WORK, "deletion.sock")
        traffic = subprocess.Popen([program("callmon-traffic"), "--live", "--seed", "6"], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        engine = subprocess.Popen([program("callmon-engine"), "--replay", "-", "--pace", "recorded", "--data", data,
                                   "--listen", url],
                                  stdin=traffic.stdout, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        traffic.stdout.close()

        def ask(*command):
            return run(program("callmonctl"), *command, "--engine", url)
        try:
            for _ in range(60):
                time.sleep(0.5)
                if ask("status").returncode == 0:
                    break
            done = run(program("callmonctl"), "delete", "--number", number, "--data", data)
            self.assertEqual(done.returncode, 1)
            self.assertIn("--engine", done.stderr)
            done = ask("hold", "add", held, "--reason", "case 17")
            self.assertEqual(done.returncode, 0, done.stderr)
            done = ask("delete", "--number", number, "--to", "2020-01-01", "--format", "csv")
            self.assertEqual(rows(done.stdout), [])
            done = ask("delete", "--number", number, "--format", "csv")
            self.assertEqual(done.returncode, 0, done.stderr)
            state = {row["call_key"]: row["state"] for row in rows(done.stdout)}
            self.assertEqual(state.pop(held), "held")
            self.assertTrue(set(row["call_key"] for row in theirs[1:]) <= set(state))
            done = ask("hold", "release", held, "--reason", "closed")
            self.assertEqual(done.returncode, 0, done.stderr)
            done = ask("delete", "--number", number, "--format", "csv")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn((held, "deleted"), [(row["call_key"], row["state"]) for row in rows(done.stdout)])
            on = [row for row in rows(done.stdout) if row["state"] == "on"]
            done = ask("calls", "--call", held, "--format", "csv")
            self.assertEqual(done.returncode, 1)
            self.assertIn("was deleted on request at", done.stderr)
            if not on:  # the traffic that goes on may have the same numbers
                self.assertEqual(self.files_with(data, number), [])
            left = rows(ask("calls", "--format", "csv", "--to", stored[-1]["started_at"]).stdout)
            self.assertEqual(len(left) + len(theirs) + (stored[-1] not in theirs), len(stored))
        finally:
            traffic.terminate()
            traffic.wait(timeout=10)
            engine.terminate()
            engine.wait(timeout=20)
        done = run(program("callmonctl"), "audit", "--data", data, "--format", "csv")
        entries = rows(done.stdout)
        self.assertEqual([row["action"] for row in entries].count("delete number"), 3)
        self.assertNotIn(number, "".join(row["detail"] for row in entries))

    def test_killed_engine_loses_at_most_the_last_second(self):
        chance = random.Random(1)
        for round_number in range(3):
            data = folder(f"killed{round_number}")
            traffic = subprocess.Popen([program("callmon-traffic"), "--live", "--seed", str(round_number)],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            engine = subprocess.Popen([program("callmon-engine"), "--replay", "-", "--pace", "recorded", "--data", data,
                                       "--listen", "none"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL, bufsize=0)
            relay = Relay(traffic, engine)
            relay.start()
            time.sleep(6 + chance.random() * 2)
            given = relay.given
            engine.send_signal(signal.SIGKILL)
            engine.wait()
            traffic.kill()  # it may wait for a reader
            traffic.wait(timeout=10)
            relay.join(10)
            engine.stdin.close()
            traffic.stdout.close()
            calls = self.calls(data=data)
            self.assertGreater(len(calls), 0)
            done = run(program("callmonctl"), "streams", "--data", data, "--format", "csv")
            streams = rows(done.stdout)
            self.assertGreater(len(streams), 0, done.stderr)
            newest = max(row["last_packet_at"] for row in streams)
            oldest_allowed = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(given - 2.5))
            self.assertGreater(newest, oldest_allowed)
            for row in streams:
                missing = int(row["packets"]) - int(row["packets_stored"]) - int(row["packets_not_stored"])
                self.assertLessEqual(missing, 2 * 50 + 5, row)

    def test_replay_killed_anywhere_can_be_read_and_repeated(self):
        big = os.path.join(WORK, "big.pcap")
        made = run(program("callmon-traffic"), "--out", big, "--calls", "300", "--concurrent", "60", "--seed", "11")
        self.assertEqual(made.returncode, 0, made.stderr)
        listed = {}
        for name, kills in (("undisturbed", 0), ("disturbed", 8)):
            data = folder(name)
            chance = random.Random(2)
            for _ in range(kills):
                engine = subprocess.Popen([program("callmon-engine"), "--replay", big, "--data", data],
                                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                time.sleep(0.02 + chance.random() * 0.6)
                engine.kill()
                engine.wait()
                self.calls(data=data)  # recovers, and answers
                for day in (f for f in os.listdir(data) if f.endswith(".sqlite")):
                    database = sqlite3.connect(os.path.join(data, day))
                    self.assertEqual(database.execute("PRAGMA integrity_check").fetchone()[0], "ok")
                    database.close()
            done = run(program("callmon-engine"), "--replay", big, "--data", data)
            self.assertEqual(done.returncode, 0, done.stderr)
            listed[name] = [run(program("callmonctl"), what, "--data", data, "--format", "csv").stdout
                            for what in ("calls", "streams")]
            sound = os.path.join(WORK, name + ".wav")
            call = next(row["call_key"] for row in rows(listed[name][0]) if row["outcome"] == "answered")
            self.assertEqual(run(program("callmonctl"), "wav", call, "--data", data, "-o", sound).returncode, 0)
            with open(sound, "rb") as f:
                listed[name].append(f.read())
        self.assertEqual(listed["undisturbed"], listed["disturbed"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
