#!/usr/bin/env python3
"""The main job on real processes: generator | engine, and the console beside it, off screen.

Waits for live calls, opens a call page, plays the call, exports CSV, and leaves a PNG of each page.

Usage: main_job.py BIN_DIR WORK_DIR SCREENSHOT_DIR
"""

import csv
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import wave

BIN, WORK, SCREENSHOTS = sys.argv[1:4]


class MainJob(unittest.TestCase):
    def setUp(self):
        self.work = os.path.join(WORK, self._testMethodName)
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)
        os.makedirs(SCREENSHOTS, exist_ok=True)
        self.run_dir = tempfile.mkdtemp(prefix="callmon-")  # a socket path has 108 bytes: not under the build folder
        os.chmod(self.run_dir, 0o750)
        self.url = "local:" + os.path.join(self.run_dir, "engine.sock")
        self.processes = []

    def tearDown(self):
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.run_dir, ignore_errors=True)

    def start(self, name, *args, **more):
        with open(os.path.join(self.work, name + ".log"), "ab") as log:
            process = subprocess.Popen([os.path.join(BIN, name), *args], stderr=log, **{"stdout": log, **more})
        self.processes.append(process)
        return process

    def start_engine(self):
        traffic = self.start("callmon-traffic", "--live", "--hold-mean", "8", stdout=subprocess.PIPE)
        engine = self.start("callmon-engine", "--replay", "-", "--pace", "recorded", "--data",
                            os.path.join(self.work, "data"), "--listen", self.url, stdin=traffic.stdout)
        traffic.stdout.close()
        return engine

    def sound_environment(self):
        """A sound device that writes what it is given to a file."""
        config = os.path.join(self.work, "asound.conf")
        with open(config, "w") as f:
            f.write('pcm.recorder { type file slave.pcm { type null } file "%s" format "raw" }\n'
                    'pcm.!default { type plug slave.pcm "recorder" }\n'
                    % os.path.join(self.work, "played.raw"))
        return {**os.environ, "ALSA_CONFIG_PATH": config, "QT_QPA_PLATFORM": "offscreen"}

    def test_live_calls_are_shown_heard_and_exported(self):
        engine = self.start_engine()
        began = time.time()
        console = self.start("callmon-console", "--engine", self.url, "--smoke", SCREENSHOTS,
                             env=self.sound_environment())
        code = console.wait(timeout=150)
        with open(os.path.join(self.work, "callmon-console.log"), errors="replace") as f:
            said = f.read()
        self.assertEqual(code, 0, said)
        self.assertIsNone(engine.poll(), "the engine must outlive the console")

        self.assert_what_was_played_is_the_wav_of_callmonctl(re.search(r"smoke: call (\d+)", said).group(1))

        # Other tests leave theirs in the same folder, of menus, too.
        pictures = [each for each in glob.glob(os.path.join(SCREENSHOTS, "*.png")) if os.path.getmtime(each) >= began]
        self.assertGreaterEqual(len(pictures), 3, pictures)
        for picture in pictures:
            self.assertGreater(os.path.getsize(picture), 5000, picture)
        exports = glob.glob(os.path.join(SCREENSHOTS, "*.csv"))
        self.assertGreaterEqual(len(exports), 1)
        for export in exports:
            with open(export, newline="", encoding="utf-8-sig") as f:
                self.assertGreater(len(list(csv.reader(f))), 1, export)

    def assert_what_was_played_is_the_wav_of_callmonctl(self, call):
        made = os.path.join(self.work, "callmonctl.wav")
        done = subprocess.run([os.path.join(BIN, "callmonctl"), "wav", call, "--engine", self.url, "-o", made],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        with wave.open(made) as w:
            wanted = w.readframes(w.getnframes())
        with wave.open(os.path.join(SCREENSHOTS, "played.wav")) as w:
            self.assertEqual(w.readframes(w.getnframes()), wanted, "the console's own WAV")
        with open(os.path.join(self.work, "played.raw"), "rb") as f:
            played = f.read()
        # The device is opened before the first sample, and the end is padded to a whole buffer: both with silence.
        frame = 4
        quiet = bytes(frame)

        def trimmed(sound):
            first, last = 0, len(sound) // frame
            while first < last and sound[first * frame:(first + 1) * frame] == quiet:
                first += 1
            while last > first and sound[(last - 1) * frame:last * frame] == quiet:
                last -= 1
            return sound[first * frame:last * frame]

        played, wanted = trimmed(played), trimmed(wanted)
        self.assertGreater(len(played), 8000 * frame, "more than a second of sound")
        self.assertEqual(played, wanted[:len(played)], "what the device was given differs from callmonctl wav")

    def test_the_command_line_sees_the_same_engine(self):
        self.start_engine()
        ctl = os.path.join(BIN, "callmonctl")
        deadline = time.time() + 30
        while time.time() < deadline:
            status = subprocess.run([ctl, "status", "--engine", self.url], capture_output=True, text=True, timeout=20)
            live = subprocess.run([ctl, "live", "--once", "--engine", self.url], capture_output=True, text=True, timeout=20)
            if status.returncode == 0 and live.returncode == 0 and len(live.stdout.splitlines()) > 2:
                break
            time.sleep(1)
        self.assertEqual(status.returncode, 0, status.stderr)
        self.assertEqual(live.returncode, 0, live.stderr)
        self.assertGreater(len(live.stdout.splitlines()), 2, live.stdout)
        while time.time() < deadline + 30:
            calls = subprocess.run([ctl, "calls", "--engine", self.url, "--format", "csv"], capture_output=True, text=True,
                                   timeout=20)
            self.assertEqual(calls.returncode, 0, calls.stderr)
            if len(calls.stdout.splitlines()) > 1:
                return
            time.sleep(1)
        self.fail("no call ended within a minute")

    def test_engine_that_stops_on_sigint_stores_everything_and_exits_cleanly(self):
        engine = self.start_engine()
        time.sleep(6)
        engine.send_signal(signal.SIGINT)
        self.assertEqual(engine.wait(timeout=20), 0)
        ctl = os.path.join(BIN, "callmonctl")
        calls = subprocess.run([ctl, "calls", "--data", os.path.join(self.work, "data"), "--format", "csv"],
                               capture_output=True, text=True, timeout=20)
        self.assertGreater(len(calls.stdout.splitlines()), 1, calls.stderr)
        again = subprocess.run([ctl, "status", "--engine", self.url], capture_output=True, text=True, timeout=30)
        self.assertEqual(again.returncode, 1)
        self.assertTrue(again.stderr.strip())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
