"""What is measured: a case has ways to do one piece of work, and figures that each way gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Callable, Optional

from .place import Place
from .scale import Scale

#: The way that is ours, in every case; the first of its ways.
OURS = "shotgun-data"


class CannotRun(Exception):
    """Something that the benchmark needs is missing; the message says what, and what to do."""


class WrongResult(Exception):
    """A way did not do its work: its time is worth nothing. The message says what came instead."""


def always_there() -> Optional[str]:
    """The ``missing`` of a way that needs nothing that could be missing."""
    return None


@dataclass(frozen=True)
class Way:
    """One way to do the work.

    :param run: does it once and gives the figures by their keys, in the units of the case's figures. A figure
        that this platform cannot give is left out.
    :param missing: says in a few words why this way cannot be gone here, or None.
    """

    name: str
    run: Callable[[Place], Mapping[str, float]]
    missing: Callable[[], Optional[str]] = field(default=always_there)


#: ``look_up(name of a way, key of a figure)`` gives a median; KeyError where there is none.
LookUp = Callable[[str, str], float]


@dataclass(frozen=True)
class Figure:
    """One number that each way of a case gives; the smaller the better, always.

    :param words: what it is the figure of.
    :param unit: ``s``, ``ms``, ``MB``, or empty for a count or a ratio.
    :param target: what is to be reached, in words; empty where nothing is said.
    :param reached: whether it is. Never called for the short form, whose counts are too small to judge by.
    """

    key: str
    words: str
    unit: str
    target: str = ""
    reached: Optional[Callable[[LookUp], bool]] = None


@dataclass(frozen=True)
class Case:
    """One line of the project's targets.

    :param number: ``P1`` to ``P11``.
    :param ways: ours first, then what one would write instead.
    :param figures: what is measured at a scale; the words name the counts.
    """

    number: str
    ways: Sequence[Way]
    figures: Callable[[Scale], Sequence[Figure]]
