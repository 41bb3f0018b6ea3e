#!/usr/bin/env bash
# `make test`, the cheap stages first; `test.sh lint` is the first three of them. Builds nothing twice.
set -euo pipefail
cd "$(dirname "$0")/.."

export SAM_CLI_TELEMETRY=0
# cfn-lint wants to know which region's resources to expect.
export AWS_DEFAULT_REGION=${AWS_DEFAULT_REGION:-us-east-1}

stage() {
    local name=$1 started=$SECONDS
    shift
    echo "== $name: $*"
    if ! "$@"; then
        echo "error: $name failed after $((SECONDS - started)) s" >&2
        exit 1
    fi
    echo "== $name: passed in $((SECONDS - started)) s"
}

stage "formatting" cargo fmt --all --check
stage "template" .venv-sam/bin/sam validate --lint
stage "clippy" cargo clippy --locked --workspace --all-targets -- -D warnings
if [ "${1:-}" = lint ]; then
    exit
fi
stage "unit and integration tests" cargo test --locked --workspace
# shellcheck disable=SC2086 -- several words
stage "end to end" .venv-local/bin/python local/stack.py private -- .venv-local/bin/pytest tests/e2e ${PYTEST_ARGS:-}

echo "make test: all passed in $SECONDS s"
