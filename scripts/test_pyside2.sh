#!/usr/bin/env bash
# Runs the tests with PySide2, which PyPI has for no current Python: Debian's packages serve it to Debian's own
# interpreter. Exits with 77 where the system has none to offer. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/debian.sh
. scripts/debian.sh

python=/usr/bin/python3
modules=(QtCore QtGui QtWidgets)
packages=(python3-pyside2.qtcore python3-pyside2.qtgui python3-pyside2.qtwidgets)
probe="from PySide2 import $(IFS=,; echo "${modules[*]}")"

unset PYTHONHOME PYTHONPATH
if ! "$python" -c "$probe" 2>/dev/null; then
    if command -v apt-cache >/dev/null 2>&1 && ! apt_lists_present && sudo=$(as_root); then
        apt_run "$sudo" /dev/null update || true
    fi
    if ! apt-cache show "${packages[0]}" 2>/dev/null | grep -q '^Package:'; then
        say "PySide2: skipped. This system has no package ${packages[0]}, as Debian 12 and 13 have."
        exit 77
    fi
    install_packages "${packages[@]}" || exit 77
    "$python" -c "$probe"
fi
PYTHON=$python SYSTEM_SITE_PACKAGES=1 scripts/setup.sh .venv-pyside2 requirements/test-without-qt.txt
QT_API=pyside2 exec .venv-pyside2/bin/python -m pytest "$@"
