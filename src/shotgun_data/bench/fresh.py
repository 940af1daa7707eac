"""A run in a process of its own, where memory, imports or an undisturbed event loop matter.

``python -m shotgun_data.bench.fresh MODULE FUNCTION`` reads the place from its standard input, calls the function
with it, and prints what came of it as its last line: ``{"figures": {...}}``, or ``{"wrong": "why"}``.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Callable

from .case import WrongResult
from .place import Place
from .standstill import ends_when_it_stands_still


def fresh(run: Callable[[Place], Mapping[str, float]]) -> Callable[[Place], Mapping[str, float]]:
    """The same function, run in a new interpreter each time. It must be a module's own."""

    def run_apart(place: Place) -> Mapping[str, float]:
        command = [sys.executable, "-m", __name__, run.__module__, run.__name__]
        # Its standard error is ours: a crash, or a standstill, tells there where its threads were.
        done = subprocess.run(command, input=place.to_text(), stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise WrongResult(f"its process ended with code {done.returncode}; what it had to say is above")
        told = json.loads(done.stdout.splitlines()[-1])
        if "wrong" in told:
            raise WrongResult(told["wrong"])
        figures: dict[str, float] = told["figures"]
        return figures

    return run_apart


def main() -> int:
    """Run one function; gives the exit code."""
    module, name = sys.argv[1:3]
    function = getattr(importlib.import_module(module), name)
    place = Place.from_text(sys.stdin.read())
    told: dict[str, Any]
    try:
        with ends_when_it_stands_still():
            told = {"figures": dict(function(place))}
    except WrongResult as wrong:
        told = {"wrong": str(wrong)}
    print(json.dumps(told), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
