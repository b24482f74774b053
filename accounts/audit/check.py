"""Verifies the sealed chain against the rows of the database, and against the heads in the log stream."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise

from accounts.audit import gaps, ring
from accounts.audit.chain import GENESIS, canonical, mac
from accounts.audit.hand_overs import HAND_OVERS, HandOver, digest_with, hand_overs, is_proven, key_at
from accounts.audit.reports import altered_reports
from accounts.audit.trail import altered
from accounts.models import AuditEntry, AuditHead

_BATCH = 500
Head = tuple[int, str]
HEADS_AT_ONCE = 500
LINE_OF_A_HEAD = re.compile(r"audit trail sealed up to (\d+):([0-9a-f]{64})")


@dataclass(frozen=True)
class AuditProblem:
    kind: str  # "altered", "missing", "cut_off", "replaced", "rewound", "unverified"
    number: int  # of the first entry that it is about
    sentence: str


def verify(heads: Sequence[Head] = ()) -> list[AuditProblem]:
    """As `look_through`, without its notes."""
    return look_through(heads)[0]


def look_through(heads: Sequence[Head] = ()) -> tuple[list[AuditProblem], list[str]]:
    """What doesn't fit; and notes on what only a later key attests, and on what isn't in the trail.

    `heads`: number and seal of lines of the log stream (logger `iamconsole.audit`), oldest first.

    Without them, entries cut off the end show only as far as the database's own note of the head tells. With all of
    them, so does a trail that was cut off and then went on: a later head of the log is lower, or doesn't fit any more.
    """
    known = AuditHead.objects.filter(pk=1).first()  # read first: what is sealed from here on is no problem
    walk = AuditWalk()
    problems = walk.go()
    if known and known.number:
        problems += check_end(known.number, "the database's note of the last sealed entry")
    found = dict.fromkeys([*problems, *_check_heads(gaps.without_lost(heads))])
    return list(found), [*walk.notes, *gaps.lost(heads)]


def heads_in(lines: Iterable[str]) -> Iterator[Head]:
    """The heads that a log has, in whatever format its lines are."""
    for line in lines:
        for number, seal in LINE_OF_A_HEAD.findall(line):
            yield int(number), seal


@dataclass(frozen=True)
class TrailKeys:
    """`given`: name → key. `only`: the name of the key of a trail without hand-overs."""

    given: dict[str, str]
    changes: Sequence[HandOver]
    only: str


@dataclass
class AuditWalk:
    """A look at every sealed entry in turn; it can stop and go on elsewhere: where it is says all."""

    expected: int = 1
    previous: str = field(default=GENESIS)
    digest: str = field(default=GENESIS)  # of all entries so far
    unverified: int | None = None  # the first entry whose key isn't given, and which nothing attests so far
    notes: list[str] = field(default_factory=list)  # sentences: what is known in another way
    is_over: bool = False

    def go(self, pause: Callable[[], bool] = lambda: False) -> list[AuditProblem]:
        """What doesn't fit, up to the end of the trail or where `pause`, asked at each entry, says so."""
        problems: list[AuditProblem] = []
        only = ring.known() or ring.newest()  # read first: where the key is changed from here on, there is a hand-over
        given, changes = ring.given(), hand_overs()
        if self.expected == 1:
            problems += _breaks(changes)
        left = AuditEntry.objects.filter(number__gte=self.expected).order_by("number")
        for entry, altered_part in _with_parts(left.iterator(chunk_size=_BATCH)):
            if pause():
                return problems
            if entry.verb in HAND_OVERS and entry.number not in {each.number for each in changes}:
                changes = hand_overs()  # the key was changed meanwhile
                problems += [each for each in _breaks(changes) if each not in problems]
            problems += self._look_at(entry, entry.number or 0, altered_part, TrailKeys(given, changes, only))
        self.is_over = True
        return [*problems, *self._unattested()]

    def _look_at(
        self,
        entry: AuditEntry,
        number: int,
        altered_part: str,
        keys: TrailKeys,
    ) -> Iterator[AuditProblem]:
        said, key = canonical(entry, number), keys.given.get(key_at(number, keys.changes, keys.only))
        if number > self.expected:
            yield _missing(self.expected, number - 1)
        elif key is None:
            self.unverified = self.unverified or number
        elif not hmac.compare_digest(entry.seal, mac(key, self.previous, said)):
            words = f"Entry {number} isn't what was sealed: it was rewritten, or it stood elsewhere."
            yield AuditProblem("altered", number, words)
        elif altered_part:
            yield AuditProblem("altered", number, altered_part.format(number))
        if change := next((each for each in keys.changes if each.number == number), None):
            yield from self._look_at_change(entry, change, keys.given.get(change.following))
        if note := gaps.note_of(entry):
            self.notes.append(note)
        self.digest = digest_with(self.digest, entry.seal, said)
        self.expected, self.previous = number + 1, entry.seal

    def _look_at_change(self, entry: AuditEntry, change: HandOver, key: str | None) -> Iterator[AuditProblem]:
        """What the new key attests of all entries before, where it is given."""
        if key is None:
            return
        if not is_proven(entry, change.number, self.previous, key):
            words = f"Entry {change.number}, a change of the trail's key, isn't what the new key attests."
            yield AuditProblem("altered", change.number, words)
        elif self.digest != change.digest:
            words = f"Something before entry {change.number} isn't what it was when the trail's key was changed."
            yield AuditProblem("altered", change.number, words)
        elif self.unverified is not None:
            self.notes.append(_attested(self.unverified, change))
            self.unverified = None

    def _unattested(self) -> Iterator[AuditProblem]:
        if self.unverified is not None:
            words = (
                f"Entries {self.unverified} to {self.expected - 1} are sealed under a key that isn't given: they can't "
                "be verified. Give it in AUDIT_KEY_FALLBACKS."
            )
            yield AuditProblem("unverified", self.unverified, words)


def _attested(first: int, change: HandOver) -> str:
    which = f"Entries {first} to {change.number} were sealed under a key that isn't given, {change.former}."
    if change.is_lost:
        return (
            f"{which} They are as they were when that key was given up; whether somebody had changed them before can't "
            "be told."
        )
    return (
        f"{which} They are as they were when the key was changed, after they had been verified: key "
        f"{change.following} attests it."
    )


def _breaks(changes: Sequence[HandOver]) -> Iterator[AuditProblem]:
    for before, after in pairwise(changes):
        if before.following != after.former:
            words = f"Entry {after.number} changes a key of the trail that it didn't have."
            yield AuditProblem("altered", after.number, words)


_TEXT = "A text of entry {}, such as its reason, isn't what was sealed."
_REPORT = "The report of which entry {} holds the digest isn't what was sealed, or is gone."


def _with_parts(entries: Iterable[AuditEntry]) -> Iterator[tuple[AuditEntry, str]]:
    """Each with a sentence where what stands apart from it was rewritten; "" where nothing was."""
    rows = iter(entries)
    while batch := list(islice(rows, _BATCH)):
        wrong = {entry.pk: _REPORT for entry in altered_reports(batch)}
        wrong |= {entry.pk: _TEXT for entry in altered(batch)}
        yield from ((entry, wrong.get(entry.pk, "")) for entry in batch)


def _missing(first: int, last: int) -> AuditProblem:
    words = f"Entry {first} is missing." if first == last else f"Entries {first} to {last} are missing."
    return AuditProblem("missing", first, words)


def check_end(number: int, source: str) -> Iterator[AuditProblem]:
    last = AuditEntry.objects.filter(number__isnull=False).order_by("-number").values_list("number", flat=True).first()
    if (last or 0) < number:
        first = (last or 0) + 1
        yield AuditProblem("cut_off", first, f"The trail ends before entry {first}, but {source} is {number}.")


def _check_heads(heads: Sequence[Head]) -> Iterator[AuditProblem]:
    there: dict[int | None, str] = {}
    for first in range(0, len(heads), HEADS_AT_ONCE):
        numbers = [number for number, _ in heads[first : first + HEADS_AT_ONCE]]
        there |= dict(AuditEntry.objects.filter(number__in=numbers).values_list("number", "seal"))
    for (before, old), (number, seal) in pairwise(heads):
        # Two processes that seal at once may log their heads the other way round: then both are in the trail.
        if (number < before or (number == before and seal != old)) and there.get(before) != old:
            words = f"The log has the head {number} after {before}: the trail was set back there, and went on."
            yield AuditProblem("rewound", number, words)
    for number, seal in heads:
        yield from _check_head(number, seal, there.get(number))


def _check_head(number: int, seal: str, there: str | None) -> Iterator[AuditProblem]:
    if there is None:
        yield from check_end(number, "the number of a head of the log")
    elif not hmac.compare_digest(there, seal):
        words = f"Entry {number} carries another seal than the head of the log: the trail was made anew."
        yield AuditProblem("replaced", number, words)
