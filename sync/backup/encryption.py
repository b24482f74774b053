"""Encrypts a backup to recipients of age or GPG as it is written, and decrypts one to a file for as long as it is read.

age by the library pyrage, GPG by its program: docs/decisions/020-backups.md.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyrage

from sync.backup.errors import BackupDamaged, BackupError

_AGE = b"age-encryption.org/"
_ZIP = b"PK"
_ARMOR = b"-----BEGIN PGP MESSAGE-----"


def age_recipient(text: str) -> Any:
    """An X25519 recipient (age1…) or an SSH public key. Raises BackupError."""
    for kind in (pyrage.x25519, pyrage.ssh):
        try:
            return kind.Recipient.from_str(text)
        except pyrage.RecipientError:
            continue
    raise BackupError(f"“{text}” is no recipient of age: give age1…, or a public key of SSH (ssh-ed25519 …).")


@contextmanager
def encrypting(into: IO[bytes], *, age: Sequence[str] = (), gpg: Sequence[str] = ()) -> Iterator[IO[bytes]]:
    """What is written to it comes encrypted; as it is where nobody is named. Raises BackupError."""
    if age and gpg:
        raise BackupError("Give recipients of age or of GPG, not of both.")
    if gpg:
        with _to_gpg(into, gpg) as target:
            yield target
    elif age:
        with _to_age(into, [age_recipient(text) for text in age]) as target:
            yield target
    else:
        yield into


@contextmanager
def _to_age(into: IO[bytes], recipients: Sequence[Any]) -> Iterator[IO[bytes]]:
    readable, writable = os.pipe()
    with ThreadPoolExecutor(1) as threads, os.fdopen(readable, "rb") as source:
        done = threads.submit(pyrage.encrypt_io, source, into, recipients)
        try:
            with os.fdopen(writable, "wb") as target:
                yield target
        finally:
            done.result()


@contextmanager
def _to_gpg(into: IO[bytes], recipients: Sequence[str]) -> Iterator[IO[bytes]]:
    named = [part for name in recipients for part in ("--recipient", name)]
    # The recipient was named by whoever makes the backup; no web of trust is needed to believe them.
    command = ["gpg", "--batch", "--quiet", "--trust-model", "always", "--compress-algo", "none", "--encrypt", *named]
    with tempfile.TemporaryFile() as said:
        running = _started(command, stdin=subprocess.PIPE, stdout=into, stderr=said)
        assert running.stdin is not None  # noqa: S101  it was asked for
        try:
            yield running.stdin
        except BrokenPipeError:
            pass  # gpg says why
        finally:
            _close(running.stdin)
            status = running.wait()
        if status:
            said.seek(0)
            raise BackupError(f"gpg didn't encrypt it: {said.read().decode(errors='replace').strip()}")


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except BrokenPipeError:
        return


def _started(command: Sequence[str], **streams: Any) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, **streams)  # noqa: S603  a list, and no shell
    except FileNotFoundError:
        raise BackupError(f"The program {command[0]} isn't there: install it, or encrypt by --age-recipient.") from None


# ---- Reading -------------------------------------------------------------------------------------------------------
@contextmanager
def decrypted(path: Path, age_identity: Path | None = None) -> Iterator[Path]:
    """The archive in clear: `path` itself, or a file that only its owner reads and that is gone afterwards.

    Raises BackupError, and BackupDamaged for what no key opens because it was changed.
    """
    try:
        with path.open("rb") as file:
            head = file.read(len(_ARMOR))
    except OSError as error:
        raise BackupError(f"{path} can’t be read: {error.strerror}.") from error
    if head.startswith(_ZIP):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="iamconsole-backup-") as folder:
        clear = Path(folder) / "backup.zip"
        clear.touch(mode=0o600)
        if head.startswith(_AGE):
            _from_age(path, clear, age_identity)
        elif head.startswith(_ARMOR) or head[:1] >= b"\x80":  # a packet of OpenPGP has its highest bit set
            _from_gpg(path, clear)
        else:
            raise BackupDamaged(f"{path} is no backup of this console, or its beginning is damaged.")
        yield clear


def _from_age(path: Path, clear: Path, identity: Path | None) -> None:
    if identity is None:
        raise BackupError(f"{path} is encrypted by age: give --age-identity FILE, with the key of a recipient.")
    keys = _identities(identity)
    with path.open("rb") as source, clear.open("wb") as target:
        try:
            pyrage.decrypt_io(source, target, keys)
        except (pyrage.DecryptError, OSError) as error:
            raise BackupDamaged(f"{identity} doesn't open {path}, or it is damaged: {error}.") from error


def _identities(path: Path) -> list[Any]:
    """As age-keygen writes them, a line each, or a private key of SSH."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(f"{path} can’t be read: {error}.") from error
    readers: list[Callable[[], Any]] = [
        lambda line=line: pyrage.x25519.Identity.from_str(line.strip())  # type: ignore[misc]
        for line in text.splitlines()
        if line.startswith("AGE-SECRET-KEY-")
    ] or [lambda: pyrage.ssh.Identity.from_buffer(text.encode())]
    try:
        return [read() for read in readers]
    except pyrage.IdentityError as error:
        raise BackupError(f"{path} has no key of age: {error}.") from error


def _from_gpg(path: Path, clear: Path) -> None:
    command = ["gpg", "--batch", "--quiet", "--yes", "--output", str(clear), "--decrypt", str(path)]
    running = _started(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, said = running.communicate()
    if running.returncode:
        words = said.decode(errors="replace").strip()
        raise BackupDamaged(f"gpg doesn't open {path}: its key isn't there, or the file is damaged ({words}).")
