# shellcheck shell=bash
# What the tests with telephones in two network namespaces share; sourced. The test sets: test (its name), bin, work, speech (if any),
# caller_ns, callee_ns, caller_if, callee_if, caller_ip, callee_ip, and children=().

say() { echo "$test: $*"; }
skip() { say "SKIPPED: $*"; exit 77; }
fail() { say "FAILED: $*"; tail -n "${lines_said:-15}" "$work"/*.out 2>/dev/null; exit 1; }

# What every one of these tests needs, beside the TOOLs it names; an empty work folder, by its full path.
prepare() { # TOOL...
    local tool program
    [ "$(id -u)" = 0 ] || skip "network namespaces need root"
    for tool in ip sipp python3 "$@"; do
        command -v "$tool" >/dev/null || skip "$tool is not installed"
    done
    [ -z "${speech-}" ] || [ -r "$speech" ] || skip "$speech (of the package sip-tester) is not there"
    for program in callmon-engine callmonctl; do
        [ -x "$bin/$program" ] || fail "$bin/$program is missing"
    done
    rm -rf "$work"
    mkdir -p "$work" || fail "cannot make $work"
    work=$(cd "$work" && pwd)
}

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

# Two namespaces and a veth pair between them, both gone again when the test ends. Without IPv6 unless the caller has
# such an address: its own chatter would be frames that no telephone sent.
connect_hosts() {
    local ns
    trap clean_up EXIT
    trap 'exit 130' INT TERM HUP
    for ns in "$caller_ns" "$callee_ns"; do ip netns del "$ns" 2>/dev/null; done # of a run that was killed, under this number
    ip netns add "$caller_ns" 2>/dev/null && ip netns add "$callee_ns" 2>/dev/null \
        && ip netns exec "$caller_ns" true 2>/dev/null || skip "this kernel or container gives no network namespaces"
    for ns in "$caller_ns" "$callee_ns"; do
        case $caller_ip in *:*) continue ;; esac
        inside "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 2>/dev/null
    done
    ip link add "$caller_if" netns "$caller_ns" type veth peer name "$callee_if" netns "$callee_ns" 2>/dev/null \
        || skip "this kernel or container gives no veth pair"
    inside "$caller_ns" ip link set "$caller_if" up && inside "$callee_ns" ip link set "$callee_if" up \
        && give_addresses "$caller_ip" "$callee_ip" || fail "cannot set the addresses of the veth pair"
}

give_addresses() { # CALLER CALLEE
    local bits=24 more=
    case $1 in *:*) bits=64 more=nodad ;; esac
    # shellcheck disable=SC2086 # more is a word or none
    inside "$caller_ns" ip addr add "$1/$bits" dev "$caller_if" $more \
        && inside "$callee_ns" ip addr add "$2/$bits" dev "$callee_if" $more
}

# Each knows the other's address for good: the kernel would ask for it again after half a minute, amid whatever is counted.
neighbours_for_good() {
    local caller_mac callee_mac
    caller_mac=$(inside "$caller_ns" cat "/sys/class/net/$caller_if/address") \
        && callee_mac=$(inside "$callee_ns" cat "/sys/class/net/$callee_if/address") \
        && inside "$caller_ns" ip neigh replace "$callee_ip" lladdr "$callee_mac" dev "$caller_if" nud permanent \
        && inside "$callee_ns" ip neigh replace "$caller_ip" lladdr "$caller_mac" dev "$callee_if" nud permanent
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
engine_name=engine # of the engine that start_engine and stop_engine deal with: its words stand in NAME.out
engine_reads() { grep -q 'reading port' "$work/$engine_name.out"; }
udp_port_open() { inside "$callee_ns" grep -qi ":$(printf %04X "$1") " /proc/net/udp; }
engine_gone() { ! kill -0 "$engine" 2>/dev/null; }

# The engine on callee_if, waited for; sets engine. The kernel's ring to it is deep, for this machine may be busy.
port_more= # further arguments of the port
start_engine() { # SECONDS OPTION...
    local seconds=$1
    shift
    start "$callee_ns" "$seconds" "$engine_name" "$bin/callmon-engine" --port "net_af_packet0,iface=$callee_if,framecnt=8192$port_more" "$@"
    engine=${children[-1]}
    wait_for 60 eval 'engine_gone || engine_reads'
    engine_gone && fail "the engine ended before the first call"
    engine_reads || fail "the engine did not open its port"
}

# Its last frames pass through its rings; then its counters stand in its output.
stop_engine() {
    sleep 1
    kill -INT "$engine"
    wait_for 30 engine_gone || fail "the engine still runs 30 s after SIGINT"
    wait "$engine" || fail "the engine ended with $?"
}

# The last line of SIPp's statistics file, one column of it.
sipp_count() { # FILE COLUMN
    python3 - "$@" <<'PY'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1]), delimiter=";"))
print(int(rows[-1][sys.argv[2]]))
PY
}
