# Every target does its own set-up, and does nothing for it the second time. `make help` lists them.
#
# PYTHON=python3.12 make test     another interpreter, in an environment of its own
# make test PYTEST_OPTIONS="-k thumbnail -x"
# make bench BENCH_OPTIONS="--only P4"

# The lock file, not the studio's shell, says what is imported.
unexport PYTHONPATH PYTHONHOME

VENV ?= $(if $(PYTHON),.venv-$(notdir $(PYTHON)),.venv)
PYTEST_OPTIONS ?=
BENCH_OPTIONS ?=
LOCK_OPTIONS ?=
UV_VERSION := 0.13.9
SETUP := scripts/setup.sh

.DEFAULT_GOAL := help
.PHONY: help demo bench test quick lint format types layers ready lock clean test-pyqt6 test-pyside2 test-all-pythons

help: ## this list
	@sed -nE 's/^([a-z0-9-]+):[^#]*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-24s %s\n", $$1, $$2}'

demo: ## an embedded site, and a window on it
	@$(SETUP) $(VENV) requirements/demo.txt
	@$(VENV)/bin/python -m shotgun_data browse --demo

bench: ## the project's targets measured, beside what one would write without it (some minutes)
	@$(SETUP) $(VENV) requirements/demo.txt
	@$(VENV)/bin/python -m shotgun_data bench $(BENCH_OPTIONS)

test: lint types layers ## everything: lint, strict types, layers, all tests
	$(VENV)/bin/python -m pytest $(PYTEST_OPTIONS)

quick: ready ## the tests that take no more than a few seconds each
	$(VENV)/bin/python -m pytest -m "not slow" $(PYTEST_OPTIONS)

lint: ready ## ruff
	$(VENV)/bin/ruff check .

format: ready ## ruff's formatter over the whole tree
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

types: ready ## mypy --strict, for Linux and for Windows
	$(VENV)/bin/mypy
	$(VENV)/bin/mypy --platform win32 --cache-dir .mypy_cache/win32

layers: ready ## imports only point downwards
	$(VENV)/bin/lint-imports

ready: ## the environment that the tests need
	@$(SETUP) $(VENV) requirements/test.txt

test-pyqt6: ## all tests with PyQt6 in place of PySide6
	@$(SETUP) .venv-pyqt6 requirements/test-without-qt.txt requirements/pyqt6.txt
	QT_API=pyqt6 .venv-pyqt6/bin/python -m pytest $(PYTEST_OPTIONS)

test-pyside2: ## all tests with Debian's PySide2 and Python
	@scripts/test_pyside2.sh $(PYTEST_OPTIONS)

test-all-pythons: ## all tests with each of python3.9 to python3.13 that is installed
	@scripts/test_all_pythons.sh $(PYTEST_OPTIONS)

lock: ## requirements/*.txt anew (LOCK_OPTIONS=--upgrade for the newest versions)
	@test -x .venv-lock/bin/uv || python3 -m venv .venv-lock
	@.venv-lock/bin/python -m pip install -qq --disable-pip-version-check uv==$(UV_VERSION)
	@scripts/lock.sh .venv-lock/bin/uv $(LOCK_OPTIONS)

clean: ## removes the environments, caches and builds
	rm -rf .venv .venv-* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist demo.png
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
