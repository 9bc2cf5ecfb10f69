#!/bin/sh
# test/smoke/clean-system.sh FILE.deb: as root in a fresh Debian or Ubuntu that has nothing else: the package brings all that its
# programs link, and its command line runs from the PATH.
set -eu
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$1"
quayside --version
if ldd /opt/Quayside/quayside-desktop | grep 'not found'; then
  echo 'The package depends on too little: see above.' >&2
  exit 1
fi
