# shellcheck shell=bash
# The stages of a run and their summary, sourced by test.sh.

passed=0
skipped=()

# A stage that exits with 3 could not do all of its work here. It counts as skipped and never as passed.
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
