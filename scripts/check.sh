#!/usr/bin/env bash
# Reports every missing prerequisite on a line of its own. `check.sh rustfmt clippy` also asks for these Rust components.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=0
lacks() {
    echo "error: $1" >&2
    missing=1
}

has() { command -v "$1" >/dev/null 2>&1; }

# True if version $1 is at least version $2.
at_least() { [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

rust_wanted=$(sed -n 's/^rust-version *= *"\(.*\)"/\1/p' Cargo.toml)
if ! has cargo || ! has rustc; then
    lacks "Rust is missing: install $rust_wanted or newer, see https://rustup.rs"
else
    rust_found=$(rustc --version | cut -d ' ' -f 2)
    at_least "${rust_found%%-*}" "$rust_wanted" || lacks "Rust $rust_found is too old, $rust_wanted is needed: rustup update"
    for component in "$@"; do
        cargo "${component/rustfmt/fmt}" --version >/dev/null 2>&1 || lacks "$component is missing: rustup component add $component"
    done
fi
has cc || lacks "a C compiler (cc) is missing; cargo links build scripts with it"
has curl || lacks "curl is missing"

if ! has python3; then
    lacks "python3 is missing: 3.11 or newer is needed"
elif ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    lacks "$(python3 --version) is too old, 3.11 or newer is needed"
elif ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    lacks "python3 lacks its venv module (Debian and Ubuntu: apt install python3-venv)"
fi

exit $missing
