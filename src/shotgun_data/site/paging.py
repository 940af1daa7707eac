"""The pages of one find, each read by itself, so that several workers can read them at once.

The client's own ``find`` stays in charge of parameters and records: for the length of one call, the clone's
``_call_rpc`` asks for the page that is wanted and tells ``find`` that there is no further one.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Dict, List, Optional

from ..errors import NoConnection
from .connections import SiteConnections
from .failures import explained


@dataclass(frozen=True)
class Page:
    """Rows as the client's ``find`` gives them, and whether the site has a further page."""

    rows: List[Any]
    more: bool


class FindPages:
    """A find that takes more than one page. Immutable; its methods may be called from several threads at once.

    :ivar per_page: rows of a full page.
    :ivar last_page: the last page that ``limit`` lets count, from 1; None without a limit.
    """

    def __init__(self, arguments: Dict[str, Any], per_page: int) -> None:
        self._arguments = arguments
        self._limit: int = arguments["limit"]
        self.per_page = per_page
        self.last_page: Optional[int] = -(-self._limit // per_page) if self._limit else None

    @classmethod
    def plan(cls, site: SiteConnections, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Optional[FindPages]:
        """How to read a find page by page; None where the plain call must be made.

        That is where one page is enough or was asked for, where the connection is none of ours or of an unknown or
        overridden client, and where the arguments are wrong: the plain call says what is. The arguments are copied:
        the caller may change them between two pages. To be called in a worker thread: may ask the site for ``info``.

        :raises ShotgunDataError: as a call, where the site has to be asked and does not answer.
        """
        with site.connection() as sg:
            if not _is_plain(sg):
                return None
            try:
                bound = inspect.signature(sg.find).bind(*args, **kwargs)
            except TypeError:
                return None
            bound.apply_defaults()
            arguments = bound.arguments
            limit, page, order = arguments["limit"], arguments["page"], arguments["order"]
            # bool too: True is a limit of one.
            if not isinstance(limit, int) or limit < 0 or not isinstance(page, int) or page != 0:
                return None
            if order is not None and not isinstance(order, (list, tuple)):
                return None  # perhaps one that can be read only once
            with explained(_what(arguments), site.host, sg, write=False):
                per_page = sg.config.records_per_page
            if not isinstance(per_page, int) or per_page < 1 or 0 < limit <= per_page:
                return None
            try:
                return cls(copy.deepcopy(dict(arguments)), per_page)
            except Exception:  # noqa: BLE001 - of the app's own types; the plain call copes or explains
                return None

    def fetch(self, site: SiteConnections, number: int) -> Page:
        """Read one page, counted from 1; blocks. A page past the last one is empty.

        :raises ShotgunDataError: as a call to ``find`` does.
        """
        arguments = dict(self._arguments)
        if arguments["order"] is not None:  # the client adds a direction to what it is given
            arguments["order"] = [dict(one) if isinstance(one, dict) else one for one in arguments["order"]]
        with site.connection() as sg:
            if not _is_plain(sg):
                raise NoConnection("this thread's connection is of another kind than that which began the find")
            ours = explained(_what(arguments), site.host, sg, write=False)
            with ours, _one_page(sg, number, self.per_page) as further:
                rows = sg.find(**arguments)
        return Page(rows, bool(further and further[-1]))

    def wanted(self, rows: List[Any], before: int) -> List[Any]:
        """Those of a page's rows that ``limit`` lets count, where ``before`` rows came on the pages before it."""
        return rows[: max(0, self._limit - before)] if self._limit else rows


def _is_plain(sg: Any) -> bool:
    return getattr(sg, "is_known", None) is True and "_call_rpc" not in vars(sg)


def _what(arguments: Mapping[str, Any]) -> str:
    return f"find on {arguments['entity_type']}"


@contextmanager
def _one_page(sg: Any, number: int, per_page: int) -> Iterator[List[bool]]:
    """Within it a clone's ``find`` reads this one page; gives a list that will say whether there is a further one."""
    call_rpc = sg._call_rpc
    further: List[bool] = []

    def read_one_page(method: str, params: Any, *args: Any, **kwargs: Any) -> Any:
        if method != "read":  # ``info``, if it was not asked for yet
            return call_rpc(method, params, *args, **kwargs)
        params["paging"].update(entities_per_page=per_page, current_page=number)
        result = call_rpc(method, params, *args, **kwargs)
        # Whatever is not as it should be is left to the client to complain of.
        if not isinstance(result, dict) or not isinstance(result.get("paging_info"), dict):
            return result
        info = dict(result["paging_info"])
        if params.get("return_paging_info_without_counts"):
            if "has_next_page" in info:
                further.append(bool(info["has_next_page"]))
                info["has_next_page"] = False
        elif "entity_count" in info:  # before 7.4: the client goes on until it has as many, or a page is empty
            found = len(result.get("entities") or ())
            further.append(found > 0 and per_page * (number - 1) + found != info["entity_count"])
            info["entity_count"] = found
        return {**result, "paging_info": info}

    sg._call_rpc = read_one_page
    try:
        yield further
    finally:
        del sg._call_rpc
