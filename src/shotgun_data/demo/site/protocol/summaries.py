"""``summarize``: totals of a query, and of its groups at each level."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Sequence

from ..api_fault import shown
from ..store import Read
from .call import Call, Method
from .groups import GROUPINGS, Group, groups_of, sort_key

__all__ = ["METHODS", "SUMMARY_TYPES"]

Row = Dict[str, Any]


def _numbers(values: Iterable[Any]) -> List[float]:
    return [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]


def _average(values: Sequence[Any]) -> Optional[float]:
    numbers = _numbers(values)
    return sum(numbers) / len(numbers) if numbers else None


def _share(values: Sequence[Any], wanted: Any) -> float:
    return 100.0 * sum(1 for value in values if value == wanted) / len(values) if values else 0.0


def _status(values: Sequence[Any]) -> Optional[str]:
    """One status for many, as a hosted site has it: their common one, else *in progress*; omitted ones don't count."""
    if not values:
        return None
    counted = {value for value in values if value not in ("omt", "na")}
    if not counted:
        return "na"
    found = counted.pop()
    return "ip" if counted else found


def _given(values: Iterable[Any]) -> List[Any]:
    return [value for value in values if value is not None and value != []]


#: each takes the values of the field, and the ``value`` that came with the summary
SUMMARY_TYPES: Dict[str, Callable[[List[Any], Any], Any]] = {
    "record_count": lambda values, _: len(values),
    "count": lambda values, _: len(_given(values)),
    "sum": lambda values, _: sum(_numbers(values)),
    "maximum": lambda values, _: max(_numbers(values), default=None),
    "minimum": lambda values, _: min(_numbers(values), default=None),
    "average": lambda values, _: _average(values),
    "earliest": lambda values, _: min(_given(values), default=None),
    "latest": lambda values, _: max(_given(values), default=None),
    "percentage": lambda values, wanted: round(_share(values, True if wanted is None else wanted)),
    "status_percentage": lambda values, wanted: round(_share(values, wanted)),
    "status_percentage_as_float": lambda values, wanted: _share(values, wanted) / 100.0,
    "status_list": lambda values, _: _status(values),
    "checked": lambda values, _: sum(1 for value in values if value is True),
    "unchecked": lambda values, _: sum(1 for value in values if value is False),
}
_NUMERIC = ("number", "float", "percent", "currency", "duration", "timecode")
_FITS: Dict[str, Sequence[str]] = {
    **dict.fromkeys(("sum", "maximum", "minimum", "average"), _NUMERIC),
    **dict.fromkeys(("earliest", "latest"), ("date", "date_time")),
    **dict.fromkeys(("status_list", "status_percentage", "status_percentage_as_float"), ("status_list", "list")),
    **dict.fromkeys(("checked", "unchecked"), ("checkbox",)),
}


def summarize(call: Call) -> Any:
    """``{"summaries": {field: value}, "groups": [...]}``; one summary for each field, the last one asked for."""
    kind = call.kind()
    wanted = _checked_summaries(call)
    grouping = call.params.get("grouping") or []
    fields = {item["field"] for item in wanted}
    for item in grouping:
        if not isinstance(item, dict) or not isinstance(item.get("field"), str):
            raise call.fault(f"a grouping needs a 'field': {shown(item)}")
        if item.get("type", "exact") not in GROUPINGS:
            raise call.fault(f"invalid grouping type {shown(item.get('type'))}. Valid: {', '.join(GROUPINGS)}.")
        fields.add(item["field"])
    what = Read(
        kind,
        call.params.get("filters"),
        tuple(sorted(fields)),
        include_archived_projects=call.params.get("include_archived_projects", True) is not False,
        method=call.method,
    )
    rows = call.store.find(what, call.present)
    return {"results": _summary(rows, wanted, grouping)}


def _checked_summaries(call: Call) -> List[Mapping[str, Any]]:
    wanted = call.params.get("summaries") or []
    for item in wanted:
        if not isinstance(item, dict) or not isinstance(item.get("field"), str):
            raise call.fault(f"a summary needs a 'field': {shown(item)}")
        kind = item.get("type")
        if kind not in SUMMARY_TYPES:
            raise call.fault(f"invalid summary type {shown(kind)}: type must be one of: {', '.join(SUMMARY_TYPES)}.")
        column = call.store.field_at(call.kind(), item["field"], call.method)
        if kind in _FITS and column.data_type not in _FITS[kind]:
            raise call.fault(
                f"{call.kind().name}.{item['field']}'s '{column.data_type}' data type doesn't support"
                f" the summary type '{kind}'."
            )
    return list(wanted)


def _summary(rows: List[Row], wanted: Sequence[Mapping[str, Any]], grouping: Sequence[Mapping[str, Any]]) -> Row:
    result: Row = {"summaries": {}}
    for item in wanted:
        values = [row[item["field"]] for row in rows]
        result["summaries"][item["field"]] = SUMMARY_TYPES[item["type"]](values, item.get("value"))
    result["groups"] = [_group(group, members, wanted, grouping[1:]) for group, members in _split(rows, grouping)]
    return result


def _group(
    group: Group, rows: List[Row], wanted: Sequence[Mapping[str, Any]], grouping: Sequence[Mapping[str, Any]]
) -> Row:
    below = _summary(rows, wanted, grouping)
    if not grouping:
        del below["groups"]
    return {"group_name": group.name, "group_value": group.value, **below}


def _split(rows: List[Row], grouping: Sequence[Mapping[str, Any]]) -> list[tuple[Group, List[Row]]]:
    if not grouping:
        return []
    first = grouping[0]
    known: Dict[Any, Group] = {}
    found: Dict[Any, List[Row]] = defaultdict(list)
    for row in rows:
        for group in groups_of(row[first["field"]], first.get("type", "exact")):
            known.setdefault(group.key, group)
            found[group.key].append(row)
    backwards = str(first.get("direction", "asc")).lower() == "desc"
    in_order = sorted(known.values(), key=sort_key, reverse=backwards)
    return [(group, found[group.key]) for group in in_order]


METHODS: Dict[str, Method] = {"summarize": summarize}
