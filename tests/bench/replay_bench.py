#!/usr/bin/env python3
"""How fast the engine replays a large capture, and in how much memory, beside tshark on the same file and machine.

    replay_bench.py BIN_DIR [--mib 1024] [--concurrent 2000] [--work DIR] [--keep]

Makes a capture of the wanted size with callmon-traffic (G.711, so many calls at once), reads it once to warm the page
cache, then runs callmon-engine (tracks, measures, stores records, quality series and all media) and
`tshark -q -z rtp,streams`, one after the other. Prints wall time, CPU time and peak memory of each.
"""

import argparse
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time


def measured(args):
    """(wall s, cpu s, peak MiB, stdout) of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    process = subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    peak = 0
    # ru_maxrss of all children only grows: read this process's own high-water mark while it runs.
    os.set_blocking(process.stdout.fileno(), False)
    output = b""
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status") as f:
                found = re.search(r"VmHWM:\s+(\d+) kB", f.read())
                if found:
                    peak = max(peak, int(found.group(1)))
        except OSError:
            pass
        output += process.stdout.read() or b""
        time.sleep(0.02)
    output += process.stdout.read() or b""
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if process.returncode != 0:
        sys.exit(f"{args[0]} failed: {process.stderr.read().decode(errors='replace')}")
    return wall, cpu, peak / 1024, output.decode(errors="replace")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("bin")
    options.add_argument("--mib", type=int, default=1024)
    options.add_argument("--concurrent", type=int, default=2000)
    options.add_argument("--work")
    options.add_argument("--keep", action="store_true")
    given = options.parse_args()
    work = given.work or tempfile.mkdtemp(prefix="callmon-bench-")
    os.makedirs(work, exist_ok=True)
    capture = os.path.join(work, "steady.pcap")
    cpu_name = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    print(f"machine: {cpu_name}, {os.cpu_count()} cores, {platform.system()} {platform.release()}")

    if not os.path.exists(capture):
        # 100 packets a second and call, 230 bytes each with pcap header: seconds that give the wanted size.
        seconds = max(2, round(given.mib * 2**20 / (given.concurrent * 100 * 230)))
        subprocess.run([os.path.join(given.bin, "callmon-traffic"), "--out", capture, "--steady", "--concurrent",
                        str(given.concurrent), "--duration", str(seconds), "--seed", "1", "--codecs", "pcma,pcmu", "--mix", "clean", "--hold-mean", "117"], check=True,
                       stdout=subprocess.DEVNULL)
    size = os.path.getsize(capture)
    with open(capture, "rb") as f:
        while f.read(1 << 22):
            pass
    print(f"capture: {size / 2**20:.0f} MiB, {given.concurrent} calls at once")

    data = os.path.join(work, "data")
    shutil.rmtree(data, ignore_errors=True)
    ours = measured([os.path.join(given.bin, "callmon-engine"), "--replay", capture, "--data", data])
    counters = dict(line.rsplit(" ", 1) for line in ours[3].splitlines() if " " in line)
    print(f"callmon-engine           wall {ours[0]:7.2f} s  cpu {ours[1]:7.2f} s  peak {ours[2]:7.0f} MiB"
          f"  ({int(counters.get('frames_received', 0)) / ours[0] / 1e6:.2f} Mpps, everything stored)")
    theirs = measured(["tshark", "-r", capture, "-q", "-z", "rtp,streams"])
    print(f"tshark -z rtp,streams    wall {theirs[0]:7.2f} s  cpu {theirs[1]:7.2f} s  peak {theirs[2]:7.0f} MiB")
    print(f"ratio: {ours[0] / theirs[0]:.3f} of tshark's wall time (goal: below 0.25)")
    for name in ("frames_received", "rtp_packets", "calls_started", "media_packets_stored", "media_chunks_refused",
                 "record_queue_waits"):
        if name in counters:
            print(f"  {name} {counters[name]}")
    if not given.keep and not given.work:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
