"""The groupings of ``summarize``: into which group a value falls, and in which order groups stand."""

from __future__ import annotations

import datetime
import json
from typing import Any, Callable, Dict, List, NamedTuple, Tuple, Union

from ..store.values import parse_date_time

__all__ = ["GROUPINGS", "Group", "groups_of", "sort_key"]


class Group(NamedTuple):
    """One group.

    :ivar key: what makes it one; hashable.
    :ivar order: where it stands among the others.
    """

    key: Any
    name: str
    value: Any
    order: Union[float, str]


def groups_of(value: Any, how: str) -> List[Group]:
    """The groups to which a field's value belongs: one, or one for each link of a multi-entity field."""
    if isinstance(value, list) and how in ("exact", "entitytype") and all(isinstance(v, dict) for v in value):
        return [_group(item, how) for item in value] or [_EMPTY]
    return [_group(value, how)]


def sort_key(group: Group) -> Tuple[int, float, str]:
    """Empty first, then numbers, then names without regard to case."""
    if group is _EMPTY:
        return (0, 0.0, "")
    if isinstance(group.order, str):
        return (2, 0.0, group.order.casefold())
    return (1, float(group.order), "")


_EMPTY = Group(None, "", None, "")


def _group(value: Any, how: str) -> Group:
    if value is None or value == "" or value == []:
        return _EMPTY
    return GROUPINGS[how](value)


def _exact(value: Any) -> Group:
    if isinstance(value, dict):
        name = str(value.get("name") or "")
        return Group((value.get("type"), value.get("id")), name, {**value, "valid": "valid"}, name)
    if isinstance(value, bool):
        return Group(value, "Checked" if value else "Unchecked", value, float(value))
    if isinstance(value, list):
        text = json.dumps(value, ensure_ascii=False)
        return Group(text, ", ".join(map(str, value)), value, text)
    return Group(value, str(value), value, value if isinstance(value, (int, float)) else str(value))


def _by(size: int) -> Callable[[Any], Group]:
    def band(value: Any) -> Group:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return _exact(value)
        low = int(value // size) * size
        return Group(low, f"{low}-{low + size - 1}", f"{low}-{low + size - 1}", low)

    return band


def _date(value: Any) -> datetime.date | None:
    moment = parse_date_time(value) if isinstance(value, str) else None
    return None if moment is None else moment.date()


def _dated(first_day: Callable[[datetime.date], datetime.date], pattern: str) -> Callable[[Any], Group]:
    def group(value: Any) -> Group:
        day = _date(value)
        if day is None:
            return _exact(value)
        first = first_day(day)
        quarter = (first.month - 1) // 3 + 1
        name = first.strftime(pattern).replace("{Q}", str(quarter))
        return Group(first, name, name, first.toordinal())

    return group


def _clustered(value: Any) -> Group:
    """Days near today by name, the others by month."""
    day = _date(value)
    if day is None:
        return _exact(value)
    today = datetime.datetime.now(datetime.timezone.utc).date()
    name = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}.get((day - today).days)
    if name is None:
        return GROUPINGS["month"](value)
    return Group(day, name, name, day.toordinal())


def _entity_type(value: Any) -> Group:
    name = str(value.get("type")) if isinstance(value, dict) else str(value)
    return Group(name, name, name, name)


def _first_letter(value: Any) -> Group:
    text = str(value.get("name") or "") if isinstance(value, dict) else str(value)
    letter = text[:1].upper()
    return Group(letter, letter, letter, letter)


def _days(count: int) -> Callable[[datetime.date], datetime.date]:
    return lambda day: datetime.date.fromordinal((day.toordinal() - 1) // count * count + 1)


GROUPINGS: Dict[str, Callable[[Any], Group]] = {
    "exact": _exact,
    "tens": _by(10),
    "hundreds": _by(100),
    "thousands": _by(1_000),
    "tensofthousands": _by(10_000),
    "hundredsofthousands": _by(100_000),
    "millions": _by(1_000_000),
    "day": _dated(lambda day: day, "%Y-%m-%d"),
    "oneday": _dated(lambda day: day, "%Y-%m-%d"),
    "fivedays": _dated(_days(5), "%Y-%m-%d"),
    "week": _dated(lambda day: day - datetime.timedelta(days=day.weekday()), "Week of %Y-%m-%d"),
    "month": _dated(lambda day: day.replace(day=1), "%B %Y"),
    "quarter": _dated(lambda day: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1), "Q{Q} %Y"),
    "year": _dated(lambda day: day.replace(month=1, day=1), "%Y"),
    "clustered_date": _clustered,
    "entitytype": _entity_type,
    "firstletter": _first_letter,
}
