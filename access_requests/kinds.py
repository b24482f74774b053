"""What each kind of offer gives, and to whom: the object in the mirror, and the steps of the change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
    """`find`: the row that is offered, None when it is gone; `steps`: of an offer to the row of an identity.

    `page`: the name of the kind of object whose page it has.
    """

    to: IdentityKind
    page: str
    find: Callable[[AccessOffer], Any]
    steps: Callable[[AccessOffer, Any, Any], Sequence[StepSpec]]


def _group(offer: AccessOffer) -> IamGroup | None:
    return IamGroup.objects.live().filter(aws_account=offer.aws_account, aws_id=offer.object_id).first()


def _role(offer: AccessOffer) -> IamRole | None:
    return IamRole.objects.live().filter(aws_account=offer.aws_account, aws_id=offer.object_id).first()


def _admitting(offer: AccessOffer, role: IamRole, user: IamUser) -> Sequence[StepSpec]:
    """The statement is known by whom it lets in: a role has one of each user."""
    return [admit(role, user, f"{ADMITS}{user.aws_id}")]


def _policy(offer: AccessOffer) -> ManagedPolicy | str | None:
    """One of AWS's own is mirrored only where somebody has it: then its ARN."""
    row = ManagedPolicy.objects.live().filter(aws_account=offer.aws_account, arn=offer.object_id).first()
    return row or (offer.object_id if is_managed_by_aws(offer.object_id) else None)


def _set(offer: AccessOffer) -> PermissionSet | None:
    return PermissionSet.objects.live().filter(aws_account=offer.aws_account, aws_id=offer.object_id).first()


def _assigning(offer: AccessOffer, chosen: PermissionSet, person: DirectoryUser) -> Sequence[StepSpec]:
    """Raises Refusal."""
    return assign(params_of(chosen, region_of(chosen), offer.target_id, person))


_Kind = AccessOffer.Kind
KINDS: Mapping[str, KindOfOffer] = {
    _Kind.GROUP: KindOfOffer(IdentityKind.USER, "group", _group, lambda offer, group, user: [add_member(user, group)]),
    _Kind.ROLE: KindOfOffer(IdentityKind.USER, "role", _role, _admitting),
    _Kind.POLICY: KindOfOffer(
        IdentityKind.USER, "policy", _policy, lambda offer, policy, user: [attach(user, offer.object_id)]
    ),
    _Kind.PERMISSION_SET: KindOfOffer(IdentityKind.PERSON, "permission_set", _set, _assigning),
}
_MODELS: Mapping[str, Any] = {IdentityKind.USER: IamUser, IdentityKind.PERSON: DirectoryUser}


def row_of_identity(identity: RequesterIdentity) -> IamUser | DirectoryUser | None:
    """None when it is gone from AWS."""
    rows = _MODELS[identity.kind].objects.live()
    found: IamUser | DirectoryUser | None = rows.filter(
        aws_account=identity.aws_account_id, aws_id=identity.object_id
    ).first()
    return found
