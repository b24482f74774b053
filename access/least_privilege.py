"""Least privilege: proposes narrower inline and customer-managed policies, by what AWS tracks of attempts by all who
have each: by action where AWS tracks actions, else by service. What other policies give plays no part: an attempt
counts for each that allows it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import F

from access.last_use import MOST_BY_ACTION, TRACKED, Judge, PolicyLastUse, Reports
from access.situations import UnanswerableQuestionError
from accounts.models import AwsAccount
from iamconsole.web.words import day, number
from identities.models import Attachment, IamGroup, IamRole, IamUser, InlinePolicy, Membership, Principal
from policies import quotas
from policies.engine.document import load, size
from policies.engine.tighten import PatternChange, Tightening, Usage, tighten
from policies.models import Document, ManagedPolicy, PolicyVersion

_OWNERS = {IamUser: "user", IamGroup: "group", IamRole: "role"}
_ROWS = tuple(_OWNERS.values())
_OF_AWS = "AWS manages it, and only AWS changes it: in its place, a narrower policy of your own can be attached."
_BOUNDARY = "It is somebody's permissions boundary, too: attempts don't tell what a boundary must let through."


class ProposalOutcome(StrEnum):
    """What is proposed to do with a policy."""

    TIGHTEN = "tighten"
    KEEP = "keep"
    REMOVE = "remove"
    NONE = "no_proposal"


@dataclass(frozen=True)
class Proposal:
    """`policy` is an ARN, or the name of an inline policy. `why_not`: why nothing is proposed; else ""."""

    policy: str
    is_inline: bool
    judges: tuple[str, ...] = ()  # ARNs of those who have it
    until: datetime | None = None  # no attempt after it counts
    old: dict[str, Any] | None = None
    tightening: Tightening | None = None
    why_not: str = ""

    @property
    def outcome(self) -> ProposalOutcome:
        if self.tightening is None:
            return ProposalOutcome.NONE
        if self.tightening.document is None:
            return ProposalOutcome.REMOVE
        return ProposalOutcome.TIGHTEN if self.tightening.dropped else ProposalOutcome.KEEP

    def as_json(self) -> dict[str, Any]:
        found = self.tightening
        return {
            "policy": self.policy,
            "inline": self.is_inline,
            "outcome": self.outcome.value,
            "why_not": self.why_not,
            "judged_by": list(self.judges),
            "attempts_until": self.until.isoformat() if self.until else None,
            "document": self.old,
            "proposal": found.document if found else None,
            "dropped": _parts(found.dropped if found else ()),
            "kept_untracked": _parts(found.kept if found else ()),
            "remarks": list(found.remarks if found else ()),
        }


def _parts(parts: Iterable[PatternChange]) -> list[dict[str, Any]]:
    return [
        {"statement": part.statement, "pattern": part.pattern, "names": list(part.names), "because": part.because.value}
        for part in parts
    ]


def proposals(aws_account: AwsAccount, arn: str) -> list[Proposal]:
    """Of whom the ARN names. Raises UnanswerableQuestionError."""
    for model in _OWNERS:
        found: Principal | None = model.objects.live().filter(aws_account=aws_account, arn=arn).first()
        if found is not None:
            return proposals_of(found)
    raise UnanswerableQuestionError(
        f"The mirror of AWS account {aws_account.account_id} has no user, group or role {arn}."
    )


def proposals_of(owner: Principal) -> list[Proposal]:
    """Of its own policies; a user's groups have theirs. The queries are as many for one policy as for all."""
    own = {_OWNERS[type(owner)]: owner}
    inline = list(InlinePolicy.objects.live().filter(**own).select_related("document", *_ROWS).order_by("name_key"))
    attached = list(Attachment.objects.live().filter(**own).select_related("policy").order_by("name_key"))
    held = _PolicyUse(
        owner.aws_account, inline, [row.policy for row in attached if row.policy and not row.policy.is_aws]
    )
    return [*map(held.of_inline, inline), *map(held.of_attached, attached)]


@dataclass(frozen=True)
class ManagedPolicyUse:
    """`holders`: how many users and roles have it. `unused`: services that a proposal drops; None without one."""

    holders: int
    last: PolicyLastUse
    unused: Collection[str] | None


def uses_of(
    aws_account: AwsAccount, policies: Mapping[ManagedPolicy, Collection[str] | None]
) -> dict[str, ManagedPolicyUse]:
    """By unique id. `policies`: each with the services that it allows something of, None where that isn't known."""
    held = _PolicyUse(aws_account, [], list(policies), by_action=False)
    return {policy.aws_id: held.of_managed(policy, services) for policy, services in policies.items()}


class _PolicyUse:
    """What bears on some policies: who has them, their documents in force, what their holders used."""

    def __init__(
        self,
        aws_account: AwsAccount,
        inline: list[InlinePolicy],
        policies: list[ManagedPolicy],
        *,
        by_action: bool = True,
    ) -> None:
        self._shared: defaultdict[int, list[Attachment]] = defaultdict(list)
        for row in Attachment.objects.live().filter(policy__in=policies).select_related(*_ROWS).order_by("pk"):
            self._shared[row.policy_id or 0].append(row)
        versions = PolicyVersion.objects.filter(policy__in=policies, version_id=F("policy__default_version"))
        self._in_force = {version.policy_id: version for version in versions.select_related("document")}
        self._boundaries = {
            arn
            for model in (IamUser, IamRole)
            for arn in model.objects.live()
            .filter(aws_account=aws_account, boundary_arn__in=[policy.arn for policy in policies])
            .values_list("boundary_arn", flat=True)
        }
        rows: list[Attachment | InlinePolicy] = [*inline, *(row for shared in self._shared.values() for row in shared)]
        self._members: defaultdict[int, list[IamUser]] = defaultdict(list)
        of_groups = Membership.objects.live().filter(group__in={row.group_id for row in rows} - {None})
        for membership in of_groups.filter(user__gone_at=None).select_related("user").order_by("user__name_key"):
            self._members[membership.group_id].append(membership.user)
        judged = [self._judges([each]) for each in inline] + [self._judges(each) for each in self._shared.values()]
        few = [judges for judges in judged if by_action and len(judges) <= MOST_BY_ACTION]
        self._reports = Reports(
            aws_account, self._judges(rows), {judge.arn: judge for judges in few for judge in judges}.values()
        )

    def _judges(self, rows: Iterable[Attachment | InlinePolicy]) -> list[Judge]:
        """Each once: users and roles that have it, users through their groups, too."""
        found: dict[str, Judge] = {}
        for row in rows:
            owners: Iterable[Judge] = self._members[row.group_id] if row.group_id else _owner_of(row)
            found |= {owner.arn: owner for owner in owners}
        return list(found.values())

    def of_managed(self, policy: ManagedPolicy, services: Collection[str] | None) -> ManagedPolicyUse:
        rows = self._shared[policy.pk]
        judges = self._judges(rows)
        unknown = PolicyLastUse(ManagedPolicy.Use.UNKNOWN)
        last = unknown if judges and services is None else self._reports.last_use(judges, services or ())
        found = self.of_attached(rows[0]).tightening if judges else None
        dropped = {name.partition(":")[0].lower() for part in found.dropped for name in part.names} if found else None
        return ManagedPolicyUse(len(judges), last, dropped)

    def of_inline(self, inline: InlinePolicy) -> Proposal:
        return self._judged(Proposal(inline.name, True), inline.document, [inline], inline.first_seen)

    def of_attached(self, attachment: Attachment) -> Proposal:
        policy, found = attachment.policy, Proposal(attachment.arn, False)
        if policy is None or not (policy.is_aws or policy.pk in self._in_force):
            return replace(found, why_not="The mirror doesn't have the document of this policy.")
        if policy.is_aws:
            return replace(found, why_not=_OF_AWS)
        if policy.arn in self._boundaries:
            return replace(found, why_not=_BOUNDARY)
        version, shared = self._in_force[policy.pk], self._shared[policy.pk]
        since = max(row.first_seen for row in shared)
        return self._judged(found, version.document, shared, max(since, version.created_at or since))

    def _judged(
        self, found: Proposal, document: Document, rows: Sequence[Attachment | InlinePolicy], since: datetime
    ) -> Proposal:
        """`since`: when the newest of what gives these permissions came."""
        old = load(document.text)
        if old is None:
            return replace(found, why_not=f"Its document can't be read. {document.problem}")
        judges = self._judges(rows)
        evidence = self._reports.evidence(judges)
        found = replace(found, old=old, judges=tuple(judge.arn for judge in judges), until=evidence.until)
        if evidence.until is None:
            return replace(found, why_not=evidence.why_not)
        tightened = _short_enough(old, evidence.usage, _longest(rows))
        remarks = (*tightened.remarks, *_remarks(evidence.until, since, len(judges)))
        return replace(found, tightening=replace(tightened, remarks=remarks))


def _longest(rows: Sequence[Attachment | InlinePolicy]) -> int:
    """Characters of the document that IAM takes, at most: other inline policies of the owner count, too."""
    row = rows[0]
    if isinstance(row, Attachment):
        return quotas.MANAGED_POLICY.usual
    if row.user_id:
        return quotas.INLINE_OF_USER.usual
    return (quotas.INLINE_OF_GROUP if row.group_id else quotas.INLINE_OF_ROLE).usual


def _short_enough(old: dict[str, Any], usage: Usage, longest: int) -> Tightening:
    """By action, where IAM takes a document of that length; else by service alone."""
    found = tighten(old, usage)
    length = size(json.dumps(found.document))
    if found.document is None or length <= longest or not usage.actions:
        return found
    by_service = tighten(old, usage.without_actions)
    said = (
        f"By action it would have {number(length)} characters, and IAM takes {number(longest)}: so only services that "
        "weren’t used are taken out. Several narrower policies in its place could go further."
    )
    return replace(by_service, remarks=(said, *by_service.remarks))


def _owner_of(row: Attachment | InlinePolicy) -> Iterator[Judge]:
    """None where it is a group."""
    if row.user:
        yield row.user
    if row.role:
        yield row.role


def _remarks(until: datetime, since: datetime, judges: int) -> Iterator[str]:
    if judges > MOST_BY_ACTION:
        yield f"More than {MOST_BY_ACTION} have it: which services they used is looked at, not which actions."
    yield (
        f"AWS tracks {TRACKED.days} days, fewer where a service or Region is newer. What is said here counts attempts "
        f"until {day(until)}."
    )
    if since > until - TRACKED:
        yield (
            f"It is new, in AWS or to this console, on {day(since)}: what it allows may have had less than "
            f"{TRACKED.days} days to be used."
        )
