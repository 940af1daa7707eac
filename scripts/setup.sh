#!/usr/bin/env bash
# Makes a virtual environment ready: the interpreter, the locked packages, this checkout, Qt's system libraries.
#
#     scripts/setup.sh VENV LOCK_FILE...
#
# Says what it does and takes no network; silent and quick when nothing is left to do. Settings, from the environment:
# PYTHON (the interpreter to build on), SYSTEM_SITE_PACKAGES=1 (let the environment see the system's packages).
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/debian.sh
. scripts/debian.sh

venv=$1
shift
locks=("$@")

# Two runs at once would install over each other.
if command -v flock >/dev/null 2>&1; then
    exec 9<scripts/setup.sh
    flock 9
fi
# Set in the shells of many studios; each would send pip or Python somewhere else than into the environment.
unset PYTHONHOME PYTHONPATH PIP_USER PIP_TARGET PIP_PREFIX

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 9))' >/dev/null 2>&1
}

find_python() {
    local name
    if [ -n "${PYTHON:-}" ]; then
        is_new_enough "$PYTHON" || die "PYTHON=$PYTHON is not a Python 3.9 or newer that can be run."
        echo "$PYTHON"
        return
    fi
    for name in python3 python3.13 python3.12 python3.11 python3.10 python3.9 python3.14; do
        if is_new_enough "$name"; then
            echo "$name"
            return
        fi
    done
    die "No Python 3.9 or newer was found. Install one (Debian: apt-get install python3 python3-venv)," \
        "or name it: PYTHON=/path/to/python3.11 make ..."
}

# An environment that a developer made here by hand is kept, if it is one for this interpreter.
is_fit() {
    [ ! -e "$marks/base" ] && [ -z "${SYSTEM_SITE_PACKAGES:-}" ] &&
        grep -qsF "$(pwd)/$venv/" "$venv/bin/pip" &&
        [ "$("$venv/bin/python" -c "$identity" 2>/dev/null)" = "$("$python" -c "$identity")" ]
}

make_venv() {
    local version options=()
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    # Debian keeps ensurepip in a package of its own.
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        install_packages "python$version-venv" || exit 1
    fi
    if [ -e "$venv/pyvenv.cfg" ]; then
        options+=(--clear)
    fi
    if [ -n "${SYSTEM_SITE_PACKAGES:-}" ]; then
        options+=(--system-site-packages)
    fi
    say "Creating $venv with $("$python" --version)"
    "$python" -m venv ${options[@]+"${options[@]}"} "$venv"
}

python=$(find_python)
identity='import sys; print(sys.version, sys.base_prefix)'
# What the environment was made from and holds; where one differs, that step is done again. The path is part of it:
# the scripts of an environment that was moved or copied point elsewhere.
base="$(pwd)/$venv $("$python" -c "$identity") ${SYSTEM_SITE_PACKAGES:-}"
packages=$(cat "${locks[@]}" | cksum)
checkout=$(cksum <pyproject.toml)
marks="$venv/.ready"
mark_of() { cat "$marks/$1" 2>/dev/null || true; }
marked_packages() { grep -qxF "$packages" "$marks/packages" 2>/dev/null; }

if [ "$(mark_of base)" != "$base" ] || ! "$venv/bin/python" -c '' 2>/dev/null; then
    is_fit || make_venv
    rm -rf "$marks"
    mkdir -p "$marks"
    printf '%s\n' "$base" >"$marks/base"
fi

if ! marked_packages; then
    say "Installing the packages of ${locks[*]} into $venv (the first time downloads about 200 MB)"
    requirements=()
    for lock in "${locks[@]}"; do
        requirements+=(-r "$lock")
    done
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input \
        --require-hashes --no-deps "${requirements[@]}" ||
        die "The locked packages could not be installed; pip says why above."
    # One line for each set of lock files that is in: what `make test` installs holds what `make demo` needs.
    printf '%s\n' "$packages" >>"$marks/packages"
    rm -f "$marks/checkout" "$marks/libraries"
fi

if [ "$(mark_of checkout)" != "$checkout" ]; then
    # The build tools are among the locked packages: nothing is downloaded here.
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input \
        --no-deps --no-index --no-build-isolation --editable . ||
        die "This checkout could not be installed into $venv; pip says why above."
    printf '%s\n' "$checkout" >"$marks/checkout"
fi

if [ ! -e "$marks/libraries" ]; then
    if ! missing=$("$venv/bin/python" scripts/qt_libraries.py); then
        # shellcheck disable=SC2086  # a list of package names
        install_packages $missing || true
    fi
    "$venv/bin/python" scripts/qt_libraries.py --explain >&2 && : >"$marks/libraries" || [ $? = 3 ] || exit 1
fi
