"""A run in a process of its own, where memory, imports or an undisturbed event loop matter.

``python -m shotgun_data.bench.fresh MODULE FUNCTION`` reads the place from its standard input, calls the function
with it, and prints the figures as its last line.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Callable

from .case import WrongResult
from .place import Place

_END_WITHIN = 600.0


def fresh(run: Callable[[Place], Mapping[str, float]]) -> Callable[[Place], Mapping[str, float]]:
    """The same function, run in a new interpreter each time. It must be a module's own."""

    def run_apart(place: Place) -> Mapping[str, float]:
        command = [sys.executable, "-m", __name__, run.__module__, run.__name__]
        try:
            done = subprocess.run(
                command, input=place.to_text(), capture_output=True, text=True, timeout=_END_WITHIN, check=False
            )
        except subprocess.TimeoutExpired:
            raise WrongResult(f"its process did not come to an end within {_END_WITHIN:.0f} s") from None
        if done.returncode:
            said = done.stderr.strip().splitlines()
            raise WrongResult(said[-1] if said else f"its process ended with code {done.returncode} and no word")
        figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return figures

    return run_apart


def main() -> int:
    """Run one function; gives the exit code."""
    module, name = sys.argv[1:3]
    function = getattr(importlib.import_module(module), name)
    place = Place.from_text(sys.stdin.read())
    try:
        figures = function(place)
    except WrongResult as wrong:
        print(wrong, file=sys.stderr)
        return 1
    print(json.dumps(dict(figures)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
