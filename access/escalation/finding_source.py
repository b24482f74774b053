"""Privilege escalation paths as findings: one for each path, of the principal that it begins with; and one for each
role by which somebody of another AWS account becomes an administrator of this one.

A finding names nothing of another AWS account: not everybody who sees it may see that one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from access.escalation.account import EscalationAccount, EscalationRows, escalation_account
from access.escalation.elsewhere import KeptPaths, Reached
from access.escalation.keeping import keep
from access.escalation.paths import EscalationPath, EscalationStep, searched
from access.index import cached_index
from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from findings.models import FindingSeverity
from findings.rule_names import ESCALATION_FROM_ELSEWHERE, ESCALATION_PATH
from findings.rules import Rule, rules_of
from findings.sources import ALL, FindingSource, Found, stamp_of, stamp_of_code
from identities.models import IamGroup, IamRole, IamUser
from policies.models import ManagedPolicy
from sync.mirror import bulk

RULE, RULE_FROM_ELSEWHERE = ESCALATION_PATH, ESCALATION_FROM_ELSEWHERE
RULES = (RULE, RULE_FROM_ELSEWHERE)
ENTERED = "from elsewhere"  # the scope of what others found
_CODE = ("access", "policies/engine", "aws_constraints")


class EscalationSource(FindingSource):
    """It looks at an AWS account as a whole: whoever may change one identity may take part in the path of another."""

    name = "escalation"
    title = "Privilege escalation paths"
    rules: Mapping[str, Rule] = rules_of(
        Rule(
            RULE,
            "A user or role that isn’t an administrator and can become one, here or in another AWS account.",
            title="Can become an administrator",
            why="What its own policies say is not what it can do: in a few calls it gives itself everything.",
            mend="The page of privilege escalation paths says which edit ends most paths and loses least access.",
            one="user or role can become an administrator",
            many="users and roles can become administrators",
        ),
        Rule(
            RULE_FROM_ELSEWHERE,
            "A role by which somebody of another connected AWS account becomes an administrator here.",
            title="Administrator from another AWS account",
            why="Whoever gets hold of that AWS account, or of somebody in it, has this one as well.",
            mend="Let fewer principals assume the role, ask for MFA or an external id, or give the role less.",
            one="role makes somebody of another AWS account an administrator",
            many="roles make somebody of another AWS account an administrator",
        ),
    )

    def scopes(self, aws_account: AwsAccount) -> Mapping[str, str]:
        cached = cached_index(aws_account)
        beside = EscalationRows.of(aws_account, cached)
        stamp = stamp_of(
            stamp_of_code(*_CODE),
            cached.digest.hex(),
            beside.digest.hex(),
            cached.surroundings.stamp,
            aws_account.partition,
            self._others(aws_account),
        )
        entered = [[role, entry, [str(how) for how in hows]] for role, entry, hows in entered_roles(aws_account)]
        return {ALL: stamp, ENTERED: stamp_of(stamp_of_code(*_CODE), stamp, entered)}

    @staticmethod
    def _others(aws_account: AwsAccount) -> Sequence[Sequence[str]]:
        """The other connected AWS accounts, and where in their organization: of which roles they are let into something
        is kept, and a trust policy may let in whoever is there."""
        rows = AwsAccount.objects.filter(partition=aws_account.partition).exclude(pk=aws_account.pk)
        return list(rows.order_by("account_id").values_list("account_id", "organization_place__path"))

    def look(self, aws_account: AwsAccount, scopes: Collection[str]) -> Mapping[str, Sequence[Found]]:
        found: dict[str, Sequence[Found]] = {}
        if ALL in scopes:
            found[ALL] = self._paths(aws_account)
        if ENTERED in scopes:
            found[ENTERED] = [found_from_elsewhere(*each) for each in entered_roles(aws_account)]
        return found

    @staticmethod
    def _paths(aws_account: AwsAccount) -> Sequence[Found]:
        cached = cached_index(aws_account)
        beside = EscalationRows.of(aws_account, cached)
        account = escalation_account(cached, beside, aws_account.partition)
        search, paths = searched(account)
        keep(aws_account, search, paths)
        ids = PathIds(aws_account, account, paths.all_paths)
        return [found_of(path, ids) for path in paths.all_paths]


def entered_roles(aws_account: AwsAccount) -> Sequence[tuple[str, Mapping[str, Any], Sequence[Reached]]]:
    """The roles by which somebody from elsewhere becomes an administrator of this AWS account, with how."""
    kept = KeptPaths.of(aws_account.partition)
    reached = kept.reached(aws_account.account_id)
    entries = ((role, kept.entry(role), hows) for role, hows in reached.items())
    return [(role, entry, hows) for role, entry, hows in entries if entry and (entry["administrator"] or entry["path"])]


def found_from_elsewhere(role: str, entry: Mapping[str, Any], hows: Sequence[Reached]) -> Found:
    """Once, from however many AWS accounts."""
    name, path = name_of(role), entry["path"]
    is_sure = any(how.is_sure for how in hows) and (entry["administrator"] or path["sure"])
    by_others = any(how.by_others for how in hows)
    who = "Somebody" if by_others else "An administrator"
    can = "can" if is_sure else "may be able to"
    then = "" if entry["administrator"] else f": {', then '.join(path['sentences'])}"
    return Found(
        RULE_FROM_ELSEWHERE,
        FindingSeverity.CRITICAL if is_sure and by_others else FindingSeverity.HIGH,
        IamRole.kind,
        entry["id"],
        name,
        f"{who} of another AWS account {can} become an administrator of this one as {name}{then}.",
        (str(bool(entry["administrator"])),),
        {"role": role, "sure": is_sure, "others": by_others},
    )


class PathIds:
    """The immutable ids of what paths name by ARN. What has none, such as a role still to be made, keeps its ARN."""

    def __init__(self, aws_account: AwsAccount, account: EscalationAccount, paths: Sequence[EscalationPath]) -> None:
        holders, self.account_id = account.index.holders, aws_account.account_id
        self._holders = {arn: holders[number] for arn, number in account.index.by_arn.items()}
        named = {arn for path in paths for step in path.steps for arn in (step.target, step.of) if arn}
        self._elsewhere = {role.arn: role.unique_id for role in account.elsewhere}
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
        return holder.unique_id if holder else self._others.get(arn) or self._elsewhere.get(arn, arn)

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
        f"{name} {can} become an administrator{_of_which(path, ids)}: {', then '.join(path.sentences)}.",
        tuple(part for step in path.steps for part in _key(step, ids)),
        path.as_json(),
    )


def _key(step: EscalationStep, ids: PathIds) -> Sequence[str]:
    return (ids.of(step.principal), step.technique.name, ids.of(step.target), ids.of(step.of))


def _of_which(path: EscalationPath, ids: PathIds) -> str:
    if path.lead is None:
        return ""
    return "" if path.lead.account_id == ids.account_id else " of another AWS account"
