#!/bin/bash
# Makes the guide's pictures anew: the console itself draws its pages in both themes, of an engine that monitors made-up
# calls, with those of the hour before in its directory. They are then stored with 64 colours each, a quarter of the size.
#
# Usage: make_pictures.sh BIN_DIR        (build/dev/bin; takes five minutes; needs ffmpeg)
set -euo pipefail
bin=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
traffic=''
engine=''
cleanup() {
  kill $engine $traffic 2>/dev/null || true
  wait
  rm -rf "$work"
}
trap cleanup EXIT

cat >"$work/engine.toml" <<'END'
[[trunk]]
name = "carriers"
addresses = ["203.0.113.0/24"]
[[trunk]]
name = "site 1"
addresses = ["10.20.1.0/24"]
END
mkfifo "$work/hour" "$work/packets"
"$bin/callmon-traffic" --out "$work/hour" --truth "$work/truth" --seed 4 --duration 3600 --concurrent 12 --hold-mean 14 \
  --hold-shape 400 --codecs g729=1 --mix clean=8,loss=2,jitter=1,busy=1,unanswered=1,failed=1 \
  --start "$(date -u -d '-62 minutes' +%Y-%m-%dT%H:%M:%SZ)" >/dev/null &
traffic=$!
"$bin/callmon-engine" --config "$work/engine.toml" --replay - --data "$work/data" --listen none <"$work/hour" \
  >/dev/null 2>"$work/engine.log"
"$bin/callmon-traffic" --live --seed 3 --concurrent 24 --hold-mean 30 --rtcp-share 0.5 \
  --mix clean=4,loss=8,jitter=4,busy=1,unanswered=1,failed=1,dtmf=1,one_way=2 >"$work/packets" &
traffic=$!
"$bin/callmon-engine" --config "$work/engine.toml" --replay - --pace recorded --data "$work/data" \
  --listen "local:$work/engine.sock" <"$work/packets" >/dev/null 2>>"$work/engine.log" &
engine=$!
sleep 150 # calls of some length have ended, and there are minutes of metrics
echo 'pcm.silent { type null } pcm.!default { type plug slave.pcm silent }' >"$work/asound.conf"
export QT_QPA_PLATFORM=offscreen LC_ALL=C.UTF-8 XDG_CONFIG_HOME="$work/config" ALSA_CONFIG_PATH="$work/asound.conf"
"$bin/callmon-console" --engine "local:$work/engine.sock" --smoke "$work/pictures" --size 1280x720

for page in live past call alarms service probe; do
  for theme in light dark; do
    ffmpeg -loglevel error -y -i "$work/pictures/$page-$theme.png" -vf \
      "split[a][b];[a]palettegen=max_colors=64:reserve_transparent=0:stats_mode=full[p];[b][p]paletteuse=dither=none" \
      -compression_level 9 "$here/$page-$theme.png"
  done
done
du -cb "$here"/*.png | tail -1
