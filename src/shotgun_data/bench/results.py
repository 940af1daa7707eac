"""What was measured, as the table and the JSON file have it."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

#: Of the JSON file; another one could not be compared with.
FORM = 1


@dataclass(frozen=True)
class WayResult:
    """One way's values of one figure, a value for each round.

    :param absent: why there are none, in a few words.
    """

    name: str
    values: Sequence[float] = ()
    absent: str = ""

    @property
    def median(self) -> Optional[float]:
        return statistics.median(self.values) if self.values else None

    @property
    def least(self) -> Optional[float]:
        return min(self.values) if self.values else None


@dataclass(frozen=True)
class FigureResult:
    """One figure with all its ways, ours first.

    :param reached: whether the target is; None where there is none, or where it cannot be judged.
    """

    case: str
    key: str
    words: str
    unit: str
    target: str
    reached: Optional[bool]
    ways: Sequence[WayResult]

    def times(self, way: WayResult) -> Optional[float]:
        """How many times as much as ours another way takes: above 1, ours is the better one."""
        ours = self.ways[0].median
        theirs = way.median
        if way is self.ways[0] or theirs is None or not ours:
            return None
        return theirs / ours


@dataclass(frozen=True)
class Results:
    """A whole run.

    :param wrong: sentences on ways that did not do their work; such a run proves nothing.
    """

    short: bool
    rounds: int
    machine: Mapping[str, Any]
    figures: Sequence[FigureResult]
    wrong: Sequence[str] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """For the file; see :meth:`from_json`."""
        return {
            "form": FORM,
            "short": self.short,
            "rounds": self.rounds,
            "machine": dict(self.machine),
            "wrong": list(self.wrong),
            "figures": [_figure_to_json(figure) for figure in self.figures],
        }

    @classmethod
    def from_json(cls, told: Any) -> Results:
        """:raises ValueError, KeyError, TypeError: it is not what :meth:`to_json` made."""
        if told["form"] != FORM:
            raise ValueError(f"its form is {told['form']}, not {FORM}")
        figures = [
            FigureResult(
                figure["case"],
                figure["key"],
                figure["work"],
                figure["unit"],
                figure["target"],
                figure["reached"],
                [WayResult(way["name"], tuple(map(float, way["values"])), way["absent"]) for way in figure["ways"]],
            )
            for figure in told["figures"]
        ]
        return cls(bool(told["short"]), int(told["rounds"]), dict(told["machine"]), figures, tuple(told["wrong"]))


def _figure_to_json(figure: FigureResult) -> dict[str, Any]:
    return {
        "case": figure.case,
        "key": figure.key,
        "work": figure.words,
        "unit": figure.unit,
        "target": figure.target,
        "reached": figure.reached,
        "ways": [
            {
                "name": way.name,
                "median": way.median,
                "min": way.least,
                "times": figure.times(way),
                "values": list(way.values),
                "absent": way.absent,
            }
            for way in figure.ways
        ],
    }
