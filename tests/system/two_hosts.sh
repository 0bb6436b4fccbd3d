# shellcheck shell=bash
# What the tests with telephones in two network namespaces share; sourced. The test sets: test (its name), work,
# caller_ns, callee_ns, caller_if, and children=().

say() { echo "$test: $*"; }
skip() { say "SKIPPED: $*"; exit 77; }
fail() { say "FAILED: $*"; tail -n 15 "$work"/*.out 2>/dev/null; exit 1; }

clean_up() {
    local ns pid
    for pid in "${children[@]}"; do kill "$pid" 2>/dev/null; done
    for ns in "$caller_ns" "$callee_ns"; do # whatever still runs inside was started here
        for pid in $(ip netns pids "$ns" 2>/dev/null); do kill -KILL "$pid" 2>/dev/null; done
    done
    wait 2>/dev/null
    ip link del "$caller_if" 2>/dev/null
    ip netns del "$caller_ns" 2>/dev/null
    ip netns del "$callee_ns" 2>/dev/null
}

# Starts a program in a namespace in the background, killed after so many seconds. Its output goes to NAME.out.
start() { # NAMESPACE SECONDS NAME PROGRAM...
    local ns=$1 seconds=$2 name=$3
    shift 3
    timeout -k 5 "$seconds" ip netns exec "$ns" "$@" >"$work/$name.out" 2>&1 </dev/null &
    children+=($!)
}

# Waits until a command succeeds, a tenth of a second at a time.
wait_for() { # SECONDS COMMAND...
    local tries=$(($1 * 10))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $((tries--)) -gt 0 ] || return 1
        sleep 0.1
    done
}

inside() { timeout -k 5 20 ip netns exec "$@"; }
engine_reads() { grep -q 'reading port' "$work/engine.out"; }
udp_port_open() { inside "$callee_ns" grep -qi ":$(printf %04X "$1") " /proc/net/udp; }
