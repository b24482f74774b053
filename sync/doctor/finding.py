"""What doctor finds, and how a check that fails itself becomes a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from iamconsole import trouble
from iamconsole.sealing import CannotUnseal


@dataclass(frozen=True)
class DoctorFinding:
    name: str
    ok: bool
    detail: str
    what_to_do: str = ""


def guarded(name: str, check: Callable[[], DoctorFinding | Iterator[DoctorFinding]]) -> Iterator[DoctorFinding]:
    """What a check finds; whatever it can't get past, such as a full disk, is a finding, too."""
    try:
        found = check()
        yield from [found] if isinstance(found, DoctorFinding) else found
    except Exception as error:  # doctor has a word where nothing else works
        yield troubled(name, error)


def troubled(name: str, error: Exception) -> DoctorFinding:
    if isinstance(error, CannotUnseal):
        return DoctorFinding(name, False, str(error), "Read docs/keys.md.")
    found = trouble.recognise(error)
    if found is None:
        detail = str(error).strip() or type(error).__name__
        return DoctorFinding(name, False, detail, "The log of the console may say more.")
    return DoctorFinding(name, False, f"{found.title} ({str(error).strip()}).", found.what_to_do)
