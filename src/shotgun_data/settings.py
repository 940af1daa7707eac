"""What can be tuned, in one frozen object.

Every value has a default; the variable ``SHOTGUN_DATA_<NAME>`` overrides the default, and an argument
overrides both::

    Settings(transfer_threads=8)            # for one retriever
    SHOTGUN_DATA_TRANSFER_THREADS=8 nuke    # for a whole host
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Callable, Optional, Union

from .errors import SettingsError

PREFIX = "SHOTGUN_DATA_"
TRANSPORTS = ("auto", "curl", "urllib3")


def _setting(name: str, parse: Callable[[str], Any], default: Any) -> Any:
    """A dataclass field whose default is looked up in the environment each time a Settings is made."""

    def value() -> Any:
        text = os.environ.get(PREFIX + name.upper())
        if text is None or not text.strip():
            return default
        try:
            return parse(text.strip())
        except ValueError:
            raise SettingsError(
                f"{PREFIX}{name.upper()} is {text!r}, which is not {_EXPECTED[parse]}. "
                "Correct the environment variable, or unset it to use the default."
            ) from None

    return field(default_factory=value)


def _path(text: str) -> Path:
    return Path(text).expanduser()


_EXPECTED: dict[Callable[[str], Any], str] = {int: "a whole number", float: "a number", _path: "a path"}


@dataclass(frozen=True)
class Settings:
    """Tuning for one retriever; immutable, so that it can be shared between threads and retrievers.

    :param cache_dir: root of the media cache of one site: paths of urls, which files are named after, repeat from
        site to site. None: chosen as the package's README describes, a folder for each site.
    :param max_threads: worker threads for API calls and tasks of a manager that the retriever makes itself.
    :param disk_threads: threads that look media up on disk and decode images.
    :param transfer_threads: downloads at the same time (each has a thread only where the transport is urllib3).
    :param transport: what carries downloads: ``curl`` (needs pycurl), ``urllib3`` (pure Python), or ``auto``: curl
        where it can be had.
    :param connect_timeout: seconds to wait for a connection.
    :param read_timeout: seconds of silence after which an answer is given up.
    :param max_attempts: how often a read or a download is tried in all. Writes are sent once.
    :param retry_delay: seconds before the second attempt; doubled for each further one, with jitter.
    :param retry_delay_max: the longest wait between two attempts, in seconds.
    :param transcode_wait: seconds for which a thumbnail that the site is still transcoding is asked for
        again before the request completes without one.
    :param pages_at_once: pages of one long find that are read at the same time.
    :param max_prefetch: prefetch requests that may wait; of more, the oldest are dropped.
    :param delivery_budget: seconds of one turn of the receiver's event loop that delivery may use.
    :param postpone_collections: seconds for which Python's full garbage collections may wait for the end of a long
        find and of what else is under way then; each stops all threads of the host for 50 ms or more. 0: never.
    :param max_thumbnail_bytes: a larger thumbnail is refused.
    :param max_attachment_bytes: a larger attachment is refused.
    :param max_image_pixels: an image with more pixels is not decoded.
    :param image_cache_bytes: memory for decoded images, shared by all retrievers of a task manager; 0 keeps none.
    :param cache_max_age: seconds after which media that nobody used may be swept.
    :param cache_max_bytes: size that sweeping brings the cache back to.
    """

    cache_dir: Optional[Path] = _setting("cache_dir", _path, None)
    max_threads: int = _setting("max_threads", int, 8)
    disk_threads: int = _setting("disk_threads", int, 2)
    transfer_threads: int = _setting("transfer_threads", int, 32)
    transport: str = _setting("transport", str, "auto")
    connect_timeout: float = _setting("connect_timeout", float, 10.0)
    read_timeout: float = _setting("read_timeout", float, 60.0)
    max_attempts: int = _setting("max_attempts", int, 4)
    retry_delay: float = _setting("retry_delay", float, 0.5)
    retry_delay_max: float = _setting("retry_delay_max", float, 30.0)
    transcode_wait: float = _setting("transcode_wait", float, 10.0)
    pages_at_once: int = _setting("pages_at_once", int, 6)
    max_prefetch: int = _setting("max_prefetch", int, 2000)
    delivery_budget: float = _setting("delivery_budget", float, 0.004)
    postpone_collections: float = _setting("postpone_collections", float, 10.0)
    max_thumbnail_bytes: int = _setting("max_thumbnail_bytes", int, 256 * 1024**2)
    max_attachment_bytes: int = _setting("max_attachment_bytes", int, 16 * 1024**3)
    max_image_pixels: int = _setting("max_image_pixels", int, 256 * 1000**2)
    image_cache_bytes: int = _setting("image_cache_bytes", int, 64 * 1024**2)
    cache_max_age: float = _setting("cache_max_age", float, 60 * 86400.0)
    cache_max_bytes: int = _setting("cache_max_bytes", int, 20 * 1024**3)

    def __post_init__(self) -> None:
        if self.cache_dir is not None and not isinstance(self.cache_dir, Path):
            object.__setattr__(self, "cache_dir", _path(os.fspath(self.cache_dir)))
        if self.transport not in TRANSPORTS:
            raise SettingsError(
                f"transport is {self.transport!r}; it must be one of {', '.join(TRANSPORTS)}. "
                f"Pass another value, or correct {PREFIX}TRANSPORT."
            )
        for item in fields(self):
            value: Union[Path, float, str, None] = getattr(self, item.name)
            if item.name in ("cache_dir", "transport"):
                continue
            smallest = 0 if item.name in _MAY_BE_ZERO else 1 if item.type in ("int", int) else 1e-6
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not number or not value >= smallest:  # type: ignore[operator]  # also refuses NaN
                raise SettingsError(
                    f"{item.name} is {value!r}; it must be a number of at least {smallest:g}. "
                    f"Pass another value, or correct {PREFIX}{item.name.upper()}."
                )


_MAY_BE_ZERO = frozenset(
    {
        "retry_delay",
        "retry_delay_max",
        "transcode_wait",
        "image_cache_bytes",
        "cache_max_age",
        "cache_max_bytes",
    }
)
