#!/usr/bin/env python3
"""What `cmake --install` brings is a working probe: files in their places, with their rights, and an engine that runs from there
as its unit has it run.

Usage: installed.py BUILD_DIR
"""

import csv
import gzip
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import unittest

BUILD = sys.argv[1]
DEST = tempfile.mkdtemp(prefix="callmon-installed.")  # where another user may run it from
CONSOLE = os.path.exists(os.path.join(BUILD, "bin", "callmon-console"))
UNIT = "usr/lib/systemd/system/callmon-engine.service"
CONFIGURATION = "etc/callmon/callmon-engine.toml"


def place(path):
    return os.path.join(DEST, path)


def run(*command, env=None, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
                          env={**os.environ, **(env or {})}, **more)


def install():
    for component in ("probe", "console") if CONSOLE else ("probe",):
        done = run("cmake", "--install", BUILD, "--prefix", "/usr", "--component", component, env={"DESTDIR": DEST})
        assert done.returncode == 0, done.stderr


def text(path):
    with gzip.open(place(path), "rt") if path.endswith(".gz") else open(place(path)) as file:
        return file.read()


def settings(unit):  # of a unit's lines, those that say something
    return dict(line.split("=", 1) for line in unit.splitlines() if "=" in line and not line.startswith("#"))


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.chmod(DEST, 0o755)
        install()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(DEST, ignore_errors=True)

    def test_all_that_an_operator_looks_for_is_there_with_its_rights(self):
        wanted = {"usr/bin/callmon-engine": 0o755, "usr/bin/callmonctl": 0o755, UNIT: 0o644,
                  "usr/lib/sysusers.d/callmon.conf": 0o644, "usr/lib/tmpfiles.d/callmon.conf": 0o644,
                  "etc/callmon": 0o750, "etc/callmon/identity": 0o750, CONFIGURATION: 0o640,
                  "usr/share/doc/voipcallmon-probe/README.md": 0o644,
                  "usr/share/doc/voipcallmon-probe/examples/callmon-engine.toml": 0o644}
        if CONSOLE:
            wanted.update({"usr/bin/callmon-console": 0o755, "usr/share/applications/callmon-console.desktop": 0o644,
                           "usr/share/icons/hicolor/scalable/apps/callmon-console.svg": 0o644})
        for path, rights in wanted.items():
            self.assertTrue(os.path.exists(place(path)), path)
            self.assertEqual(oct(stat.S_IMODE(os.stat(place(path)).st_mode)), oct(rights), path)

    def test_no_place_was_left_unnamed(self):
        for folder, _, names in (*os.walk(place("usr")), *os.walk(place("etc"))):
            for name in names:
                path = os.path.join(folder, name)
                if "/bin/" not in path and not name.endswith(".md"):
                    self.assertIsNone(re.search(r"@[A-Z_]+@|" + re.escape(DEST), text(path)), path)

    def test_the_unit_names_what_was_installed_and_is_understood(self):
        unit = settings(text(UNIT))
        program, config = re.fullmatch(r"(\S+) --config (\S+)", unit["ExecStart"]).groups()
        self.assertTrue(os.access(DEST + program, os.X_OK), program)
        self.assertTrue(os.path.exists(DEST + config), config)
        self.assertEqual(unit["Type"], "notify")
        self.assertEqual((unit["RuntimeDirectoryMode"], unit["StateDirectoryMode"], unit["UMask"]), ("0750", "0750", "0027"))
        if not shutil.which("systemd-analyze"):
            self.skipTest("no systemd-analyze")
        whole = os.path.join(DEST, "callmon-engine.service")
        with open(whole, "w") as file:
            file.write(text(UNIT).replace("ExecStart=", "ExecStart=" + DEST))
        done = run("systemd-analyze", "verify", "--man=no", whole)
        os.remove(whole)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_manual_pages_are_well_formed_and_know_every_command(self):
        pages = ["callmon-engine", "callmonctl"] + (["callmon-console"] if CONSOLE else [])
        for name in pages:
            path = place(f"usr/share/man/man1/{name}.1.gz")
            self.assertTrue(os.path.exists(path), path)
            if shutil.which("man") and shutil.which("groff"):
                done = run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", path)
                self.assertEqual((done.returncode, done.stderr), (0, ""), path)
        self.assertIn("\\-\\-media\\-limit\\-gib", text("usr/share/man/man1/callmon-engine.1.gz"))
        self.assertIn("/etc/callmon/callmon\\-engine.toml", text("usr/share/man/man1/callmon-engine.1.gz"))
        listed = run(place("usr/bin/callmonctl"), "--help").stdout.split("Subcommands:\n")[1].split("\n\n")[0]
        for command in re.findall(r"^  ([a-z-]+) ", listed, re.MULTILINE):
            self.assertRegex(text("usr/share/man/man1/callmonctl.1.gz"), rf"\.SS {command}\n\.nf\n\S")

    def test_the_entry_of_the_menu_is_valid(self):
        if not CONSOLE or not shutil.which("desktop-file-validate"):
            self.skipTest("no console, or no desktop-file-validate")
        done = run("desktop-file-validate", place("usr/share/applications/callmon-console.desktop"))
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_the_console_says_what_it_needs_where_there_is_no_display(self):
        if not CONSOLE:
            self.skipTest("no console")
        bare = {"PATH": "/usr/bin:/bin", "HOME": DEST}
        for option in ("--help", "--version"):
            done = subprocess.run([place("usr/bin/callmon-console"), option], env=bare, capture_output=True, text=True,
                                  timeout=60)
            self.assertEqual((done.returncode, "callmon-console" in done.stdout), (0, True), done.stderr)
        done = subprocess.run([place("usr/bin/callmon-console")], env=bare, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, "there is no display" in done.stderr), (1, True), done.stderr)

    def test_every_option_stands_in_the_example(self):
        example = text(CONFIGURATION)
        options = re.findall(r"^  --([a-z-]+)", run(place("usr/bin/callmon-engine"), "--help").stdout, re.MULTILINE)
        self.assertGreater(len(options), 40)
        of_one_run = {"config", "version", "stay", "prepare-media", "expire-in-replay"}
        self.assertEqual([o for o in options if o not in of_one_run and not re.search(rf"^(# )?{o} = ", example, re.M)], [])

    def test_a_configuration_that_was_edited_is_left_alone(self):
        before = text(CONFIGURATION)
        with open(place(CONFIGURATION), "a") as file:
            file.write("# edited\n")
        install()
        self.assertEqual(text(CONFIGURATION), before + "# edited\n")

    def test_the_engine_runs_from_there_on_sample_traffic(self):
        capture = place("sample.pcap")
        made = run(os.path.join(BUILD, "bin", "callmon-traffic"), "--out", capture, "--calls", "12", "--seed", "5")
        self.assertEqual(made.returncode, 0, made.stderr)
        with open(capture + ".truth.csv", newline="") as file:
            truth = {row["call_id"] for row in csv.DictReader(file)}
        data = place("var/replay")
        done = run(place("usr/bin/callmon-engine"), "--config", place(CONFIGURATION), "--replay", capture, "--data", data)
        self.assertEqual(done.returncode, 0, done.stderr)
        listed = run(place("usr/bin/callmonctl"), "calls", "--data", data, "--format", "csv")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertEqual({row["call_id"] for row in csv.DictReader(listed.stdout.splitlines())}, truth)

    def test_it_captures_as_the_unit_has_it_run_and_tells_the_manager(self):
        if os.geteuid() != 0:
            self.skipTest("not root: nobody else's rights can be taken")
        unit = settings(text(UNIT))
        rights = ",".join("+" + name.removeprefix("CAP_").lower() for name in unit["AmbientCapabilities"].split())
        told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(told.close)
        told.bind(place("notify"))
        os.chmod(place("notify"), 0o777)
        told.settimeout(60)
        places = [place("state"), place("run")]
        for path in places:
            os.mkdir(path)
            os.chmod(path, 0o750)
            shutil.chown(path, 65534, 65534)
        config = place("etc/callmon/loopback.toml")
        with open(config, "w") as file:
            file.write(text(CONFIGURATION).replace("iface=eth1", "iface=lo").replace("/var/lib/callmon", places[0])
                       .replace('# listen = "local:/run/callmon', f'listen = "local:{places[1]}'))
        self.addCleanup(os.remove, config)
        os.chmod(config, 0o640)
        shutil.chown(config, 0, 65534)
        shutil.chown(place("etc/callmon"), 0, 65534)
        engine = subprocess.Popen(
            ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set=-all," + rights,
             "--inh-caps=-all," + rights, "--ambient-caps=-all," + rights, "--no-new-privs",
             place("usr/bin/callmon-engine"), "--config", config], umask=int(unit["UMask"], 8),
            env={"PATH": "/usr/bin:/bin", "NOTIFY_SOCKET": place("notify")}, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        try:
            try:
                self.assertEqual(told.recv(64), b"READY=1")
            except socket.timeout:
                engine.kill()
                self.fail("it never said that it was ready: " + engine.communicate()[1])
            asked = run(place("usr/bin/callmonctl"), "status", "--engine", f"local:{places[1]}/engine.sock")
            self.assertEqual(asked.returncode, 0, asked.stderr)
            self.assertEqual(stat.S_IMODE(os.stat(place("run/engine.sock")).st_mode), 0o660)
            engine.send_signal(signal.SIGHUP)
            self.assertEqual(told.recv(64), b"STOPPING=1")
        finally:
            engine.terminate()
            out, said = engine.communicate(timeout=60)
        self.assertEqual(engine.returncode, 0, said)
        self.assertIn("frames_received", out)
        for folder, _, names in os.walk(places[0]):
            for name in names:
                self.assertEqual(os.stat(os.path.join(folder, name)).st_mode & 0o007, 0, name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
