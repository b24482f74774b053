"""What each kind of offer gives, and to whom: the object in the mirror, and the steps of the change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from access_requests.models import AccessOffer, IdentityKind, RequesterIdentity
from aws_constraints.arn import is_managed_by_aws
from directory.models import DirectoryUser, PermissionSet
from directory.operations import assign
from directory.operations.assignments import params_of
from directory.operations.sets_base import region_of
from identities.models import IamGroup, IamRole, IamUser
from identities.operations import add_member, admit, attach
from identities.trust import ADMITS
from policies.models import ManagedPolicy
from sync.operations import StepSpec


@dataclass(frozen=True)
class KindOfOffer:
    """`model`: of what is offered, whose `column` an offer names; `steps`: of an offer to the row of an identity.

    `page`: the name of the kind of object whose page it has.
    """

    to: IdentityKind
    page: str
    model: Any
    steps: Callable[[AccessOffer, Any, Any], Sequence[StepSpec]]
    column: str = "aws_id"

    def find(self, offer: AccessOffer) -> Any:
        """The row, None when it is gone. A policy of AWS's own is mirrored only where somebody has it: else its ARN."""
        row = self.rows([offer]).first()
        return row or (offer.object_id if is_managed_by_aws(offer.object_id) else None)

    def rows(self, offers: Sequence[AccessOffer]) -> QuerySet[Any]:
        named = {f"{self.column}__in": [each.object_id for each in offers]}
        rows: QuerySet[Any] = self.model.objects.live().filter(
            aws_account__in={each.aws_account_id for each in offers}, **named
        )
        return rows


def _admitting(offer: AccessOffer, role: IamRole, user: IamUser) -> Sequence[StepSpec]:
    """The statement is known by whom it lets in: a role has one of each user."""
    return [admit(role, user, f"{ADMITS}{user.aws_id}")]


def _assigning(offer: AccessOffer, chosen: PermissionSet, person: DirectoryUser) -> Sequence[StepSpec]:
    """Raises Refusal."""
    return assign(params_of(chosen, region_of(chosen), offer.target_id, person))


_Kind = AccessOffer.Kind
KINDS: Mapping[str, KindOfOffer] = {
    _Kind.GROUP: KindOfOffer(
        IdentityKind.USER, "group", IamGroup, lambda offer, group, user: [add_member(user, group)]
    ),
    _Kind.ROLE: KindOfOffer(IdentityKind.USER, "role", IamRole, _admitting),
    _Kind.POLICY: KindOfOffer(
        IdentityKind.USER, "policy", ManagedPolicy, lambda offer, policy, user: [attach(user, offer.object_id)], "arn"
    ),
    _Kind.PERMISSION_SET: KindOfOffer(IdentityKind.PERSON, "permission_set", PermissionSet, _assigning),
}


def gone(offers: Sequence[AccessOffer]) -> set[int]:
    """The primary keys of those whose object is gone from AWS: a query for each kind, however many there are."""
    there: set[tuple[str, int, str]] = set()
    for name, kind in KINDS.items():
        if of_kind := [each for each in offers if each.kind == name]:
            found = kind.rows(of_kind).values_list("aws_account", kind.column)
            there |= {(name, aws_account, object_id) for aws_account, object_id in found}
    return {
        each.pk
        for each in offers
        if (each.kind, each.aws_account_id, each.object_id) not in there and not is_managed_by_aws(each.object_id)
    }


_MODELS: Mapping[str, Any] = {IdentityKind.USER: IamUser, IdentityKind.PERSON: DirectoryUser}


def row_of_identity(identity: RequesterIdentity) -> IamUser | DirectoryUser | None:
    """None when it is gone from AWS."""
    rows = _MODELS[identity.kind].objects.live()
    found: IamUser | DirectoryUser | None = rows.filter(
        aws_account=identity.aws_account_id, aws_id=identity.object_id
    ).first()
    return found
