"""Whether to try again, and when."""

from __future__ import annotations

from typing import Any, Optional

import pytest

from shotgun_data import Settings, errors
from shotgun_data.engine.retry import RetryPolicy


def policy(random: float = 1.0, **values: Any) -> RetryPolicy:
    chosen = RetryPolicy.of(Settings(max_attempts=4, retry_delay=1.0, retry_delay_max=30.0))
    return RetryPolicy(
        values.get("max_attempts", chosen.max_attempts),
        values.get("delay", chosen.delay),
        values.get("delay_max", chosen.delay_max),
        random=lambda: random,
    )


@pytest.mark.parametrize(("attempts", "delay"), [(1, 1.0), (2, 2.0), (3, 4.0), (4, None), (5, None)])
def test_the_wait_doubles_up_to_the_last_attempt(attempts: int, delay: Optional[float]) -> None:
    assert policy().next_delay(attempts, errors.SiteUnreachable("x")) == delay


def test_jitter_is_between_half_and_the_whole() -> None:
    error = errors.TransferFailed("x")
    assert policy(random=0.0).next_delay(2, error) == 1.0
    assert policy(random=0.5).next_delay(2, error) == 1.5
    assert policy(random=1.0).next_delay(2, error) == 2.0


def test_no_wait_is_longer_than_the_longest() -> None:
    assert policy(max_attempts=99).next_delay(60, errors.SiteUnreachable("x")) == 30.0


def test_what_the_other_side_asks_for_is_exactly_what_is_waited() -> None:
    assert policy(random=0.0).next_delay(1, errors.SiteUnreachable("x", retry_after=7.0)) == 7.0
    assert policy().next_delay(1, errors.SiteUnreachable("x", retry_after=0.0)) == 0.0
    assert policy().next_delay(1, errors.SiteUnreachable("x", retry_after=30.5)) is None


@pytest.mark.parametrize(
    "error",
    [
        errors.OutcomeUnknown("x"),
        errors.SessionRefused("x"),
        errors.SiteFault("x"),
        errors.MediaMissing("x"),
        errors.MediaRejected("x"),
        errors.Cancelled("x"),
        errors.Stopped("x"),
        ValueError("x"),
        OSError("x"),
        SystemExit(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_the_rest_is_never_tried_again(error: BaseException) -> None:
    assert policy().next_delay(1, error) is None


def test_one_attempt_is_one_attempt() -> None:
    assert policy(max_attempts=1).next_delay(1, errors.SiteUnreachable("x")) is None
