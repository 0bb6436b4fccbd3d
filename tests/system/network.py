"""Hosts in network namespaces, their programs, and the engine at one of them; what tests of whole networks share."""

import contextlib
import ctypes
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time


def say(text):
    print(f"{os.path.basename(sys.argv[0])}: {text}", flush=True)


def skip(text):
    say("SKIPPED: " + text)
    sys.exit(77)


def need(*programs):
    if os.geteuid() != 0:
        skip("network namespaces need root")
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    for program in programs:
        if shutil.which(program) is None:
            skip(program + " is not installed")


def wait_for(what, condition, seconds=20):
    """A tenth of a second at a time; what the condition gave, or the test has failed. `what` is a text, or makes one."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"after {seconds} s: {what() if callable(what) else what}")


class Network:
    """Namespaces and what runs in them; all gone when the `with` ends. Output of a program: NAME.out in the work folder."""

    def __init__(self, work):
        shutil.rmtree(work, ignore_errors=True)
        os.makedirs(work)
        self.work = os.path.abspath(work)
        self.prefix = f"cm{os.getpid()}"
        self.hosts, self.programs = [], []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for program in self.programs:
            if program.poll() is None:
                program.terminate()
        for host in self.hosts:  # whatever still runs inside was started here
            for pid in self.ip("netns", "pids", self.prefix + host, check=False).split():
                with contextlib.suppress(ProcessLookupError):  # told to end above, it may be gone since it was listed
                    os.kill(int(pid), signal.SIGKILL)
        for program in self.programs:
            program.wait()
        for host in self.hosts:
            self.ip("netns", "del", self.prefix + host, check=False)

    def ip(self, *args, check=True):
        return subprocess.run(["ip", *args], check=check, capture_output=True, text=True, timeout=20).stdout

    def inside(self, host, *command, text=None):
        subprocess.run(["ip", "netns", "exec", self.prefix + host, *command], check=True, timeout=20, input=text, text=True,
                       capture_output=True)

    def add_host(self, host):
        self.ip("netns", "del", self.prefix + host, check=False)  # of a run that was killed, under this process's number
        try:
            self.ip("netns", "add", self.prefix + host)
        except subprocess.CalledProcessError as error:
            skip("this kernel or container gives no network namespaces: " + error.stderr.strip())
        self.hosts.append(host)
        self.inside(host, "ip", "link", "set", "lo", "up")

    def connect(self, host, interface, address, other, port):
        """A cable: `interface` with its address at one end, `port` (without) at the other."""
        self.ip("link", "add", interface, "netns", self.prefix + host, "type", "veth",
                "peer", "name", port, "netns", self.prefix + other)
        self.inside(host, "ip", "addr", "add", address, "dev", interface)
        self.inside(host, "ip", "link", "set", interface, "up")
        self.inside(other, "ip", "link", "set", port, "up")

    def start(self, host, name, *command, stdin=subprocess.DEVNULL):
        with open(os.path.join(self.work, name + ".out"), "w") as out:
            program = subprocess.Popen(["ip", "netns", "exec", self.prefix + host, *command], stdin=stdin,
                                       stdout=out, stderr=subprocess.STDOUT, cwd=self.work)
        self.programs.append(program)
        return program

    def said(self, name):
        with open(os.path.join(self.work, name + ".out"), errors="replace") as out:
            return out.read()

    def open_socket(self, host, port):
        """A TCP connection to the host's own port, for this process."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open("/proc/self/ns/net") as here, open("/run/netns/" + self.prefix + host) as there:
            assert libc.setns(there.fileno(), 0) == 0
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=5)
            finally:
                assert libc.setns(here.fileno(), 0) == 0

    def takes_udp(self, host, port):
        """Whether some program of that host has this port."""
        done = subprocess.run(["ip", "netns", "exec", self.prefix + host, "cat", "/proc/net/udp"], capture_output=True,
                              text=True, timeout=20)
        return f":{port:04X} " in done.stdout

    def start_engine(self, bin_dir, host, interface, *options):
        engine = self.start(host, "engine", os.path.join(bin_dir, "callmon-engine"), "--port",
                            f"net_af_packet0,iface={interface}", "--data", os.path.join(self.work, "data"), "--listen", "none",
                            *options)
        wait_for("the engine does not read its port",
                 lambda: "reading port" in self.said("engine") or engine.poll() is not None, 60)
        assert engine.poll() is None, self.said("engine")
        return engine

    def stop_engine(self, engine):
        """Its counters, by name."""
        time.sleep(1)  # its last frames pass through its rings
        os.kill(engine.pid, signal.SIGINT)  # `ip netns exec` has become the engine
        assert engine.wait(30) == 0, self.said("engine")
        return {name: int(value) for name, value in re.findall(r"^(\w+) (\d+)$", self.said("engine"), re.M)}

    # As json, whose texts are the network's own: in csv a Call-ID that begins with a minus has an apostrophe before it.
    def records(self, bin_dir, what):
        done = subprocess.run([os.path.join(bin_dir, "callmonctl"), what, "--data", os.path.join(self.work, "data"),
                               "--format", "json"], check=True, capture_output=True, text=True, timeout=60)
        return [{name: "" if value is None else value for name, value in record.items()}
                for record in json.loads(done.stdout, parse_int=str, parse_float=str)]
