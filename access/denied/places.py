"""Where a statement that allows a denied request can stand, and whom it would let in there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from access.holders import Holder
from access.index import CachedIndex
from accounts.models import AwsAccount
from aws_constraints.arn import is_managed_by_aws
from identities.models import Attachment, IamGroup, IamRole, IamUser, InlinePolicy, Membership
from policies.engine.compiled import compiled
from policies.engine.layers import LayerName, LayerPolicy
from policies.models import ManagedPolicy

NEW_POLICY = "AllowDenied"
_SKELETON = '{\n  "Version": "2012-10-17",\n  "Statement": []\n}'


@dataclass(frozen=True)
class PolicyPlace:
    """A policy. `key` tells it from the others; `layer`: which it is of. `owner`: the row on whose page it is written,
    by the action `action` of the place `kind`; `name`: of an inline policy. `policy`: as holders call it. `base`: what
    its form begins with. `is_new`: it isn't there yet.
    """

    key: str
    layer: LayerName
    kind: str
    owner: Any
    action: str
    text: str
    policy: str
    name: str = ""
    base: str = ""
    is_new: bool = False

    @property
    def title(self) -> str:
        owner = self.owner.name
        if self.action == "trust":
            return f"The trust policy of {owner}"
        if self.action == "edit":
            return str(owner)
        whose = f" of the group {owner}" if self.kind == "group" else f" of {owner}"
        return f"A new inline policy{whose}" if self.is_new else f"The inline policy {self.name}{whose}"


def places_of(aws_account: AwsAccount, holder: Holder) -> list[PolicyPlace]:
    """For an identity policy of the holder: a new inline policy, those that they have, and those of their groups."""
    owner = _row(aws_account, holder)
    if owner is None or getattr(owner, "is_reserved", False):
        return []
    kind = "role" if holder.is_role else "user"
    groups = _groups(owner) if kind == "user" else []
    owners = [(kind, owner), *(("group", group) for group in groups)]
    inline = [each for of, row in owners for each in _inline(of, row)]
    taken = {place.name for place in inline if place.owner is owner}
    new = PolicyPlace("new", LayerName.IDENTITY, kind, owner, "inline", _SKELETON, "", _free(taken), is_new=True)
    return [new, *inline, *(each for of, row in owners for each in _managed(of, row))]


def boundary_place(aws_account: AwsAccount, holder: Holder) -> PolicyPlace | None:
    """The policy that is the boundary, if the AWS account can change it."""
    if holder.boundary is None or is_managed_by_aws(holder.boundary.name):
        return None
    policy = ManagedPolicy.objects.live().filter(aws_account=aws_account, arn=holder.boundary.name).first()
    return _of_policy(policy, LayerName.BOUNDARY) if policy else None


def trust_place(aws_account: AwsAccount, role_arn: str) -> PolicyPlace | None:
    role = IamRole.objects.live().filter(aws_account=aws_account, arn=role_arn).select_related("trust").first()
    if role is None or role.trust is None or role.is_reserved:
        return None
    text, base = role.trust.text, role.trust.canonical_hash
    return PolicyPlace(
        "trust", LayerName.RESOURCE, "role", role, "trust", text, f"trust policy of {role_arn}", base=base
    )


def _row(aws_account: AwsAccount, holder: Holder) -> Any:
    model = IamRole if holder.is_role else IamUser
    rows: Any = model.objects.live()
    return rows.filter(aws_account=aws_account, pk=holder.row).first()


def _groups(owner: Any) -> list[IamGroup]:
    memberships = Membership.objects.live().filter(user=owner).select_related("group")
    return [each.group for each in memberships.order_by("group__name_key")]


def _inline(kind: str, owner: Any) -> Iterator[PolicyPlace]:
    rows = InlinePolicy.objects.live().filter(**{kind: owner}).select_related("document").order_by("name")
    for row in rows:
        called = f"inline policy {row.name}" + (f" of group {owner.name}" if kind == "group" else "")
        yield PolicyPlace(
            f"inline:{kind}:{owner.pk}:{row.name}",
            LayerName.IDENTITY,
            kind,
            owner,
            "inline",
            row.document.text,
            called,
            row.name,
            row.document.canonical_hash,
        )


def _managed(kind: str, owner: Any) -> Iterator[PolicyPlace]:
    rows = Attachment.objects.live().filter(**{kind: owner}, policy__is_aws=False, policy__gone_at=None)
    for row in rows.select_related("policy").order_by("name"):
        if row.policy and (place := _of_policy(row.policy, LayerName.IDENTITY)):
            yield place


def _of_policy(policy: ManagedPolicy, layer: LayerName) -> PolicyPlace | None:
    if policy.is_aws or policy.default is None:
        return None
    text, base = policy.default.document.text, policy.default_version
    return PolicyPlace(f"managed:{policy.aws_id}", layer, "policy", policy, "edit", text, policy.arn, base=base)


def _free(taken: Iterable[str]) -> str:
    names = set(taken)
    return next(name for number in range(len(names) + 1) if (name := f"{NEW_POLICY}{number or ''}") not in names)


# ---- Whom it would let in ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class LetIn:
    """`having`: how many users and roles have the policy. `new`: who may not do it now and could then; `could`: those
    of them who then could if condition keys are so.
    """

    having: int
    new: Sequence[Holder]
    could: frozenset[str] = frozenset()


class Admission:
    """Answers for several places of one request whom a statement would let in."""

    def __init__(self, cached: CachedIndex, holder: Holder | None, action: str, resource: str) -> None:
        self._cached, self._holder = cached, holder
        self._action, self._resource = action, resource

    @cached_property
    def _now(self) -> set[str]:
        """Who may do it already, surely."""
        found = self._cached.index.who_can(self._action, self._resource)
        return {each.arn for each in found if each.decision == "allowed"}

    def having(self, place: PolicyPlace) -> int:
        """How many users and roles have the policy, or would."""
        return sum(1 for _ in self._having(place))

    def let_in(self, place: PolicyPlace, document: str) -> LetIn:
        """`document`: the text of the policy with the statement."""
        policy = LayerPolicy(place.policy or place.name, compiled(document))
        changed = {number: _with(each, place, policy) for number, each in self._having(place)}
        index = self._cached.index.replaced(changed)
        matches = index.who_can(self._action, self._resource, among=changed.keys())
        found = [each for each in matches if each.arn not in self._now]
        unsure = frozenset(each.arn for each in found if each.decision != "allowed")
        return LetIn(len(changed), [each.holder for each in found], unsure)

    def _having(self, place: PolicyPlace) -> Iterator[tuple[int, Holder]]:
        """With their numbers in the index."""
        for number, each in enumerate(self._cached.index.holders):
            if self._has(each, place):
                yield number, each

    def _has(self, holder: Holder, place: PolicyPlace) -> bool:
        if place.action == "trust":
            return False
        if place.layer is LayerName.BOUNDARY:
            return holder.boundary is not None and holder.boundary.name == place.policy
        if place.kind in ("policy", "group"):
            return any(policy.name == place.policy for policy in holder.policies)
        return self._holder is not None and holder.arn == self._holder.arn


def _with(holder: Holder, place: PolicyPlace, policy: LayerPolicy) -> Holder:
    if place.layer is LayerName.BOUNDARY:
        return replace(holder, boundary=policy)
    others = tuple(each for each in holder.policies if place.is_new or each.name != place.policy)
    return replace(holder, policies=(*others, policy))
