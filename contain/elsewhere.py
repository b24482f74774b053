"""Whom else the same page contains: in other AWS accounts the roles that they take on, and who has their name.

Each is a subject by itself: it has its own change, page, release and report. Only AWS accounts in which the operator
may contain somebody are looked at; what lies in others is told as far as the operator may see it (contain/uncut.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from access.protection import why_protected
from accounts.models import AwsAccount
from contain.finding import where_may
from contain.pieces import Piece
from contain.services import needs_reason, why_read_only
from contain.subjects.base import AskedOf, PiecesOf, Subject
from contain.subjects.iam import IamSubject, RoleSubject, UserSubject
from contain.subjects.person import PersonSubject
from directory.people.names import sees_people
from identities.models import IamRole, IamUser

MOST = 12
_NAMESAKE = "It has the same name. Whether that is the same person or program, you have to know."
_PERSON = "An IAM user of their name."


@dataclass(frozen=True)
class OtherSubject:
    """`pieces`: with the keys that they have in the form, which say whose they are."""

    subject: IamSubject
    why: str
    pieces: Sequence[Piece]

    @property
    def needs_reason(self) -> bool:
        return needs_reason(self.subject.aws_account)


@dataclass(frozen=True)
class OtherSubjects:
    """`more`: how many there are besides."""

    listed: Sequence[OtherSubject] = ()
    more: int = 0

    @property
    def pieces(self) -> Sequence[Piece]:
        return [piece for each in self.listed for piece in each.pieces]

    @property
    def ids(self) -> frozenset[str]:
        """The unique ids of roles and users of which something can be cut."""
        return frozenset(
            each.subject.object_id for each in self.listed if any(not piece.refused for piece in each.pieces)
        )

    def parts(self, chosen: Sequence[Piece]) -> list[PiecesOf]:
        return [PiecesOf(each.subject, [piece for piece in chosen if piece in each.pieces]) for each in self.listed]

    def without_reason(self, chosen: Sequence[Piece]) -> Sequence[AwsAccount]:
        """In which AWS accounts a reason has to be given: approvals are asked for there."""
        asking = (each.subject.aws_account for each in self.parts(chosen) if each.chosen)
        return [each for each in asking if needs_reason(each)]


def others_of(subject: Subject) -> OtherSubjects:
    """Roles that they took on lately come first, then those that they may take on, then who has the same name.

    Only of those that are listed the pieces are made: there may be hundreds of roles.
    """
    asked = replace(subject.asked, key="", session="", identity="")
    reached, namesakes = _reached(subject), _namesakes(subject)
    known = {row.pk for row, _ in reached}
    namesakes = [row for row in namesakes if not (isinstance(row, IamRole) and (row.pk in known or row.kept_by_aws))]
    listed = [_of_role(row, asked, lately=lately) for row, lately in reached[:MOST]]
    why = _PERSON if isinstance(subject, PersonSubject) else _NAMESAKE
    listed += [_of_namesake(row, asked, why) for row in namesakes[: MOST - len(listed)]]
    return OtherSubjects(listed, len(reached) + len(namesakes) - len(listed))


def _of_namesake(row: IamRole | IamUser, asked: AskedOf, why: str) -> OtherSubject:
    made = RoleSubject(row, asked) if isinstance(row, IamRole) else UserSubject(row, asked)
    return _offered(made, why, [replace(each, is_chosen=False) for each in made.own_pieces])


def _reached(subject: Subject) -> list[tuple[IamRole, bool]]:
    """With whether it was taken on lately."""
    if not isinstance(subject, IamSubject) or not subject.roles_elsewhere:
        return []
    rows = IamRole.objects.live().filter(
        pk__in=[each.holder.row for each in subject.roles_elsewhere], aws_account__in=where_may(subject.asked.operator)
    )
    assumed = subject.lately.assumed
    found = [(row, row.arn in assumed) for row in rows.select_related("aws_account").order_by("name_key", "pk")]
    return sorted(found, key=lambda each: not each[1])


def _namesakes(subject: Subject) -> Sequence[Any]:
    """Of a person of Identity Center the IAM users of their name, for those who are told it."""
    may = where_may(subject.asked.operator)
    if isinstance(subject, IamSubject):
        model: Any = IamRole if isinstance(subject, RoleSubject) else IamUser
        rows = model.objects.live().filter(name_key=subject.row.name_key, aws_account__in=may)
        rows = rows.exclude(aws_account=subject.aws_account)
    elif isinstance(subject, PersonSubject) and sees_people(subject.asked.operator, subject.aws_account):
        rows = IamUser.objects.live().filter(name_key=subject.row.name_key, aws_account__in=may)
    else:
        return []
    found: Sequence[Any] = rows.select_related("aws_account").order_by("aws_account__name", "pk")[: MOST + 1]
    return found


def _of_role(row: IamRole, asked: AskedOf, *, lately: bool) -> OtherSubject:
    subject = RoleSubject(row, asked)
    begins = lately and not why_protected(row.aws_account, row.arn)
    pieces = [replace(each, is_chosen=begins and each.key == "sessions") for each in subject.own_pieces]
    return _offered(subject, "They took it on lately." if lately else "They may take it on.", pieces)


def _offered(subject: IamSubject, why: str, pieces: Sequence[Piece]) -> OtherSubject:
    refused = subject.refusal or why_read_only(subject.aws_account)
    place = f"{subject.aws_account.account_id}/{subject.slug}/{subject.object_id}"
    return OtherSubject(
        subject, why, [replace(each, key=f"{place}/{each.key}", refused=refused or each.refused) for each in pieces]
    )
