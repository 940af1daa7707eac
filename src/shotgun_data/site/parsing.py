"""What ``json.loads`` makes of an answer's bytes, in some two thirds of the time: by orjson, where that is installed.

orjson holds the interpreter while it parses, as ``json`` does, but not as long. It differs in this (3.9.15 to 3.13.0,
read in its documentation and drawn at random):

- It refuses what is no strict JSON in UTF-8: NaN, numbers beyond the range of floats, half of a surrogate pair, a
  byte order mark, UTF-16, and a nesting of more than 1,024. All that is left to ``json``, and so are its errors.
- It makes floats of integers beyond 64 bits and tells nobody. Hence :data:`DOUBTFUL`: whoever walks through the
  values has to look out for such floats, and to let ``json`` parse the answer once more if there is one.

Rejected: to look for long numbers in the bytes. Any signed url has one, and to leave those out takes longer than orjson
wins. The walk meets each float anyway.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, Optional

#: A float of this size or more, of either sign, may have been written as an integer.
DOUBTFUL = 2.0**63

#: One before this ends the process on an answer that is nested deeply enough.
_FIRST_SAFE = (3, 9, 15)

_json_loads = json.loads


def _loads_of_orjson() -> Optional[Callable[[bytes], Any]]:
    try:
        import orjson

        version = tuple(map(int, orjson.__version__.split(".")[:3]))
    except (ImportError, AttributeError, ValueError):
        return None  # not there, or not for this interpreter, or not by that author
    return orjson.loads if version >= _FIRST_SAFE else None


#: None where ``json`` has to do.
fast_loads = _loads_of_orjson()


def parse_quickly(body: Any) -> Optional[Dict[str, Any]]:
    """What ``json.loads`` makes of an answer, but for what :data:`DOUBTFUL` says; None where it must be asked itself.

    That is also where the answer is an error, because the client words it before anybody walks through it, and
    where a test or a studio has put something else in the place of ``json.loads``.
    """
    if fast_loads is None or type(body) is not bytes or json.loads is not _json_loads:
        return None
    try:
        answer = fast_loads(body)
    except ValueError:
        return None
    return answer if type(answer) is dict and not answer.get("exception") else None
