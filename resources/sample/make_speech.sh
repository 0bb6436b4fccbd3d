#!/usr/bin/env bash
# Makes caller.wav and callee.wav: the two sides of one short telephone conversation, in step (while one talks the
# other is silent). Run once; the files are kept. Needs: espeak-ng sox (Debian packages of these names).
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# who|pause before in seconds|words
dialogue=(
  'callee|0.20|Good morning, Castle Bakery, how can I help you?'
  'caller|0.40|Hello, this is Anna Miller. I would like to order a birthday cake for Saturday.'
  'callee|0.35|With pleasure. For how many people shall it be?'
  'caller|0.45|For about twelve. Chocolate with strawberries, please.'
  'callee|0.35|That will be thirty six euros. Shall we deliver it?'
  'caller|0.40|No, thank you, I will pick it up at ten. Good bye!'
  'callee|0.30|Thank you for calling, good bye.'
)
say() { # say WHO FILE WORDS: one sentence, 8 kHz mono 16 bit, the same loudness for both, without silence around it
  local voice=(-v en-us+f3 -s 165 -p 58)
  if [ "$1" = callee ]; then voice=(-v en-gb+m3 -s 160 -p 38); fi
  espeak-ng "${voice[@]}" -w "$work/raw.wav" "$3"
  sox -R "$work/raw.wav" -r 8000 -c 1 -b 16 "$2" highpass 200 norm -4 \
    silence 1 0.01 0.5% reverse silence 1 0.01 0.5% reverse
}

number=0
caller_parts=()
callee_parts=()
for line in "${dialogue[@]}"; do
  IFS='|' read -r who pause words <<<"$line"
  number=$((number + 1))
  say "$who" "$work/$number.talk.wav" "$words"
  sox -R "$work/$number.talk.wav" "$work/$number.turn.wav" pad "$pause" 0
  sox -R -v 0 "$work/$number.turn.wav" "$work/$number.wait.wav"
  if [ "$who" = caller ]; then
    caller_parts+=("$work/$number.turn.wav") callee_parts+=("$work/$number.wait.wav")
  else
    caller_parts+=("$work/$number.wait.wav") callee_parts+=("$work/$number.turn.wav")
  fi
done
# A second of silence at the end, so that the loop of a longer call is heard as a pause.
sox -R "${caller_parts[@]}" caller.wav pad 0 1
sox -R "${callee_parts[@]}" callee.wav pad 0 1
for side in caller callee; do
  printf '%s.wav: %s s, RMS %s dB\n' "$side" "$(soxi -D $side.wav)" \
    "$(sox $side.wav -n stats 2>&1 | awk '/^RMS lev/ { print $4 }')"
done
