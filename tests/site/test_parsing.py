"""What orjson parses is equal to what ``json`` parses, in every value, and every error is ``json``'s own."""

from __future__ import annotations

import json
import os
import sys
import types
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shotgun_api3 import Shotgun
from shotgun_api3.lib.httplib2 import Response

from shotgun_data import Settings
from shotgun_data.site import parsing
from shotgun_data.site.clone import clone

pytestmark = pytest.mark.skipif(parsing.fast_loads is None, reason="orjson is not installed")

COUNT = int(os.environ.get("EXAMPLES", "300"))
drawn = settings(max_examples=COUNT, deadline=None, database=None, suppress_health_check=list(HealthCheck))


class Answering:
    """In the place of the client's Http: always the same answer."""

    def __init__(self) -> None:
        self.body = b""

    def request(self, url: str, method: str, body: bytes, headers: Any) -> Any:
        return Response({"status": "200", "content-type": "application/json"}), self.body


HTTP = Answering()
CLIENT = Shotgun("http://studio.example", "a", "b", connect=False)
CLIENT._connection = HTTP
TWIN = clone(CLIENT, Settings())
TWIN._get_connection = lambda: HTTP


def outcome(sg: Any, body: bytes) -> Any:
    """What a call gives, or how it fails: as text, which tells an int from a float and -0.0 from 0.0."""
    HTTP.body = body
    try:
        return repr(sg._call_rpc("schema_read", {}))
    except Exception as error:
        return type(error), str(error)


def assert_equal(body: bytes) -> None:
    assert TWIN.is_known
    assert outcome(TWIN, body) == outcome(CLIENT, body)


def whole(value: str) -> str:
    return f'{{"results": [{value}, {{"at": {value}}}]}}'


# -- what there is in texts ----------------------------------------------------------------------------------

digits = st.integers(0, 10**30).map(str)
numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.builds("{:.{}e}".format, st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 30)),
    st.builds("{:.{}f}".format, st.floats(-1e20, 1e20), st.integers(0, 30)),
    st.integers().map(str),
    st.builds(lambda power, more: str(2**power + more), st.integers(52, 130), st.integers(-3, 3)),
    st.builds(lambda power, more: str(more - 2**power), st.integers(52, 130), st.integers(-3, 3)),
    st.from_regex(r"\A-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?\Z"),
)
strings = st.one_of(
    st.text().map(json.dumps),
    st.text().map(lambda text: json.dumps(text, ensure_ascii=False)),
    st.text(st.sampled_from("\ud83d\ude00\udc00\ud800a")).map(json.dumps),
    st.from_regex(r'\A"(\\u[0-9a-fA-F]{4}|\\["\\/bfnrt]|[a-z;&])*"\Z'),
)
keys = st.one_of(st.sampled_from(['"id"', '"type"', '""', '"exception"', '"message"']), strings)
ODD = [
    *("0", "-0", "-0.0", "0e10", "1E5", "1e+05", "5e-324", "2.4703282292062327e-324", "1e-400", "-1e-400"),
    *("1e400", "-1e400", "1e5000", "0e5000", "1.7976931348623157e308", "1.7976931348623159e308"),
    *("9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616"),
    *("-9223372036854775808", "-9223372036854775809", "9223372036854775808.0", "-9.223372036854775809e18"),
    *("1" * 309, "1" * 310, "-" + "1" * 4300, "1" * 4301),
    *("NaN", "Infinity", "-Infinity", "nan", "True", "01", "-", "+1", ".5", "1.", "1.e3", "0x10", "1_000", "\u0661"),
    *('"\\ud800"', '"\\ud83d\\ude00"', '"\\udc00\\ud800"', '"\\u0000"', '"\\U0041"', '"\\x41"', '"\\u+123"'),
    *('"\x7f"', '"\x01"', '"a\tb"', '"a\nb"', '"\u2028\ufeff"', '"open', "'a'", '{1: 2}', "[1,]", '{"a": 1,}'),
    *('{"a": 1, "b": 2, "a": 3}', '{"\\u0061": 1, "a": 2}', '{"\\ud800": 1}', "[1] 2", "// 1\n2", "/* 1 */ 2", ""),
    *("[" * 300 + "]" * 300, f'{{"{"k" * 65}": 1, "{"k" * 64}": 2, "{"k" * 65}": 3}}'),
]
leaves = st.one_of(numbers, strings, st.sampled_from(ODD), st.sampled_from(["null", "true", "false", "{}", "[]"]))
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda found: "[" + ",".join(found) + "]"),
        st.lists(st.tuples(keys, inner), max_size=4).map(
            lambda pairs: "{" + " , ".join(f"{key}:\r\n{value}" for key, value in pairs) + "\t}"
        ),
    ),
    max_leaves=10,
)
answers = st.one_of(values.map(whole), values, values.map(lambda value: f'{{"exception": {value}}}'))
mutations = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 3), st.binary(max_size=2) | st.sampled_from([b'"', b"}", b"\\"])),
    min_size=1,
    max_size=3,
)


def changed(body: bytes, mutation: list[tuple[int, int, bytes]]) -> bytes:
    for place, count, instead in mutation:
        place %= len(body) + 1
        body = body[:place] + instead + body[place + count :]
    return body


@drawn
@given(answers)
def test_equal_for_drawn_texts(text: str) -> None:
    assert_equal(text.encode("utf-8", "surrogatepass") or b" ")


@drawn
@given(answers, mutations)
@example('{"results": ["x"]}', [(13, 0, b"\xff")])
@example('{"results": ["x"]}', [(13, 0, b"\xed\xa0\x80")])
@example('{"results": 1}', [(14, 0, b"\x00")])
@example('{"results": 1}', [(0, 0, b"\x0b")])
def test_equal_for_broken_texts(text: str, mutation: list[tuple[int, int, bytes]]) -> None:
    assert_equal(changed(text.encode("utf-8", "surrogatepass"), mutation) or b" ")


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: ascii(odd[:20]))
def test_equal_for_what_is_odd(odd: str) -> None:
    for text in (whole(odd), odd, f'{{"exception": true, "message": {odd}}}', f'{{"exception": {odd}}}'):
        assert_equal(text.encode("utf-8") or b" ")


@pytest.mark.parametrize("code", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "latin-1"])
def test_equal_in_another_encoding(code: str) -> None:
    assert_equal('{"results": ["é &lt; 2026-01-10T08:30:00Z", 18446744073709551616]}'.encode(code))


@pytest.mark.parametrize("depth", [200, 1025, 5000, 200_000])
def test_what_is_nested_deeply_fails_as_it_does_for_the_client(depth: int) -> None:
    body = b'{"results": ' + b"[" * depth + b"]" * depth + b"}"
    wanted, got = (outcome(sg, body) for sg in (CLIENT, TWIN))
    if depth == 200:
        assert got == wanted
    else:
        assert wanted[0] is got[0] is RecursionError


# -- who parses ----------------------------------------------------------------------------------------------


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often each of the two parsed."""
    counts = {"orjson": 0, "json": 0}
    fast, decode = parsing.fast_loads, json.JSONDecoder.decode
    assert fast is not None

    def by_orjson(body: bytes) -> Any:
        counts["orjson"] += 1
        return fast(body)

    def by_json(self: Any, *args: Any, **kwargs: Any) -> Any:
        counts["json"] += 1
        return decode(self, *args, **kwargs)

    monkeypatch.setattr(parsing, "fast_loads", by_orjson)
    monkeypatch.setattr(json.JSONDecoder, "decode", by_json)
    return counts


@pytest.mark.parametrize(
    ("value", "again"),
    [("1", 0), ("18446744073709551615", 0), ("18446744073709551616", 1), ("1e300", 1), ("NaN", 1), ('"\\ud800"', 1)],
)
def test_json_is_asked_where_orjson_may_differ(parsed: dict[str, int], value: str, again: int) -> None:
    outcome(TWIN, whole(value).encode())
    assert parsed == {"orjson": 1, "json": again}


def test_a_parser_in_the_place_of_jsons_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json, "loads", lambda body: {"results": "theirs"})
    assert outcome(TWIN, b'{"results": 1}') == repr("theirs")


def _orjson(version: Any) -> Any:
    module = types.ModuleType("orjson")
    module.__version__ = version  # type: ignore[attr-defined]
    module.loads = json.loads  # type: ignore[attr-defined]
    return module


@pytest.mark.parametrize(
    ("module", "usable"),
    [
        (None, False),  # not installed
        (types.ModuleType("orjson"), False),
        (_orjson("3.9.14"), False),
        (_orjson("unknown"), False),
        (_orjson("3.9.15"), True),
        (_orjson("3.10.0"), True),
        (_orjson("4.0.0rc1"), False),
    ],
)
def test_an_orjson_that_cannot_be_used_is_not(monkeypatch: pytest.MonkeyPatch, module: Any, usable: bool) -> None:
    monkeypatch.setitem(sys.modules, "orjson", module)
    assert (parsing._loads_of_orjson() is not None) is usable


def test_equal_without_orjson(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "fast_loads", None)
    for odd in ODD:
        assert_equal(whole(odd).encode("utf-8"))
