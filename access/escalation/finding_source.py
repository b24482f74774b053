"""Privilege escalation paths as findings: one for each path, of the principal that it begins with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from access.escalation.account import EscalationAccount, EscalationRows, escalation_account
from access.escalation.paths import EscalationPath, EscalationStep, escalations
from access.index import cached_index
from accounts.models import AwsAccount
from findings.models import FindingSeverity
from findings.rule_names import ESCALATION_PATH
from findings.sources import ALL, FindingSource, Found, stamp_of, stamp_of_code
from identities.models import IamGroup, IamRole, IamUser
from policies.models import ManagedPolicy
from sync.mirror import bulk

RULE = ESCALATION_PATH
_CODE = ("access", "policies/engine", "aws_constraints")


class EscalationSource(FindingSource):
    """It looks at an AWS account as a whole: whoever may change one identity may take part in the path of another."""

    name = "escalation"
    rules: Mapping[str, str] = {RULE: "A user or role that isn’t an administrator and can become one."}

    def scopes(self, aws_account: AwsAccount) -> Mapping[str, str]:
        cached = cached_index(aws_account)
        beside = EscalationRows.of(aws_account, cached)
        stamp = stamp_of(
            stamp_of_code(*_CODE),
            cached.digest.hex(),
            beside.digest.hex(),
            cached.surroundings.stamp,
            aws_account.partition,
        )
        return {ALL: stamp}

    def look(self, aws_account: AwsAccount, scopes: Collection[str]) -> Mapping[str, Sequence[Found]]:
        cached = cached_index(aws_account)
        beside = EscalationRows.of(aws_account, cached)
        account = escalation_account(cached, beside, aws_account.partition)
        found = escalations(account).paths
        ids = PathIds(aws_account, account, found)
        return {ALL: [found_of(path, ids) for path in found]}


class PathIds:
    """The immutable ids of what paths name by ARN. What has none, such as a role still to be made, keeps its ARN."""

    def __init__(self, aws_account: AwsAccount, account: EscalationAccount, paths: Sequence[EscalationPath]) -> None:
        holders = account.index.holders
        self._holders = {arn: holders[number] for arn, number in account.index.by_arn.items()}
        named = {arn for path in paths for step in path.steps for arn in (step.target, step.of) if arn}
        self._others = {
            row["arn"]: row["aws_id"]
            for model in (IamGroup, ManagedPolicy)
            for row in bulk.select(
                model,
                ("arn", "aws_id"),
                "arn",
                named - self._holders.keys(),
                {"aws_account_id": aws_account.pk, "gone_at": None},
            )
        }

    def of(self, arn: str) -> str:
        holder = self._holders.get(arn)
        return holder.unique_id if holder else self._others.get(arn, arn)

    def kind_of(self, arn: str) -> str:
        return IamRole.kind if self._holders[arn].is_role else IamUser.kind


def found_of(path: EscalationPath, ids: PathIds) -> Found:
    source = path.source
    name, can = source.rpartition("/")[2], "may be able to" if path.supposes else "can"
    return Found(
        RULE,
        FindingSeverity.HIGH if path.supposes else FindingSeverity.CRITICAL,
        ids.kind_of(source),
        ids.of(source),
        name,
        f"{name} {can} become an administrator: {', then '.join(path.sentences)}.",
        tuple(part for step in path.steps for part in _key(step, ids)),
        path.as_json(),
    )


def _key(step: EscalationStep, ids: PathIds) -> Sequence[str]:
    return (ids.of(step.principal), step.technique.name, ids.of(step.target), ids.of(step.of))
