"""Administrators as findings: one for each, whatever makes it one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from access.escalation.administrator import administrators_in
from access.holders import Holder
from access.index import cached_index
from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from findings.models import FindingSeverity
from findings.rule_names import ADMINISTRATOR
from findings.rules import Rule, rules_of
from findings.sources import ALL, FindingSource, Found, stamp_of, stamp_of_code
from iamconsole.web.words import some
from identities.models import IamRole, IamUser

_RESERVED = "/aws-reserved/sso.amazonaws.com/"  # the roles of permission sets
_CODE = ("access", "policies/engine", "aws_constraints")


class AdministratorSource(FindingSource):
    """It looks at an AWS account as a whole."""

    name = "administrators"
    title = "Administrators"
    rules: Mapping[str, Rule] = rules_of(
        Rule(
            ADMINISTRATOR,
            "A user or role that may do everything.",
            title="Administrator",
            why="Whoever gets hold of one has the AWS account. It is worth knowing each of them by name.",
            mend="Detach what allows everything where less is enough. Keep few, with MFA, and accept these.",
            one="user or role is an administrator",
            many="users and roles are administrators",
        ),
    )

    def scopes(self, aws_account: AwsAccount) -> Mapping[str, str]:
        cached = cached_index(aws_account)
        state = (cached.digest.hex(), cached.surroundings.stamp, sorted(_without_mfa(aws_account)))
        return {ALL: stamp_of(stamp_of_code(*_CODE), *state)}

    def look(self, aws_account: AwsAccount, scopes: Collection[str]) -> Mapping[str, Sequence[Found]]:
        lacking = _without_mfa(aws_account)
        administrators = administrators_in(cached_index(aws_account).index)
        found = [_found(holder, lacks_mfa=holder.unique_id in lacking) for holder in administrators]
        return dict.fromkeys(scopes, found)


def _without_mfa(aws_account: AwsAccount) -> set[str]:
    """The unique ids of users who sign in with a password alone."""
    users = IamUser.objects.live().filter(aws_account=aws_account, has_password=True, mfa_count=0)
    return set(users.values_list("aws_id", flat=True))


def _found(holder: Holder, *, lacks_mfa: bool) -> Found:
    """Least grave where Identity Center says who takes it on, worst where a password alone is asked for."""
    name = name_of(holder.arn)
    if holder.is_role:
        severity = FindingSeverity.LOW if f":role{_RESERVED}" in holder.arn else FindingSeverity.MEDIUM
    else:
        severity = FindingSeverity.CRITICAL if lacks_mfa else FindingSeverity.HIGH
    by = [name_of(each.name) for each in holder.policies if each.document.allows_everything]
    how = f", by {some(by)}" if by else ""
    alone = ", and signs in without MFA" if lacks_mfa else ""
    return Found(
        ADMINISTRATOR,
        severity,
        IamRole.kind if holder.is_role else IamUser.kind,
        holder.unique_id,
        name,
        f"{name} may do everything{how}{alone}.",
        evidence={"policies": [each.name for each in holder.policies if each.document.allows_everything]},
    )
