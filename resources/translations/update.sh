#!/usr/bin/env bash
# Gathers every text that the console shows into a file that Qt Linguist opens; what is translated in it stays.
#   bash resources/translations/update.sh resources/translations/callmon_de.ts
# lupdate is of Debian's qt6-l10n-tools. The next build makes the file part of the console (--language de).
set -euo pipefail
[ $# -eq 1 ] || { sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 2; }
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
lupdate=$(qtpaths6 --query QT_HOST_BINS)/lupdate
[ -x "$lupdate" ] || { echo "update.sh: there is no lupdate; install qt6-l10n-tools" >&2; exit 1; }
# The classes are found by the headers as they are included; shared/ and engine/ mark their texts without Qt.
exec "$lupdate" -silent -no-obsolete -locations none -I "$root" -tr-function-alias QT_TRANSLATE_NOOP+=TR \
  "$root/console" "$root/shared" "$root/engine" -ts "$1"
