"""What is against guard rails already, as findings: looked at after every pull and every change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from access.guard_rails.content import RailContent
from access.guard_rails.planned import meant_in, rails_in_force
from access.guard_rails.rules import rule_of
from access.guard_rails.state import RailState, is_kept_by_aws, mirrored_state, read_credentials
from access.guard_rails.violations import Violation, sentences
from access.index import cached_index
from accounts.models import AwsAccount
from findings.models import FindingSeverity
from findings.rules import Rule, rules_of
from findings.sources import FindingSource, Found, stamp_of, stamp_of_code
from identities.models import IamGroup, IamRole, IamUser
from policies.models import ManagedPolicy
from sync.models import SafeguardVersion

RULE = "access.guard_rail"
_CODE = ("access", "policies/engine", "aws_constraints")
_LONGEST, _MOST = 600, 500
_KINDS = {":user/": IamUser.kind, ":group/": IamGroup.kind, ":role/": IamRole.kind}


class GuardRailSource(FindingSource):
    """A scope is a guard rail. Only what is sure is a finding: nothing hangs on it, and plans are told the rest."""

    name = "guard_rails"
    title = "Guard rails"
    rules: Mapping[str, Rule] = rules_of(
        Rule(
            RULE,
            "Something that is against a guard rail of the AWS account.",
            title="Against a guard rail",
            why="Plans that would bring it about are warned or stopped. This was there before, or came from outside.",
            mend="Change what the sentence names, or make an exception of the guard rail for it.",
            one="object is against a guard rail",
            many="objects are against a guard rail",
        )
    )

    def scopes(self, aws_account: AwsAccount) -> Mapping[str, str]:
        versions = [each for each in rails_in_force(aws_account) if _has_rows(each)]
        if not versions:
            return {}
        cached = cached_index(aws_account)
        credentials = {
            arn: {kind: sorted(ids) for kind, ids in held.items()}
            for arn, held in read_credentials(aws_account, None).items()
        }
        state = (stamp_of_code(*_CODE), cached.digest.hex(), cached.surroundings.stamp, credentials)
        return {str(each.safeguard_id): stamp_of(each.pk, *state) for each in versions}

    def look(self, aws_account: AwsAccount, scopes: Collection[str]) -> Mapping[str, Sequence[Found]]:
        state = mirrored_state(aws_account)
        versions = {str(each.safeguard_id): each for each in rails_in_force(aws_account)}
        return {scope: _found(versions[scope], state) for scope in scopes if scope in versions}


def _has_rows(version: SafeguardVersion) -> bool:
    rule = rule_of(version.content)
    return rule is not None and rule.has_rows


def _found(version: SafeguardVersion, state: RailState) -> Sequence[Found]:
    rule = rule_of(version.content)
    if rule is None or not rule.has_rows:
        return ()
    content = RailContent.read(version.content)
    severity = FindingSeverity.HIGH if content.is_blocking else FindingSeverity.MEDIUM
    found = (each for each in rule.violations(state, meant_in(version, state.aws_account)) if each.is_sure)
    alike = {each.key: each for each in found if not is_kept_by_aws(each.arn)}
    return [_row(version, severity, each) for each in list(alike.values())[:_MOST]]


def _row(version: SafeguardVersion, severity: FindingSeverity, violation: Violation) -> Found:
    said = f"{version.name}. {sentences([violation])[0]}."
    return Found(
        RULE,
        severity,
        next((kind for part, kind in _KINDS.items() if part in violation.arn), ManagedPolicy.kind),
        violation.aws_id or violation.arn,
        violation.name,
        said[:_LONGEST],
        (str(version.safeguard_id), *violation.evidence),
        {"guard_rail": version.safeguard_id, "says": violation.says},
    )
