#!/usr/bin/env bash
# Makes .venv-NAME from scripts/requirements/NAME.txt for each NAME given, all at the same time. Does nothing for one that
# is up to date.
set -euo pipefail
cd "$(dirname "$0")/.."

# A virtual environment holds absolute paths and one Python. A move or an upgrade makes it as stale as a new pin does.
ingredients() {
    pwd
    python3 --version
    cat "scripts/requirements/$1.txt"
}

install() {
    local venv=.venv-$1 requirements=scripts/requirements/$1.txt started=$SECONDS
    if [ -x "$venv/bin/python" ] && cmp -s <(ingredients "$1") "$venv/made-of"; then
        return
    fi
    echo "Installing $requirements into $venv ..."
    rm -rf "$venv"
    # The files name every dependency, so pip has none to resolve. Python compiles what it imports, which is a fraction.
    if ! { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check --no-compile \
        --no-deps --require-hashes --requirement "$requirements"; }; then
        echo "error: could not install $requirements; see pip's message above" >&2
        return 1
    fi
    ingredients "$1" > "$venv/made-of"
    echo "    $venv is ready after $((SECONDS - started)) s"
}

# Bash lets what runs in the background ignore Ctrl-C.
trap 'trap - TERM; kill 0' INT

installs=()
for name in "$@"; do
    install "$name" &
    installs+=($!)
done
status=0
for install in "${installs[@]}"; do
    wait "$install" || status=1
done
exit $status
