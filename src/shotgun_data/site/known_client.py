"""Whether a connection's client is one whose inner methods are known, so that faster ones may stand in for them.

Known by the text of the methods themselves and not by a version number: a studio's patched copy keeps its number,
and a new release that left them alone is known at once. An unknown client is slower, and never wrong.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import threading
from types import CodeType, FunctionType
from typing import Any, Dict, List, Optional

#: The first 16 hex digits of the SHA-256 of each method's text, in shotgun_api3 3.8.2 to 3.10.3.
KNOWN = {
    "_call_rpc": frozenset({"031839f03d0bd25e", "6d042535ac1d2879"}),
    "_construct_read_parameters": frozenset({"771be075673fd145", "e700bde04a54827f"}),
    "_decode_response": frozenset({"19b066d6b185a0af", "de7d9733c676acd6"}),
    "_http_request": frozenset({"8cdc23fd57104547", "045e86a8972fb19c", "1519f1228a3be9ce"}),
    "_json_loads": frozenset({"a0d582de4bd0813b", "05a0a5f6d9516f21"}),
    "_parse_records": frozenset({"82b3420b7a601fc2", "aaf5d964d4f1bcf4", "1d771c8c6c89bf30"}),
    "_response_errors": frozenset({"e405cda8b74042c5"}),
    "_transform_inbound": frozenset({"5838588f308c58c9", "1a753c5e1b9dcabb", "66f11ec4f239b236"}),
    "_visit_data": frozenset({"6d1a59931bfbba9b", "df5d1e50e378e34d", "d062117972220b22"}),
    "find": frozenset({"d503cd7f57e5f662", "7d3ff493481c1166"}),
}

_DATE_TIME = (
    r"^(\d{4})\D?(0[1-9]|1[0-2])\D?([12]\d|0[1-9]|3[01])"
    r"(\D?([01]\d|2[0-3])\D?([0-5]\d)\D?([0-5]\d)?\D?(\d{3})?)?$"
)

#: Clients up to 3.8.5 copy each parsed dictionary once more, with the same strings: a remnant of Python 2.
_ASCII_LOADS, _ASCII_LOADS_TEXT = "_json_loads_ascii", "7a59a8db82b8a688"

_seen: Dict[CodeType, str] = {}
_lock = threading.Lock()


def client_class(sg: Any) -> Optional[type]:
    """The ``shotgun_api3.Shotgun`` that an object is or derives from, of whichever copy of that package."""
    for base in type(sg).__mro__:
        if base.__name__ == "Shotgun" and base.__module__.endswith("shotgun_api3.shotgun"):
            return base
    return None


def methods_if_known(sg: Any) -> Optional[Dict[str, Any]]:
    """The methods of :data:`KNOWN` as the connection's class has them; None unless all are as they are known.

    None too where a subclass or the instance itself overrides one, or something that they stand on.
    """
    kind: Any = type(sg)
    base: Any = client_class(sg)
    if base is None:
        return None
    module = sys.modules[base.__module__]
    pattern = getattr(kind, "_DATE_TIME_PATTERN", None)
    if (
        not isinstance(pattern, re.Pattern)
        or (pattern.pattern, pattern.flags) != (_DATE_TIME, re.UNICODE)
        or getattr(module, "json", None) is not json
        or any(getattr(kind, name) is not getattr(object, name) for name in ("__getattribute__", "__setattr__"))
        or kind.server_caps is not base.server_caps
    ):
        return None
    methods = {name: getattr(kind, name, None) for name in KNOWN}
    own = {name: value for name, value in vars(sg).items() if name in KNOWN or name == "_DATE_TIME_PATTERN"}
    asked = dict(methods)
    loads = getattr(kind, _ASCII_LOADS, None)
    if loads is not None and getattr(own.get("_json_loads"), "__func__", None) is loads:
        del own["_json_loads"]
        asked[_ASCII_LOADS] = loads
    known = {**KNOWN, _ASCII_LOADS: frozenset({_ASCII_LOADS_TEXT})}
    prints = _fingerprints(module, asked)
    if own or any(prints[name] not in known[name] for name in asked):
        return None
    return methods


def fingerprint(text: str) -> str:
    """What a method's text comes down to."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _fingerprints(module: Any, methods: Dict[str, Any]) -> Dict[str, str]:
    """By name; empty for what is no plain function of that module, such as a wrapper."""
    codes = {
        name: method.__code__
        for name, method in methods.items()
        if type(method) is FunctionType and method.__globals__ is vars(module)
    }
    with _lock:
        if any(code not in _seen for code in codes.values()):
            lines = _lines(module)
            for name, code in codes.items():
                text = _method(lines, code.co_firstlineno)
                _seen[code] = fingerprint(text) if text.lstrip().startswith(f"def {name}(") else ""
        return {name: _seen[codes[name]] if name in codes else "" for name in methods}


def _lines(module: Any) -> List[str]:
    try:
        text = module.__loader__.get_source(module.__name__)
    except (ImportError, AttributeError, SyntaxError):
        text = None
    return (text or "").splitlines()  # none in a host that ships no sources


def _method(lines: List[str], number: int) -> str:
    """The text of the method that begins in a line, counted from 1."""
    method = lines[number - 1 : number]
    indent = len(method[0]) - len(method[0].lstrip()) if method else 0
    for line in lines[number:]:
        left = line.lstrip()
        if left and len(line) - len(left) <= indent and left[0] != ")":  # which ends its parameters
            break
        method.append(line)
    return "\n".join(method).rstrip()
