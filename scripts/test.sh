#!/usr/bin/env bash
# `make test`, the cheap stages first; `test.sh lint` is those that run nothing of ours. Builds nothing twice.
set -euo pipefail
cd "$(dirname "$0")/.."

export SAM_CLI_TELEMETRY=0
# cfn-lint wants to know which region's resources to expect.
export AWS_DEFAULT_REGION=${AWS_DEFAULT_REGION:-us-east-1}

passed=0
skipped=()

# A stage that ends with 3 could not do all of its work here: it counts as skipped, never as passed.
stage() {
    local name=$1 started=$SECONDS status=0
    shift
    echo "== $name: $*"
    "$@" || status=$?
    case $status in
        0) passed=$((passed + 1)); echo "== $name: passed in $((SECONDS - started)) s" ;;
        3) skipped+=("$name"); echo "== $name: SKIPPED, see above" ;;
        *) echo "error: $name failed after $((SECONDS - started)) s" >&2; exit 1 ;;
    esac
}

summary() {
    echo "make ${1:-test}: $passed stages passed, ${#skipped[@]} skipped, in $SECONDS s"
    for name in "${skipped[@]}"; do
        echo "    SKIPPED: $name"
    done
}

checkov() {
    mkdir -p target/template
    .venv-sam/bin/python -m tests.template.template > target/template/expanded.yaml
    .venv-checkov/bin/checkov --file target/template/expanded.yaml
}

sam_local() {
    .venv-local/bin/python -m local.sam_local --check || return
    .venv-local/bin/python -m local.stack private -- .venv-local/bin/pytest --quiet tests/local/test_sam_local.py
}

stage "formatting" cargo fmt --all --check
stage "template: SAM and CloudFormation" .venv-sam/bin/sam validate --lint
stage "template: serverless rules" .venv-sam/bin/cfn-lint --append-rules cfn_lint_serverless.rules --template template.yaml
stage "template: security" checkov
stage "template: our own rules" .venv-sam/bin/pytest --quiet tests/template
stage "documents" .venv-sam/bin/pytest --quiet tests/docs
stage "dependencies" scripts/deny.sh
stage "clippy" cargo clippy --locked --workspace --all-targets -- -D warnings
if [ "${1:-}" = lint ]; then
    summary lint
    exit
fi
stage "unit and integration tests" cargo test --locked --workspace
# shellcheck disable=SC2086 -- several words
stage "end to end" .venv-local/bin/python -m local.stack private -- .venv-local/bin/pytest tests/e2e ${PYTEST_ARGS:-}
stage "sizes" .venv-local/bin/python -m scripts.sizes --check
stage "cargo lambda" .venv-local/bin/python -m local.stack private -- .venv-local/bin/pytest --quiet tests/local/test_watch.py
stage "sam local" sam_local
stage "deployments" .venv-local/bin/python -m local.stack private -- .venv-local/bin/pytest --quiet tests/local/test_deployments.py
summary
