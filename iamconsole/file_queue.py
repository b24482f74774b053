"""The file queue, used without Redis: kombu's filesystem transport, made atomic by a lock.

kombu creates the table of an exchange by opening the file, which empties it, and locking it afterwards: of two workers
that start together one loses its entry, or both find JSON that can't be read and end. A message can be read while it is
being written. Here all of a folder's steps wait for one another, and what a killed process left half written counts as
nothing: the database is the queue, and a message that is lost delays what it was about by a minute.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import IO, Any

from kombu.transport import filesystem

PATIENCE_S, PAUSE_S = 2.0, 0.005


class Channel(filesystem.Channel):
    def get_table(self, exchange: str) -> Any:
        with self._alone():
            return self._read_table(exchange)

    def _queue_bind(self, exchange: str, routing_key: Any, pattern: Any, queue: Any) -> None:
        with self._alone():
            self._read_table(exchange)
            super()._queue_bind(exchange, routing_key, pattern, queue)

    def _delete(self, queue: str, exchange: str, *rest: Any, **options: Any) -> None:
        with self._alone():
            self._read_table(exchange)
            super()._delete(queue, exchange, *rest, **options)

    def _put(self, queue: str, message: Any, **options: Any) -> None:  # type: ignore[override]
        with self._alone():
            super()._put(queue, message, **options)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        try:
            with self._alone():
                return super()._get(queue)
        except (ValueError, TimeoutError) as nothing:  # a message left half written; somebody holds the folder
            raise Empty from nothing

    def _read_table(self, exchange: str) -> Any:
        """An unreadable one is forgotten: whoever is in it writes itself in again when it connects."""
        try:
            return super().get_table(exchange)
        except ValueError:
            (self.control_folder / f"{exchange}.exchange").unlink(missing_ok=True)
            return []

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Not reentrant. Raises OSError where the folder isn't there or can't be written, and where a process that was
        stopped in here holds it.
        """
        with (Path(self.data_folder_out) / ".lock").open("a") as file:
            _lock(file)
            yield


def _lock(file: IO[str]) -> None:
    """Raises TimeoutError, an OSError."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{file.name} is held by another process.") from None
            time.sleep(PAUSE_S)


class Transport(filesystem.Transport):
    Channel = Channel
