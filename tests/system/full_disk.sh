#!/usr/bin/env bash
# A full disk: a replay into a file system too small for its media still stores every call, counts what it lost, says
# so and exits 1; with room again, the same replay into the same directory stores all.
#
#   full_disk.sh BIN_DIR      exit 0 passed, 1 failed, 77 cannot be run here (needs root for a file system of its own)
set -u
bin=$(cd "${1:?usage: full_disk.sh BIN_DIR}" && pwd)
work=$(mktemp -d)
disk=$work/disk
mkdir "$disk"
clean_up() {
  umount "$disk" 2>/dev/null
  rm -rf "$work"
}
trap clean_up EXIT
fail() { echo "full_disk: FAILED: $*"; cat "$work"/*.err 2>/dev/null; exit 1; }
[ "$(id -u)" = 0 ] && mount -t tmpfs -o size=12m tmpfs "$disk" || { echo "full_disk: SKIPPED: cannot mount a tmpfs"; exit 77; }

counter() { awk -v name="$1" '$1 == name { print $2 }' "$work/engine.out"; }
replay() { timeout -k 5 60 "$bin/callmon-engine" --replay "$work/a.pcap" --data "$disk/data" >"$work/engine.out" 2>"$work/engine.err"; }
calls() { "$bin/callmonctl" calls --data "$disk/data" --format csv 2>"$work/ctl.err" | tail -n +2 | wc -l; }

"$bin/callmon-traffic" --out "$work/a.pcap" --calls 80 --concurrent 30 --codecs pcma --seed 5 >/dev/null || fail "no capture"

replay
[ $? = 1 ] || fail "a replay that could not store its media must exit 1"
grep -q "$disk/data" "$work/engine.err" || fail "the message must name the place"
[ "$(calls)" = 80 ] || fail "$(calls) calls instead of 80 although only media found no room"
[ "$(counter media_packets_not_written)" -gt 0 ] || fail "media_packets_not_written must count"
[ $(($(counter media_packets_stored) + $(counter media_packets_not_written))) = "$(counter media_packets_recorded)" ] \
  || fail "stored and not written media packets must add up to all"

mount -o remount,size=200m "$disk" || fail "the file system cannot be made larger"
replay || fail "with room again the replay must succeed"
[ "$(calls)" = 80 ] || fail "$(calls) calls instead of 80 after the second replay"
[ "$(counter media_packets_not_written)" = 0 ] || fail "nothing may be lost with room"
echo "full_disk: PASSED"
