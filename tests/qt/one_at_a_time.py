"""A queue of downloads that stands still until the test lets it go."""

from __future__ import annotations

from typing import Any

from shotgun_data.demo.site.faults import Fault, Stall

from .production import Picture, Row
from .waiting import Outcomes, wait_for_the_site


def as_picture(shot: Row) -> Picture:
    return Picture(shot["image"], shot["type"], shot["id"])


def downloaded(site: Any, shots: list[Row]) -> list[int]:
    """The ids of the shots whose thumbnails were downloaded, in that order."""
    ids = {shot["image"].partition("?")[0].partition("//")[2].partition("/")[2]: shot["id"] for shot in shots}
    return [ids[one.path[1:]] for one in site.calls.requests("/thumbs/")]


def until_looked_up(retriever: Any, but: int = 0) -> None:
    """Until the disk lane has no more than so much to do: neither a signal nor a count of the retriever tells of it."""

    def is_looked_up() -> bool:
        disk = retriever._desk.session.runner.scheduler.statistics()["disk"]
        return (disk.queued, disk.running) == (0, but)

    wait_for_the_site(is_looked_up)


class OneAtATime:
    """A retriever with one slot for downloads, one disk thread, and a download that holds the slot."""

    def __init__(self, site: Any, make_retriever: Any, shots: list[Row], **settings: Any) -> None:
        self.site = site
        self.shots = shots
        settings = {"transfer_threads": 1, "disk_threads": 1, **settings}
        self.retriever = make_retriever(**settings)
        self.outcomes = Outcomes(self.retriever)
        self.marker = shots[-1]
        self.outcomes.one(self.retriever.request_thumbnail(*as_picture(self.marker)))
        site.faults.add(Fault(Stall(after=0), media=True))
        self.holding = self.retriever.request_thumbnail(*as_picture(shots[-2]))
        wait_for_the_site(lambda: site.faults.stalled)
        site.calls.clear()

    def until_queued(self) -> None:
        """Until all that was asked for so far was looked up: the disk thread finds this last, and on disk."""
        (uid,) = self.retriever.request_thumbnails([self.marker], prefetch=True)
        assert self.outcomes.one(uid)[0] == "check_thumbnail"

    def let_go(self, *uids: str) -> list[int]:
        """Let the slot go, wait for these, and tell which shots were downloaded in which order."""
        self.site.faults.release()
        self.outcomes.wait(self.holding, *uids)
        return downloaded(self.site, self.shots)
