"""The file of a backup: a ZIP archive of the database and the manifest.

The manifest comes last, since it has the digest of what stands before it: a file that was cut off is noticed at once. A
backup is written to a draft beside it, readable by its owner only, and gets its name when it is whole.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from sync.backup import manifest as manifests
from sync.backup.errors import BackupDamaged, BackupError
from sync.backup.manifest import BackupMember, Manifest

MANIFEST = "manifest.json"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class OpenedBackup:
    """One whose every byte was compared with its digest."""

    manifest: Manifest
    is_sealed_by_us: bool  # the manifest, by this console's AUDIT_KEY
    file: zipfile.ZipFile

    def unpack(self, to: IO[bytes]) -> None:
        """Writes the database. Raises BackupDamaged where it has changed since it was looked at."""
        with self.file.open(self.manifest.member.name) as source:
            _compare(self.manifest.member, _copied(source, to))


@contextmanager
def writing(into: IO[bytes], *, compress: bool) -> Iterator[zipfile.ZipFile]:
    """`into` needs no seeking."""
    packed = zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED, compresslevel=1)
    try:
        yield packed
        packed.close()
    finally:
        packed.fp = None  # where it failed, it isn't tried again when the object goes


def add_database(packed: zipfile.ZipFile, name: str, source: IO[bytes]) -> BackupMember:
    with packed.open(name, "w", force_zip64=True) as target:
        size, digest = _copied(source, target)
    return BackupMember(name, size, digest)


def add_manifest(packed: zipfile.ZipFile, manifest: Manifest) -> None:
    packed.writestr(MANIFEST, manifests.written(manifest))


@contextmanager
def opened(path: Path) -> Iterator[OpenedBackup]:
    """The archive, after all of it was read once. Raises BackupDamaged."""
    try:
        with zipfile.ZipFile(path) as packed:
            manifest, is_ours = manifests.read(packed.read(MANIFEST))
            with packed.open(manifest.member.name) as source:
                _compare(manifest.member, _copied(source, None))
            yield OpenedBackup(manifest, is_ours, packed)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError) as error:
        raise BackupDamaged(f"{path} is damaged, cut off, or no backup: {error}.") from error


def _compare(member: BackupMember, found: tuple[int, str]) -> None:
    if found != (member.size, member.sha256):
        raise BackupDamaged(f"{member.name} in it isn't what was written: its checksum differs.")


def _copied(source: IO[bytes], target: IO[bytes] | None) -> tuple[int, str]:
    """Size and SHA-256 of what went through."""
    size, digest = 0, sha256()
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        digest.update(chunk)
        if target is not None:
            target.write(chunk)
    return size, digest.hexdigest()


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A draft beside `path`, empty and its owner's alone, that gets that name at the end. Raises BackupError."""
    if path.exists():
        raise BackupError(f"{path} is there already. Give the backup another name: none is overwritten.")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise BackupError(f"{draft} can’t be written: {error.strerror}.") from error
    try:
        yield draft
        _to_disk(draft)
        draft.rename(path)
        _to_disk(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    opened_file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened_file)
    finally:
        os.close(opened_file)
