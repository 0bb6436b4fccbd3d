#!/usr/bin/env python3
"""Holds one thread of a process still for some time, the others go on: a core that is too slow, made to measure.

Usage: hold_thread.py PID NAME SECONDS      NAME as /proc/PID/task/*/comm begins; needs the right to trace PID
"""

import ctypes
import os
import sys
import time

PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207  # linux/ptrace.h
WALL = 0x40000000

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def ptrace(request, tid):
    if libc.ptrace(request, tid, None, None) != 0:
        sys.exit(f"hold_thread: {os.strerror(ctypes.get_errno())}")


pid, name, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
names = {tid: open(f"/proc/{pid}/task/{tid}/comm").read().strip() for tid in os.listdir(f"/proc/{pid}/task")}
found = [int(tid) for tid, comm in names.items() if comm.startswith(name)]
if len(found) != 1:
    sys.exit(f"hold_thread: {len(found)} threads of {pid} are named {name}: {sorted(names.values())}")
ptrace(PTRACE_SEIZE, found[0])
ptrace(PTRACE_INTERRUPT, found[0])
os.waitpid(found[0], WALL)
time.sleep(seconds)
ptrace(PTRACE_DETACH, found[0])
