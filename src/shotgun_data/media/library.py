"""The media library: fetch, check, store."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Callable, Optional

from ..errors import MediaRejected, TransferFailed
from ..settings import Settings
from .access import SiteAccess, never
from .address import MediaAddress
from .cache import MediaCache, attachment_folder, thumbnail_folder, thumbnail_name
from .courier import Courier, Delivery
from .identity import url_extension
from .imagetype import HEAD_BYTES, image_extension, is_cut_short
from .names import safe_name
from .steps import Place, Steps, carry_out
from .store import CacheUnwritable, IncomingFile
from .transport import Progress, TransferReply, Transport
from .urllib3_transport import Urllib3Transport
from .verdict import is_web_page

_PAGE_EXTENSIONS = frozenset({"htm", "html", "xhtml", "shtml", "mht", "mhtml"})
_TAIL_BYTES = 4096


class MediaLibrary:
    """Downloads media into a cache. Thread-safe; one for each session.

    Each download is one attempt: it follows redirects and renews a refused session once, and leaves every other
    repetition to its caller, who knows what else is waiting. The result is a whole file, or one of the errors
    below; nothing else is left on the disk. ``..._steps`` gives it as steps for whoever drives many at once
    (:mod:`.steps`), ``download_...`` carries them out in the calling thread.

    :raises Cancelled: ``cancelled`` said so. It is asked at each chunk, and ten times a second by another
        thread while the other side is silent.
    :raises MediaExpired: the signed url is no longer accepted. Ask the site for a new one and call again.
    :raises MediaPending: the site serves its placeholder for media that it is still transcoding.
    :raises MediaMissing: there is no such media.
    :raises MediaRejected: what came is not what was asked for, or is larger than the settings allow.
    :raises SessionRefused: the site does not accept the session, nor a renewed one.
    :raises SiteUnreachable: no answer; ``retryable`` and ``retry_after`` (seconds) say what helps.
    :raises TransferFailed: the answer broke off, or no disk takes the file; the same two say what helps.
    """

    def __init__(self, cache: MediaCache, transport: Transport, settings: Settings) -> None:
        self.cache = cache
        self._transport = transport
        self._settings = settings

    @classmethod
    def open(cls, root: Path, settings: Settings) -> MediaLibrary:
        """A library over the cache at ``root`` with the transport that suits this Python best."""
        return cls(MediaCache(root), Urllib3Transport(settings.transfer_threads), settings)

    def __repr__(self) -> str:
        return f"<MediaLibrary {self.cache.root}>"

    def download_thumbnail(
        self,
        url: str,
        access: SiteAccess,
        *,
        cancelled: Callable[[], bool] = never,
        progress: Optional[Progress] = None,
    ) -> Path:
        """Fetch an image into the cache; an older file of the same name is replaced.

        :param progress: called as ``progress(bytes so far, bytes in all or None)``.
        """
        return carry_out(self.thumbnail_steps(url, access, cancelled=cancelled, progress=progress), self._transport)

    def thumbnail_steps(
        self,
        url: str,
        access: SiteAccess,
        *,
        cancelled: Callable[[], bool] = never,
        progress: Optional[Progress] = None,
    ) -> Steps[Path]:
        """The same, step by step."""

        def fetch(incoming: IncomingFile) -> Steps[str]:
            delivery = yield from self._courier(access, cancelled, progress).fetch(
                url, incoming, self._settings.max_thumbnail_bytes, lambda reply: _is_page(reply, incoming)
            )
            kind = _check_image(delivery, incoming)
            return thumbnail_name(url, url_extension(delivery.address.url) or kind)

        return self._store_somewhere(lambda root: thumbnail_folder(root, url), fetch)

    def download_attachment(
        self,
        url: str,
        name: str,
        access: SiteAccess,
        *,
        cancelled: Callable[[], bool] = never,
        progress: Optional[Progress] = None,
    ) -> Path:
        """Fetch a file of any kind into a folder of its own, under a safe form of its name.

        :param progress: called as ``progress(bytes so far, bytes in all or None)``.
        """
        steps = self.attachment_steps(url, name, access, cancelled=cancelled, progress=progress)
        return carry_out(steps, self._transport)

    def attachment_steps(
        self,
        url: str,
        name: str,
        access: SiteAccess,
        *,
        cancelled: Callable[[], bool] = never,
        progress: Optional[Progress] = None,
    ) -> Steps[Path]:
        """The same, step by step."""
        file_name = safe_name(name)
        may_be_page = file_name.rpartition(".")[2].lower() in _PAGE_EXTENSIONS

        def is_page(reply: TransferReply) -> bool:
            # A page by its header alone: a text file may well begin like one.
            return not may_be_page and is_web_page(reply.headers.get("content-type", ""), b"")

        def fetch(incoming: IncomingFile) -> Steps[str]:
            delivery = yield from self._courier(access, cancelled, progress).fetch(
                url, incoming, self._settings.max_attachment_bytes, is_page
            )
            if is_page(delivery.reply):
                raise _page_instead(delivery.address, f"the file {file_name}")
            if incoming.size == 0:
                raise MediaRejected(f"GET {delivery.address}: the file is empty.")
            return file_name

        return self._store_somewhere(lambda root: attachment_folder(root, url), fetch)

    def close(self) -> None:
        """Break off what is under way (it raises ``Cancelled``) and close every connection."""
        self._transport.close()

    def _courier(self, access: SiteAccess, cancelled: Callable[[], bool], progress: Optional[Progress]) -> Courier:
        return Courier(
            access,
            connect_timeout=self._settings.connect_timeout,
            read_timeout=self._settings.read_timeout,
            cancelled=cancelled,
            progress=progress,
        )

    def _store_somewhere(
        self, folder_in: Callable[[Path], Path], fetch: Callable[[IncomingFile], Steps[str]]
    ) -> Steps[Path]:
        """Fetch a body and store it into the cache; where its disk refuses, into this process's temporary files.

        A disk that fills up in the middle of a body too large for memory means fetching that body again: rare,
        and simpler to be sure of than carrying a half-written file over.
        """
        root, cause = self.cache.root, None
        while True:
            name = None
            with IncomingFile(functools.partial(folder_in, root)) as incoming:
                try:
                    name = yield from fetch(incoming)
                    yield Place.DISK
                    return incoming.publish(name)
                except CacheUnwritable as refused:
                    if cause is not None:
                        raise _no_room(self.cache.root, cause, refused.cause) from None
                    cause = refused.cause
                    root = self._stand_in(cause)
                    if name is not None and incoming.in_memory:
                        try:
                            return incoming.publish(name, folder_in(root))
                        except CacheUnwritable as again:
                            raise _no_room(self.cache.root, cause, again.cause) from None

    def _stand_in(self, cause: OSError) -> Path:
        try:
            return self.cache.stand_in(cause)
        except OSError as refused_too:
            raise _no_room(self.cache.root, cause, refused_too) from None


def _is_page(reply: TransferReply, incoming: IncomingFile) -> bool:
    head = incoming.head(1024)
    return image_extension(head) is None and is_web_page(reply.headers.get("content-type", ""), head)


def _check_image(delivery: Delivery, incoming: IncomingFile) -> str:
    """The extension of the image that arrived.

    :raises MediaRejected: it is none.
    """
    address, reply = delivery.address, delivery.reply
    if incoming.size == 0:
        raise MediaRejected(f"GET {address}: the image is empty.")
    head = incoming.head(HEAD_BYTES)
    kind = image_extension(head)
    if kind is None:
        if is_web_page(reply.headers.get("content-type", ""), incoming.head(1024)):
            raise _page_instead(address, "an image")
        raise MediaRejected(
            f"GET {address}: what came is not an image of a kind we know (the server calls it "
            f"{reply.headers.get('content-type', 'nothing')[:60]!r})."
        )
    if not reply.framed and is_cut_short(kind, head, incoming.tail(_TAIL_BYTES), incoming.size):
        raise TransferFailed(f"GET {address}: the connection ended before the image did. Try again.")
    return kind


def _no_room(root: Path, cause: OSError, second: OSError) -> TransferFailed:
    error = TransferFailed(
        f"Media can be written neither to the cache at {root} ({cause.strerror or type(cause).__name__}) nor "
        f"to temporary files ({second.strerror or type(second).__name__}). Free some disk space."
    )
    error.retryable = False
    return error


def _page_instead(address: MediaAddress, wanted: str) -> MediaRejected:
    return MediaRejected(
        f"GET {address}: a web page came instead of {wanted}. A proxy or a login in between may be "
        "answering; open the address in a browser to see."
    )
