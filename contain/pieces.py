"""A piece of a containment: one thing that is cut, by steps of an ordinary change; and what can't be cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sync.operations import StepSpec


@dataclass(frozen=True)
class Hit:
    """Somebody else whom a cut hits. `url` is "" where there is no page of them."""

    name: str
    url: str = ""


@dataclass(frozen=True)
class Hits:
    """`total`: of all, also of those that aren't listed. `unseen`: somebody in an AWS account that the asker may not
    see."""

    listed: Sequence[Hit] = ()
    total: int = 0
    unseen: bool = False

    @property
    def more(self) -> int:
        return self.total - len(self.listed)

    @property
    def is_nobody(self) -> bool:
        return not self.total and not self.unseen


@dataclass(frozen=True)
class Piece:
    """`key`: its name in the form. `refused`: why it can't be cut.

    `hits`: None where nobody else can be hit. The engine is asked when it is called, as by a page, and once.
    """

    key: str
    title: str
    note: str
    steps: tuple[StepSpec, ...] = ()
    is_chosen: bool = True
    hits: Callable[[], Hits] | None = None
    refused: str = ""
    url: str = ""


@dataclass(frozen=True)
class Uncut:
    """What goes on, and for how long. `url`: where it can be cut.

    `account_id`: of another AWS account that it is about, `role_id`: of the role there; "" of this one.
    """

    title: str
    words: str
    icon: str = "info"
    url: str = ""
    account_id: str = ""
    role_id: str = ""


@dataclass(frozen=True)
class SubjectFact:
    name: str
    value: str
    url: str = ""
    level: str = ""  # an access level, which is shown with its bars
