"""Roles that somebody outside may assume, and roles that trust somebody who was deleted: as findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount
from findings.models import FindingSeverity
from findings.rules import Rule, rules_of
from findings.sources import Found, ListedSource
from iamconsole.web.words import some
from identities.dangling_trusts import MODELS, DeletedPrincipal, trusting_deleted, words_by_id
from identities.models import IamRole
from identities.selectors import trusting_outside
from identities.trust import named_arns, outside_accounts, unique_ids
from policies.engine.statements import Statement, document_in
from sync.models import Ownership

OUTSIDE, DELETED = "trust.outside_account", "trust.deleted"
_EXTERNAL_ID = "sts:externalid"
_ASKS = ("stringequals", "stringequalsignorecase", "stringlike")


class TrustSource(ListedSource):
    """By role; not those that AWS keeps for itself."""

    name = "trust"
    title = "Trust"
    code = ("identities/posture", "identities/trust.py", "identities/dangling_trusts.py")
    rules: Mapping[str, Rule] = rules_of(
        Rule(
            OUTSIDE,
            "A role that an AWS account may assume which isn’t connected to this console.",
            title="Trusts an outside AWS account",
            why="Who may use the role is decided there. Without an external id, whoever gets that AWS account to act "
            "for them may use it as well.",
            mend="Take it out of the trust policy, or ask for an external id and name a role of the AWS account.",
            one="role trusts an outside AWS account",
            many="roles trust an outside AWS account",
        ),
        Rule(
            DELETED,
            "A role whose trust policy names a user or role that was deleted.",
            title="Trusts somebody who was deleted",
            why="Nobody can assume it by that: a new principal of the same name isn’t trusted. It may be of no use.",
            mend="Name who is meant now, or delete the role.",
            one="role trusts somebody who was deleted",
            many="roles trust somebody who was deleted",
        ),
    )

    def found(self, aws_account: AwsAccount) -> Iterable[Found]:
        roles = IamRole.objects.live().filter(aws_account=aws_account).exclude(ownership=Ownership.IGNORED)
        others = roles.exclude(path__startswith=IamRole.SERVICE_LINKED).exclude(path__startswith="/aws-reserved/")
        yield from _outside(others.order_by("pk"))
        yield from _deleted(
            aws_account, list(trusting_deleted(others).order_by("pk").only("aws_id", "name", "trusted"))
        )


def _outside(roles: Any) -> Iterator[Found]:
    ours = set(AwsAccount.objects.values_list("account_id", flat=True))
    for role in trusting_outside(roles).select_related("trust"):
        ways = _ways_of(role)
        accounts = sorted(outside_accounts(role.trusted, ours) - (ways.denied - ways.bare - ways.asked))
        if accounts:
            bare = sorted(set(accounts) - (ways.asked - ways.bare))
            severity = FindingSeverity.HIGH if bare else FindingSeverity.MEDIUM
            how = "with an external id" if not bare else "without an external id"
            how = how if bare in ([], accounts) else f"{some(bare)} without an external id"
            sentence = f"{some(accounts)} may assume {role.name}, {how}."
            key = (*accounts, "without", *bare)
            evidence = {"accounts": accounts, "without_external_id": bare}
            yield Found(OUTSIDE, severity, IamRole.kind, role.aws_id, role.name, sentence, key, evidence)


@dataclass(frozen=True)
class _TrustWays:
    """The AWS accounts that statements name which allow and ask for an external id, allow without, and deny."""

    asked: Set[str]
    bare: Set[str]
    denied: Set[str]


def _ways_of(role: IamRole) -> _TrustWays:
    found: dict[str, set[str]] = {"asked": set(), "bare": set(), "denied": set()}
    for statement in document_in(role.trust.text).statements if role.trust else ():
        named = [{"type": kind, "value": value} for kind, value in statement.principal_words]
        way = "denied" if not statement.allows else "asked" if _asks_external_id(statement) else "bare"
        found[way] |= outside_accounts(named, ())
    return _TrustWays(**found)


def _asks_external_id(statement: Statement) -> bool:
    """A negated operator, or one that lets through who says none, asks for nothing."""
    return any(
        each.name == _EXTERNAL_ID and each.base in _ASKS and not each.if_exists and "*" not in each.words
        for each in statement.conditions
    )


def _deleted(aws_account: AwsAccount, roles: Sequence[IamRole]) -> Iterator[Found]:
    ids = {each for role in roles for each in unique_ids(role.trusted)}
    arns = {each for role in roles for each in named_arns(role.trusted)}
    words = words_by_id(aws_account, ids) | _gone(aws_account, arns)
    for role in roles:
        named = unique_ids(role.trusted) | (named_arns(role.trusted) & words.keys())
        if named:
            called = sorted(words.get(each) or DeletedPrincipal(each, None).words for each in named)
            sentence = f"{role.name} trusts {some(called)}. Nobody can assume it by that."
            yield Found(DELETED, FindingSeverity.MEDIUM, IamRole.kind, role.aws_id, role.name, sentence, sorted(named))


def _gone(aws_account: AwsAccount, arns: set[str]) -> dict[str, str]:
    """Words for those of the AWS account who are named by these ARNs, and are gone with nobody in their place."""
    found: dict[str, str] = {}
    for model in MODELS:
        rows = model.objects.filter(aws_account=aws_account, arn__in=arns).order_by("pk")
        there = {row.arn for row in rows if row.gone_at is None}
        found |= {row.arn: DeletedPrincipal(row.arn, row).words for row in rows if row.arn not in there}
    return found
