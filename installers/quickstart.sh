#!/usr/bin/env bash
# Builds VoIPCallMon and shows it at work on sample calls: installs what is missing (apt), builds the programs, then
# runs the generator of sample calls, the engine and, where there is a display, the console; else a live table here.
#   bash installers/quickstart.sh [--seconds N] [--no-install] [--terminal] [--bin DIR]
#     --seconds N    end by itself after N seconds
#     --no-install   do not look for missing packages
#     --terminal     the live table even where there is a display
#     --bin DIR      run the programs of this folder: no packages, no build
# Ctrl-C, or closing the console's window, ends everything it started.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*"; }
fail() {
  printf 'quickstart: %s\n' "$*" >&2
  exit 1
}

# A script that starts this in the background makes it ignore Ctrl-C's signal, and bash cannot undo that by itself.
if ((0x$(awk '/^SigIgn:/ { print $2 }' /proc/$$/status) & 2)); then
  exec env --default-signal=INT bash "${BASH_SOURCE[0]}" "$@"
fi

seconds=0
install=yes
terminal=no
bin=
while [ $# -gt 0 ]; do
  case $1 in
    --seconds)
      seconds=${2-}
      [[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "quickstart: --seconds needs a number" >&2; exit 2; }
      shift
      ;;
    --no-install) install=no ;;
    --terminal) terminal=yes ;;
    --bin)
      bin=${2-}
      [ -x "$bin/callmon-engine" ] || { echo "quickstart: no callmon-engine in '$bin'" >&2; exit 2; }
      bin=$(cd "$bin" && pwd)
      shift
      ;;
    -h | --help)
      sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *)
      echo "quickstart: unknown option $1 (see --help)" >&2
      exit 2
      ;;
  esac
  shift
done

window=no
if [ "$terminal" = no ] && [ -n "${DISPLAY-}${WAYLAND_DISPLAY-}" ]; then window=yes; fi

# ---- packages and programs
if [ -z "$bin" ]; then
  if [ "$install" = yes ]; then
    say "== 1/3 Packages"
    bash "$root/installers/install_packages.sh" --build --run
  fi
  build=$root/build/release
  # A checkout that belongs to somebody else is built in one's own cache.
  if ! mkdir -p "$build" 2>/dev/null || [ ! -w "$build" ] || [ -n "$(find "$build" -maxdepth 1 ! -writable -print -quit)" ]; then
    build=${XDG_CACHE_HOME:-${HOME:-/tmp/callmon-$(id -u)}/.cache}/callmon-build-$(printf %s "$root" | cksum | cut -d' ' -f1)
    mkdir -p "$build" || fail "cannot make the folder $build"
  fi
  # A checkout that was moved or renamed since is configured anew; what was built by another path is of no use.
  fresh=()
  if [ -f "$build/CMakeCache.txt" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$build/CMakeCache.txt"; then
    fresh=(--fresh)
  fi
  targets=(callmon-engine callmonctl callmon-traffic)
  if [ "$window" = yes ]; then targets+=(callmon-console); fi
  jobs=$(nproc)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1000000) }' /proc/meminfo) # about 1 GB a compiler
  if [ "$memory" -lt "$jobs" ]; then jobs=$((memory > 1 ? memory : 1)); fi
  say "== 2/3 Building ${targets[*]} in $build"
  say "   With $jobs compilers at a time; the first time takes some minutes (about 5 on two cores), later ones seconds."
  log=$build/configure.log
  (cd "$root" && cmake --preset release -B "$build" "${fresh[@]}" >"$log" 2>&1) \
    || { tail -n 30 "$log" >&2; fail "the build could not be configured; the whole of it is in $log"; }
  nice -n 5 cmake --build "$build" -j "$jobs" -t "${targets[@]}" </dev/null || fail "the build failed, see above"
  bin=$build/bin
fi
for program in callmon-engine callmonctl callmon-traffic; do
  [ -x "$bin/$program" ] || fail "no $program in $bin"
done
if [ "$window" = yes ] && [ ! -x "$bin/callmon-console" ]; then window=no; fi

# ---- a private place: nobody else may hear the calls or talk to the engine
umask 077
home=${XDG_STATE_HOME:-${HOME:-/tmp/callmon-$(id -u)}/.local/state}/callmon-demo
state=
for number in '' -2 -3 -4 -5 -6 -7 -8 -9; do # a demo that runs already keeps its place
  mkdir -p "$home$number" || fail "cannot make the folder $home$number"
  exec 9>"$home$number/lock"
  if flock -n 9; then
    state=$home$number
    break
  fi
done
[ -n "$state" ] || fail "nine demos are running already"
chmod 700 "$state"
data=$state/data
socket=$state/engine.sock
short=
if [ ${#socket} -gt 100 ]; then # a local socket's path has 107 bytes at most
  short=$(mktemp -d /tmp/callmon-demo.XXXXXX)
  socket=$short/engine.sock
fi
url=local:$socket
rm -f "$socket"
mkdir -p "$data"
if [ "$(du -sm "$data" | cut -f1)" -gt 2000 ]; then
  say "The sample calls of earlier runs take more than 2 GB: removing $data"
  rm -rf "$data"
  mkdir -p "$data"
fi

# ---- run, and leave nothing behind
engine_group=
view=
view_target= # what is signalled to end the view: its process, or its group
timer=
alive() { kill -0 -- "$1" 2>/dev/null; }
stop() {
  trap '' INT TERM HUP
  local processes=() process tries
  if [ -n "$view" ] && alive "$view"; then # first, for it gives the terminal's screen back
    kill -TERM -- "$view_target" 2>/dev/null || true
    for ((tries = 0; tries < 20; ++tries)); do
      alive "$view" || break
      sleep 0.05
    done
  fi
  if [ -n "$engine_group" ]; then say '== Stopping.'; fi
  for process in "$timer" "$view_target" ${engine_group:+"-$engine_group"}; do
    if [ -n "$process" ] && alive "$process"; then
      kill -TERM -- "$process" 2>/dev/null || true
      processes+=("$process")
    fi
  done
  for ((tries = 0; tries < 100; ++tries)); do # the engine has ten seconds to store what it holds
    local left=no
    for process in "${processes[@]}"; do
      if alive "$process"; then left=yes; fi
    done
    [ "$left" = yes ] || break
    sleep 0.1
  done
  for process in "${processes[@]}"; do
    kill -KILL -- "$process" 2>/dev/null || true
  done
  wait 2>/dev/null || true
  rm -f "$socket"
  if [ -n "$short" ]; then rm -rf "$short"; fi
}
trap 'stop' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# A child dies with this script however it ends, even by kill -9.
with_us=()
if setpriv --pdeathsig TERM true 2>/dev/null; then with_us=(setpriv --pdeathsig TERM); fi

say "== 3/3 Running: sample calls | engine -> $([ "$window" = yes ] && echo console || echo "live table")"
set -m # its own process group, so that both ends of the pipe are stopped together
"${with_us[@]}" "$bin/callmon-traffic" --live --rtcp-share 0.8 2>"$state/traffic.log" 9>&- \
  | "${with_us[@]}" "$bin/callmon-engine" --replay - --pace recorded --data "$data" --listen "$url" \
    >"$state/engine.log" 2>&1 9>&- &
engine=$!
engine_group=$(jobs -p %%)
set +m

for ((tries = 0; tries < 300; ++tries)); do
  if [ -S "$socket" ]; then break; fi
  if ! alive "$engine"; then break; fi
  sleep 0.1
done
if [ ! -S "$socket" ]; then
  cat "$state/traffic.log" "$state/engine.log" >&2
  fail "the engine did not start; what it said is above, and in $state/engine.log"
fi
say "   Engine: $url, data in $data (about 1 GB an hour, kept until the next start finds more than 2 GB)"
say "   From another terminal: $bin/callmonctl calls --engine $url"

if [ "$seconds" -gt 0 ]; then
  sleep "$seconds" 9>&- &
  timer=$!
fi
live_table() {
  say "   For the window, run this again where there is a display (DISPLAY or WAYLAND_DISPLAY set)."
  say "   Ctrl-C ends it."
  if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]; then
    "${with_us[@]}" "$bin/callmonctl" live --engine "$url" 9>&- &
    view_target=$!
  else # a file, a pipe, a terminal that cannot move its cursor: a table every few seconds
    set -m
    { while sleep 3 && "$bin/callmonctl" live --once --engine "$url"; do echo; done; exit 1; } 9>&- &
    view_target=-$!
    set +m
  fi
  view=$!
}
if [ "$window" = yes ]; then
  say "   Close the window or press Ctrl-C here to end."
  started=$SECONDS
  "${with_us[@]}" "$bin/callmon-console" --engine "$url" >"$state/console.log" 2>&1 9>&- &
  view=$!
  view_target=$view
else
  live_table
fi

while true; do
  status=0
  wait -n ${timer:+"$timer"} "$view" "$engine" || status=$?
  if [ -n "$timer" ] && ! alive "$timer"; then
    say "== $seconds seconds are over."
    exit 0
  fi
  if ! alive "$engine"; then
    tail -n 20 "$state/engine.log" >&2
    fail "the engine ended; its last words are above"
  fi
  if ! alive "$view"; then
    # A display that cannot be reached (no permission, no server) is no reason to show nothing.
    if [ "$window" = yes ] && [ "$status" -ne 0 ] && [ $((SECONDS - started)) -lt 5 ]; then
      tail -n 5 "$state/console.log" >&2
      say "   The console could not open its window (see above): the live table instead."
      window=no
      live_table
      continue
    fi
    say "== Ended."
    exit "$([ "$window" = yes ] && echo 0 || echo "$status")"
  fi
done
