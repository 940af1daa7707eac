"""Points in time as the client gives them, made without asking it for each.

The client takes 25 µs for one: ``strptime``, and a time zone written in Python that calls ``mktime`` and
``localtime`` three times. Within a day in whose course the local offset does not change, its result is that of
midnight plus the time of day. So the client's own time zone is asked for two midnights of a day, and believed for
what lies between if they agree. On the two days a year when they do not, the client is asked for each moment.
"""

from __future__ import annotations

import datetime
import os
import re
import time
from typing import Any, Dict, Optional, Set, Tuple

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T")
_DateTime = datetime.datetime
_ONE_DAY = datetime.timedelta(days=1)

#: What to add to midnight for ``HH:MM`` and for ``:SSZ``. Their keys are all there is, so that looking a text up
#: is also the proof that it is written like this.
MINUTES = {f"{m // 60:02d}:{m % 60:02d}": datetime.timedelta(minutes=m) for m in range(24 * 60)}
SECONDS = {f":{s:02d}Z": datetime.timedelta(seconds=s) for s in range(60)}

_MOST_DAYS = 4096
_LONGEST = 60.0  # seconds for which an answer of the time zone is believed


class Days(Dict[str, _DateTime]):
    """``days["2026-01-10T"]`` is that midnight UTC as the client gives it; KeyError where it must be asked itself.

    Bounded, and to be used by one thread at a time.

    :param client: the module of the client, with its own time zone object.
    :param local: in local time, aware; else in UTC, naive. The client's ``convert_datetimes_to_utc``.
    """

    def __init__(self, client: Any, local: bool) -> None:
        super().__init__()
        self._client = client
        self._local = local
        self._unusual: Set[str] = set()
        self._midnights: Dict[_DateTime, _DateTime] = {}
        self._rules: Optional[Tuple[Any, ...]] = None
        self._since = 0.0

    def refresh(self) -> None:
        """Forget what may no longer hold. To be called before each answer.

        A host may call ``tzset`` or set TZ in mid-life, and a journey changes the machine's zone without a trace
        in this process, which ``mktime`` obeys at once: hence the end that time alone puts to it.
        """
        zone = self._client.SG_TIMEZONE
        rules = (
            *(zone, getattr(zone, "utc", None), getattr(zone, "local", None), self._client.datetime.datetime),
            *(os.environ.get("TZ"), time.tzname, time.timezone, time.altzone),
        )
        now = time.monotonic()
        if rules != self._rules or now - self._since > _LONGEST or len(self) + len(self._unusual) > _MOST_DAYS:
            self.clear()
            self._unusual.clear()
            self._midnights.clear()
            self._rules, self._since = rules, now

    def __missing__(self, day: str) -> _DateTime:
        if day not in self._unusual:
            midnight = self._steady_midnight(day)
            if midnight is not None:
                self[day] = midnight
                return midnight
            self._unusual.add(day)
        raise KeyError(day)

    def _steady_midnight(self, day: str) -> Optional[_DateTime]:
        """The day's first moment, if its offset is that of the next day's."""
        found = _DAY.fullmatch(day)
        if found is None or self._client.datetime.datetime is not _DateTime:  # a test's frozen clock
            return None
        try:
            year, month, number = map(int, found.groups())
            begin = _DateTime(year, month, number)
            if not self._local:
                return begin
            first, last = self._at(begin), self._at(begin + _ONE_DAY)
        except (ValueError, ArithmeticError, OSError):
            return None  # no such day, or one that the platform's mktime does not know
        steady = (
            type(first) is type(last) is _DateTime
            and first.tzinfo is last.tzinfo
            and last.replace(tzinfo=None) - first.replace(tzinfo=None) == _ONE_DAY
        )
        return first if steady else None

    def _at(self, moment: _DateTime) -> _DateTime:
        # The client's own line.
        known = self._midnights.get(moment)
        if known is None:
            zone = self._client.SG_TIMEZONE
            known = self._midnights[moment] = moment.replace(tzinfo=zone.utc).astimezone(zone.local)
        return known
