"""Run as a program in a time zone (TZ): compares what clones and the client itself make of drawn answers.

The client computes the zone's offsets when it is imported, hence a process for each.
"""

from __future__ import annotations

import datetime
import json
import os
import sys
import time
from typing import Any

import shotgun_api3.shotgun
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shotgun_api3 import Shotgun
from shotgun_api3.lib.httplib2 import Response

from shotgun_data import Settings
from shotgun_data.site import parsing
from shotgun_data.site.clone import clone

LAST = {"has_next_page": False}
LOCAL = shotgun_api3.shotgun.SG_TIMEZONE.local


class Answering:
    """In the place of the client's Http: always the same answer."""

    def __init__(self) -> None:
        self.body = b""
        self.connections: dict[str, Any] = {}

    def request(self, url: str, method: str, body: bytes, headers: Any) -> Any:
        return Response({"status": "200", "content-type": "application/json; charset=utf-8"}), self.body


class Pair:
    """The client and a clone of it, which get the same answers."""

    def __init__(self, convert: bool) -> None:
        self.http = Answering()
        self.client = Shotgun("http://studio.example", "a", "b", connect=False, convert_datetimes_to_utc=convert)
        self.http.body = b'{"results": {"version": [8, 60, 0]}}'
        self.client._connection = self.http
        self.client.server_caps  # noqa: B018 - asks for it
        self.twin = clone(self.client, Settings())
        self.twin._get_connection = lambda: self.http
        assert self.twin.is_known

    def find(self, body: bytes) -> tuple[Any, Any]:
        self.http.body = body
        return outcome(self.client), outcome(self.twin)


def outcome(sg: Any) -> Any:
    try:
        return sg.find("Shot", [])
    except Exception as error:  # whatever the client raises is what is wanted
        return (type(error), str(error))


def same(one: Any, other: Any) -> bool:
    """Equal in types, values, the order of keys, and time zones."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, datetime.datetime):
        fields = (one.tzinfo is other.tzinfo, one.fold == other.fold, repr(one) == repr(other))
        return all(fields) and one.replace(tzinfo=None) == other.replace(tzinfo=None)
    return repr(one) == repr(other)


def written(moment: datetime.datetime) -> str:
    return f"{moment:%m-%dT%H:%M:%SZ}".join([f"{moment.year:04d}-", ""])


def changes(year: int) -> list[datetime.datetime]:
    """About when the offset changes, in UTC, as the client sees it."""
    step = datetime.timedelta(hours=6)
    moment = datetime.datetime(year, 1, 1)
    found = []
    before = LOCAL.utcoffset(moment)
    while moment.year == year:
        moment += step
        after = LOCAL.utcoffset(moment)
        if after != before:
            found.append(moment)
        before = after
    return found


EDGES = [moment for year in (2010, 2011, 2018, 2024) for moment in changes(year)] or [datetime.datetime(2024, 1, 1)]
near_edges = st.builds(
    lambda edge, seconds: edge + datetime.timedelta(seconds=seconds),
    st.sampled_from(EDGES),
    st.integers(-2 * 86400, 2 * 86400),
)
moments = st.one_of(near_edges, st.datetimes()).map(written)
ODD = [
    "2024-13-45T10:10:10Z",
    "2024-02-30T10:10:10Z",
    "2023-02-29T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "0001-01-01T12:00:00Z",
    "9999-12-31T10:00:00Z",
    "9999-12-31T23:59:59Z",
    "2024-03-31T24:00:00Z",
    "2024-03-31T23:59:60Z",
    "2024-03-31t01:30:00z",
    "2024-03-31 01:30:00Z",
    "2024-03-31T01:30:00\n",
    "2024-03-31T01:30:0Z\n",
    "\u0662\u0660\u0662\u0664-03-31T01:30:00Z",
    "2024-03-3\uff11T01:30:00Z",
    "2024-03-31T01:30:0\uff10Z",
    "2024-03-31T01:3:000Z",
    "2024-3-31T01:30:00ZZ",
    "2024/03/31T01:30:00Z",
    "exactly 20 charact:s",
    "20240331T013000Z0000",
    "-024-03-31T01:30:00Z",
    "2024-03-31T01:30:00+",
]
odd = st.sampled_from(ODD)
markup = st.sampled_from(["&lt;b>", "a &lt; b &lt;", "&amp;lt;", "&&lt;lt;", "<", "&lt", ""])
texts = st.one_of(moments, odd, markup, st.text(max_size=22))
numbers = st.sampled_from(
    ["0", "-0", "-0.0", "1e400", "-1e400", "1e-400", "NaN", "Infinity", "-Infinity", "18446744073709551616", "1.50"]
)
escapes = st.sampled_from(
    ['"\\ud800"', '"\\ud83d\\ude00"', '"\\u0026lt;"', '"2024-07-0\\u0031T10:00:00Z"', '"\\u0000"']
)
leaves = st.one_of(
    st.builds(json.dumps, texts, ensure_ascii=st.booleans()),
    numbers,
    escapes,
    st.integers().map(str),
    st.sampled_from(["null", "true", "false", "{}", "[]", '""']),
)
keys = st.sampled_from(["id", "type", "code", "image", "created_at", "link_type", "local_path_linux", "&lt;"]).map(
    json.dumps
)


def listed(values: list[str]) -> str:
    return "[" + ",".join(values) + "]"


def mapped(pairs: list[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"  # a key may come twice


local_files = st.builds(
    lambda paths, more: mapped([('"link_type"', '"local"'), *paths, *more]),
    st.lists(
        st.tuples(
            st.sampled_from(["local_path_linux", "local_path_windows", "local_path_mac", "url"]).map(json.dumps),
            leaves,
        ),
        max_size=3,
    ),
    st.lists(st.tuples(keys, leaves), max_size=2),
)
values = st.recursive(
    st.one_of(leaves, local_files),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(listed), st.lists(st.tuples(keys, inner), max_size=4).map(mapped)
    ),
    max_leaves=12,
)
rows = st.one_of(st.lists(st.tuples(keys, values), max_size=6).map(mapped), values)
answers = st.builds(
    lambda found, bom: (
        "\ufeff" * bom + '{"results": {"entities": ' + found + ', "paging_info": {"has_next_page": false}}}'
    ),
    st.lists(rows, max_size=5).map(listed),
    st.booleans(),
).map(lambda text: text.encode("utf-8", "surrogatepass"))

PAIRS = {convert: Pair(convert) for convert in (True, False)}
COUNT = int(os.environ.get("EXAMPLES", "150"))


@settings(max_examples=COUNT, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(answers, st.booleans(), st.sampled_from([parsing.fast_loads, None]))
def equal(body: bytes, convert: bool, fast_loads: Any) -> None:
    parsing.fast_loads = fast_loads
    wanted, got = PAIRS[convert].find(body)
    assert same(wanted, got), (wanted, got)


def equal_one_by_one() -> None:
    for text in ODD:
        for convert, pair in PAIRS.items():
            wanted, got = pair.find(
                json.dumps({"results": {"entities": [{"at": [text, {"at": text}]}], "paging_info": LAST}}).encode()
            )
            assert same(wanted, got), (text, convert, wanted, got)


def equal_around_each_change() -> None:
    step = datetime.timedelta(minutes=10)
    shots = [
        {"type": "Shot", "id": number, "at": written(edge + number * step), "code": "&lt;"}
        for edge in EDGES
        for number in range(-200, 200)
    ]
    body = json.dumps({"results": {"entities": shots, "paging_info": LAST}}).encode()
    wanted, got = PAIRS[True].find(body)
    assert len(wanted) == len(shots)
    assert {type(row["at"]) for row in wanted} == {datetime.datetime}
    assert same(wanted, got)


def equal_after_a_move() -> None:
    """A host may change its time zone in mid-life: the client sees the new rules, with the old offsets."""
    os.environ["TZ"] = "Africa/Cairo" if "America" in os.environ["TZ"] else "America/New_York"
    time.tzset()
    equal_around_each_change()


if __name__ == "__main__":
    installed = parsing.fast_loads
    equal()
    parsing.fast_loads = installed
    equal_one_by_one()
    equal_around_each_change()
    if sys.platform != "win32":
        equal_after_a_move()
    print(len(EDGES))
