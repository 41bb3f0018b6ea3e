#!/usr/bin/env bash
# Pins scripts/requirements/*.in, with hashes for every platform, in the .txt files beside them. Pins that still fit stay,
# unless `--upgrade` is given.
set -euo pipefail
cd "$(dirname "$0")/requirements"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch"
"$scratch/bin/pip" install --quiet --disable-pip-version-check uv==0.13.9

for wanted in *.in; do
    echo "Pinning $wanted ..."
    UV_CUSTOM_COMPILE_COMMAND="make pins" "$scratch/bin/uv" pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-emit-index-url --no-emit-find-links --excludes excludes.txt "$@" \
        --output-file "${wanted%.in}.txt" "$wanted" > /dev/null
done
