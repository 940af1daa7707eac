"""``shotgun-data bench``: the project's targets, measured beside what one would write without it."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any, Tuple

_CASES = 11


def add_parser(subparsers: Any) -> None:
    """Add the command to those of ``shotgun-data``."""
    parser = subparsers.add_parser(
        "bench",
        help="measure it beside what one would write instead",
        description="Measures P1 to P11 (look-ups, tasks, downloads, finds, event loop, memory, start-up) against a "
        "fast local server, beside a pool of threads with urllib, curl and shotgun_api3. Never fails for being slow.",
    )
    parser.add_argument("--short", action="store_true", help="small counts, one round: proves that everything runs")
    parser.add_argument("--rounds", type=_rounds, metavar="N", help="rounds of each case (default: 3; short: 1)")
    parser.add_argument("--only", type=_numbers, default=(), metavar="P1,P4", help="these cases alone")
    parser.add_argument(
        "--folder", type=Path, metavar="DIR", help="where files are stored (default: in memory where that can be had)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all values into this file")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="show what changed since this file was written")
    parser.add_argument("--markdown", action="store_true", help="print the tables as Markdown")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measure; gives the exit code."""
    try:
        from shotgun_data.bench.case import CannotRun
        from shotgun_data.bench.run import Options
        from shotgun_data.bench.run import run as run_benchmark
    except Exception as error:  # noqa: BLE001 - no Qt, or one that lacks its libraries: said in one sentence
        print(f"The benchmark cannot be run: {error}", file=sys.stderr)
        return 1
    options = Options(
        arguments.short,
        arguments.rounds,
        arguments.only,
        arguments.json,
        arguments.compare,
        arguments.markdown,
        arguments.folder,
    )
    try:
        return run_benchmark(options)
    except CannotRun as error:
        print(error, file=sys.stderr)
        return 1


def _rounds(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,2}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of rounds from 1 to 999")
    return int(text)


def _numbers(text: str) -> Tuple[str, ...]:
    known = {f"P{number}" for number in range(1, _CASES + 1)}
    numbers = tuple(each.strip().upper() for each in text.split(",") if each.strip())
    unknown = [each for each in numbers if each not in known]
    if unknown or not numbers:
        raise argparse.ArgumentTypeError(
            f"{', '.join(unknown) or 'nothing'} is no case; they are P1 to P{_CASES}, such as --only P1,P4"
        )
    return numbers
