#!/usr/bin/env bash
# Sends requests that schemathesis draws from api/openapi.yaml to the API at API_URL, and compares the replies with it.
set -euo pipefail
cd "$(dirname "$0")/.."

exec .venv-fuzz/bin/schemathesis --no-color --config-file tests/api/schemathesis.toml run api/openapi.yaml "$@"
