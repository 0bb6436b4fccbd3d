#!/usr/bin/env python3
"""A data directory whose disk stops answering: the live engine goes on capturing, tracking and showing calls, says so,
and stores all of it when the disk is back.

Usage: frozen_disk.py BIN_DIR WORK_DIR [SECONDS]     exit 0 passed, 1 failed, 77 cannot be run here (needs root, for a
file system of its own that is frozen by fsfreeze, and a pair of network interfaces)
"""

import csv
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest

BIN, WORK = sys.argv[1], sys.argv[2]
FROZEN = float(sys.argv[3]) if len(sys.argv) > 3 else 12.0
INTERFACES = f"cmfa{os.getpid() % 10000}", f"cmfb{os.getpid() % 10000}"


def run(*command, **how):
    return subprocess.run(command, capture_output=True, text=True, timeout=how.pop("timeout", 60), **how)


def program(name):
    return os.path.join(BIN, name)


class Sender(threading.Thread):
    """What the generator writes in real time, onto the wire."""

    def __init__(self, interface):
        super().__init__(daemon=True)
        self.out = subprocess.Popen([program("callmon-traffic"), "--live", "--concurrent", "12", "--hold-mean", "6",
                                     "--seed", "7"], stdout=subprocess.PIPE)
        self.wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.wire.bind((interface, 0))
        self.frames = 0

    def run(self):
        header = self.out.stdout.read(24)
        order = "<" if header[:4] in (struct.pack("<I", 0xA1B23C4D), struct.pack("<I", 0xA1B2C3D4)) else ">"
        while True:
            head = self.out.stdout.read(16)
            if len(head) < 16:
                return
            size = struct.unpack(order + "IIII", head)[2]
            self.wire.send(self.out.stdout.read(size))
            self.frames += 1

    def stop(self):
        self.out.terminate()
        self.out.wait()
        self.join(10)
        self.out.stdout.close()
        self.wire.close()


class FrozenDisk(unittest.TestCase):
    def setUp(self):
        shutil.rmtree(WORK, ignore_errors=True)
        self.disk = os.path.join(WORK, "disk")
        os.makedirs(self.disk)
        image = os.path.join(WORK, "image")
        with open(image, "wb") as file:
            file.truncate(1 << 30)
        steps = (["mkfs.ext4", "-q", image], ["mount", "-o", "loop", image, self.disk],
                 ["fsfreeze", "--freeze", self.disk], ["fsfreeze", "--unfreeze", self.disk],
                 ["ip", "link", "add", INTERFACES[0], "type", "veth", "peer", "name", INTERFACES[1]],
                 ["ip", "link", "set", INTERFACES[0], "up"], ["ip", "link", "set", INTERFACES[1], "up"])
        for step in steps:
            try:
                failed = run(*step).returncode != 0
            except FileNotFoundError:
                failed = True
            if failed:
                self.skipTest("cannot be run here: " + " ".join(step))
        self.url = "local:" + os.path.join(WORK, "engine.sock")
        self.log = open(os.path.join(WORK, "engine.err"), "w+")
        self.frozen = False
        self.engine = self.sender = None

    def tearDown(self):
        if self.frozen:
            self.freeze(False)
        if self.sender:
            self.sender.stop()
        if self.engine and self.engine.poll() is None:
            self.engine.kill()
            self.engine.wait()
        self.log.close()
        run("ip", "link", "del", INTERFACES[0])
        run("umount", self.disk)
        shutil.rmtree(self.disk, ignore_errors=True)
        if os.path.exists(os.path.join(WORK, "image")):
            os.remove(os.path.join(WORK, "image"))

    def freeze(self, on):
        self.assertEqual(run("fsfreeze", "--freeze" if on else "--unfreeze", self.disk).returncode, 0)
        self.frozen = on

    def begin(self):
        self.engine = subprocess.Popen(
            [program("callmon-engine"), "--port", f"net_af_packet0,iface={INTERFACES[1]}", "--data",
             os.path.join(self.disk, "data"), "--listen", self.url, "--linger-s", "1", "--mbufs", "16384"],
            stdout=subprocess.DEVNULL, stderr=self.log)

    def said(self):
        with open(os.path.join(WORK, "engine.err")) as file:
            return file.read()

    def wait_for(self, what, seconds=30):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if what():
                return True
            time.sleep(0.2)
        return False

    def counters(self):
        answer = run(program("callmonctl"), "status", "--engine", self.url, timeout=8)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        return {name: int(value) for name, value in re.findall(r"^\s*(\w+)\s+(\d+)\b", answer.stdout, re.M)}

    def test_calls_go_on_while_it_is_frozen(self):
        self.begin()
        self.assertTrue(self.wait_for(lambda: os.path.exists(self.url[6:])), self.said())
        self.sender = Sender(INTERFACES[0])
        self.sender.start()
        self.assertTrue(self.wait_for(lambda: self.counters().get("calls_stored", 0) > 3), self.said())
        self.freeze(True)
        # A hold that is asked for meanwhile, and a search, are to hold up nobody else either.
        search = subprocess.Popen([program("callmonctl"), "calls", "--engine", self.url], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        begun = self.counters()
        ends = time.monotonic() + FROZEN
        while time.monotonic() < ends:
            time.sleep(1)
            asked = time.monotonic()
            now = self.counters()
            self.assertLess(time.monotonic() - asked, 5, "the status waits for the disk")
            live = run(program("callmonctl"), "live", "--once", "--engine", self.url, timeout=8)
            self.assertEqual(live.returncode, 0, live.stderr)
        self.assertGreater(now["data_directory_silent_s"], FROZEN / 2)
        self.assertGreater(now["frames_received"], begun["frames_received"] + 100 * FROZEN)
        self.assertGreater(now["calls_started"], begun["calls_started"])
        self.assertEqual(now.get("ring_full_dropped", 0), 0)
        self.assertIn("has not answered for", self.said())
        self.assertIn(self.disk, self.said())
        # What has to stand in the audit log first is refused, and soon.
        refused = run(program("callmonctl"), "calls", "--engine", self.url, timeout=8)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("audit log", refused.stderr)
        self.assertIn(f"the disk of {self.disk}/data does not answer", refused.stderr)
        self.assertIn("mount, dmesg", refused.stderr)
        self.freeze(False)
        search.wait(30)
        self.assertTrue(self.wait_for(lambda: "answers again" in self.said()), self.said())
        self.sender.stop()
        self.assertTrue(self.wait_for(lambda: self.counters().get("data_directory_silent_s") == 0))
        time.sleep(3)
        end = self.counters()
        self.assertEqual(end.get("records_overdue", 0), 0)
        self.assertEqual(end.get("messages_overdue", 0), 0)
        self.engine.send_signal(signal.SIGTERM)
        self.assertEqual(self.engine.wait(60), 0, self.said())
        rows = run(program("callmonctl"), "calls", "--data", os.path.join(self.disk, "data"), "--format", "csv")
        calls = list(csv.DictReader(rows.stdout.splitlines()))
        self.assertEqual(len(calls), end["calls_started"] - end.get("calls_not_calls", 0), rows.stderr)
        self.assertEqual(len({call["call_id"] for call in calls}), len(calls))
        alarms = run(program("callmonctl"), "alarms", "--data", os.path.join(self.disk, "data"))
        self.assertIn("Data directory silent", alarms.stdout)

    def has_ended(self):
        """Its main thread at least: one that the frozen file system holds ends with the thaw, whoever kills it."""
        try:
            with open(f"/proc/{self.engine.pid}/stat") as stat:
                return stat.read().rpartition(")")[2].split()[0] == "Z"
        except FileNotFoundError:
            return True

    def stored(self):
        rows = run(program("callmonctl"), "calls", "--data", os.path.join(self.disk, "data"), "--format", "csv")
        return {call["call_id"]: call for call in csv.DictReader(rows.stdout.splitlines())}

    def test_a_stop_ends_while_it_is_frozen(self):
        self.begin()
        self.assertTrue(self.wait_for(lambda: os.path.exists(self.url[6:])), self.said())
        self.sender = Sender(INTERFACES[0])
        self.sender.start()
        self.assertTrue(self.wait_for(lambda: self.counters().get("calls_stored", 0) > 5, 60), self.said())
        before = self.stored()
        self.assertGreater(len(before), 5)
        self.freeze(True)
        time.sleep(5)
        asked = time.monotonic()
        self.engine.send_signal(signal.SIGTERM)
        self.assertTrue(self.wait_for(self.has_ended, 45), self.said())
        self.assertGreater(time.monotonic() - asked, 25) # a disk that is late has its time
        self.assertRegex(self.said(), r"the stop could not wait for the data directory " + re.escape(self.disk) +
                         r"/data: its disk has taken nothing for 3\d s \(see mount, dmesg\). Not stored: [1-9]\d* calls")
        self.sender.stop()
        self.sender = None
        self.freeze(False)
        self.assertEqual(self.engine.wait(30), 1)
        os.remove(self.url[6:])  # which it could not
        # As after a kill: nothing that was stored is lost, and the calls that were on are found in the journal.
        self.begin()
        self.assertTrue(self.wait_for(lambda: os.path.exists(self.url[6:])), self.said())
        self.engine.send_signal(signal.SIGTERM)
        self.assertEqual(self.engine.wait(60), 0, self.said())
        self.assertIn("The engine that wrote here was killed", self.said())
        after = self.stored()
        ended = [key for key, call in before.items() if call["state"] == "ended"]
        for key in before:
            self.assertIn(key, after)
        for key in ended:
            self.assertEqual(after[key], before[key])

    def test_a_start_that_takes_long_says_why(self):
        self.begin()
        self.assertTrue(self.wait_for(lambda: os.path.exists(self.url[6:])), self.said())
        self.engine.send_signal(signal.SIGTERM)
        self.assertEqual(self.engine.wait(60), 0, self.said())
        self.freeze(True)
        self.begin()
        self.assertTrue(self.wait_for(lambda: "opening the data directory " + self.disk in self.said()), self.said())
        self.freeze(False)
        self.assertTrue(self.wait_for(lambda: os.path.exists(self.url[6:])), self.said())


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("frozen_disk: SKIPPED: needs root")
        sys.exit(77)
    outcome = unittest.main(argv=sys.argv[:1], exit=False, verbosity=2).result
    sys.exit(1 if not outcome.wasSuccessful() else 77 if outcome.skipped else 0)
