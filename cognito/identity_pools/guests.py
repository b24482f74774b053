"""What a guest of an identity pool may do: by the engine, with the flow taken into account.

In the enhanced flow Cognito lays session policies of its own over the guest role, and what all of them say is known to
AWS only: whatever the role allows is then *unknown*, and what it doesn't is *no*. In the classic flow there is no such
limit, and the app itself says which role it wants: any that trusts guests of the pool. "Access policies for
unauthenticated identities" and "Basic (classic) flow authentication" in the Amazon Cognito Developer Guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from access.holders import Holder, caller_named, holder_of
from access.limits import Because
from access.reach import Access, Line, Reach, ServiceReach, access_of
from access.surroundings import Surroundings, surroundings_of
from cognito.identity_pools.operations.facts import GUEST
from cognito.identity_pools.trusting import COGNITO, trust_of
from cognito.identity_pools.ways import Chain
from cognito.models import IdentityPool
from iamconsole.web.words import some
from identities.models import IamRole, TrustedPrincipal
from policies.engine.catalogue import AccessLevel

MOST_ROWS, MOST_LINES = 40, 4
_READS = (AccessLevel.LIST, AccessLevel.READ)
_NAMED = 3  # services in the sentence


@dataclass(frozen=True)
class Row:
    """What a role lets a guest do of a service. `is_sure`: no, where Cognito's own limit, or a key, decides."""

    service: ServiceReach
    level: str  # as {% level %} has it
    lines: Sequence[Line]
    more: int
    is_sure: bool

    @property
    def on_everything(self) -> bool:
        """Also where it hangs on the request, such as on its Region: that leaves no resource out."""
        grants = [line.grant for line in self.lines if line.grant.is_everything]
        return any(not (grant.within or grant.but or grant.taken_by or grant.is_unsure) for grant in grants)

    @property
    def resources(self) -> list[str]:
        return list(dict.fromkeys(line.grant.resource for line in self.lines if not line.grant.taken_by))

    @property
    def because(self) -> list[Because]:
        return list(dict.fromkeys(reason for line in self.lines for reason in line.grant.because))

    @property
    def can_list(self) -> bool:
        return any(each.level is AccessLevel.LIST and each.may for each in self.service.levels)


@dataclass(frozen=True)
class OfRole:
    """What comes of one role. `bounds`: why it isn't known what control policies say, in sentences."""

    role: IamRole
    rows: Sequence[Row]
    left_out: int
    access: Access
    bounds: Sequence[str]

    def row(self, prefix: str) -> Row | None:
        return next((row for row in self.rows if row.service.prefix == prefix), None)


@dataclass(frozen=True)
class GuestAccess:
    """`why_nothing`: a sentence, where a guest gets no credentials. `others`: roles for the classic flow besides."""

    why_nothing: str
    is_limited: bool  # by Cognito's own session policy
    own: OfRole | None
    others: Sequence[IamRole]

    @property
    def sentence(self) -> str:
        if self.own is None:
            return self.why_nothing
        said = _said(self.own.rows)
        if self.why_nothing:
            return f"{self.why_nothing} The role {self.own.role.name} would let a guest {said}."
        if not self.own.rows:
            return f"A guest may do nothing: no policy of {self.own.role.name} allows anything."
        if self.is_limited:
            return (
                f"By the role {self.own.role.name} a guest could {said}. How much of it is left is unknown: Cognito "
                "lays a session policy of its own over it, and only AWS knows all that it says."
            )
        return f"A guest may {said}. The classic flow is on, so the limit that Cognito puts on guests doesn’t apply."


def guest_access(row: IdentityPool, chain: Chain) -> GuestAccess:
    link = chain.guest.links[0] if chain.guest.links else None
    role = link.role if link else None
    own = of_role(role, is_limited=not row.classic_flow) if role else None
    others = also_for_guests(row, role) if row.guests and row.classic_flow else ()
    return GuestAccess(_why_nothing(row, chain), not row.classic_flow, own, others)


def _why_nothing(row: IdentityPool, chain: Chain) -> str:
    if not row.guests:
        return "A guest gets nothing: guest access is off."
    if not chain.is_held:
        return "What a guest gets isn’t known: the roles of the pool weren’t read yet."
    if not chain.guest.links:
        return "A guest gets no credentials: the pool has no guest role."
    [link] = chain.guest.links
    if link.role is None or link.trust is None:
        return f"A guest gets no credentials: the mirror has no role {link.name}."
    if not link.trust.works:
        return f"A guest gets no credentials: {link.name} doesn’t trust guests of this pool."
    return ""


def of_role(role: IamRole, *, is_limited: bool) -> OfRole | None:
    """None where the mirror lacks what it takes to say."""
    caller = caller_named(role.arn)
    holder = holder_of(role.aws_account, caller) if caller else None
    if holder is None:
        return None
    return _of_holder(role, holder, surroundings_of(role.aws_account.account_id), is_limited=is_limited)


def _of_holder(role: IamRole, holder: Holder, around: Surroundings, *, is_limited: bool) -> OfRole:
    access = access_of(holder, around, holder.not_held)
    unsure = is_limited or bool(access.not_held)
    rows = [row for service in access.services if (row := _row(service, unsure=unsure)).level != "none"]
    rows.sort(key=lambda row: (not row.on_everything, row.service.name.lower()))
    bounds = sorted({*around.not_held.values()})
    return OfRole(role, rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS), access, bounds)


def _row(service: ServiceReach, *, unsure: bool) -> Row:
    left = sorted((line for line in service.lines if not line.grant.taken_by), key=lambda line: line.grant.resource)
    unknown = any(level.reach is Reach.UNKNOWN for level in service.levels)
    return Row(
        service, level_of(service), left[:MOST_LINES], max(0, len(left) - MOST_LINES), not unsure and not unknown
    )


def level_of(service: ServiceReach) -> str:
    may = {level.level for level in service.levels if level.may}
    if not may:
        return "none"
    if service.is_full:
        return "everything"
    if AccessLevel.PERMISSIONS in may:
        return "permissions"
    return "read" if may <= {*_READS} else "write"


def also_for_guests(row: IdentityPool, own: IamRole | None) -> Sequence[IamRole]:
    """Roles beside the guest role that a guest of the pool may take in the classic flow."""
    named = TrustedPrincipal.objects.filter(type="Federated", value=COGNITO)
    roles = IamRole.objects.live().filter(pk__in=named.values("role"), aws_account=row.aws_account_id)
    found = roles.select_related("trust", "aws_account").order_by("name_key")
    return [role for role in found if role != own and trust_of(role, row.aws_id, GUEST).works]


def _said(rows: Sequence[Row]) -> str:
    """ "read everything in Amazon S3, and write to 2 others"."""
    if not rows:
        return "do nothing"
    parts = [_part(row) for row in rows[:_NAMED]]
    if more := len(rows) - _NAMED:
        parts += [f"use {more} more services"] if more > 0 else []
    return _joined(parts)


_VERBS = {"read": "read", "write": "write to", "permissions": "change permissions in", "everything": "do everything in"}


def _part(row: Row) -> str:
    verb = "list and read" if row.level == "read" and row.can_list else _VERBS[row.level]
    if row.on_everything:
        return (
            f"{verb} everything in {row.service.name}" if row.level == "read" else f"{verb} all of {row.service.name}"
        )
    return f"{verb} {some(row.resources)} in {row.service.name}"


def _joined(parts: Iterable[str]) -> str:
    *rest, last = parts
    return f"{', '.join(rest)} and {last}" if rest else last
