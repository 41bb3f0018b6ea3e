#!/usr/bin/env bash
# Breaks counting or repair in one way after the other and checks that the fault campaign notices each.
set -euo pipefail
cd "$(dirname "$0")/../.."

# A copy's crates have the names of the real ones, which must not find them built.
target=${CARGO_TARGET_DIR:-$PWD/target}/mutations
scratch=$(mktemp -d)
trap 'git worktree remove --force "$scratch/broken"; rm -rf "$scratch"' EXIT
git worktree add --quiet --detach "$scratch/broken"

unnoticed=0
for patch in tests/faults/mutations/*.patch; do
    name=$(basename "$patch" .patch)
    echo "== $name"
    git -C "$scratch/broken" reset --hard --quiet
    git -C "$scratch/broken" apply "$PWD/$patch"
    CARGO_TARGET_DIR="$target" cargo build --quiet --locked --profile campaign --package faults \
        --manifest-path "$scratch/broken/Cargo.toml"
    if timeout 600 "$target/campaign/faults" 10000 1 | grep -E "wrong:|lost|doubled|counted$"; then
        echo "error: the campaign did not notice" >&2
        unnoticed=1
    fi
done
exit $unnoticed
