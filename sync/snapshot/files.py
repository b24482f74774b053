"""The files that wait to be imported: private copies in IMPORT_DIR, gone when their run has ended.

The web process puts a file there and a worker reads it: where these are several machines, they share that folder.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils import timezone

from sync.models import Run

LOST = (
    "The file isn’t there any more, or not on the machine of this worker: the folder IMPORT_DIR must be one that the "
    "web process and the workers share. Import it again."
)
# A copy that became no run's after this long was left by a process that died.
_ORPHANED = timedelta(hours=1)


def folder() -> Path:
    """Where they are; for the console's eyes only."""
    found: Path = settings.IMPORT_DIR
    found.mkdir(parents=True, exist_ok=True, mode=0o700)
    return found


@contextmanager
def copied(source: IO[bytes]) -> Iterator[Path]:
    """A private copy; gone at the end, unless it was given to a run."""
    path = folder() / f"new-{secrets.token_hex(16)}"
    path.touch(mode=0o600, exist_ok=False)
    try:
        with path.open("wb") as target:
            shutil.copyfileobj(source, target, 1024 * 1024)
        yield path
    finally:
        path.unlink(missing_ok=True)


def of_run(run_id: int) -> Path:
    path: Path = settings.IMPORT_DIR / f"run-{run_id}"
    return path


def sweep() -> None:
    """Removes the files of runs that have ended, and what a process that died left."""
    ended = Run.objects.exclude(state__in=Run.ACTIVE)
    old = (timezone.now() - _ORPHANED).timestamp()
    for path in settings.IMPORT_DIR.glob("*"):
        kind, _, number = path.name.partition("-")
        waits = kind == "run" and Run.objects.filter(pk=number, state__in=Run.ACTIVE).exists()
        # A run that isn't there may be one that is just being made.
        is_over = kind == "run" and ended.filter(pk=number).exists()
        with suppress(FileNotFoundError):
            if is_over or (not waits and path.stat().st_mtime < old):
                path.unlink()
