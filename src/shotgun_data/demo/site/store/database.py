"""The embedded database: one file in WAL mode, a connection per thread, one writer at a time."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
import threading
import weakref
from pathlib import Path
from typing import Any, Iterator, List, Optional, Sequence

__all__ = ["Database"]


def _fold(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


class Database:
    """Connections to one database file.

    Without a ``data_dir`` the file lives in a temporary directory that :meth:`close` removes; a shared
    in-memory database would make readers wait for the writer, which a file in WAL mode does not.
    Usable from any thread.
    """

    def __init__(self, data_dir: Optional[Path] = None) -> None:
        self.kept = data_dir is not None
        if data_dir is None:
            # memory-backed where the system has it: nothing of a throw-away site should reach a disk
            shared = Path("/dev/shm")
            parent = str(shared) if shared.is_dir() else None
            try:
                self._dir = Path(tempfile.mkdtemp(prefix="shotgun-data-site-", dir=parent))
            except OSError:
                self._dir = Path(tempfile.mkdtemp(prefix="shotgun-data-site-"))
        else:
            data_dir.mkdir(parents=True, exist_ok=True)
            self._dir = data_dir
        # also when the process ends without close(): memory-backed files outlive it
        self._remove = None if self.kept else weakref.finalize(self, shutil.rmtree, str(self._dir), True)
        self._path = self._dir / "site.sqlite3"
        self._local = threading.local()
        self._guard = threading.Lock()
        self._connections: List[sqlite3.Connection] = []
        self._write_lock = threading.RLock()
        self._closed = False

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit mode outside of :meth:`write` and :meth:`snapshot`."""
        found: Optional[sqlite3.Connection] = getattr(self._local, "connection", None)
        return found if found is not None else self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            str(self._path), timeout=30.0, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = %s" % ("NORMAL" if self.kept else "OFF"))
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA cache_size = -32000")
        connection.create_function("fold", 1, _fold, deterministic=True)
        connection.create_function("current_user_id", 0, lambda: getattr(self._local, "user_id", None))
        with self._guard:
            if self._closed:
                connection.close()
                raise RuntimeError("The site's database is closed.")
            self._connections.append(connection)
        self._local.connection = connection
        return connection

    def set_current_user(self, user_id: Optional[int]) -> None:
        """The person on whose behalf this thread reads now, for fields that differ by person."""
        self._local.user_id = user_id

    def rows(self, sql: str, params: Sequence[Any] = ()) -> List[Any]:
        """All rows of one statement."""
        return self.connection.execute(sql, params).fetchall()

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it, or, when an exception leaves the block, nothing. Nests."""
        with self._write_lock:
            connection = self.connection
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Several statements that see one state of the data."""
        connection = self.connection
        if connection.in_transaction:
            yield connection
            return
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close every thread's connection; remove the file unless it was to be kept. Idempotent."""
        with self._write_lock:
            with self._guard:
                if self._closed:
                    return
                self._closed = True
                connections, self._connections = self._connections, []
            for connection in connections:
                connection.close()
            if self._remove is not None:
                self._remove()
