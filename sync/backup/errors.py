"""What goes wrong with backups, as sentences for whoever runs the console."""

from __future__ import annotations


class BackupError(Exception):
    """A backup that can't be made or restored; the text says why, and what to do."""


class BackupDamaged(BackupError):
    """The file isn't what was written."""


class BackupRefused(BackupError):
    """It is as it was written, and must not be restored here, or not now."""
