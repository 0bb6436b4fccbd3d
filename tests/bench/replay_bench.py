#!/usr/bin/env python3
"""How much of a capture the engine replays per second of CPU, beside tshark and reading alone, on one file and machine.

    replay_bench.py BIN_DIR [--mib 1024] [--concurrent 2000] [--rounds 3] [--work DIR] [--keep]

Makes a capture of the wanted size with callmon-traffic (G.711, so many calls at once, each with the rest of a
conversation before it: inverse Gaussian, mean 117 s, shape 19) and reads it once to warm the page cache. Then, round by
round, one after the other: callmon-engine with statistics only and with everything stored, `tshark -q -z rtp,streams`,
and `tcpdump -w /dev/null`, which only reads. Prints medians, with the least and the most, of packets per CPU second,
wall time and peak memory. `--mib 4096 --concurrent 5000` is the load that the project measures itself by.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def measured(args):
    """(wall s, CPU s, peak MiB, stdout) of one process; its own, by wait4."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.monotonic()
        process = subprocess.Popen(args, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            sys.exit(f"{args[0]} failed: {errors.read().decode(errors='replace')}")
        output.seek(0)
        return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output.read().decode(errors="replace")


def cores_used_by_others():
    def times():
        with open("/proc/stat") as file:
            ticks = [int(word) for word in file.readline().split()[1:9]]
        return ticks[3] + ticks[4], sum(ticks)

    idle, every = times()
    time.sleep(0.5)
    idle, every = (after - before for after, before in zip(times(), (idle, every)))
    return (1 - idle / every) * os.cpu_count()


def make_capture(given, path):
    # 100 packets a second and call, 230 bytes each with the file's own header: seconds that give the wanted size.
    seconds = max(2, round(given.mib * 2**20 / (given.concurrent * 100 * 230)))
    start = time.monotonic()
    subprocess.run([os.path.join(given.bin, "callmon-traffic"), "--out", path, "--steady", "--concurrent",
                    str(given.concurrent), "--duration", str(seconds), "--seed", "1", "--codecs", "pcma,pcmu",
                    "--mix", "clean", "--hold-mean", "117", "--hold-shape", "19"], check=True,
                   stdout=subprocess.DEVNULL)
    print(f"callmon-traffic wrote the capture in {time.monotonic() - start:.1f} s")


def spread(values, form):
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("bin")
    options.add_argument("--mib", type=int, default=1024)
    options.add_argument("--concurrent", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--work")
    options.add_argument("--keep", action="store_true")
    given = options.parse_args()
    work = given.work or tempfile.mkdtemp(prefix="callmon-bench-")
    os.makedirs(work, exist_ok=True)
    capture = os.path.join(work, f"steady-{given.concurrent}-{given.mib}.pcap")
    data = os.path.join(work, "data")
    with open("/proc/cpuinfo") as cpus:
        model = next((line.split(":", 1)[1].strip() for line in cpus if line.startswith("model name")), "?")
    used = cores_used_by_others()
    print(f"machine: {os.cpu_count()} x {model}, {platform.system()} {platform.release()}, "
          f"{used:.2f} cores used by others" + (" (NOT QUIET: do not quote these figures)" if used > 0.1 else ""))

    if not os.path.exists(capture):
        make_capture(given, capture)
    with open(capture, "rb") as f:
        while f.read(1 << 22):
            pass

    engine = [os.path.join(given.bin, "callmon-engine"), "--replay", capture, "--data", data]
    programs = {
        "callmon-engine, statistics only": engine + ["--record-media", "false"],
        "callmon-engine, all stored": engine,
        "tshark -q -z rtp,streams": ["tshark", "-r", capture, "-q", "-z", "rtp,streams"],
        "tcpdump -w /dev/null": ["tcpdump", "-r", capture, "-w", "/dev/null"],
    }
    missing = [name for name, command in programs.items() if not shutil.which(command[0])]
    for name in missing:
        print(f"{name}: not installed")
        del programs[name]
    figures = {name: [] for name in programs}
    counters = {}
    for _ in range(given.rounds):
        for name, command in programs.items():
            shutil.rmtree(data, ignore_errors=True)
            figures[name].append(measured(command))
            if name.endswith("all stored"):
                counters = dict(line.rsplit(" ", 1) for line in figures[name][-1][3].splitlines() if " " in line)
    frames = int(counters["frames_received"])
    print(f"capture: {os.path.getsize(capture) / 2**20:.0f} MiB, {frames} frames, {given.concurrent} calls at once; "
          f"{given.rounds} rounds\n")
    print(f"{'':34}{'million packets per CPU second':34}{'wall, s':28}peak, MiB")
    for name, runs in figures.items():
        print(f"{name:34}{spread([frames / cpu / 1e6 for _, cpu, _, _ in runs], '.3f'):34}"
              f"{spread([wall for wall, _, _, _ in runs], '.2f'):28}"
              f"{statistics.median(peak for _, _, peak, _ in runs):.0f}")
    if "tshark -q -z rtp,streams" in figures:
        ours, theirs = (statistics.median(run[0] for run in figures[name])
                        for name in ("callmon-engine, all stored", "tshark -q -z rtp,streams"))
        print(f"\nall stored takes {ours / theirs:.3f} of tshark's wall time (goal: below 0.25)")
    for name in ("rtp_packets", "calls_started", "media_packets_stored", "media_chunks_refused", "record_queue_waits"):
        if name in counters:
            print(f"  {name} {counters[name]}")
    shutil.rmtree(data, ignore_errors=True)
    if not given.keep and not given.work:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
