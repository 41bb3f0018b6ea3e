#!/usr/bin/env bash
# Installs Debian's Chromium for the page's tests if there is no browser. Fails with the reason if it can't, and
# `make test` then skips these tests.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    echo "warning: no browser: $1" >&2
    exit 1
}

python3 -m tests.web.chromium 2>/dev/null && exit
command -v apt-get >/dev/null || fail "Chromium is installed from Debian packages, and this is not Debian"
as_root=()
if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || fail "root is needed to install one"
    as_root=(sudo -n)
fi
echo "There is no browser: installing Debian's chromium ..." >&2
"${as_root[@]}" apt-get update -qq || fail "the lists of packages could not be read"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=400 install -y \
    --no-install-recommends chromium >/dev/null || fail "Debian's chromium could not be installed"
