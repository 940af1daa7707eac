"""A site whose pages are small, and come when the test says so."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable, Optional

from aiohttp import web

from shotgun_data.demo.site.fault_actions import Action, Hops, Releases
from shotgun_data.demo.site.faults import Fault

from .waiting import wait_for_the_site

THIRTY: list[Any] = [["id", "less_than", 31]]  # other tests make further shots
FIND: tuple[Any, ...] = ("Shot", THIRTY, ["code"])


def connect(site: Any, per_page: int = 7) -> Any:
    """A connection that was told of small pages: thirty shots take five."""
    sg = site.connect()
    sg.server_caps  # noqa: B018 - asks for it, so that ``info`` is not among the calls that a test counts
    sg.config._records_per_page = per_page
    site.calls.clear()
    return sg


def asked_for(site: Any) -> list[int]:
    """The pages that were asked for."""
    requests = site.calls.requests()
    return sorted(one.params["paging"]["current_page"] for one in requests if one.method_name == "read")


class Pages(Action):
    """Answers each page of the finds in its own way. Used as ``with Pages(site) as pages``.

    :param delay: seconds by which an answer comes later, from its page and from how many were asked for before.
    """

    damages = True

    def __init__(self, site: Any, delay: Callable[[int, int], float] = lambda page, before: 0.0) -> None:
        self._site = site
        self._delay = delay
        self._lock = threading.Lock()
        self._held: Callable[[int], bool] = lambda page: False
        self._statuses: dict[int, list[int]] = {}
        self.asked: list[int] = []
        self.there: list[int] = []  # at the site right now
        self.most = 0

    def __enter__(self) -> Pages:
        self._site.faults.add(Fault(self, method_name="read", times=None))
        return self

    def __exit__(self, *_: Any) -> None:
        self._held = lambda page: False
        self._site.faults.clear()

    def hold(self, held: Callable[[int], bool]) -> None:
        """Let these pages stand still, and go on those that stood and are not among them."""
        self._held = held

    def fail(self, page: int, *statuses: int) -> None:
        """Answer a page with these, one after the other, and then as usual."""
        self._statuses[page] = list(statuses)

    def wait(self, *pages: int) -> None:
        """Until just these stand still at the site."""
        wait_for_the_site(lambda: sorted(self.there) == sorted(pages))

    async def apply(
        self, request: web.Request, response: Optional[web.StreamResponse], releases: Releases, hops: Hops
    ) -> web.StreamResponse:
        assert response is not None
        page = json.loads(await request.read())["params"][1]["paging"]["current_page"]
        with self._site_is_at(page) as before:
            while self._held(page):
                await asyncio.sleep(0.002)
            await asyncio.sleep(self._delay(page, before))
            left = self._statuses.get(page)
            return web.Response(status=left.pop(0)) if left else response

    @contextmanager
    def _site_is_at(self, page: int) -> Iterator[int]:
        with self._lock:
            before = len(self.asked)
            self.asked.append(page)
            self.there.append(page)
            self.most = max(self.most, len(self.there))
        try:
            yield before
        finally:
            with self._lock:
                self.there.remove(page)
