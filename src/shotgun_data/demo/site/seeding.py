"""What an empty site starts with: the script and the person that may log in, the statuses, and a production."""

from __future__ import annotations

from typing import Optional

from . import production
from .media_store import MediaStore
from .protocol.sessions import DEMO_LOGIN, DEMO_SCRIPT
from .schema import STATUSES
from .store import Store

__all__ = ["seed"]


def seed(store: Store, media: MediaStore, shots: Optional[int]) -> None:
    """Fill the store where it is empty; all of it or nothing, so that a killed start leaves no half production.

    :param shots: how many shots the production gets; None for no production.
    """
    with store.transaction():
        if not store.read("ApiUser", [["firstname", "is", DEMO_SCRIPT]], limit=1):
            store.bulk_insert("ApiUser", [{"firstname": DEMO_SCRIPT, "lastname": "1.0", "description": "Demo"}])
        if shots is not None and store.is_empty():
            production.fill(store, media, shots)
        if not store.read("Status", [], limit=1):
            store.bulk_insert(
                "Status", [{"code": code, "name": name, "bg_color": color} for code, name, color in STATUSES]
            )
        if not store.read("HumanUser", [["login", "is", DEMO_LOGIN]], limit=1):
            artist = {"name": "Demo Artist", "login": DEMO_LOGIN, "email": "artist@example.com"}
            store.bulk_insert("HumanUser", [artist])
