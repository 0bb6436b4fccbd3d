#!/usr/bin/env python3
"""Instructions per packet, counted by callgrind: the same on every run of one build, however busy the machine is.

    instructions.py BUILD_DIR [--concurrent 200] [--seconds 12] [--other-share 0]

Makes a capture with callmon-traffic (G.711, so many calls from the start) and runs bench/instructions_bench on it. The
figures hold the signalling of these calls, and a quality point and a record a stream and second.
"""

import argparse
import os
import re
import subprocess
import tempfile

STEPS = {
    "step_classify": "classify (capture core)",
    "step_datagrams": "datagrams of frames",
    "step_track": "track and measure",
}


def count(build, capture, work, *words):
    """(frames, datagrams, instructions by step) of one run."""
    profile = os.path.join(work, "profile")
    bench = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}",
                            os.path.join(build, "bench/instructions_bench"), capture, *words],
                           check=True, capture_output=True, text=True).stdout
    annotated = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", profile], check=True,
                               capture_output=True, text=True).stdout
    frames, datagrams = (int(n) for n in re.match(r"(\d+) frames, (\d+) datagrams", bench).groups())
    counts = {}
    for found in re.finditer(r"^\s*([\d,]+) .*?:(step_\w+)", annotated, re.MULTILINE):
        counts.setdefault(found.group(2), int(found.group(1).replace(",", "")))
    return frames, datagrams, counts


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("build")
    options.add_argument("--concurrent", type=int, default=200)
    options.add_argument("--seconds", type=int, default=12)
    options.add_argument("--other-share", default="0")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as work:
        capture = os.path.join(work, "load.pcap")
        subprocess.run([os.path.join(given.build, "bin/callmon-traffic"), "--out", capture, "--steady", "--concurrent",
                        str(given.concurrent), "--duration", str(given.seconds), "--seed", "1", "--codecs", "pcma",
                        "--mix", "clean", "--hold-mean", "117", "--hold-shape", "19", "--other-share",
                        given.other_share], check=True, stdout=subprocess.DEVNULL)
        frames, datagrams, counts = count(given.build, capture, work)
        kept = count(given.build, capture, work, "keep")[2]
    print(f"{frames} frames, {datagrams} datagrams of {given.concurrent} calls; instructions a packet:")
    for step, what in STEPS.items():
        print(f"  {what:32}{counts[step] / (frames if step == 'step_classify' else datagrams):8.1f}")
    print(f"  {'the same, media into chunks':32}{kept['step_track'] / datagrams:8.1f}")
    print(f"  {'all, statistics only':32}{sum(counts[step] for step in STEPS) / frames:8.1f}")
    print(f"  {'all, media into chunks':32}{sum(kept[step] for step in STEPS) / frames:8.1f}")


if __name__ == "__main__":
    main()
