#!/usr/bin/env python3
"""A reviewer's job on the real desktop program, by keyboard alone: callmon-console under Xvfb and a window manager, its
keys pressed by xdotool, at an engine on the other side of TLS. Finds a bad call, opens it, plays it, tags it, exports
the list, and leaves a picture of each page in both themes. What came of it is asked of the engine and of the sound
device, not of the console.

Usage: desktop_job.py BIN_DIR WORK_DIR SCREENSHOT_DIR
"""

import csv
import glob
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import wave
from datetime import datetime, timedelta, timezone

BIN, WORK, SCREENSHOTS = sys.argv[1:4]
NEEDED = ("Xvfb", "openbox", "xdotool", "ffmpeg")
BAD = 3.6  # MOS; below it most users are dissatisfied (G.107, annex B)
PAGES = ("live", "past", "alarms", "service", "probe")  # Ctrl+1 to Ctrl+5


def program(name):
    return os.path.join(BIN, name)


def rows(text):
    return list(csv.DictReader(text.splitlines()))


def call_named_in(row):
    named = re.search(r"call_key (\d+)", row["detail"])
    return named and named.group(1)


def without_silence_around(sound):
    """Of 16-bit stereo: the device is opened before the first sample, and the end is padded to a whole buffer."""
    quiet = bytes(4)
    frames = [sound[i:i + 4] for i in range(0, len(sound) - 3, 4)]
    heard = [i for i, frame in enumerate(frames) if frame != quiet]
    return b"".join(frames[heard[0]:heard[-1] + 1]) if heard else b""


class DesktopJob(unittest.TestCase):
    def setUp(self):
        shutil.rmtree(WORK, ignore_errors=True)
        os.makedirs(WORK)
        os.makedirs(SCREENSHOTS, exist_ok=True)
        self.home = tempfile.mkdtemp(prefix="callmon-home-")
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.processes = []
        self.manager = None
        self.addCleanup(self.stop_processes)
        self.start_display()
        self.make_certificates()
        self.start_engine()

    def stop_processes(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def start(self, args, **more):
        with open(os.path.join(WORK, os.path.basename(args[0]) + ".log"), "ab") as log:
            process = subprocess.Popen(args, stderr=log, **{"stdout": log, **more})
        self.processes.append(process)
        return process

    def wait_for(self, what, condition, seconds=60):
        deadline = time.time() + seconds
        while time.time() < deadline:
            result = condition()
            if result:
                return result
            time.sleep(0.5)
        self.picture("when-it-failed")
        self.fail(f"not within {seconds} s: {what}")

    # A program is the active one, to which its shortcuts belong, only where a window manager says so.
    def start_display(self):
        told, tell = os.pipe()
        self.start(["Xvfb", "-displayfd", str(tell), "-screen", "0", "1280x720x24", "-nolisten", "tcp", "-noreset"],
                   pass_fds=[tell])
        os.close(tell)
        with os.fdopen(told) as number:
            self.display = ":" + number.readline().strip()
        self.environment = {**os.environ, "DISPLAY": self.display, "HOME": self.home, "QT_QPA_PLATFORM": "xcb",
                            "XDG_CONFIG_HOME": os.path.join(self.home, "config"), "LC_ALL": "C.UTF-8"}
        self.wait_for("the window manager", self.manages_windows, 30)
        self.xdotool("mousemove", "1279", "719")  # no tooltip over the pictures

    # It gives up at once where a busy machine's display does not answer yet: then it is started again.
    def manages_windows(self):
        if self.manager is None or self.manager.poll() is not None:
            self.manager = self.start(["openbox", "--sm-disable"], env=self.environment)
            return False
        return self.xdotool("get_desktop", check=False)

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

    def url_of(self, user):
        return f"tls://127.0.0.1:{self.port}?identity=" + os.path.join(WORK, "site", "users", user)

    def start_engine(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        traffic = self.start([program("callmon-traffic"), "--live", "--seed", "11", "--mix", "clean=2,loss=3",
                              "--hold-mean", "20"], stdout=subprocess.PIPE)
        config = os.path.join(WORK, "engine.toml")
        with open(config, "w") as f:
            f.write('[[trunk]]\nname = "carriers"\naddresses = ["203.0.113.0/24"]\n'
                    '[[trunk]]\nname = "site 1"\naddresses = ["10.20.1.0/24"]\n')
        self.start([program("callmon-engine"), "--config", config, "--replay", "-", "--pace", "recorded", "--data",
                    os.path.join(WORK, "data"), "--listen", "none", "--listen-tls", f"tls://127.0.0.1:{self.port}",
                    "--identity", os.path.join(WORK, "site", "engines", "probe")], stdin=traffic.stdout)
        traffic.stdout.close()
        self.wait_for("the engine's answer", lambda: subprocess.run(
            [program("callmonctl"), "status", "--engine", self.url_of("ada")], capture_output=True,
            timeout=60).returncode == 0)

    def ask(self, user, *command):
        done = subprocess.run([program("callmonctl"), *command, "--engine", self.url_of(user)], capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def bad_live_calls(self):
        """Those that stay bad while they are on: the least MOS of ten seconds does not rise again."""
        figures = re.findall(r"^answered .*" + 4 * r" (\d\.\d\d)" + " ", self.ask("eve", "live", "--once"), re.MULTILINE)
        return [mos for mos in figures if min(float(mos[1]), float(mos[3])) < BAD]

    def audited(self, action):
        """What the engine says that ada did."""
        return [row for row in rows(self.ask("eve", "audit", "--format", "csv"))
                if row["user"] == "ada" and row["action"] == action]

    # --- at the desk

    def open_console(self, theme):
        sound = os.path.join(WORK, "asound.conf")
        self.played = os.path.join(WORK, "played.raw")
        with open(sound, "w") as f:
            f.write('pcm.recorder { type file slave.pcm { type null } file "%s" format "raw" }\n'
                    'pcm.!default { type plug slave.pcm "recorder" }\n' % self.played)
        console = self.start([program("callmon-console"), "--engine", self.url_of("ada"), "--theme", theme,
                              "--size", "1280x690"], env={**self.environment, "ALSA_CONFIG_PATH": sound})
        self.wait_for("the console's window is the active one", lambda: "VoIPCallMon" in self.xdotool(
            "getactivewindow", "getwindowname", check=False), 30)
        time.sleep(3)  # connects
        return console

    def xdotool(self, *args, check=True):
        done = subprocess.run(["xdotool", *args], capture_output=True, text=True, timeout=30, env=self.environment)
        if check:
            self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def press(self, *keys):
        for key in keys:
            self.xdotool("key", "--clearmodifiers", key)
            time.sleep(0.5)

    def type(self, text):
        self.xdotool("type", "--delay", "40", text)
        time.sleep(0.5)

    def picture(self, name):
        path = os.path.join(SCREENSHOTS, f"desktop-{name}.png")
        subprocess.run(["ffmpeg", "-loglevel", "error", "-y", "-f", "x11grab", "-video_size", "1280x720", "-i",
                        self.display, "-frames:v", "1", path], stdin=subprocess.DEVNULL, timeout=60, check=True)
        return path

    def take_pictures(self, theme):
        for number, page in enumerate(PAGES, 1):
            self.press(f"ctrl+{number}")
            time.sleep(1)
            self.picture(f"{page}-{theme}")

    # --- the job

    def open_a_bad_live_call(self):
        self.wait_for("a call that is on and bad", self.bad_live_calls, 90)
        known = len(self.audited("search"))
        self.press("ctrl+1", "ctrl+f")
        self.type(f"minmos<{BAD}")
        self.press("Return", "Home", "Return")  # to the list, its first row, its page
        searches = self.wait_for("Ctrl+F, a filter, Return, Home, Return open the page of the first call of the list",
                                 lambda: [row for row in self.audited("search")[known:] if call_named_in(row)], 30)
        call = call_named_in(searches[0])
        record = self.wait_for("the call's end", lambda: [
            row for row in rows(self.ask("eve", "calls", "--call", call, "--format", "csv"))
            if row["state"] == "ended" and row["mos_min"]], 90)[0]
        self.assertLess(float(record["mos_min"]), BAD, "the call that was opened is a bad one")
        judged = datetime.fromisoformat(record["ended_at"][:26]) + timedelta(seconds=4)
        # The page asks again when the engine has judged the call, some five seconds after its end. (That it does so within a
        # minute of the last time is no new entry of the audit log.)
        time.sleep(max(0.0, (judged - datetime.now(timezone.utc).replace(tzinfo=None)).total_seconds()) + 4)
        return call

    def play(self, call):
        self.wait_for("the page fetches the sound of the call that has ended",
                      lambda: [row for row in self.audited("media") if call_named_in(row) == call], 30)
        time.sleep(2)  # and decodes it
        self.press("space")

        def size():
            return os.path.getsize(self.played) if os.path.exists(self.played) else 0

        def no_more_comes():
            before = size()
            time.sleep(3)
            return before > 0 and size() == before
        self.wait_for("Space on the call's page plays it", size, 30)
        self.wait_for("the end of the sound", no_more_comes, 120)
        with open(self.played, "rb") as f:
            played = without_silence_around(f.read())
        made = os.path.join(WORK, "callmonctl.wav")
        self.ask("eve", "wav", call, "-o", made)
        with wave.open(made) as w:
            wanted = without_silence_around(w.readframes(w.getnframes()))
            self.assertGreater(len(wanted), 4 * w.getframerate(), "more than a second of sound")
        self.assertEqual(len(played), len(wanted), "as much is played as callmonctl writes")
        self.assertTrue(played == wanted, "what the sound device was given differs from callmonctl wav")

    def tag(self, call):
        self.press("ctrl+n")
        self.type("bad-line")
        self.press("Return")
        tags = self.wait_for("the tag, in the engine", lambda: rows(self.ask("eve", "tag", call, "--format", "csv")), 30)
        self.assertEqual([(row["call_key"], row["tag"], row["added_by"]) for row in tags], [(call, "bad-line", "ada")])

    def export_past_calls(self):
        def ended_calls():
            return {row["call_id"]: row for row in rows(self.ask("eve", "calls", "--format", "csv"))
                    if row["state"] == "ended"}
        before = ended_calls()
        searched = len(self.audited("search"))
        self.press("ctrl+2", "Return")  # every call of the past
        self.wait_for("Return in the search form searches", lambda: len(self.audited("search")) > searched, 30)
        time.sleep(2)
        self.press("ctrl+e")
        self.wait_for("Ctrl+E asks how to export", lambda: self.xdotool(
            "getactivewindow", "getwindowname", check=False) == "Export CSV", 30)
        self.picture("export-light")
        self.press("Return")
        files = self.wait_for("the export's file", lambda: glob.glob(os.path.join(self.home, "*.csv")), 30)
        with open(files[0], newline="", encoding="utf-8") as f:
            exported = list(csv.DictReader(f))
        self.press("Escape")

        after = ended_calls()
        by_id = {row["call_id"]: row for row in exported}
        self.assertEqual(len(by_id), len(exported), "each call once")
        self.assertGreater(len(before), 2)
        self.assertLessEqual(set(before), set(by_id), "every call that had ended before the search")
        for call_id, row in before.items():
            wanted = {name: after[call_id][name] for name in by_id[call_id]}
            self.assertEqual(by_id[call_id], wanted, "the export has what callmonctl has")
        starts = [row["started_at"] for row in exported]
        self.assertEqual(starts, sorted(starts, reverse=True), "newest first, as in the list")

    def go_from_a_trunk_to_its_calls(self):
        known = len(self.audited("search"))
        self.press("ctrl+4")
        time.sleep(2)
        self.press("shift+Tab", "shift+Tab", "shift+Tab", "Down")  # over the table stands: groups, by trunk
        time.sleep(8)  # while it is fetched there is no table to go to
        self.press("Tab", "Tab", "Tab", "Return")
        searched = self.wait_for("Return on the first row of the trunks lists its calls", lambda: [
            row["detail"] for row in self.audited("search")[known:] if "trunk=" in row["detail"]], 30)[-1]
        time.sleep(1)
        self.picture("trunk-calls-light")
        since, until, trunk = (re.search(sought, searched).group(1) for sought in (
            r"counted_at>=(\S+)", r"counted_at<(\S+)", r"trunk=(.+?) from "))
        minutes = rows(self.ask("eve", "report", "--history", "--by", "trunk", "--step", "1m", "--from", since, "--to",
                                until, "--format", "csv"))
        attempts = sum(int(row["attempts"]) for row in minutes if row["group"] == "trunk " + trunk)
        self.assertGreater(attempts, 3, searched)
        found = []

        def are_over():
            found[:] = rows(self.ask("eve", "calls", "--trunk", trunk, "--where", "counted_at>=" + since, "--where",
                                     "counted_at<" + until, "--format", "csv"))
            return len(found) >= attempts
        self.wait_for(f"the end of all {attempts} calls that the metrics counted", are_over, 150)
        self.assertEqual(len(found), attempts)
        for call in found:
            self.assertIn(trunk, (call["caller_trunk"], call["callee_trunk"]))

    # --- alarms

    def alarm_of(self, rule):
        found = [row for row in rows(self.ask("eve", "alarms", "--open", "--rule", rule, "--format", "csv"))]
        return found[0] if found else None

    def raise_alarm(self, rule, severity):
        """Of all calls together, so that it stays open; a rule looks at the metrics every few seconds."""
        self.ask("eve", "rules", "add", rule, "--kind", "metric_high", "--metric", "concurrent_calls", "--group", "total",
                 "--threshold", "0.5", "--severity", severity, "--least-calls", "1", "--window-min", "1")
        self.wait_for("an alarm by the rule " + rule, lambda: self.alarm_of(rule), 90)
        time.sleep(3)  # to the console, and what it says of it

    def heard(self):
        """The device's file is written anew each time that the device is opened."""
        if not os.path.exists(self.played):
            return b""
        with open(self.played, "rb") as f:
            return without_silence_around(f.read())

    def shelve_and_bring_back(self, rule):
        def shelved():
            return self.alarm_of(rule)["shelved_until"] != ""
        self.press("ctrl+3", "ctrl+f")
        self.type(rule)
        self.press("Return", "Home", "ctrl+j")  # to the list, its first row
        self.wait_for("Ctrl+J asks for how long", lambda: self.xdotool(
            "getactivewindow", "getwindowname", check=False) == "Shelve 1 alarm", 30)
        self.picture("shelve-light")
        self.press("Tab")
        self.type("works until noon")
        self.press("Return")
        self.wait_for("the alarm on the shelf, in the engine", shelved, 30)
        alarm = self.alarm_of(rule)
        self.assertEqual((alarm["shelved_by"], alarm["shelf_comment"]), ("ada", "works until noon"))
        # The box of which alarms are listed stands two before the filter: open, with shelved.
        self.press("ctrl+f", "shift+Tab", "shift+Tab", "Down", "ctrl+3", "Home")
        self.picture("shelved-light")
        self.press("ctrl+j")
        self.wait_for("Ctrl+J brings it back from the shelf", lambda: not shelved(), 30)

    def test_an_alarm_is_heard_shelved_and_brought_back(self):
        self.wait_for("a few calls that have ended",
                      lambda: len(rows(self.ask("eve", "calls", "--format", "csv"))) > 2, 90)
        for built_in in ("mos-low", "loss-severe", "one-way-audio", "no-media"):
            self.ask("eve", "rules", "disable", built_in)  # nothing else is to be told of
        console = self.open_console("light")
        time.sleep(6)
        self.assertEqual(self.heard(), b"", "of what was open before nothing is told")
        self.raise_alarm("busy", "major")
        self.wait_for("a sound when an alarm is raised", self.heard, 30)
        self.shelve_and_bring_back("busy")

        self.press("ctrl+shift+p")
        self.type("Sound when an alarm")
        self.press("Return")
        time.sleep(6)  # it is told at most every five seconds
        if os.path.exists(self.played):
            os.remove(self.played)
        self.raise_alarm("very-busy", "critical")
        time.sleep(6)
        self.assertEqual(self.heard(), b"", "the sound is switched off")
        self.picture("alarms-two-light")
        self.press("ctrl+q")
        self.assertEqual(console.wait(timeout=20), 0)

    def assert_themes_differ(self):
        def brightness(path):
            done = subprocess.run(["ffmpeg", "-loglevel", "error", "-i", path, "-vf", "scale=1:1:flags=area", "-pix_fmt",
                                   "gray", "-f", "rawvideo", "-"], capture_output=True, timeout=60, check=True)
            return done.stdout[0]
        for page in PAGES + ("call",):
            light, dark = (os.path.join(SCREENSHOTS, f"desktop-{page}-{theme}.png") for theme in ("light", "dark"))
            self.assertGreater(brightness(light), 160, light)
            self.assertLess(brightness(dark), 96, dark)

    def test_a_bad_call_is_found_heard_tagged_and_exported(self):
        self.wait_for("a few calls that have ended",
                      lambda: len(rows(self.ask("eve", "calls", "--format", "csv"))) > 5, 90)
        console = self.open_console("light")
        call = self.open_a_bad_live_call()
        self.play(call)
        self.picture("call-light")
        self.tag(call)
        self.picture("notes-light")
        self.export_past_calls()
        self.go_from_a_trunk_to_its_calls()
        self.take_pictures("light")
        self.press("ctrl+q")
        self.assertEqual(console.wait(timeout=20), 0)

        self.assertEqual([call_named_in(row) for row in self.audited("add tag")], [call])
        self.assertEqual({call_named_in(row) for row in self.audited("media")}, {call})
        self.assertEqual(len(self.audited("export")), 1)

        console = self.open_console("dark")
        self.take_pictures("dark")
        listened = len(self.audited("media"))
        self.press("ctrl+l")
        self.type("tag:bad-line")
        self.press("Return")
        time.sleep(3)
        self.press("Home", "Return")
        again = self.wait_for("Ctrl+L, a tag, Return, Home, Return open the tagged call",
                              lambda: self.audited("media")[listened:], 30)
        self.assertEqual(call_named_in(again[0]), call)
        time.sleep(2)
        self.picture("call-dark")
        self.press("ctrl+q")
        self.assertEqual(console.wait(timeout=20), 0)
        self.assert_themes_differ()


if __name__ == "__main__":
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        print("skipped: not installed:", ", ".join(missing))
        sys.exit(77)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    for old in glob.glob(os.path.join(SCREENSHOTS, "desktop-*.png")):
        os.remove(old)
    unittest.main(argv=sys.argv[:1], verbosity=2)
