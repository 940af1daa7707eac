#!/usr/bin/env bash
# Runs the tests with every Python from 3.9 to 3.13 that is installed, each in its own environment.
# Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=()
for version in 3.9 3.10 3.11 3.12 3.13; do
    if ! "python$version" -c '' >/dev/null 2>&1; then
        echo "== Python $version: not installed"
        continue
    fi
    echo "== Python $version"
    venv=.venv-python$version
    if ! { PYTHON=python$version scripts/setup.sh "$venv" requirements/test.txt && "$venv/bin/python" -m pytest "$@"; }; then
        failed+=("$version")
    fi
done
if [ ${#failed[@]} -gt 0 ]; then
    echo "Failed with Python: ${failed[*]}" >&2
    exit 1
fi
