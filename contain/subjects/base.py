"""What a page of containing asks of whom it is about."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from contain.lately import Lately
from contain.models import Containment
from contain.pieces import Piece, SubjectFact, Uncut
from contain.uncut import told
from sync.models import MirroredRow

PROPAGATION = Uncut(
    "The first minute", "AWS takes about a minute until a deny or a deactivated key is in force everywhere.", "clock"
)
LEFT_BEHIND = Uncut(
    "What they made or started",
    "Users, keys, functions and trust policies that they made stay, and so do instances that run. "
    "The next page lists what CloudTrail has of that.",
    "circle-question-mark",
)


@dataclass(frozen=True)
class AskedOf:
    """By whom, and from where it began. `may_see`: what they are told of other AWS accounts, by their ids.

    `key`: an access key id; `session`: the name of a session of a role; `identity`: the id of an identity of an
    identity pool; "" for none. `at`: the moment of the cut.
    """

    operator: Operator
    may_see: Callable[[str], bool]
    at: datetime
    key: str = ""
    session: str = ""
    identity: str = ""


class Subject(ABC):
    """`row`: of the mirror; live."""

    slug: ClassVar[str]
    icon: ClassVar[str]
    noun: ClassVar[str]

    def __init__(self, row: Any, asked: AskedOf) -> None:
        self.row, self.asked = row, asked
        self.aws_account: AwsAccount = row.aws_account

    @property
    def object_id(self) -> str:
        return str(self.row.aws_id)

    @property
    def name(self) -> str:
        """As the operator may know it; to be typed."""
        return str(self.row.name)

    @property
    def stored_name(self) -> str:
        """What is kept of it, which is never personal."""
        return self.name

    def address(self, what: str = "contain") -> str:
        """Where they are contained; of "contain_begin", "contain_ask": where that is posted."""
        named = {"account_id": self.aws_account.account_id, "aws_id": self.object_id}
        return reverse(f"{self.slug}_{what}", kwargs=named)

    @property
    def begin_url(self) -> str:
        return self.address("contain_begin")

    @property
    def ask_url(self) -> str:
        return self.address("contain_ask")

    @property
    @abstractmethod
    def url(self) -> str:
        """Of its own page."""

    @cached_property
    def refusal(self) -> str:
        """Why they aren't contained at all, in a sentence; "" where they can be."""
        return ""

    @property
    def why_not_all(self) -> str:
        """Why not everything may be taken from them, as when they leave for good; "" where it may."""
        return self.refusal

    @property
    def asks_identity(self) -> bool:
        """Whether it has to be said which identity of an identity pool is meant."""
        return False

    @property
    def trail_row(self) -> MirroredRow | None:
        """Whose calls CloudTrail finds."""
        return None

    @cached_property
    def lately(self) -> Lately:
        return Lately(self.aws_account, self.trail_row, self.asked.operator)

    @cached_property
    @abstractmethod
    def pieces(self) -> Sequence[Piece]:
        """In the order in which they are cut."""

    @abstractmethod
    def uncut(self) -> Iterator[Uncut]:
        """All that goes on, also what the operator may not see: for pages there is `uncut_told`."""

    def uncut_told(self, cut: Collection[str] = ()) -> Sequence[Uncut]:
        """Without the roles of other AWS accounts, by their unique ids, that the same page cuts."""
        left = (each for each in self.uncut() if each.role_id not in cut)
        return told(left, self.asked.operator, self.asked.may_see)

    @abstractmethod
    def facts(self) -> Iterator[SubjectFact]: ...

    def of_the_same(self, rows: QuerySet[Containment]) -> QuerySet[Containment]:
        """`rows`: containments of this object; those of them that are of whom this is about."""
        return rows

    def why_not(self, chosen: Sequence[Piece]) -> str:
        """Why these pieces may not be cut together; "" where they may."""
        return ""


@dataclass(frozen=True)
class PiecesOf:
    """What was chosen to be cut of somebody."""

    subject: Subject
    chosen: Sequence[Piece]
