"""The site's preferences, its working days, and its people's subscriptions."""

from __future__ import annotations

import datetime
import json
from typing import Any, Dict, List, Mapping

from ..api_fault import shown
from ..store.values import parse_date
from .call import Call, Method

__all__ = ["METHODS"]

_PREFERENCES: Dict[str, Any] = {
    "date_component_order": "month_day",
    "duration_units": "days",
    "format_currency_fields_decimal_options": "$1,000.99",
    "format_currency_fields_display_dollar_sign": False,
    "format_currency_fields_negative_options": "- $1,000",
    "format_date_fields": "08/04/22 OR 04/08/22 (depending on the Month order preference)",
    "format_float_fields": "9,999.99",
    "format_float_fields_rounding": "9.999999",
    "format_footage_fields": "10-05",
    "format_number_fields": "1,000",
    "format_time_hour_fields": "12 hour",
    "hours_per_day": 8.0,
    "last_day_work_week": None,
    "support_local_storage": True,
    "view_master_settings": "{}",
}
_LONGEST_SCHEDULE = 366 * 10  # days
_SUBSCRIPTIONS = "subscriptions"
_SCHEDULE = "work_schedule"


def preferences_read(call: Call) -> Any:
    """All preferences, or those that were named and exist."""
    wanted = call.params.get("prefs") or list(_PREFERENCES)
    return {"results": {name: _PREFERENCES[name] for name in wanted if name in _PREFERENCES}}


def user_subscriptions_read(call: Call) -> Any:
    """The subscription of each person who may log in."""
    kept = json.loads(call.store.setting(_SUBSCRIPTIONS) or "{}")
    people = call.store.read("HumanUser", [["sg_status_list", "is", "act"]])
    return {"results": [{"humanUserId": p["id"], "subscription": kept.get(str(p["id"]))} for p in people]}


def user_subscriptions_create(call: Call) -> Any:
    """Assign subscriptions."""
    users = call.params.get("users")
    if not isinstance(users, list) or not all(isinstance(user, dict) for user in users):
        raise call.fault(f"expected 'users' to be an Array of Hashes but got {shown(users)}")
    with call.store.transaction():
        kept = json.loads(call.store.setting(_SUBSCRIPTIONS) or "{}")
        for user in users:
            if not call.store.read("HumanUser", [["id", "is", user.get("humanUserId") or 0]]):
                raise call.fault(f"HumanUser with id={shown(user.get('humanUserId'))} doesn't exist.")
            kept[str(user["humanUserId"])] = user.get("subscription")
        call.store.keep_setting(_SUBSCRIPTIONS, json.dumps(kept))
    return {"results": {"status": "success"}}


def work_schedule_read(call: Call) -> Any:
    """For each day of a span, whether it is worked, and by whose rule."""
    first, last = _day(call, "start_date"), _day(call, "end_date")
    if not first <= last or (last - first).days > _LONGEST_SCHEDULE:
        raise call.fault("'end_date' must not be before 'start_date', nor more than ten years later.")
    rules: List[Dict[str, Any]] = json.loads(call.store.setting(_SCHEDULE) or "[]")
    days = (first + datetime.timedelta(days=count) for count in range((last - first).days + 1))
    return {"results": {day.isoformat(): _worked(day, rules, call.params) for day in days}}


def _day(call: Call, name: str) -> datetime.date:
    value = call.params.get(name)
    day = parse_date(value) if isinstance(value, str) else None
    if day is None:
        raise call.fault(f"Invalid date format for '{name}': {shown(value)}. Use YYYY-MM-DD.")
    return day


def _worked(day: datetime.date, rules: List[Dict[str, Any]], asked: Mapping[str, Any]) -> Dict[str, Any]:
    """The most special rule for a day: the person's, the project's, the studio's exception, the working week."""
    found = {"working": day.weekday() < 5, "reason": "STUDIO_WORK_WEEK", "description": None}
    for who, reason in ((None, "STUDIO_EXCEPTION"), ("project", "PROJECT_EXCEPTION"), ("user", "USER_EXCEPTION")):
        for rule in rules:
            about = "user" if rule.get("user") else "project" if rule.get("project") else None
            same = about == who and (who is None or _id(rule.get(who)) == _id(asked.get(who)))
            if same and rule["date"] == day.isoformat():
                found = {"working": rule["working"], "reason": reason, "description": rule.get("description")}
    return found


def _id(link: Any) -> Any:
    return link.get("id") if isinstance(link, dict) else None


def work_schedule_update(call: Call) -> Any:
    """An exception for one day: of the studio, of a project, or of a person."""
    day, working = _day(call, "date"), call.params.get("working")
    if not isinstance(working, bool):
        raise call.fault(f"expected [TrueClass, FalseClass] data type(s) for 'working' but got {shown(working)}")
    rule = {"date": day.isoformat(), "working": working}
    rule.update({name: call.params.get(name) for name in ("description", "project", "user")})
    with call.store.transaction():
        rules = json.loads(call.store.setting(_SCHEDULE) or "[]")
        same = ("date", "project", "user")
        rules = [known for known in rules if any(known.get(name) != rule[name] for name in same)] + [rule]
        call.store.keep_setting(_SCHEDULE, json.dumps(rules))
    return {"results": rule}


METHODS: Dict[str, Method] = {
    "preferences_read": preferences_read,
    "user_subscriptions_read": user_subscriptions_read,
    "user_subscriptions_create": user_subscriptions_create,
    "work_schedule_read": work_schedule_read,
    "work_schedule_update": work_schedule_update,
}
