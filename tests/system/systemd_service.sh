#!/usr/bin/env bash
# The Debian package on a machine whose first process is systemd: installed, started, given calls, killed, misconfigured,
# removed. The machine is this one's root file system under an overlay, in namespaces of its own.
#   systemd_service.sh BUILD_DIR
set -euo pipefail

skip() { echo "skipped: $*"; exit 77; }
fail() { echo "systemd_service: $*" >&2; "${in[@]}" journalctl -u callmon-engine --no-pager -n 40 >&2 || true; exit 1; }

# ---- second part: within the namespaces, becomes the machine's systemd
if [ "${1:-}" = --boot ]; then
  work=$2
  mount --make-rprivate /
  mount -t tmpfs tmpfs "$work"
  mkdir "$work/upper" "$work/work" "$work/root"
  mount -t overlay overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" "$work/root"
  root=$work/root
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sysfs "$root/sys"
  mount -t tmpfs tmpfs "$root/run"
  # Devices of its own: what its systemd does to them is not done to the host's.
  mount -t tmpfs tmpfs "$root/dev"
  for device in null zero full random urandom tty net/tun; do
    [ -e "/dev/$device" ] || continue
    mkdir -p "$(dirname "$root/dev/$device")"
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  mkdir "$root/dev/pts" "$root/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
  ln -s pts/ptmx "$root/dev/ptmx"
  mount -t tmpfs tmpfs "$root/dev/shm"
  if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
  else
    mount -t tmpfs tmpfs "$root/sys/fs/cgroup"
    mkdir "$root/sys/fs/cgroup/systemd"
    mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
  fi
  mkdir "$root/opt/callmon-test"
  mount --bind "$3" "$root/opt/callmon-test"
  mkdir "$root/old-root"
  cd "$root"
  pivot_root . old-root
  umount -l /old-root
  rmdir /old-root
  exec env -i container=callmon-test PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --unit=basic.target --show-status=0 --log-target=journal
fi

# ---- first part: the host's
build=$1
in=()
[ "$(id -u)" = 0 ] || skip "needs root, for namespaces"
[ -x /lib/systemd/systemd ] || skip "no systemd"
for tool in cpack dpkg-deb dpkg-shlibdeps unshare nsenter ip; do
  command -v $tool >/dev/null || skip "no $tool"
done
host=$(mktemp -d /tmp/callmon-systemd.XXXXXX)
mkdir "$host/overlay" "$host/shared"
machine=
clean() {
  if [ -n "$machine" ]; then
    kill -RTMIN+3 "$machine" 2>/dev/null || true # systemd(1): halt, which takes its control groups away, too
    for _ in $(seq 50); do kill -0 "$machine" 2>/dev/null || break; sleep 0.2; done
    kill -KILL "$machine" 2>/dev/null || true # and all processes of its namespace
  fi
  wait 2>/dev/null || true
  rm -rf "$host"
}
trap clean EXIT

cpack --config "$build/CPackConfig.cmake" -B "$host/packages" >"$host/log" 2>&1 || { cat "$host/log" >&2; fail "cpack failed"; }
cp "$host"/packages/voipcallmon-probe_*.deb "$host/shared/probe.deb"
# Calls that end by themselves within some seconds.
"$build/bin/callmon-traffic" --out "$host/shared/calls.pcap" --calls 10 --rate 5 --hold-mean 2 --hold-shape 20 --seed 7 \
  --mix clean=1 >/dev/null
cat >"$host/shared/send.py" <<'EOF'
import socket, struct, time
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind(("far", 0))
first, begun = None, time.monotonic()
with open("/opt/callmon-test/calls.pcap", "rb") as capture:
    capture.read(24)
    while len(header := capture.read(16)) == 16:
        seconds, nanoseconds, size, _ = struct.unpack("<IIII", header)
        at = seconds + nanoseconds * 1e-9
        first = at if first is None else first
        time.sleep(max(0.0, at - first - (time.monotonic() - begun)))
        link.send(capture.read(size))
EOF

unshare --mount --pid --fork --uts --ipc --net --cgroup --kill-child bash "$0" --boot "$host/overlay" "$host/shared" \
  >"$host/boot.log" 2>&1 </dev/null &
unshared=$!
for _ in $(seq 100); do
  machine=$(pgrep -P $unshared || true)
  [ -n "$machine" ] && in=(nsenter -t "$machine" -m -p -u -i -n -C -r -w --) \
    && "${in[@]}" systemctl is-active -q basic.target 2>/dev/null && break
  kill -0 $unshared 2>/dev/null || skip "no systemd can be started here: $(tail -3 "$host/boot.log")"
  sleep 0.2
done
"${in[@]}" systemctl is-active -q basic.target || skip "systemd does not come up here: $(tail -3 "$host/boot.log")"
systemctl=("${in[@]}" systemctl)
calls() { "${in[@]}" callmonctl calls --data /var/lib/callmon --format csv | tail -n +2 | wc -l; }
active() { [ "$("${systemctl[@]}" is-active callmon-engine)" = active ]; }
mode() { "${in[@]}" stat -c '%U:%G %a' "$1"; }

"${in[@]}" dpkg -i /opt/callmon-test/probe.deb >"$host/log" 2>&1 || { cat "$host/log" >&2; fail "the package does not install"; }
[ "$(mode /var/lib/callmon)" = "callmon:callmon 750" ] || fail "/var/lib/callmon: $(mode /var/lib/callmon)"
[ "$(mode /etc/callmon)" = "root:callmon 750" ] || fail "/etc/callmon: $(mode /etc/callmon)"

# The example names eth1: without one it does not start, and the journal says why.
! "${systemctl[@]}" start callmon-engine 2>/dev/null || fail "it starts without its interface"
"${systemctl[@]}" stop callmon-engine
"${in[@]}" journalctl -u callmon-engine --no-pager | grep "there is no interface eth1" >/dev/null || fail "the journal does not say why"

"${in[@]}" ip link add eth1 type veth peer name far
for link in eth1 far; do "${in[@]}" ip link set $link up; done
"${systemctl[@]}" start callmon-engine || fail "it does not start"
main=$("${systemctl[@]}" show -p MainPID --value callmon-engine)
status=$("${in[@]}" cat "/proc/$main/status")
callmon=$("${in[@]}" id -u callmon)
grep -P "^Uid:\t$callmon\t$callmon\t$callmon\t$callmon" <<<"$status" >/dev/null || fail "it runs as somebody else: $status"
# capabilities(7): CAP_NET_ADMIN 12, CAP_NET_RAW 13, CAP_IPC_LOCK 14, CAP_SYS_NICE 23
grep -P '^CapEff:\t0000000000807000' <<<"$status" >/dev/null || fail "its capabilities: $status"
grep -P '^NoNewPrivs:\t1' <<<"$status" >/dev/null || fail "it may gain privileges"
# Without root's rights capture and processing go before the rest of it, and that before other programs.
threads=$("${in[@]}" ps -L -o comm=,ni= -p "$main")
for thread in "capture -20" "processing -20" "storage -8" "commit -8"; do
  grep -xP "${thread% *} +${thread#* }" <<<"$threads" >/dev/null || fail "not $thread: $threads"
done

"${in[@]}" python3 /opt/callmon-test/send.py
sent=$(($(wc -l <"$host/shared/calls.pcap.truth.csv") - 1))
for _ in $(seq 30); do [ "$(calls)" -lt "$sent" ] || break; sleep 0.5; done
[ "$(calls)" = "$sent" ] || fail "$(calls) calls of $sent are stored"
"${in[@]}" useradd --no-create-home --groups callmon ada
"${in[@]}" useradd --no-create-home eve
asks() { "${in[@]}" runuser -u "$1" -- callmonctl calls --engine local:/run/callmon/engine.sock --format csv 2>&1; }
[ "$(asks ada | tail -n +2 | wc -l)" = "$sent" ] || fail "who is in the group cannot ask: $(asks ada)"
! asks eve >/dev/null || fail "who is not in the group can ask"

"${in[@]}" kill -KILL "$main"
for _ in $(seq 60); do
  [ "$("${systemctl[@]}" show -p NRestarts --value callmon-engine)" = 1 ] && active && break
  sleep 0.25
done
active || fail "it does not come back after it was killed"
[ "$(calls)" = "$sent" ] || fail "after the kill $(calls) calls of $sent are left"

# A wrong configuration is not tried again and again.
"${in[@]}" sed -i 's/^link-mbps.*/link-mbps = "fast"/' /etc/callmon/callmon-engine.toml
! "${systemctl[@]}" restart callmon-engine 2>/dev/null || fail "it starts with a wrong configuration"
[ "$("${systemctl[@]}" is-failed callmon-engine)" = failed ] || fail "it is started again although its configuration is wrong"
"${in[@]}" journalctl -u callmon-engine --no-pager | grep "link-mbps takes a whole number" >/dev/null || fail "the journal does not say what is wrong"
"${in[@]}" sed -i 's/^link-mbps.*/link-mbps = 2500/' /etc/callmon/callmon-engine.toml
"${systemctl[@]}" start callmon-engine || fail "it does not start with the configuration mended"

"${in[@]}" dpkg -i /opt/callmon-test/probe.deb >/dev/null 2>&1 || fail "installing it again fails"
active || fail "it does not run after an upgrade"
"${in[@]}" grep -q '^link-mbps = 2500' /etc/callmon/callmon-engine.toml || fail "an upgrade takes back what was configured"
"${in[@]}" dpkg --purge voipcallmon-probe >/dev/null 2>&1 || fail "it cannot be removed"
! active || fail "it runs after it was removed"
[ "$("${in[@]}" sh -c 'ls /var/lib/callmon/*.sqlite | wc -l')" -gt 0 ] || fail "removing the program removed the records"
