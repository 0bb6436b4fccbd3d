#!/usr/bin/env bash
# Installs what is missing (apt), builds VoIPCallMon with its tests and runs all of them.
#   bash tests/run.sh [--no-install] [--sanitize] [--jobs N] [-- CTEST-ARGUMENTS]
#     --no-install   do not look for missing packages
#     --sanitize     instead: the tests of everything that reads the network, built with the address and
#                    undefined-behaviour sanitizers (a build folder of its own)
#     --jobs N       compilers and tests at a time; default: as many as cores, and memory for each
# Exit 0 when every test passed. Tests that need captures find them by CALLMON_CAPTURES, else in ../shared/captures.
set -euo pipefail
exec </dev/null # nothing here asks
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

install=yes
preset=dev
jobs=
while [ $# -gt 0 ]; do
  case $1 in
    --no-install) install=no ;;
    --sanitize) preset=asan ;;
    --jobs)
      jobs=${2-}
      [[ $jobs =~ ^[1-9][0-9]*$ ]] || { echo "run.sh: --jobs needs a number" >&2; exit 2; }
      shift
      ;;
    --)
      shift
      break
      ;;
    -h | --help)
      sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *)
      echo "run.sh: unknown option $1 (see --help)" >&2
      exit 2
      ;;
  esac
  shift
done

step() { printf '\n== %s  [%d min %02d s]\n' "$*" $((SECONDS / 60)) $((SECONDS % 60)); }

# Whatever a test starts carries this mark, so that what it forgets is found, named and ended.
export CALLMON_TEST_RUN=$$.$RANDOM$RANDOM
left_behind() { # pids of processes of this run other than the script itself
  local entry pid
  for entry in /proc/[0-9]*; do
    pid=${entry#/proc/}
    if [ "$pid" != $$ ] && [ "$pid" != "$BASHPID" ] && [ -r "$entry/environ" ] \
      && tr '\0' '\n' 2>/dev/null <"$entry/environ" | grep -qx "CALLMON_TEST_RUN=$CALLMON_TEST_RUN"; then
      echo "$pid"
    fi
  done
}
# shellcheck disable=SC2317 # called by the trap
clean_up() {
  trap '' INT TERM HUP
  local pid
  for pid in $(left_behind); do kill -TERM "$pid" 2>/dev/null || true; done
  sleep 0.3
  for pid in $(left_behind); do kill -KILL "$pid" 2>/dev/null || true; done
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

if [ -z "$jobs" ]; then
  jobs=$(nproc)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1200000) }' /proc/meminfo) # 1.2 GB a compiler
  if [ "$memory" -lt "$jobs" ]; then jobs=$((memory > 1 ? memory : 1)); fi
fi

if [ "$install" = yes ]; then
  step "Packages"
  bash "$root/installers/install_packages.sh" --build --run --test
fi

if [ -z "${CALLMON_CAPTURES-}" ] && [ -d "$root/../shared/captures" ]; then
  CALLMON_CAPTURES=$(cd "$root/../shared/captures" && pwd)
  export CALLMON_CAPTURES
fi

build=$root/build/$preset
if ! mkdir -p "$build" 2>/dev/null || [ ! -w "$build" ]; then
  build=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/callmon-build-$preset-$(printf %s "$root" | cksum | cut -d' ' -f1)
fi
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1

step "Configuring preset $preset in $build"
mkdir -p "$build"
fresh=() # a checkout that was moved or renamed since is configured anew
if [ -f "$build/CMakeCache.txt" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$build/CMakeCache.txt"; then
  fresh=(--fresh)
fi
(cd "$root" && cmake --preset "$preset" -B "$build" "${fresh[@]}" >"$build/configure.log" 2>&1) \
  || { cat "$build/configure.log" >&2; exit 1; }

select=()
if [ "$preset" = asan ]; then
  # What reads bytes that somebody else wrote, and what those bytes end up in. Not what reads only our own: values and
  # tables, the port (DPDK's memory is its own), disks that fail and processes that are killed.
  select=(
    -R '^(engine_(capture_pcap|packet|reassembly|signalling|media|tracking|records|storage_record|storage_queue|remote)_?|shared_(base_(byte|rtp)|calls_(call_fields|media)|codecs|remote)_?|fuzz_)'
    -E 'no_allocation|long_call|live_table|local_listener|against_tshark'
  )
  mapfile -t targets < <(ctest --test-dir "$build" -N "${select[@]}" | sed -n 's/^ *Test *#[0-9]*: *//p')
  [ ${#targets[@]} -gt 0 ] || { echo "run.sh: no test to run under sanitizers" >&2; exit 1; }
  step "Building ${#targets[@]} tests with sanitizers, $jobs at a time"
  cmake --build "$build" -j "$jobs" -t "${targets[@]}"
else
  step "Building everything, $jobs at a time (the first time takes some minutes)"
  cmake --build "$build" -j "$jobs"
  step "Every header compiles alone"
  cmake --build "$build" -j "$jobs" -t all_verify_interface_header_sets
fi

step "Tests: preset $preset, $jobs at a time, captures: ${CALLMON_CAPTURES:-none, tests that need them are skipped}"
# Whole stacks (the fast ones end inside libraries), so that a library's own leak can be told from ours.
export ASAN_OPTIONS=${ASAN_OPTIONS:-fast_unwind_on_malloc=0:strict_string_checks=1:detect_stack_use_after_return=1}
export LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=$root/tests/lsan.supp:print_suppressions=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
status=0
ctest --test-dir "$build" -j "$jobs" --output-on-failure --no-tests=error "${select[@]}" "$@" || status=$?

forgotten=$(left_behind)
if [ -n "$forgotten" ]; then
  {
    echo "run.sh: tests left these processes behind:"
    for pid in $forgotten; do printf '  %s %s\n' "$pid" "$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" || true)"; done
  } >&2
  if [ "$status" -eq 0 ]; then status=1; fi
fi
exit "$status"
