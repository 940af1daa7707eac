"""Runs the benchmark as a program: origin, rounds, table, file."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from .arrivals import make_app
from .case import CannotRun
from .cases import CASES
from .origin_process import running_origin
from .place import scale_of, usual_folder
from .report import compared, report
from .results import Results
from .rounds import Say, measure

_FORMS = {True: "short", False: "full"}


@dataclass(frozen=True)
class Options:
    """What the command line says.

    :param short: small counts, which prove that everything runs.
    :param rounds: None for the form's own number.
    :param only: numbers of cases; empty for all.
    :param json: where to write the results.
    :param compare: results of an older run.
    :param folder: what is made and removed is made in here; None where files are in memory, if the system has that.
    """

    short: bool = False
    rounds: Optional[int] = None
    only: Sequence[str] = ()
    json: Optional[Path] = None
    compare: Optional[Path] = None
    markdown: bool = False
    folder: Optional[Path] = None


def run(options: Options) -> int:
    """Measure, print, write; gives the exit code: 0 however slow, 1 where a way gave a wrong result.

    :raises CannotRun: something is missing, or a file cannot be read or written; said before anything is measured.
    """
    old = _read(options.compare, options.short) if options.compare is not None else None
    if options.json is not None:
        _check_writable(options.json)
    folder = options.folder or usual_folder()
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise CannotRun(f"{folder} is no folder that can be written to: name one that exists with --folder.")
    make_app()
    scale = scale_of(options.short)
    cases = [case for case in CASES if not options.only or case.number in options.only]
    with _ends_at_once(), _Progress() as say, running_origin(scale, folder) as place:
        results = measure(cases, place, options.rounds or scale.rounds, say)
    print(report(results, options.markdown))
    if old is not None:
        print("\n" + compared(old, results, options.markdown))
    if options.json is not None:
        options.json.write_text(json.dumps(results.to_json(), indent=1) + "\n", encoding="utf-8")
    for sentence in results.wrong:
        print(f"Wrong result: {sentence}", file=sys.stderr)
    return 1 if results.wrong else 0


def _read(path: Path, short: bool) -> Results:
    try:
        old = Results.from_json(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise CannotRun(f"{path} cannot be read: {error.strerror or error}.") from None
    except (ValueError, KeyError, TypeError) as error:
        raise CannotRun(
            f"{path} is not what this version's --json writes ({type(error).__name__}: {error}). "
            "Make the older run again."
        ) from None
    if old.short != short:
        raise CannotRun(
            f"{path} has a run of the {_FORMS[old.short]} form, whose counts are others. Compare it with such a one: "
            f"{'add' if old.short else 'leave out'} --short."
        )
    return old


def _check_writable(path: Path) -> None:
    """Now, and not after some minutes."""
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise CannotRun(f"{path} cannot be written: name a file in a folder that exists and that you may write in.")


@contextmanager
def _ends_at_once() -> Iterator[None]:
    """Ctrl-C ends the process, whatever it is doing: a slot would swallow the exception that Python makes of it.

    The origin sees that its input is closed, removes the folder, and ends as well.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class _Progress:
    """Tells on a terminal how far it is, in one line that goes away; says nothing elsewhere."""

    def __enter__(self) -> Say:
        return self._say

    def __exit__(self, *_: object) -> None:
        self._write("")

    def _say(self, text: str) -> None:
        self._write(text)

    def _write(self, text: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()
