#!/usr/bin/env bash
# Writes requirements/*.txt anew from pyproject.toml: `make lock`, or `make lock LOCK_OPTIONS=--upgrade`.
# One file serves every Python from 3.9 and every platform: markers choose among the versions in it.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$1
shift

compile() {
    local output=$1
    shift
    "$uv" pip compile --quiet --universal --python-version 3.9 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" \
        --constraint requirements/constraints.in --output-file "requirements/$output" "$@"
    echo "wrote requirements/$output"
}

compile test.txt --extra test pyproject.toml requirements/build.in "$@"
# The others keep to the versions of test.txt, so that one environment can hold several of them.
compile demo.txt --extra demo --constraint requirements/test.txt pyproject.toml requirements/build.in "$@"
compile test-without-qt.txt --extra test --constraint requirements/test.txt \
    --no-emit-package pyside6-essentials --no-emit-package shiboken6 pyproject.toml requirements/build.in "$@"
compile pyqt6.txt requirements/pyqt6.in "$@"
