#!/usr/bin/env bash
# `make bench`: builds, measures, and writes docs/benchmarks.md from this one run.
set -euo pipefail
cd "$(dirname "$0")/.."

page=docs/benchmarks.md
built=target/campaign

.venv-local/bin/python local/stack.py build
PATH="$PWD/.venv-sam/bin:$PATH" cargo lambda build --release --package hello
cargo build --locked --profile campaign --package bench --bin cold-start --bin critical-path

new=$(mktemp)
trap 'rm -f "$new"' EXIT
{
    cat bench/page/head.md
    printf '\nMeasured by `make bench` on %s, %s, %s cores.\n' "$(date +%F)" "$(uname -m)" "$(nproc)"
    printf '\n## Cold start\n\n'
    cat bench/page/cold-start.md; echo
    "$built/cold-start"
    printf '\n## A play\n\n'
    cat bench/page/critical-path.md; echo
    "$built/critical-path"
    printf '\n## Size\n\n'
    .venv-local/bin/python local/sizes.py
    echo; cat bench/page/steps.md
} > "$new"
cp "$new" "$page"
echo "$page is written."
