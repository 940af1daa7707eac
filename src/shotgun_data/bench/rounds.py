"""Runs cases: in each round every way once, in turn, so that what disturbs one disturbs all."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Sequence
from typing import Callable, Optional

from .case import Case, Figure, Way, WrongResult
from .machine import machine_facts
from .place import Place
from .results import FigureResult, Results, WayResult
from .standstill import STANDSTILL, ends_when_it_stands_still

#: ``say(text)`` tells how far it is.
Say = Callable[[str], None]


def measure(cases: Sequence[Case], place: Place, rounds: int, say: Say) -> Results:
    """Run them all. A way that gives a wrong result is not run again, and is named in ``Results.wrong``."""
    figures: list[FigureResult] = []
    wrong: list[str] = []
    for case in cases:
        runs = _Runs(case, place)
        for number in range(1, rounds + 1):
            for way in case.ways:
                say(f"{case.number}, round {number} of {rounds}: {way.name}")
                runs.run(way)
        figures += runs.figures()
        wrong += runs.wrong
    return Results(place.scale.short, rounds, machine_facts(place.scratch), figures, tuple(wrong))


class _Runs:
    """The rounds of one case."""

    def __init__(self, case: Case, place: Place) -> None:
        self.wrong: list[str] = []
        self._case = case
        self._place = place
        self._absent: dict[str, str] = {}
        self._values: dict[tuple[str, str], list[float]] = {}
        for way in case.ways:
            missing = way.missing()
            if missing is not None:
                self._absent[way.name] = missing

    def run(self, way: Way) -> None:
        if way.name in self._absent:
            return
        gc.collect()  # what the last way left behind is not for this one to clear away
        try:
            with ends_when_it_stands_still(4 * STANDSTILL):  # it may wait for processes of its own, in turn
                told = way.run(self._place)
        except Exception as error:  # noqa: BLE001 - whatever it raises, its work is not done
            cause = str(error) if isinstance(error, WrongResult) else f"{type(error).__name__}: {error}"
            self.wrong.append(f"{self._case.number}, {way.name}: {cause}")
            self._absent[way.name] = "wrong result"
            for known in [known for known in self._values if known[0] == way.name]:
                del self._values[known]
            return
        for key, value in told.items():
            self._values.setdefault((way.name, key), []).append(value)

    def figures(self) -> Sequence[FigureResult]:
        return [self._figure(figure) for figure in self._case.figures(self._place.scale)]

    def _figure(self, figure: Figure) -> FigureResult:
        ways = []
        for way in self._case.ways:
            values = self._values.get((way.name, figure.key), [])
            absent = "" if values else self._absent.get(way.name, "not measured here")
            ways.append(WayResult(way.name, tuple(values), absent))
        return FigureResult(
            self._case.number,
            figure.key,
            figure.words,
            figure.unit,
            figure.target,
            self._reached(figure),
            ways,
        )

    def _reached(self, figure: Figure) -> Optional[bool]:
        if figure.reached is None or self._place.scale.short:
            return None
        try:
            return figure.reached(self._median)
        except KeyError:
            return None  # of a way that is not there

    def _median(self, way: str, key: str) -> float:
        return statistics.median(self._values[way, key])
