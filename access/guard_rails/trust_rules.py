"""Guard rails about whom roles trust."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from access.guard_rails.identity_rules import EXCEPT, is_exempt
from access.guard_rails.parameters import KnownAccounts
from access.guard_rails.rules import Parameters, RailRule
from access.guard_rails.state import RailState
from access.guard_rails.violations import Violation
from access.holders import caller_named
from access.plans.holdings import Owner
from access.situations import EVERYTHING
from aws_constraints.arn import account_in
from policies.engine.combine import Decision
from policies.engine.compiled import CompiledDocument, compiled
from policies.engine.evaluate import Layers, Request, evaluate
from policies.engine.layers import LayerPolicy

_ASSUME = "sts:AssumeRole"
_ORGANIZATION = re.compile(r"\bo-[a-z0-9]{10,32}\b")
_STRANGERS = ("000000000000", "o-0000000000")  # an AWS account and an organization that nobody names
_SOMEBODY = "somebody"


@dataclass(frozen=True)
class Stranger:
    """Somebody who may be let in: `arn` of an AWS account that isn't the role's own."""

    arn: str
    account: str  # "*": of any
    organization: str


def lets_in(role: Owner, stranger: Stranger) -> Decision:
    """What the trust policy says to them, where their own AWS account allows everything."""
    caller = caller_named(stranger.arn)
    if caller is None:
        return Decision.IMPLICIT_DENY
    context = {"aws:principalorgid": (stranger.organization,)}
    own = account_in(role.arn)
    request = Request(caller, _ASSUME, role.arn, own, context, lambda key: True)
    trust = LayerPolicy("", compiled(role.trust))
    return evaluate(request, Layers((EVERYTHING,), resource=trust)).decision


def let_in(role: Owner, strangers: Iterator[Stranger]) -> Iterator[tuple[str, bool]]:
    """The AWS accounts of those who may come in, and whether that is sure; each once."""
    found: dict[str, bool] = {}
    for each in strangers:
        decision = lets_in(role, each)
        if decision in (Decision.ALLOWED, Decision.UNKNOWN):
            found[each.account] = found.get(each.account, False) or decision is Decision.ALLOWED
    yield from sorted(found.items())


def _named(document: CompiledDocument) -> Iterator[str]:
    for statement in document.statements:
        if statement.allows:
            yield from (value for kind, value in statement.source.principal_words if kind == "AWS")
            if statement.source.has("NotPrincipal"):
                yield "*"


def strangers_of(role: Owner, known: frozenset[str]) -> Iterator[Stranger]:
    """Of each AWS account that the trust policy names and that isn't known; and of one that it doesn't name."""
    own, partition = account_in(role.arn), role.arn.split(":")[1]
    document = compiled(role.trust)
    organizations = [*sorted(set(_ORGANIZATION.findall(role.trust)) - known), _STRANGERS[1]]
    for value in dict.fromkeys(_named(document)):
        account = value if value.isdecimal() else account_in(value)
        if account in known or account == own:
            continue
        is_one = bool(account) and not value.isdecimal() and not value.endswith(":root")
        arn = value if is_one else f"arn:{partition}:iam::{account or _STRANGERS[0]}:role/{_SOMEBODY}"
        yield from (Stranger(arn, account or "*", organization) for organization in organizations)


class KnownAccountsOnly(RailRule):
    name = "known_accounts"
    title = "Roles trust known AWS accounts only"
    explains = (
        "A role that somebody of another AWS account may assume, where neither that AWS account nor an organization to "
        "which the trust policy holds them is in the list."
    )
    mend = "Trust an AWS account of the list, or have an owner add this one."
    parameters = (
        KnownAccounts("accounts", "Known AWS accounts", "Ids of AWS accounts and of organizations. One a line."),
        EXCEPT,
    )

    def violations(self, state: RailState, parameters: Parameters) -> Iterator[Violation]:
        known = frozenset(parameters["accounts"])
        for role in state.roles:
            if not role.trust or is_exempt(role.arn, parameters):
                continue
            for account, is_sure in let_in(role, strangers_of(role, known)):
                where = "any AWS account" if account == "*" else f"AWS account {account}"
                yield Violation(role.arn, role.aws_id, f"may be assumed from {where}", (account,), is_sure)


class NotPublic(RailRule):
    name = "not_public"
    title = "No role is open to everybody"
    explains = "A role that anybody in any AWS account may assume, or may under conditions that don’t say who it is."
    mend = "Name whom it trusts, or hold them to an organization by aws:PrincipalOrgID."
    parameters = (EXCEPT,)

    def violations(self, state: RailState, parameters: Parameters) -> Iterator[Violation]:
        for role in state.roles:
            if not role.trust or is_exempt(role.arn, parameters):
                continue
            arn = f"arn:{role.arn.split(':')[1]}:iam::{_STRANGERS[0]}:role/{_SOMEBODY}"
            anybody = iter([Stranger(arn, "*", _STRANGERS[1])])
            for _, is_sure in let_in(role, anybody):
                yield Violation(role.arn, role.aws_id, "may be assumed from any AWS account", ("*",), is_sure)
