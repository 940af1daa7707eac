"""Whether to try again, and when. The one place that decides it.

====================================  ==========================================================
what failed                           decision
====================================  ==========================================================
a read or a download, for a passing   again after ``delay * 2 ** n``, with jitter, up to
reason (no answer, 429, 5xx)          ``max_attempts`` in all
the same, with ``Retry-After``        again after exactly that long, if that is within
                                      ``delay_max``; otherwise it fails and says how long
a write that never left               as a read: the site cannot have seen it
a write that was sent                 never again: its outcome is unknown, and the error says so
anything else                         never again: it would fail the same way
====================================  ==========================================================
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Callable, Optional

from ..errors import ShotgunDataError
from ..settings import Settings


@dataclass(frozen=True)
class RetryPolicy:
    """Backoff with jitter; times in seconds."""

    max_attempts: int
    delay: float
    delay_max: float
    random: Callable[[], float] = random.random

    @classmethod
    def of(cls, settings: Settings) -> RetryPolicy:
        """The policy that the settings ask for."""
        return cls(settings.max_attempts, settings.retry_delay, settings.retry_delay_max)

    def next_delay(self, attempts: int, error: BaseException) -> Optional[float]:
        """Seconds to wait before the next attempt, or None to give up.

        :param attempts: how many were made, this one included.
        """
        if not isinstance(error, ShotgunDataError) or not error.retryable or attempts >= self.max_attempts:
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= self.delay_max else None
        backoff: float = min(self.delay * 2 ** (attempts - 1), self.delay_max)
        # Between half and the whole of it: a hundred clients that failed together must not return together.
        return backoff * (0.5 + self.random() / 2)
