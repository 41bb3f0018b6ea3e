#!/usr/bin/env bash
# Runs the stages of `make test`, the cheap ones first. `test.sh lint` runs those that need no compiled function.
set -euo pipefail
cd "$(dirname "$0")/.."

export SAM_CLI_TELEMETRY=0
# cfn-lint checks for the resources of one region.
export AWS_DEFAULT_REGION=${AWS_DEFAULT_REGION:-us-east-1}

# shellcheck source=scripts/stages.sh
source scripts/stages.sh

ruff() {
    .venv-lint/bin/ruff check --quiet && .venv-lint/bin/ruff format --quiet --diff
}

workflows() {
    .venv-lint/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml &&
        .venv-lint/bin/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
}

checkov() {
    mkdir -p target/template
    .venv-sam/bin/python -m tests.template.template > target/template/expanded.yaml
    .venv-checkov/bin/checkov --file target/template/expanded.yaml web/template.yaml
}

# A newer compiler's new lints are warnings. They are errors only for the version that the workflow pins.
clippy() {
    local pinned deny=()
    pinned=$(sed -n 's/^ *RUSTUP_TOOLCHAIN: *//p' .github/workflows/ci.yml)
    if [[ $(rustc --version) == "rustc $pinned "* ]]; then deny=(-- -D warnings); fi
    cargo clippy --locked --workspace --all-targets "${deny[@]}"
}

# pytest's own 3 is an error within pytest. It does not mean that a stage could not run here.
pytests() {
    .venv-sam/bin/pytest --quiet "$@" || return 1
}

# Runs a command beside a stack that is made of the release build.
beside_a_stack() {
    .venv-local/bin/python -m local.stack private --release -- "$@" || return 1
}

sam_local() {
    .venv-local/bin/python -m local.sam_local --check && beside_a_stack .venv-local/bin/pytest --quiet tests/local/test_sam_local.py
}

browser() {
    .venv-web/bin/python -m tests.web.chromium && beside_a_stack .venv-web/bin/pytest --quiet tests/web
}

stage "formatting" cargo fmt --all --check
stage "Python" ruff
stage "shell" .venv-lint/bin/shellcheck .ci/run .ci/chromium.sh .ci/docker.sh bench/run.sh scripts/*.sh tests/faults/mutations.sh
stage "workflows" workflows
stage "template: SAM and CloudFormation" .venv-sam/bin/sam validate --lint
stage "template: serverless rules" .venv-sam/bin/cfn-lint --append-rules cfn_lint_serverless.rules --template template.yaml
stage "template: the page" .venv-sam/bin/cfn-lint --template web/template.yaml
stage "template: security" checkov
stage "template: our own rules" pytests tests/template
stage "API: OpenAPI" .venv-lint/bin/openapi-spec-validator api/openapi.yaml
stage "API: our own rules" pytests tests/api
stage "documents" pytests tests/docs
stage "architecture" pytests tests/architecture
stage "dependencies" scripts/deny.sh
stage "clippy" clippy
if [ "${1:-}" = lint ]; then
    summary lint
    exit
fi
# The rig's tests run the release binaries.
stage "release build" .venv-local/bin/python -m local.stack build
stage "unit and integration tests" cargo test --locked --workspace
stage "sizes" .venv-local/bin/python -m scripts.sizes --check
# shellcheck disable=SC2086 # PYTEST_ARGS holds several words.
stage "end to end" beside_a_stack .venv-local/bin/pytest tests/e2e ${PYTEST_ARGS:-}
stage "fuzz" beside_a_stack scripts/fuzz.sh --max-examples 10
stage "local stack" beside_a_stack .venv-local/bin/pytest --quiet tests/local/test_bridge.py tests/local/test_deploy_web.py \
    tests/local/test_emulator.py tests/local/test_guard.py tests/local/test_page.py tests/local/test_readme.py \
    tests/local/test_schedules.py
stage "browser" browser
stage "cargo lambda" beside_a_stack .venv-local/bin/pytest --quiet tests/local/test_watch.py
stage "sam local" sam_local
stage "deployments" beside_a_stack .venv-local/bin/pytest --quiet tests/local/test_deployments.py \
    tests/local/test_windows.py
summary
