"""Roles of other AWS accounts that may let in somebody of this one, and where they lead: who becomes administrator.

Each AWS account is searched by itself. What that found of its roles that let in somebody from outside is kept
(`EscalationSummary`), and here put together: from role to role, over as many AWS accounts as it takes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from access.escalation.models import EscalationSummary
from access.resource_sides.values import ResourceSide, SaidByResource
from access.rows import digest_of
from access.surroundings import surroundings_of
from accounts.models import AwsAccount
from aws_constraints.arn import account_in
from iamconsole.web.once import once_a_page
from identities.models import IamRole, TrustedPrincipal
from policies.engine.compiled import compiled
from policies.engine.layers import LayerPolicy

MOST_HOPS = 4  # roles of AWS accounts, one after the other


@dataclass(frozen=True)
class LeadHop:
    """What is done as a role of an AWS account: sentences without a subject; none where it is an administrator."""

    account_id: str
    role: str
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True)
class RoleLead:
    """Whoever assumes the role of the first hop becomes an administrator of the AWS account."""

    account_id: str
    is_sure: bool
    hops: tuple[LeadHop, ...]


@dataclass(frozen=True)
class RoleElsewhere:
    """A role of another AWS account. `side`: its trust policy, and what bounds its AWS account."""

    arn: str
    unique_id: str
    side: ResourceSide
    leads: tuple[RoleLead, ...]


class KeptPaths:
    """What searches of the AWS accounts have found, by account id."""

    def __init__(self, summaries: Mapping[str, EscalationSummary]) -> None:
        self.summaries = summaries

    @staticmethod
    def of(partition: str) -> KeptPaths:
        return _kept(partition)

    def entry(self, arn: str) -> Mapping[str, Any] | None:
        summary = self.summaries.get(account_in(arn))
        return summary.entries.get(arn) if summary else None

    def leads(self, arn: str) -> tuple[RoleLead, ...]:
        """Of each AWS account the first: a sure one where there is one, then with the fewest roles."""
        found: dict[str, RoleLead] = {}
        for lead in sorted(self._leads(arn), key=lambda each: (not each.is_sure, len(each.hops))):
            found.setdefault(lead.account_id, lead)
        return tuple(found.values())

    def _leads(self, arn: str) -> Iterator[RoleLead]:
        waiting: deque[tuple[str, bool, tuple[LeadHop, ...]]] = deque([(arn, True, ())])
        seen = {(arn, True)}
        while waiting:
            role, is_sure, hops = waiting.popleft()
            entry = self.entry(role)
            if entry is None:
                continue
            account_id = account_in(role)
            path = entry["path"]
            if entry["administrator"]:
                yield RoleLead(account_id, is_sure, (*hops, LeadHop(account_id, role)))
            elif path:
                hop = LeadHop(account_id, role, tuple(path["sentences"]))
                yield RoleLead(account_id, is_sure and path["sure"], (*hops, hop))
            for other, way in sorted(entry["exits"].items()) if len(hops) + 1 < MOST_HOPS else ():
                key = (other, is_sure and way["sure"])
                if key not in seen:
                    seen.add(key)
                    waiting.append((*key, (*hops, LeadHop(account_id, role, tuple(way["sentences"])))))

    def reached(self, account_id: str) -> dict[str, list[Reached]]:
        """By ARN, the roles of an AWS account that principals of others get to, and how, by those."""
        found: dict[str, list[Reached]] = {}
        for other, summary in sorted(self.summaries.items()):
            for arn, how in sorted(summary.reached.items()):
                if other != account_id and account_in(arn) == account_id:
                    found.setdefault(arn, []).append(Reached(other, how["sure"], how["others"]))
        return found


@once_a_page
def _kept(partition: str) -> KeptPaths:
    rows = EscalationSummary.objects.filter(aws_account__partition=partition).select_related("aws_account")
    return KeptPaths({each.aws_account.account_id: each for each in rows})


@dataclass(frozen=True)
class Reached:
    """Principals of an AWS account get to a role. `by_others`: also who is no administrator there."""

    account_id: str
    is_sure: bool
    by_others: bool


def roles_elsewhere(aws_account: AwsAccount, kept: KeptPaths | None = None) -> tuple[RoleElsewhere, ...]:
    """Those that lead to an administrator and whose trust policy may let in somebody of the AWS account."""
    kept = kept or KeptPaths.of(aws_account.partition)
    found = []
    for role in _trusting(aws_account, kept):
        leads = kept.leads(role.arn)
        if leads and role.trust is not None:
            said = SaidByResource(LayerPolicy(f"trust policy of {role.arn}", compiled(role.trust.text)))
            account_id = account_in(role.arn)
            side = ResourceSide(account_id, surroundings_of(account_id), said, said)
            found.append(RoleElsewhere(role.arn, role.aws_id, side, leads))
    return tuple(found)


def _trusting(aws_account: AwsAccount, kept: KeptPaths) -> Sequence[IamRole]:
    """The roles of which something is kept and that name it, or everybody."""
    entries = [arn for summary in kept.summaries.values() for arn in summary.entries]
    if not entries:
        return ()
    named = TrustedPrincipal.objects.filter(Q(outside_account=aws_account.account_id) | Q(value="*"), type="AWS")
    roles = IamRole.objects.live().filter(pk__in=named.values("role"), arn__in=entries)
    others = roles.exclude(aws_account=aws_account).filter(aws_account__partition=aws_account.partition)
    return list(others.select_related("trust").order_by("arn"))


def digest_of_roles(roles: Sequence[RoleElsewhere]) -> bytes:
    said = [
        [each.arn, each.unique_id, _said(each.side), each.side.around.stamp, [_lead(lead) for lead in each.leads]]
        for each in roles
    ]
    return digest_of(said)


def _said(side: ResourceSide) -> list[str]:
    return [str(each.source.written) for each in side.own.policy.document.statements]


def _lead(lead: RoleLead) -> list[Any]:
    return [lead.account_id, lead.is_sure, [[hop.role, *hop.sentences] for hop in lead.hops]]
