"""What a kind of unused things is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from accounts.models import AwsAccount
from findings.owners import owner_in
from sync.models import MirroredRow
from sync.operations import StepSpec
from sync.selectors import coverages_of
from unused.models import UnusedObject

State = UnusedObject.State

LEAST = timedelta(days=45)  # what is younger, or was used since then, isn't unused
TRACKED_DAYS = 400  # IAM User Guide, "Refine permissions in AWS using last accessed information"
_STALE = timedelta(days=7)  # what AWS said longer ago tells nothing of the last weeks


@dataclass(frozen=True, kw_only=True)
class UnusedFound:
    """One of them, as the mirror has it. `idle_since` is the last use, or what else makes it younger.

    `unknown`: why nobody can tell when it was used; "" where AWS has told. `page_id`: by which its page is known.
    """

    object_id: str
    name: str
    page_id: str
    created_at: datetime | None
    idle_since: datetime | None
    why: str = ""
    arn: str = ""
    whose: str = ""
    last_used_at: datetime | None = None
    unknown: str = ""
    page: str = ""  # the URL name of its page, where that isn't its kind's
    caveats: Sequence[str] = ()
    why_not: str = ""
    in_code: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        return owner_in(self.tags or {})


@dataclass(frozen=True)
class CleanUp:
    """`off`: what can be undone, sent at once. `check`: the condition under which `deletion` is sent after the wait."""

    off: Sequence[StepSpec]
    check: StepSpec
    deletion: Sequence[StepSpec]


@dataclass(frozen=True)
class EvidenceOfKind:
    """When AWS was asked; `why_not`: why what it said can't be gone by."""

    at: datetime | None
    why_not: str = ""


class UnusedKind(ABC):
    """`source`: of the pull that brings when it was used. `off`: what switching it off does, and why that."""

    slug: ClassVar[str]
    one: ClassVar[str]
    many: ClassVar[str]
    icon: ClassVar[str]
    page: ClassVar[str]  # the URL name of the page of one, which takes `account_id` and `aws_id`
    source: ClassVar[str]
    off: ClassVar[str] = ""  # a sentence; "" of what isn't cleaned up from here
    caveats: ClassVar[Sequence[str]] = ()  # sentences about all of them
    model: ClassVar[type[MirroredRow]]

    @property
    def label(self) -> str:
        return f"{self.many[0].upper()}{self.many[1:]}"

    @abstractmethod
    def found(self, aws_account: AwsAccount, now: datetime) -> Iterable[UnusedFound]:
        """All that may be: whoever asks leaves out what is younger than LEAST."""

    def rows(self, aws_account: AwsAccount, object_ids: Sequence[str]) -> dict[str, Any]:
        """Those that are there, by unique id."""
        rows = self.model.objects.live().filter(aws_account=aws_account, aws_id__in=object_ids)
        return {row.aws_id: row for row in rows.select_related("aws_account")}

    def clean_up(self, row: Any, used: datetime | None, at: datetime) -> CleanUp:
        """`used`: the last use that is known, `at`: now. Raises Refusal where it must not be."""
        raise NotImplementedError

    def principal(self, row: Any) -> MirroredRow:
        """The object that entries of the audit trail are about: of a credential its user."""
        found: MirroredRow = row
        return found

    def evidence(self, aws_account: AwsAccount, now: datetime) -> EvidenceOfKind:
        if not self.source:
            return EvidenceOfKind(None)
        coverage = coverages_of(aws_account, [self.source])[self.source]
        if coverage.at is None or not coverage.is_read:
            return EvidenceOfKind(coverage.at, coverage.why or "AWS wasn’t asked when it was used: pull first.")
        if coverage.at < now - _STALE:
            return EvidenceOfKind(coverage.at, "AWS was last asked more than a week ago: pull first.")
        return EvidenceOfKind(coverage.at)


def latest(*moments: datetime | None) -> datetime | None:
    return max((each for each in moments if each is not None), default=None)


def idle(found: Iterable[UnusedFound], now: datetime) -> Iterator[UnusedFound]:
    """Those that are old enough, and weren't used for long enough; and those of which that isn't known."""
    for each in found:
        if each.created_at is not None and each.created_at > now - LEAST:
            continue
        if each.unknown or (each.idle_since is not None and each.idle_since <= now - LEAST):
            yield each
