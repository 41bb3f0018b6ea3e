#!/usr/bin/env bash
# Makes .venv-$1 out of scripts/requirements-$1.txt; returns at once where it is so already.
set -euo pipefail
cd "$(dirname "$0")/.."

name=$1
venv=.venv-$name
requirements=scripts/requirements-$name.txt

# A virtual environment holds absolute paths and one Python: it is as stale after a move or an upgrade as after a new pin.
wanted=$(pwd; python3 --version; cat "$requirements")
if [ -x "$venv/bin/python" ] && [ "$wanted" = "$(cat "$venv/made-of" 2>/dev/null)" ]; then
    exit 0
fi

echo "Installing $requirements into $venv, once, a minute or so ..."
started=$SECONDS
rm -rf "$venv"
if ! { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"; }; then
    echo "error: could not install $requirements; pip says why above" >&2
    exit 1
fi
printf '%s\n' "$wanted" > "$venv/made-of"
echo "... done in $((SECONDS - started)) s"
