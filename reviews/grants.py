"""The registry of kinds of grants. Each is a `GrantSource`: which of them there are in an AWS account, by the mirror,
whose they are, and the steps that take one away.

An app above registers its own in `AppConfig.ready()`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from access.last_use import Judge
from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM
from sync.operations import StepSpec


@dataclass(frozen=True)
class FoundGrant:
    """`key`: the same for the same grant in every review. `holder_name`: "" of people.

    `level`: the highest that it gives, of iamconsole.web.vocabulary.LEVELS; "" where that isn't known. `services`:
    those of which it allows something, by prefix; `judges`: the users and roles whose use of them tells of it; None:
    AWS tells nothing of its use. `owner`: what a tag of the holder says. `fingerprint`: as the source's.
    """

    key: str
    holder_kind: str
    holder_id: str
    holder_name: str
    what: str
    since: datetime | None = None
    level: str = ""
    services: Collection[str] = ()
    judges: Sequence[Judge] | None = None
    owner: str = ""
    fingerprint: str = ""


class GrantSource(ABC):
    """`label`: of the form, in the plural. `through`: what a list says below the name, such as "Attached policy".

    `permission`: what a reviewer needs beside seeing IAM.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    through: ClassVar[str]
    permission: ClassVar[str] = SEE_IAM
    a_person: ClassVar[str] = (
        ""  # what people are called to those who aren't told their names; "": holders are no people
    )

    @abstractmethod
    def grants(self, aws_account: AwsAccount, groups: Collection[str]) -> Iterable[FoundGrant]:
        """Those that the mirror has. `groups`: only those through, or of, a group of that name; none: all."""

    @abstractmethod
    def there(self, aws_account: AwsAccount, holders: Collection[str]) -> Mapping[str, Any]:
        """By key, the mirrored rows of the grants that these holders (unique ids) have now."""

    @abstractmethod
    def steps(self, row: Any) -> Sequence[StepSpec]:
        """What takes away one of `there`. Raises Refusal with a sentence where it can’t be."""

    def fingerprint(self, row: Any) -> str:
        """Another one where the same key gives something else, such as another policy of that name; "": it can’t."""
        return ""

    def own(self, aws_account: AwsAccount, operators: Sequence[Operator]) -> Mapping[int, Collection[str]]:
        """By primary key of an operator, the unique ids of holders that are them, or a group that they are in."""
        return {}

    def names(self, operator: Operator, aws_account: AwsAccount, ids: Collection[str]) -> Mapping[str, str]:
        """Of people, by unique id: what those are called whose names the operator is told."""
        return {}

    def may_review(self, operator: Operator, aws_account: AwsAccount) -> bool:
        return (
            operator.is_active and may(operator, SEE_IAM, aws_account) and may(operator, self.permission, aws_account)
        )


_sources: dict[str, GrantSource] = {}


def register(*sources: GrantSource) -> None:
    """Raises ValueError where another source has the name."""
    for source in sources:
        if type(_sources.setdefault(source.name, source)) is not type(source):
            raise ValueError(f"The kind of grants {source.name} is registered already.")


def sources() -> list[GrantSource]:
    """In the order in which they were registered."""
    return list(_sources.values())


def source_of(name: str) -> GrantSource | None:
    """None for one that no app registers any more."""
    return _sources.get(name)


LinkedIds = Callable[[AwsAccount, Sequence[Operator]], Mapping[int, Collection[str]]]
_linked: list[LinkedIds] = []


def register_linked(linked: LinkedIds) -> None:
    """By primary key of an operator, the unique ids of the users and people that owners said they are."""
    if linked not in _linked:
        _linked.append(linked)


def linked_ids(aws_account: AwsAccount, operators: Sequence[Operator]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {each.pk: set() for each in operators}
    for linked in _linked:
        for pk, ids in linked(aws_account, operators).items():
            found[pk].update(ids)
    return found


def is_called(operator: Operator, *names: str) -> bool:
    """Whether one of these user names or addresses is the operator’s: their e-mail, or what stands before its @."""
    email = operator.email.casefold()
    return any(name and name.casefold() in (email, email.partition("@")[0]) for name in names)
