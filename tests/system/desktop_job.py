#!/usr/bin/env python3
"""A reviewer's job on the real desktop program, by keyboard alone: callmon-console under Xvfb, its keys pressed by
xdotool, at an engine on the other side of TLS. Finds a bad call, opens it, plays it, tags it, exports the list, and
leaves a picture of each page in both themes. What came of it is asked of the engine, not of the console.

Usage: desktop_job.py BIN_DIR WORK_DIR SCREENSHOT_DIR
"""

import csv
import glob
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

BIN, WORK, SCREENSHOTS = sys.argv[1:4]
NEEDED = ("Xvfb", "xdotool", "ffmpeg")


def program(name):
    return os.path.join(BIN, name)


def rows(text):
    return list(csv.DictReader(text.splitlines()))


class DesktopJob(unittest.TestCase):
    def setUp(self):
        shutil.rmtree(WORK, ignore_errors=True)
        os.makedirs(WORK)
        os.makedirs(SCREENSHOTS, exist_ok=True)
        self.home = tempfile.mkdtemp(prefix="callmon-home-")
        self.processes = []
        self.display = self.start_display()
        self.user_url = self.make_certificates()
        self.start_engine()

    def tearDown(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def start(self, args, **more):
        with open(os.path.join(WORK, os.path.basename(args[0]) + ".log"), "ab") as log:
            process = subprocess.Popen(args, stderr=log, **{"stdout": log, **more})
        self.processes.append(process)
        return process

    def start_display(self):
        told, tell = os.pipe()
        self.start(["Xvfb", "-displayfd", str(tell), "-screen", "0", "1280x720x24", "-nolisten", "tcp"],
                   pass_fds=[tell])
        os.close(tell)
        with os.fdopen(told) as number:
            return ":" + number.readline().strip()

    def make_certificates(self):
        site = os.path.join(WORK, "site")

        def cert(*args):
            done = subprocess.run([program("callmonctl"), "cert", *args, "--dir", site], capture_output=True,
                                  text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
        cert("ca")
        cert("engine", "probe", "--host", "127.0.0.1")
        for name, role in (("ada", "reviewer"), ("eve", "admin")):
            cert("user", name, "--role", role)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.identity = os.path.join(site, "engines", "probe")
        return lambda name: f"tls://127.0.0.1:{self.port}?identity=" + os.path.join(site, "users", name)

    def start_engine(self):
        traffic = self.start([program("callmon-traffic"), "--live", "--seed", "11", "--mix", "clean=2,loss=3",
                              "--hold-mean", "20"], stdout=subprocess.PIPE)
        self.data = os.path.join(WORK, "data")
        self.start([program("callmon-engine"), "--replay", "-", "--pace", "recorded", "--data", self.data,
                    "--listen", "none", "--listen-tls", f"tls://127.0.0.1:{self.port}", "--identity", self.identity],
                   stdin=traffic.stdout)
        traffic.stdout.close()
        self.wait_for("the engine's answer", lambda: subprocess.run(
            [program("callmonctl"), "status", "--engine", self.user_url("ada")], capture_output=True,
            timeout=60).returncode == 0, 30)

    def ask(self, name, *command):
        done = subprocess.run([program("callmonctl"), *command, "--engine", self.user_url(name)], capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def wait_for(self, what, condition, seconds=60):
        deadline = time.time() + seconds
        while time.time() < deadline:
            result = condition()
            if result:
                return result
            time.sleep(0.5)
        self.picture("when-it-failed")
        self.fail(f"not within {seconds} s: {what}")

    # --- at the desk

    def open_console(self, theme):
        sound = os.path.join(WORK, "asound.conf")
        self.played = os.path.join(WORK, "played.raw")
        with open(sound, "w") as f:
            f.write('pcm.recorder { type file slave.pcm { type null } file "%s" format "raw" }\n'
                    'pcm.!default { type plug slave.pcm "recorder" }\n' % self.played)
        self.environment = {**os.environ, "DISPLAY": self.display, "HOME": self.home, "ALSA_CONFIG_PATH": sound,
                            "XDG_CONFIG_HOME": os.path.join(self.home, "config"), "QT_QPA_PLATFORM": "xcb",
                            "LC_ALL": "C.UTF-8"}
        console = self.start([program("callmon-console"), "--engine", self.user_url("ada"), "--theme", theme,
                              "--size", "1280x720"], env=self.environment)
        self.wait_for("the console's window", lambda: self.xdotool("search", "--onlyvisible", "--name", "VoIPCallMon",
                                                                   check=False), 30)
        return console

    def xdotool(self, *args, check=True):
        done = subprocess.run(["xdotool", *args], capture_output=True, text=True, timeout=30, env=self.environment)
        if check:
            self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def press(self, *keys):
        for key in keys:
            self.xdotool("key", "--clearmodifiers", key)
            time.sleep(0.3)

    def type(self, text):
        self.xdotool("type", "--delay", "30", text)
        time.sleep(0.5)

    def picture(self, name):
        if not self.display:
            return
        subprocess.run(["ffmpeg", "-loglevel", "error", "-y", "-f", "x11grab", "-video_size", "1280x720", "-i",
                        self.display, "-frames:v", "1", os.path.join(SCREENSHOTS, f"desktop-{name}.png")],
                       stdin=subprocess.DEVNULL, timeout=60, check=True)

    def pages(self, theme):
        for key, page in enumerate(("live", "past", "alarms", "service", "probe"), 1):
            self.press(f"ctrl+{key}")
            time.sleep(1)
            self.picture(f"{page}-{theme}")

    def audited(self, action):
        told = rows(self.ask("eve", "audit", "--format", "csv"))
        done = subprocess.run([program("callmonctl"), "audit", "--data", self.data, "--format", "csv"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(all(row in rows(done.stdout) for row in told), "the engine tells what its log says")
        return [row for row in told if row["action"] == action]

    def test_a_bad_call_is_found_heard_tagged_and_exported(self):
        self.wait_for("an answered call with MOS below 3.6",
                      lambda: [row for row in rows(self.ask("ada", "streams", "--format", "csv"))
                               if row["mos_mean"] and float(row["mos_mean"]) < 3.6], 90)
        console = self.open_console("light")
        time.sleep(3)
        self.pages("light")

        self.press("ctrl+1", "ctrl+f")
        self.type("mos<3.6")
        self.press("Return", "Home", "Return")  # to the list, its first row, its page
        time.sleep(2)
        self.picture("call-light")
        self.press("space")  # plays
        self.wait_for("sound", lambda: os.path.exists(self.played) and any(open(self.played, "rb").read()), 30)
        self.press("space")

        self.press("ctrl+n")
        self.type("bad-line")
        self.press("Return")
        tagged = self.wait_for("the tag, in the engine",
                               lambda: rows(self.ask("ada", "calls", "--tag", "bad-line", "--format", "csv"))
                               or [row for row in self.audited("tag") if "bad-line" in str(row)], 30)
        self.assertEqual(len(tagged), 1)
        self.picture("notes-light")

        self.press("ctrl+2")
        self.press("Return")  # every call of the past
        time.sleep(3)
        self.press("ctrl+e")
        time.sleep(1)
        self.picture("export-light")
        self.press("Return")
        exported = self.wait_for("the file", lambda: glob.glob(os.path.join(self.home, "*.csv")), 30)
        with open(exported[0], newline="", encoding="utf-8-sig") as f:
            written = list(csv.reader(f))
        self.assertGreater(len(written), 1)
        self.press("Escape")

        self.press("ctrl+q")
        self.assertEqual(console.wait(timeout=20), 0)
        self.assertTrue(self.audited("media"), "listening is in the audit log")

        console = self.open_console("dark")
        time.sleep(3)
        self.pages("dark")
        self.press("ctrl+1", "ctrl+f")
        self.type("mos<3.6")
        self.press("Return", "Home", "Return")
        time.sleep(2)
        self.picture("call-dark")
        self.press("ctrl+q")
        self.assertEqual(console.wait(timeout=20), 0)


if __name__ == "__main__":
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        print("skipped: not installed:", ", ".join(missing))
        sys.exit(77)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    unittest.main(argv=[sys.argv[0]], verbosity=2)
