#!/usr/bin/env bash
# The demo as a user starts it: live calls appear, it is light on the machine, and it leaves no process behind.
#   bash tests/system/quickstart_demo.sh BIN-DIR        exit 0 passed, 1 failed, 77 skipped
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bin=${1:?give the folder with the built programs}
for program in callmon-engine callmonctl callmon-traffic; do
  [ -x "$bin/$program" ] || { echo "SKIPPED: no $program in $bin"; exit 77; }
done

work=$(mktemp -d)
export HOME=$work XDG_STATE_HOME=$work/state CALLMON_DEMO_TEST=$$.$RANDOM
unset DISPLAY WAYLAND_DISPLAY
failures=0
check() { # check DESCRIPTION COMMAND...
  local what=$1
  shift
  if "$@"; then echo "ok: $what"; else echo "FAILED: $what"; failures=$((failures + 1)); fi
}
remaining() { # every process that inherited this test's mark, but the test itself
  local entry pid
  for entry in /proc/[0-9]*; do
    pid=${entry#/proc/}
    if [ "$pid" != $$ ] && [ "$pid" != "$BASHPID" ] && [ -r "$entry/environ" ] \
      && tr '\0' '\n' 2>/dev/null <"$entry/environ" | grep -qx "CALLMON_DEMO_TEST=$CALLMON_DEMO_TEST"; then
      printf '%s %s\n' "$pid" "$(tr '\0' ' ' <"$entry/cmdline" 2>/dev/null)"
    fi
  done
}
# A helper of a shell may need a moment to go; a program that stays is found after some seconds as well.
nothing_left() { # [SECONDS]
  local tries left=
  for ((tries = 0; tries < 10 * ${1:-5}; ++tries)); do
    left=$(remaining)
    [ -n "$left" ] || return 0
    sleep 0.1
  done
  echo "$left"
  return 1
}
finish() {
  remaining | while read -r pid _; do kill -KILL "$pid" 2>/dev/null; done
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

light() { # light SECONDS TIMES-FILE: user + system time of everything is below a third of one core
  awk -v wall="$1" '{ cpu += $1 + $2 } END { printf "processor time %.2f s in %d s\n", cpu, wall; exit !(cpu < wall / 3) }' "$2"
}

seconds=20
TIMEFORMAT='%U %S'
{ time bash "$root/installers/quickstart.sh" --seconds $seconds --bin "$bin" >"$work/terminal.txt" 2>&1; } 2>"$work/times"
status=$?
cat "$work/terminal.txt"
check "the demo ends by itself after $seconds s with success" test $status -eq 0
check "numbers that call each other stand in the terminal" grep -Eq '\+34910[0-9]{6}|\+4930[0-9]+' "$work/terminal.txt"
check "below a third of one core" light $seconds "$work/times"
check "no process left" nothing_left
"$bin/callmonctl" calls --data "$work/state/callmon-demo/data" --format csv >"$work/calls.csv"
check "calls were stored" test "$(wc -l <"$work/calls.csv")" -ge 6
check "the folder is private" test "$(stat -c %a "$work/state/callmon-demo")" = 700

interrupted() {
  env --default-signal=INT bash "$root/installers/quickstart.sh" --bin "$bin" >"$work/interrupted.txt" 2>&1 &
  local demo=$!
  sleep 5
  kill -INT $demo
  wait $demo
  test $? -eq 130
}
check "Ctrl-C ends it" interrupted
check "no process left after Ctrl-C" nothing_left

in_a_terminal() { # script gives it one
  TERM=xterm LANG=C.UTF-8 script -qec "bash '$root/installers/quickstart.sh' --seconds 15 --bin '$bin'" \
    "$work/terminal.log" >"$work/script.txt" 2>&1 </dev/null
}
screen_given_back() { # the alternate screen is entered once and left once, before the last words
  awk -v enter=$'\e[?1049h' -v leave=$'\e[?1049l' 'index($0, enter) { if (state != "") exit 1; state = "in" }
    index($0, leave) { if (state != "in") exit 1; state = "out" } /== Stopping/ { if (state == "out") good = 1 }
    END { exit !good }' "$work/terminal.log"
}
if command -v script >/dev/null; then
  check "in a terminal it ends with success" in_a_terminal
  check "the terminal's screen is given back" screen_given_back
  check "the first table has its time already" test "$(grep -c '00:00:00 UTC' "$work/terminal.log")" -eq 0
  check "the table follows the calls" grep -q 'answered .*PCM[AU]' "$work/terminal.log"
  check "no process left after the terminal" nothing_left
fi

killed() {
  bash "$root/installers/quickstart.sh" --bin "$bin" >"$work/killed.txt" 2>&1 &
  local demo=$!
  sleep 4
  kill -KILL $demo
  wait $demo 2>/dev/null
  nothing_left 30 # the engine stores what it holds
}
check "no process left even after kill -9" killed

if [ -x "$bin/callmon-console" ]; then
  { time QT_QPA_PLATFORM=offscreen DISPLAY=:offscreen bash "$root/installers/quickstart.sh" --seconds $seconds \
    --bin "$bin" >"$work/window.txt" 2>&1; } 2>"$work/times"
  check "with the console too: ends with success" test $? -eq 0
  cat "$work/window.txt"
  check "the console stayed open" grep -q "$seconds seconds are over" "$work/window.txt"
  check "it was the console, not the table" test "$(grep -c 'could not open its window' "$work/window.txt")" -eq 0
  check "with the console below a third of one core" light $seconds "$work/times"
  check "no process left" nothing_left
fi
[ $failures -eq 0 ]
