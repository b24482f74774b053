"""Checking the sealed chain against what the database says now, and against a head from the log stream."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from accounts.audit.chain import GENESIS, seal_of
from accounts.audit.texts import altered
from accounts.models import AuditEntry, AuditHead

_BATCH = 500


@dataclass(frozen=True)
class Problem:
    kind: str  # "altered", "missing", "cut_off", "replaced"
    number: int  # of the first entry that it is about
    sentence: str


def verify(head: tuple[int, str] | None = None) -> list[Problem]:
    """What doesn't fit. `head`: number and seal of a line of the log stream (logger `iamconsole.audit`).

    Without it, entries cut off the end show only as far as the database's own note of the head tells.
    """
    known = AuditHead.objects.filter(pk=1).first()  # read first: what is sealed from here on is no problem
    problems = list(_walk())
    if known and known.number:
        problems += _check_end(known.number, "the database's note of the last sealed entry")
    if head:
        problems += _check_head(*head)
    return problems


def _walk() -> Iterator[Problem]:
    expected, previous = 1, GENESIS
    sealed = AuditEntry.objects.filter(number__isnull=False).order_by("number")
    for entry, is_altered in _with_texts(sealed.iterator(chunk_size=_BATCH)):
        number = entry.number or 0
        if number > expected:
            yield _missing(expected, number - 1)
        elif not hmac.compare_digest(entry.seal, seal_of(entry, number, previous)):
            words = f"Entry {number} isn't what was sealed: it was rewritten, or it stood elsewhere."
            yield Problem("altered", number, words)
        elif is_altered:
            yield Problem("altered", number, f"A text of entry {number}, such as its reason, isn't what was sealed.")
        expected, previous = number + 1, entry.seal


def _with_texts(entries: Iterable[AuditEntry]) -> Iterator[tuple[AuditEntry, bool]]:
    """Each with whether a text of it was rewritten."""
    rows = iter(entries)
    while batch := list(islice(rows, _BATCH)):
        wrong = {entry.pk for entry in altered(batch)}
        yield from ((entry, entry.pk in wrong) for entry in batch)


def _missing(first: int, last: int) -> Problem:
    words = f"Entry {first} is missing." if first == last else f"Entries {first} to {last} are missing."
    return Problem("missing", first, words)


def _check_end(number: int, source: str) -> Iterator[Problem]:
    last = AuditEntry.objects.filter(number__isnull=False).order_by("-number").values_list("number", flat=True).first()
    if (last or 0) < number:
        first = (last or 0) + 1
        yield Problem("cut_off", first, f"The trail ends before entry {first}, but {source} is {number}.")


def _check_head(number: int, seal: str) -> Iterator[Problem]:
    entry = AuditEntry.objects.filter(number=number).first()
    if entry is None:
        yield from _check_end(number, "the number of the head that was given")
    elif not hmac.compare_digest(entry.seal, seal):
        words = f"Entry {number} carries another seal than the head that was given: the trail was made anew."
        yield Problem("replaced", number, words)
