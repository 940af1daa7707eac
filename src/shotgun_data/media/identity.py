"""Which file in the cache belongs to which url.

A url's query changes with every find (it is a signature), so the *path* alone is what names the media. It is
hashed as it stands, neither decoded nor normalised: caches that other tools filled do it like this.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urlsplit

_EXTENSION = re.compile(r"[a-z0-9]{1,5}")
# What nearly all urls of media look like: their path can be had without urlsplit, which takes longer than asking
# the disk. Anything else (brackets, spaces, other characters than ASCII's) is urlsplit's.
_PLAIN = re.compile(r"https?://[A-Za-z0-9.:@_-]*(/[!\"$->@-Z\\\]^-~]*)?(?:[?#][!-~]*)?")


def media_path(url: str) -> str:
    """The path of a url, as it stands in it."""
    plain = _PLAIN.fullmatch(url)
    if plain is not None:
        return plain[1] or ""
    try:
        return urlsplit(url).path
    except ValueError:
        return url.partition("?")[0]


def media_key(url: str) -> str:
    """32 hexadecimal digits: the MD5 of the url's path in UTF-8."""
    return key_of_path(media_path(url))


def key_of_path(path: str) -> str:
    """The key of the url that has this path."""
    data = path.encode("utf-8", "surrogatepass")
    try:
        return hashlib.md5(data, usedforsecurity=False).hexdigest()
    except ValueError:  # a FIPS build that refuses all the same
        import _md5  # type: ignore[import-not-found]  # the interpreter's own

        return str(_md5.md5(data).hexdigest())


def url_extension(url: str) -> str:
    """The lower-case extension of a url's last path segment, without its dot; "" where none can be used."""
    return extension_of_path(media_path(url))


def extension_of_path(path: str) -> str:
    """The extension of the url that has this path."""
    name = path.rpartition("/")[2]
    stem, dot, extension = name.rpartition(".")
    extension = extension.lower()
    return extension if stem and dot and _EXTENSION.fullmatch(extension) else ""


def folders_of(key: str) -> tuple[str, str, str]:
    """The two folder levels and the rest: at most 256 entries a level, however large the cache."""
    return key[0:2], key[2:4], key[4:]
