#!/usr/bin/env bash
# Runs cargo-deny on the dependency tree, after installing its pinned version into target/tools.
# Exits with 3 if the advisory database is out of reach and every other check passes.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.20.2
advisories=https://github.com/RustSec/advisory-db
deny=target/tools/bin/cargo-deny

if [ "$("$deny" --version 2>/dev/null)" != "cargo-deny $version" ]; then
    echo "Installing cargo-deny $version into target/tools, once, a minute or two ..."
    cargo install --quiet --locked --debug --root target/tools --version "$version" cargo-deny
fi

"$deny" --locked check bans licenses sources
if GIT_TERMINAL_PROMPT=0 timeout 20 git ls-remote --quiet --exit-code "$advisories" HEAD >/dev/null 2>&1; then
    "$deny" --locked check advisories
else
    echo "cannot reach $advisories" >&2
    exit 3
fi
