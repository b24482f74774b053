"""What an AWS account has that techniques turn on, beside its principals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import F

from access.holders import holders_and_groups
from access.index import Index
from access.surroundings import surroundings_of
from accounts.models import AwsAccount
from identities.models import IamUser, InstanceProfile
from policies.engine.callers import caller_of
from policies.engine.combine import Decision
from policies.engine.compiled import compiled
from policies.engine.evaluate import Layers, Policy, Request, evaluate
from policies.models import PolicyVersion

MOST_KEYS = 2  # IAM User Guide, "IAM and AWS STS quotas": access keys of a user


@dataclass(frozen=True)
class Credentials:
    """Of a user. None: not known."""

    keys: int | None = None
    has_password: bool | None = None
    mfa: int | None = None


@dataclass(frozen=True)
class Account:
    """`groups`: policies by the ARN of the group. `older`: versions not in force, by the ARN of the policy.

    `profiled`: the roles that are in an instance profile; None where nobody knows.
    """

    index: Index
    partition: str = "aws"
    groups: Mapping[str, tuple[Policy, ...]] = field(default_factory=dict)
    older: Mapping[str, tuple[Policy, ...]] = field(default_factory=dict)
    credentials: Mapping[str, Credentials] = field(default_factory=dict)
    profiled: frozenset[str] | None = None

    def trusting(self, service: str) -> frozenset[int]:
        """The roles that the service may take on."""
        found = set()
        for number, holder in enumerate(self.index.holders):
            if holder.trust and not holder.caller.is_service_linked and _names(holder.trust, service):
                request = Request(
                    caller_of(service), "sts:AssumeRole", holder.arn, holder.caller.account, {}, lambda key: True
                )
                if evaluate(request, Layers(resource=holder.trust)).decision is not Decision.IMPLICIT_DENY:
                    found.add(number)
        return frozenset(found)


def _names(trust: Policy, service: str) -> bool:
    return any(
        statement.allows and statement.principals is not None and service in statement.principals.listed
        for statement in trust.document.statements
    )


def account_of(aws_account: AwsAccount) -> Account:
    profiles = InstanceProfile.objects.live().filter(aws_account=aws_account, role__isnull=False)
    profiled = frozenset(profiles.values_list("role__arn", flat=True))
    users = IamUser.objects.live().filter(aws_account=aws_account)
    holders, groups = holders_and_groups(aws_account)
    return Account(
        Index(holders, surroundings_of(aws_account.account_id)),
        aws_account.partition,
        groups,
        _older(aws_account),
        {
            arn: Credentials(*known)
            for arn, *known in users.values_list("arn", "key_count", "has_password", "mfa_count")
        },
        profiled or None,
    )


def _older(aws_account: AwsAccount) -> dict[str, tuple[Policy, ...]]:
    """The versions of customer managed policies that aren't in force."""
    rows = PolicyVersion.objects.filter(
        policy__aws_account=aws_account, policy__is_aws=False, policy__gone_at=None, gone_at=None
    ).exclude(version_id=F("policy__default_version"))
    found: dict[str, list[Policy]] = defaultdict(list)
    for arn, version, text in rows.values_list("policy__arn", "version_id", "document__text"):
        found[arn].append(Policy(f"{arn} {version}", compiled(text)))
    return {arn: tuple(versions) for arn, versions in found.items()}
