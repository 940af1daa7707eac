"""What is printed: the figures of a run, and what changed since an older one."""

from __future__ import annotations

from typing import Optional

from .results import FigureResult, Results, WayResult
from .table import table

_HEAD = ("", "work", "way", "median", "min", "to ours")
_COMPARED_HEAD = ("", "work", "way", "old", "new", "new to old")


def report(results: Results, markdown: bool) -> str:
    """The machine in one line, then the table."""
    rows = []
    last = ""
    for figure in results.figures:
        for number, way in enumerate(figure.ways):
            first = number == 0
            rows.append(
                (
                    figure.case if first and figure.case != last else "",
                    figure.words if first else _target(figure, results.short) if number == 1 else "",
                    way.name,
                    _amount(way.median, figure.unit) if way.values else way.absent,
                    _amount(way.least, figure.unit) if way.values else "",
                    _ratio(figure.times(way)),
                )
            )
        last = figure.case
    return "\n\n".join([_machine(results), table(_HEAD, rows, (3, 4, 5), markdown)])


def compared(old: Results, new: Results, markdown: bool) -> str:
    """Each way's figures then and now; a plain way that changed as well tells of the machine, not of us."""
    before = {(figure.case, figure.key): figure for figure in old.figures}
    rows = []
    last = ""
    for figure in new.figures:
        past = before.get((figure.case, figure.key))
        for number, way in enumerate(figure.ways):
            rows.append(
                (
                    figure.case if number == 0 and figure.case != last else "",
                    figure.words if number == 0 else "",
                    way.name,
                    *_change(past, figure, way),
                )
            )
        last = figure.case
    made = old.machine.get("made", "at an unknown time")
    return "\n\n".join(
        [
            f"Compared with the run of {made}; below 1 is better than it was.",
            table(_COMPARED_HEAD, rows, (3, 4, 5), markdown),
        ]
    )


def _change(past: Optional[FigureResult], figure: FigureResult, way: WayResult) -> tuple[str, str, str]:
    new = _amount(way.median, figure.unit) if way.values else way.absent
    then = next((each for each in past.ways if each.name == way.name), None) if past is not None else None
    if past is None or then is None:
        return "not measured", new, ""
    if past.words != figure.words or past.unit != figure.unit:
        return "other work", new, ""
    if then.median is None:
        return then.absent, new, ""
    ratio = way.median / then.median if way.median is not None and then.median else None
    return _amount(then.median, past.unit), new, _ratio(ratio)


def _machine(results: Results) -> str:
    facts = results.machine
    rounds = "1 round" if results.rounds == 1 else f"{results.rounds} rounds in turn"
    transport = f", downloads by {facts['transport']}" if facts["transport"] else ""
    line = (
        f"shotgun-data {facts['shotgun_data']}, {facts['implementation']} {facts['python']}, {facts['qt_binding']}"
        f"{transport}; {facts['cores']} cores of {facts['processor']}; files on {facts['file_system']}; {rounds}."
    )
    if facts["settings"]:
        changed = ", ".join(f"{name} {text}" for name, text in facts["settings"].items())
        line += f"\nNot at the default settings: {changed}."
    if results.short:
        line += "\nThe short form: it proves that everything runs; its counts are too small to judge by."
    return line


def _target(figure: FigureResult, short: bool) -> str:
    if not figure.target:
        return ""
    verdict = {True: "reached", False: "NOT reached", None: "cannot be judged here"}[figure.reached]
    return f"  target {figure.target}" + ("" if short else f": {verdict}")


def _ratio(ratio: Optional[float]) -> str:
    return "" if ratio is None else f"{_digits(ratio)} x"


def _amount(value: Optional[float], unit: str) -> str:
    if value is None:
        return ""
    if unit == "s" and value < 0.1:
        value, unit = 1e3 * value, "ms"
    elif unit == "ms" and value >= 1000:
        value, unit = value / 1e3, "s"
    text = f"{value:,.0f}" if float(value).is_integer() else _digits(value)
    return f"{text} {unit}".rstrip()


def _digits(value: float) -> str:
    """Three of them that count."""
    size = abs(value)
    decimals = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:,.{decimals}f}"
