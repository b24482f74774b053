"""Names of the managed policies that inline ones become, and the quotas of the AWS account that all of it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F

from accounts.models import AwsAccount
from guides.groups.direct import InlineText, token_of
from guides.groups.proposals import free
from guides.groups.steps import ManagedName, ToGroups
from iamconsole.web.words import counted
from identities.models import IamGroup
from objects.operations.existence import check_name
from policies.kinds import POLICY
from policies.models import ManagedPolicy, PolicyVersion
from policies.quotas import GROUPS, POLICIES, Quota, quotas_of
from sync.operations import BadParams


@dataclass(frozen=True)
class _NamedPolicy:
    arn: str
    token: str


class PolicyNames:
    """`texts`: of inline policies that become managed ones. `usual`: by their tokens, names that can be taken."""

    def __init__(self, aws_account: AwsAccount, texts: Sequence[InlineText]) -> None:
        self._aws_account, self.texts = aws_account, texts
        self._there = _policies_of(aws_account) if texts else {}
        taken = set(self._there)
        self.usual: Mapping[str, str] = {text.token: self._usual(text, taken) for text in texts}

    def _usual(self, text: InlineText, taken: set[str]) -> str:
        """One that is there and says the same, else the first name that users call it by, free of others."""
        for name in text.names:
            found = self._there.get(name.casefold())
            if found is not None and found.token == text.token:
                return name
        return free(text.names[0], taken)

    def named(self, text: InlineText, name: str) -> ManagedName:
        """Raises BadParams with a sentence."""
        check_name(POLICY, name)
        found = self._there.get(name.casefold())
        if found is None:
            return ManagedName(POLICY.arn_of(self._aws_account, name))
        if found.token != text.token:
            raise BadParams(f"There is a managed policy {name}, and it says something else: take another name.")
        return ManagedName(found.arn, is_there=True)


def _policies_of(aws_account: AwsAccount) -> Mapping[str, _NamedPolicy]:
    """The customer managed ones, by the name in lower case."""
    rows = ManagedPolicy.objects.live().filter(aws_account=aws_account, is_aws=False)
    versions = PolicyVersion.objects.filter(policy__in=rows, version_id=F("policy__default_version"))
    tokens = dict(versions.values_list("policy_id", "document__canonical_hash"))
    return {
        name: _NamedPolicy(arn, token_of(tokens.get(pk, "")))
        for pk, name, arn in rows.values_list("pk", "name_key", "arn")
    }


def quota_errors(plan: ToGroups) -> Iterator[str]:
    """IAM User Guide, "IAM and AWS STS quotas"."""
    account = {"aws_account": plan.aws_account}
    groups = IamGroup.objects.live().filter(**account).count()
    policies = ManagedPolicy.objects.live().filter(**account, is_aws=False).count()
    made = sum(move.is_new for move in plan.moves), sum(not each.is_there for each in plan.managed.values())
    yield from _beyond(plan, GROUPS, groups, made[0], "group")
    yield from _beyond(plan, POLICIES, policies, made[1], "customer managed policy", "customer managed policies")


def _beyond(plan: ToGroups, quota: Quota, there: int, made: int, *words: str) -> Iterator[str]:
    applied = quotas_of(plan.aws_account)[quota]
    if made and there + made > applied.value:
        has = counted(there, *words)
        yield f"This AWS account has {has}, and AWS allows {applied.words}: {counted(made, *words)} more are too many."
