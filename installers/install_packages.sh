#!/usr/bin/env bash
# Installs the Debian packages that VoIPCallMon needs and that are not there yet.
#   bash installers/install_packages.sh [--build] [--run] [--test]     (none given: --build --run)
# As root, or as a user who may use sudo. Changes nothing when nothing is missing.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

sets=()
for argument in "$@"; do
  case $argument in
    --build | --run | --test) sets+=("${argument#--}") ;;
    -h | --help)
      sed -n '2,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *)
      echo "install_packages.sh: unknown option $argument (see --help)" >&2
      exit 2
      ;;
  esac
done
[ ${#sets[@]} -gt 0 ] || sets=(build run)

wanted=()
for set in "${sets[@]}"; do
  while read -r package _; do
    case $package in '' | '#'*) ;; *) wanted+=("$package") ;; esac
  done <"$here/packages-$set.txt"
done

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  echo "install_packages.sh: this system has no apt-get. Please install what these Debian packages hold:" >&2
  echo "  ${wanted[*]}" >&2
  exit 1
fi

missing=()
for package in "${wanted[@]}"; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "Packages: all ${#wanted[@]} needed (${sets[*]}) are installed."
  exit 0
fi

echo "Packages: ${#missing[@]} of ${#wanted[@]} needed (${sets[*]}) are missing and will be installed by apt-get:"
echo "  ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "install_packages.sh: neither root nor sudo here. As root, run:" >&2
    echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
  echo "This needs root: sudo may ask for your password."
fi
# Another apt at work (a first boot, unattended upgrades) is waited for.
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0)
# Package lists that cannot all be had (one of several sources down) are no reason to stop: the install decides.
"${apt[@]}" update </dev/null || echo "install_packages.sh: apt-get update failed; going on with the lists as they are." >&2
"${apt[@]}" install --no-install-recommends "${missing[@]}" </dev/null
echo "Packages: installed."
