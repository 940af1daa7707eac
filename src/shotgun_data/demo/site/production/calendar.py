"""The production's calendar. It is fixed, so that a site is the same whenever it is started."""

from __future__ import annotations

from datetime import date, datetime, timedelta

__all__ = ["Calendar"]


class Calendar:
    """Days are counted from the first day of the shoot, a Monday."""

    FIRST = date(2026, 3, 2)
    TODAY = 150
    """The day on which the production stands."""

    def day(self, number: int) -> str:
        """Return working day or weekend `number` as ``YYYY-MM-DD``."""
        return (self.FIRST + timedelta(days=number)).isoformat()

    def moment(self, number: int, minute: int = 0) -> str:
        """Return a point in time on day `number`, `minute` minutes after nine in the morning, in UTC."""
        start = datetime(self.FIRST.year, self.FIRST.month, self.FIRST.day, 9)
        return (start + timedelta(days=number, minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")
