#!/usr/bin/env bash
# The Debian packages hold what they should, name what they need, and leave an edited configuration alone.
#   packages.sh BUILD_DIR
set -euo pipefail
build=$1
for tool in cpack dpkg-deb dpkg-shlibdeps; do
  command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
work=$(mktemp -d /tmp/callmon-packages.XXXXXX)
trap 'rm -rf "$work"' EXIT
fail() { echo "packages: $*" >&2; exit 1; }

cpack --config "$build/CPackConfig.cmake" -B "$work" >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "cpack failed"; }
probe=$(echo "$work"/voipcallmon-probe_*.deb)
dpkg-deb -c "$probe" >"$work/probe"
for line in '-rwxr-xr-x root/root .* \./usr/bin/callmon-engine$' '-rwxr-xr-x root/root .* \./usr/bin/callmonctl$' \
  '-rw-r--r-- root/root .* \./usr/lib/systemd/system/callmon-engine.service$' \
  'drwxr-x--- root/root .* \./etc/callmon/identity/$' '-rw-r----- root/root .* \./etc/callmon/callmon-engine.toml$' \
  ' \./usr/share/man/man1/callmon-engine.1.gz$' ' \./usr/share/doc/voipcallmon-probe/changelog.gz$' ' \./usr/share/doc/voipcallmon-probe/copyright$'; do
  grep -Eq -- "$line" "$work/probe" || { cat "$work/probe" >&2; fail "not in it: $line"; }
done
! grep -Eq '(callmon-console$|/local/|callmon-traffic)' "$work/probe" || fail "what does not belong to the probe: $(cat "$work/probe")"
dpkg-deb -e "$probe" "$work/control"
[ "$(cat "$work/control/conffiles")" = /etc/callmon/callmon-engine.toml ] || fail "the configuration would be overwritten"
for script in postinst prerm postrm; do
  [ -x "$work/control/$script" ] && sh -n "$work/control/$script" || fail "$script"
done
needs=$(dpkg-deb -f "$probe" Depends)
for package in libqt6remoteobjects6 libqt6network6 libsqlite3-0 liburing2 libpcap0.8 librte-net-af-packet23 librte-mempool-ring23 systemd; do
  [[ $needs == *$package* ]] || fail "does not need $package: $needs"
done
dpkg-deb -x "$probe" "$work/unpacked"
grep -q '^ExecStart=/usr/bin/callmon-engine --config /etc/callmon/callmon-engine.toml$' \
  "$work/unpacked/usr/lib/systemd/system/callmon-engine.service" || fail "the unit names other places"
"$work/unpacked/usr/bin/callmon-engine" --version || fail "the engine does not start"
if [ -x "$build/bin/callmon-console" ]; then
  console=$(echo "$work"/voipcallmon-console_*.deb)
  dpkg-deb -c "$console" >"$work/console" # not into a pipe, which grep -q closes before all is written
  grep -q ' \./usr/share/applications/callmon-console.desktop$' "$work/console" || fail "no entry for the menu"
  [[ $(dpkg-deb -f "$console" Recommends) == *voipcallmon-probe* ]] || fail "the console does not recommend the probe"
fi
