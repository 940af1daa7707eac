"""Filter operators on single values: text, numbers, dates, lists, check boxes and the rest."""

from __future__ import annotations

import calendar
import datetime
import json
from typing import Any, Dict, List, Optional, Sequence, Tuple

from ..api_fault import APIFault, kind_of, shown
from ..schema import Field
from .paths import Sql
from .values import DATE_TIME_FORMAT, parse_date, parse_date_time

__all__ = ["check_relation", "scalar_condition"]

_EQUAL = ("is", "is_not", "in", "not_in")
_RANGE = _EQUAL + ("less_than", "greater_than", "between", "not_between")
_TEXT = ("contains", "not_contains", "is", "is_not", "starts_with", "ends_with", "in", "not_in")
_CALENDAR = ("in_calendar_day", "in_calendar_week", "in_calendar_month", "in_calendar_year")
_TIME = _RANGE + ("in_last", "not_in_last", "in_next", "not_in_next") + _CALENDAR
_NAME = ("name_is", "name_contains", "name_not_contains", "name_starts_with", "name_ends_with")
_LINK = _EQUAL + ("type_is", "type_is_not") + _NAME

_RELATIONS: Dict[str, Tuple[str, ...]] = {
    **dict.fromkeys(("text", "footage", "entity_type", "uuid"), _TEXT),
    **dict.fromkeys(("number", "float", "percent", "currency", "duration", "timecode"), _RANGE),
    **dict.fromkeys(("date", "date_time"), _TIME),
    **dict.fromkeys(("list", "status_list", "color"), _EQUAL),
    **dict.fromkeys(("checkbox", "image", "url", "serializable", "password"), ("is", "is_not")),
    **dict.fromkeys(("entity", "multi_entity"), _LINK),
    "tag_list": ("is", "is_not", "name_contains", "name_not_contains", "name_id"),
}
_EXPECTED: Dict[str, Tuple[str, ...]] = {
    **dict.fromkeys(("number", "percent", "duration", "timecode"), ("String", "Integer", "NilClass")),
    **dict.fromkeys(("float", "currency"), ("String", "Float", "Integer", "NilClass")),
    "checkbox": ("TrueClass", "FalseClass"),
    "serializable": ("Hash", "Array", "NilClass"),
    "image": ("NilClass",),
    "url": ("NilClass",),
    "password": ("NilClass",),
}
_FOLDED = ("text", "footage", "entity_type", "uuid")


def check_relation(field: Field, relation: Any, where: str) -> None:
    """Raise the site's fault where the operator does not exist for the field's data type."""
    valid = _RELATIONS.get(field.data_type, _EQUAL)
    if relation not in valid:
        raise APIFault(
            f"{where}'s '{field.data_type}' data type doesn't support '{relation}' 'relation'."
            f" Valid relations: {json.dumps(list(valid))}"
        )


def scalar_condition(field: Field, expression: str, relation: str, values: Sequence[Any], where: str) -> Sql:
    """The SQL of one condition; a negative operator holds for an empty field, as it does on a hosted site.

    Text compares without regard to case. Calendar days, weeks (from Monday), months and years are UTC's.
    """
    if field.data_type == "tag_list":
        return _tags(expression, relation, values)
    if relation in ("in_last", "not_in_last", "in_next", "not_in_next") or relation in _CALENDAR:
        return _time_span(field, expression, relation, values, where)
    wanted = [_operand(field, value, where) for value in values]
    if not wanted:
        raise APIFault(f"{where} '{relation}' needs a value.")
    if relation in ("between", "not_between"):
        if len(wanted) != 2:
            raise APIFault(f"{where} '{relation}' expected 2 values but got {len(wanted)}: {shown(values)}")
        inside = Sql(f"{expression} BETWEEN ? AND ?", tuple(wanted))
        return inside if relation == "between" else _unless(expression, inside)
    if field.data_type in _FOLDED:
        expression = f"fold({expression})"
        wanted = [value.casefold() if isinstance(value, str) else value for value in wanted]
    if relation in _EQUAL:
        matching = _equal(expression, wanted)
        return matching if relation in ("is", "in") else Sql(f"NOT ifnull({matching.text}, 0)", matching.params)
    if relation in ("less_than", "greater_than"):
        sign = "<" if relation == "less_than" else ">"
        return Sql(f"{expression} {sign} ?", (wanted[0],))
    return _text(expression, relation, str(wanted[0] or ""))


def _equal(expression: str, wanted: List[Any]) -> Sql:
    given = [value for value in wanted if value is not None]
    parts: List[str] = []
    params: Tuple[object, ...] = ()
    if len(given) == 1:
        parts, params = [f"{expression} = ?"], (given[0],)
    elif given:
        parts, params = [f"{expression} IN (SELECT value FROM json_each(?))"], (json.dumps(given),)
    if len(given) < len(wanted):
        parts.append(f"{expression} IS NULL")
    return Sql("(" + " OR ".join(parts) + ")", params)


def _unless(expression: str, condition: Sql) -> Sql:
    return Sql(f"({expression} IS NULL OR NOT ({condition.text}))", condition.params)


def _text(expression: str, relation: str, wanted: str) -> Sql:
    if relation == "starts_with":
        return Sql(f"substr({expression}, 1, ?) = ?", (len(wanted), wanted))
    if relation == "ends_with":
        return Sql(f"substr({expression}, -?) = ?", (len(wanted), wanted)) if wanted else Sql("1")
    inside = Sql(f"instr({expression}, ?) > 0", (wanted,))
    return inside if relation == "contains" else _unless(expression, inside)


def _tags(expression: str, relation: str, values: Sequence[Any]) -> Sql:
    if len(values) == 1 and values[0] is None:
        empty = f"ifnull(json_array_length({expression}), 0) = 0"
        return Sql(empty if relation == "is" else f"NOT {empty}")
    wanted = json.dumps([str(value).casefold() for value in values])
    if relation in ("name_contains", "name_not_contains"):
        test = "EXISTS (SELECT 1 FROM json_each(?) w WHERE instr(fold(v.value), w.value) > 0)"
    else:
        test = "fold(v.value) IN (SELECT value FROM json_each(?))"
    found = f"EXISTS (SELECT 1 FROM json_each({expression}) v WHERE {test})"
    return Sql(f"NOT {found}" if "not" in relation else found, (wanted,))


def _operand(field: Field, value: Any, where: str) -> Any:
    accepted = _EXPECTED.get(field.data_type, ("String", "NilClass"))
    kind = kind_of(value)
    numeric = "Integer" in accepted
    if kind not in accepted or (numeric and isinstance(value, str) and not _is_number(value)):
        raise APIFault(f"{where} expected [{', '.join(accepted)}] data type(s) but got {kind}: {shown(value)}")
    if value is None:
        return None
    if field.data_type == "checkbox":
        return int(value)
    if field.data_type == "serializable":
        return json.dumps(value, ensure_ascii=False)
    if numeric and isinstance(value, str):
        return float(value) if "Float" in accepted else int(value)
    if field.data_type == "date":
        moment = parse_date_time(value)
        if parse_date(value[:10]) is None or (len(value) > 10 and moment is None):
            raise APIFault(f"{where} Invalid date format: {shown(value)}. Use YYYY-MM-DD.")
        return value[:10]
    if field.data_type == "date_time":
        moment = parse_date_time(value)
        if moment is None:
            raise APIFault(f"{where} Invalid date time format: {shown(value)}. Use ISO 8601.")
        return moment.strftime(DATE_TIME_FORMAT)
    return value


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _time_span(field: Field, expression: str, relation: str, values: Sequence[Any], where: str) -> Sql:
    moment = datetime.datetime.now(datetime.timezone.utc)
    if relation in _CALENDAR:
        offset = values[0] if values else None
        if isinstance(offset, bool) or not isinstance(offset, int):
            raise APIFault(f"{where} '{relation}' expected [Integer] data type(s) but got {kind_of(offset)}.")
        first, after = _calendar_span(moment.date(), relation, offset)
        if field.data_type == "date":
            return Sql(f"({expression} >= ? AND {expression} < ?)", (first.isoformat(), after.isoformat()))
        bounds = tuple(f"{day.isoformat()}T00:00:00Z" for day in (first, after))
        return Sql(f"({expression} >= ? AND {expression} < ?)", bounds)
    if len(values) != 2 or isinstance(values[0], bool) or not isinstance(values[0], int):
        raise APIFault(f"{where} '{relation}' expected a number and a unit but got {shown(values)}.")
    count = values[0] if "next" in relation else -values[0]
    other = _shifted(moment, count, str(values[1]))
    if other is None:
        raise APIFault(f"{where} '{relation}' unit must be HOUR, DAY, WEEK, MONTH or YEAR, not {shown(values[1])}.")
    low, high = sorted((moment, other))
    pattern = "%Y-%m-%d" if field.data_type == "date" else DATE_TIME_FORMAT
    inside = Sql(f"{expression} BETWEEN ? AND ?", (low.strftime(pattern), high.strftime(pattern)))
    return _unless(expression, inside) if relation.startswith("not_") else inside


def _shifted(moment: datetime.datetime, count: int, unit: str) -> Optional[datetime.datetime]:
    name = unit.upper().rstrip("S")
    if name in ("HOUR", "DAY", "WEEK"):
        return moment + {"HOUR": 1, "DAY": 24, "WEEK": 168}[name] * count * datetime.timedelta(hours=1)
    if name not in ("MONTH", "YEAR"):
        return None
    day = _months_later(moment.date(), count * (12 if name == "YEAR" else 1))
    return moment.replace(year=day.year, month=day.month, day=day.day)


def _months_later(day: datetime.date, count: int) -> datetime.date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _calendar_span(today: datetime.date, relation: str, offset: int) -> Tuple[datetime.date, datetime.date]:
    if relation == "in_calendar_day":
        first = today + datetime.timedelta(days=offset)
        return first, first + datetime.timedelta(days=1)
    if relation == "in_calendar_week":
        first = today - datetime.timedelta(days=today.weekday()) + datetime.timedelta(weeks=offset)
        return first, first + datetime.timedelta(weeks=1)
    if relation == "in_calendar_month":
        first = _months_later(today.replace(day=1), offset)
        return first, _months_later(first, 1)
    first = datetime.date(today.year + offset, 1, 1)
    return first, datetime.date(first.year + 1, 1, 1)
