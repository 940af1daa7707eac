"""A connection to the site that the environment names. Nothing here talks to the site."""

from __future__ import annotations

import os
import urllib.parse
from typing import Any, Mapping, NamedTuple, Optional

import shotgun_api3

URL, SCRIPT, KEY = "SHOTGUN_DATA_URL", "SHOTGUN_DATA_SCRIPT", "SHOTGUN_DATA_KEY"


class CannotConnect(Exception):
    """What is missing or wrong, in a sentence; holds no secret."""


class SiteAccess(NamedTuple):
    """A site, and how to enter it. ``key`` is None where a person has to log in."""

    url: str
    script: Optional[str] = None
    key: Optional[str] = None

    def __repr__(self) -> str:
        return f"SiteAccess({self.url!r}, {self.script!r})"

    def connect(self) -> Any:
        """A connection by script name and key."""
        return connect(self.url, script_name=self.script, api_key=self.key)


def from_environment(environment: Mapping[str, str] = os.environ) -> SiteAccess:
    """What the environment says.

    :raises CannotConnect: it says too little, or nonsense.
    """
    url, script, key = (environment.get(name, "").strip() or None for name in (URL, SCRIPT, KEY))
    if url is None:
        raise CannotConnect(
            f"Which site? Set {URL}, and {SCRIPT} and {KEY} or log in; or look at the embedded site with --demo."
        )
    if script and not key:
        raise CannotConnect(f"{SCRIPT} is set, and {KEY} is not: set both, or neither to log in.")
    if key and not script:
        raise CannotConnect(f"{KEY} is set, and {SCRIPT} is not: set both, or neither to log in.")
    return SiteAccess(checked(url), script, key)


def checked(url: str) -> str:
    """A site's address as it is used from here on; one without a scheme is taken as https.

    :raises CannotConnect: it is not one.
    """
    text = url.strip()
    if text and "://" not in text:
        text = f"https://{text}"
    try:
        parts = urllib.parse.urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or any(character.isspace() for character in text):
        shown = urllib.parse.urlsplit(text).hostname if "@" in text else url
        raise CannotConnect(
            f"{shown!r} is not the address of a site; one looks like https://mystudio.shotgrid.autodesk.com"
        )
    return text.rstrip("/")


def host(url: str) -> str:
    """The site's name for people, without whatever else its address holds."""
    return urllib.parse.urlsplit(url).netloc.rpartition("@")[2]


def connect(url: str, **credentials: Any) -> Any:
    """A connection that has not talked to the site yet.

    :raises CannotConnect: the client takes none of this.
    """
    try:
        return shotgun_api3.Shotgun(url, connect=False, **credentials)
    except ValueError as error:
        raise CannotConnect(f"The client refused to connect to {host(url)}: {error}") from None
