"""What the client makes of an answer, several times faster and equal in every value.

The client walks each answer with a generic visitor that builds a second copy of it, and formats each body for a
log that nobody reads. Here what the JSON parser has made is rewritten where it is, by its exact types. For
whatever is out of the ordinary the client's own method is asked, value by value: it alone decides.
"""

from __future__ import annotations

import datetime
import logging
import os
import sys
import threading
import time
import urllib.parse
from typing import Any, Callable, Dict, Tuple

from .known_client import client_class, methods_if_known
from .moments import MINUTES, SECONDS, Days
from .parsing import DOUBTFUL, parse_quickly

#: What the client leaves as it is, in an answer (and floats) and in a record.
_UNTOUCHED = frozenset({int, bool, type(None)})
_UNTOUCHED_IN_RECORDS = _UNTOUCHED | {float, list, datetime.datetime}

#: An older server gives no urls of thumbnails, and the client asks for each.
_GIVES_IMAGE_URLS = (3, 3, 0)

# After so many rows (a power of two, less one) another thread may have the interpreter, if it waits: of 100 waits of
# the GUI's thread the longest is 12 ms instead of 14, with four threads that decode on two cores, and 7 ms not 10
# when nothing else runs there.
_ROWS = 127
_QUICK_ROWS = 511  # for records, which take a third of that each; from Python 3.11 on each turn given away lasts 70 µs

# One thread of the process decodes, the others sleep: each thread that computes may keep the interpreter for a
# switch interval (5 ms) before the GUI's thread gets it, and with eight in turn that is a frame or two.
# Re-entrant, because the garbage collector may run anybody's finalizer in the middle.
_decoding = threading.RLock()

_days: Dict[Tuple[Any, bool], Days] = {}  # by client module; under the lock


def _renew_lock() -> None:
    global _decoding
    _decoding = threading.RLock()  # its holder may not exist in a forked child


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_renew_lock)


def hasten(sg: Any) -> bool:
    """Let a clone decode faster, if its client is a known one; gives whether it is.

    Sets attributes of the instance: never to be called with the user's own.
    """
    methods = methods_if_known(sg)
    if methods is None:
        return False
    faster = Decoder(sg, methods)
    sg._http_request = faster.http_request
    sg._json_loads = faster.json_loads
    sg._transform_inbound = faster.transform_inbound
    sg._parse_records = faster.parse_records
    return True


class Decoder:
    """Stands in for four inner methods of one connection, and has the client's own at hand.

    :param methods: the client's, by name, unbound.
    """

    def __init__(self, sg: Any, methods: Dict[str, Any]) -> None:
        self._sg = sg
        self._methods = methods
        self._module: Any = sys.modules[str(getattr(client_class(sg), "__module__", ""))]
        self._parsed: Any = None
        self._body: Any = None  # of what was parsed quickly

    def _unchanged(self) -> bool:
        """Whether the class is as it was: a test may have put something in the place of a method."""
        kind = type(self._sg)
        return all(getattr(kind, name, None) is method for name, method in self._methods.items())

    def _own(self, name: str) -> Any:
        """The client's method as it is now, bound."""
        return getattr(type(self._sg), name).__get__(self._sg)

    def http_request(self, verb: str, path: str, body: Any, headers: Dict[str, Any]) -> Any:
        """The client's, without writing each body out for the log: 20 ms for 7 MB."""
        if self._module.LOG.isEnabledFor(logging.DEBUG) or not self._unchanged():
            return self._own("_http_request")(verb, path, body, headers)
        config = self._sg.config
        url = urllib.parse.urlunparse((config.scheme, config.server, path, None, None, None))
        response, content = self._sg._get_connection().request(url, method=verb, body=body, headers=headers)
        return (response.status, response.reason), {k.lower(): v for k, v in response.items()}, content

    def json_loads(self, body: Any) -> Any:
        """The client's; remembers what came out, because that is ours to rewrite."""
        with _decoding:
            parsed: Any = parse_quickly(body) if self._unchanged() else None
            self._body = None if parsed is None else body
            if parsed is None:
                parsed = self._own("_json_loads")(body)
        self._parsed = parsed
        return parsed

    def transform_inbound(self, data: Any) -> Any:
        """The client's: texts that are points in time become ``datetime``, everywhere in an answer.

        In place, where it is the answer that was parsed just now and nobody else has seen. Whatever else is
        handed in belongs to the caller and is copied, as the client does.
        """
        parsed, self._parsed = self._parsed, None
        body, self._body = self._body, None
        own = self._own("_transform_inbound")
        if type(data) is not dict or data is not parsed or not self._unchanged():
            return own(data)
        with _decoding:
            local = bool(self._sg.config.convert_datetimes_to_utc)
            key = (self._module, local)
            days = _days.get(key)
            if days is None:
                days = _days[key] = Days(*key)
            days.refresh()
            try:
                _rewriter(days, own, body is not None)(data)
            except _DoubtfulNumber:
                data = self._own("_json_loads")(body)
                _rewriter(days, own, False)(data)
        return data

    def parse_records(self, records: Any) -> Any:
        """The client's: ``&lt;`` in a record's texts becomes ``<``, and a local file's link gets its path and url."""
        caps = self._sg._server_caps
        plain = (
            type(records) is list
            and records
            and caps is not None
            and caps.host == self._sg.config.server
            and caps.version
            and caps.version >= _GIVES_IMAGE_URLS
            and self._unchanged()
        )
        own = self._own("_parse_records")
        if not plain:
            return own(records)
        with _decoding:
            _parse(records, self._sg.client_caps.local_path_field, own)
        return records


class _DoubtfulNumber(Exception):
    """A float that may have been written as an integer."""


def _rewriter(days: Days, own: Callable[[Any], Any], parsed_quickly: bool) -> Callable[[Dict[str, Any]], None]:
    """The function raises :class:`_DoubtfulNumber`, if the answer was parsed quickly."""
    minutes, seconds, untouched, doubtful = MINUTES, SECONDS, _UNTOUCHED, DOUBTFUL

    # Only a text of this form has a chance: each of strptime's fields is as wide here as it can be.
    def in_dict(node: Dict[str, Any]) -> None:
        for key, value in node.items():
            kind = type(value)
            if kind is str:
                if len(value) == 20 and value[16] == ":":
                    try:
                        node[key] = days[value[:11]] + minutes[value[11:16]] + seconds[value[16:]]
                    except KeyError:
                        node[key] = own(value)
            elif kind is dict:
                in_dict(value)
            elif kind is list:
                in_list(value)
            elif kind is float:
                if parsed_quickly and not -doubtful < value < doubtful:
                    raise _DoubtfulNumber
            elif kind not in untouched:
                node[key] = own(value)

    def in_list(node: Any) -> None:
        for index, value in enumerate(node):
            if index & _ROWS == _ROWS:
                time.sleep(0)
            kind = type(value)
            if kind is dict:
                in_dict(value)
            elif kind is str:
                if len(value) == 20 and value[16] == ":":
                    try:
                        node[index] = days[value[:11]] + minutes[value[11:16]] + seconds[value[16:]]
                    except KeyError:
                        node[index] = own(value)
            elif kind is list:
                in_list(value)
            elif kind is float:
                if parsed_quickly and not -doubtful < value < doubtful:
                    raise _DoubtfulNumber
            elif kind not in untouched:
                node[index] = own(value)

    return in_dict


def _parse(records: Any, local_path_field: str, own: Callable[[Any], Any]) -> None:
    untouched = _UNTOUCHED_IN_RECORDS
    for index, record in enumerate(records):
        if index & _QUICK_ROWS == _QUICK_ROWS:
            time.sleep(0)
        if type(record) is not dict:
            own([record])
            continue
        for key, value in record.items():
            kind = type(value)
            if kind is str:
                if "&lt;" in value:
                    record[key] = value.replace("&lt;", "<")
            elif kind is dict:
                if "link_type" in value and value["link_type"] == "local" and local_path_field in value:
                    path = value[local_path_field]
                    value["local_path"] = path
                    value["url"] = f"file://{path or ''}"
            elif kind not in untouched:
                own([record])
                break
