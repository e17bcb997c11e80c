#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# tools.sh: installs what only the benchmarks need. Says nothing when it is there; otherwise answers 1
# with a reason, and the report goes on without it.

set -eu

command -v wget2 >/dev/null 2>&1 && exit 0
command -v apt-get >/dev/null 2>&1 || { echo "there is no wget2 and no apt-get"; exit 1; }
as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "there is no wget2 and no sudo"; exit 1; }
    as_root=sudo
fi
install()
{
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
        install --no-install-recommends wget2
}
log=$(mktemp)
# shellcheck disable=SC2064
trap "rm -f $log" EXIT
install >"$log" 2>&1 </dev/null && exit 0
$as_root apt-get -q update >"$log" 2>&1 </dev/null || true
install >"$log" 2>&1 </dev/null && exit 0
echo "wget2 could not be installed: $(tail -n 1 "$log")"
exit 1
