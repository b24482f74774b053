"""Outsiders whom the policy of a resource, or the trust policy of a role, lets in: services, identity providers, other
AWS accounts, and everybody. Principals of AWS accounts that have a mirror here are told by name in across.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from access.holders import Holder
from access.index import Index
from access.patterns import actions_of, side_in, wide_in
from access.request_context import UnknownContextKeys, facts_of_place
from access.resource_policies import is_assuming, is_bound_by_rcps
from access.resource_sides.lookup import ResourceSides, nobody
from access.resource_sides.values import ResourceSide, SaidByResource
from access.situations import EVERYTHING
from access.surroundings import Surroundings
from aws_constraints.arn import account_in
from policies.engine.callers import Caller, CallerKind, caller_of
from policies.engine.compiled import ActionPatterns, CompiledStatement
from policies.engine.conditions import Context
from policies.engine.evaluate import (
    Decision,
    LayerName,
    LayerPolicy,
    Layers,
    Request,
    Verdict,
    evaluate,
    who_needs_no_policy,
)
from policies.engine.matching import resource_glob, tokens
from policies.engine.somewhere import ResourceContext, SomewhereQuestion, exists, is_pattern

_ASSUMING = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
EVERYBODY = "*"
_NO_CONTEXT: Context = {}
_NO_ACCOUNT = "000000000000"  # nobody's
_ACCOUNT_KEYS, _ARN_KEY = frozenset({"aws:principalaccount", "kms:calleraccount"}), "aws:principalarn"
_KEYS_OF_PRINCIPAL = frozenset({"aws:principaltype", "aws:username"})  # which tell principals of one AWS account apart
_OWN_SIDE = frozenset({LayerName.IDENTITY, LayerName.SCP})


@dataclass(frozen=True)
class Outsider:
    """`name`: as the policy has it. `is_anonymous`: somebody who doesn't sign the request."""

    name: str
    verdict: Verdict
    not_read: tuple[LayerName, ...]
    is_anonymous: bool = False


@dataclass(frozen=True)
class OutsideQuestion:
    """One action on one resource, or on one that a pattern stands for, and what is held of that. `pattern`: of actions,
    of which this one was asked for; "" where it was asked for itself."""

    action: str
    resource: str
    side: ResourceSide
    context: Context = field(default_factory=dict)
    pattern: str = ""

    @property
    def asked(self) -> tuple[str, str]:
        """Whoever is read for it is read for all actions of the pattern."""
        return self.pattern or self.action, self.resource

    @property
    def statements(self) -> Sequence[CompiledStatement]:
        """What it says of the action before anything beside it is counted."""
        return self.side.own.policy.document.about(self.action.lower())

    def verdict(self, caller: Caller, around: Surroundings, identity: tuple[LayerPolicy, ...] = ()) -> Verdict:
        """`around`: what bounds the caller's AWS account."""
        side, said = self.side, self.side.said_to(caller)
        known = facts_of_place(around, side.around, self.resource, self.action)
        known |= dict(side.context) | dict(self.context)
        unknown = UnknownContextKeys(caller, None)
        layers = Layers(
            identity=identity,
            resource=said.policy,
            scps=around.scps,
            rcps=side.around.rcps if is_bound_by_rcps(self.action) else (),
            may_be_granted=bool(said.may_be_granted),
            may_be_refused=bool(said.may_be_refused),
        )
        if not is_pattern(self.resource):
            return evaluate(Request(caller, self.action, self.resource, side.account_id, known, unknown), layers)
        place = ResourceContext(side.account_id)
        asked = SomewhereQuestion(caller, [self.action], self.resource, known, unknown, lambda resource: place)
        found = exists(asked, layers)
        if found.witness is not None:
            verdict = found.witness.verdict
            keys = tuple(sorted(found.witness.supposed))
            return Verdict(found.decision, verdict.reasons, keys, verdict.not_read)
        return Verdict(found.decision, ())


def trust_question(
    holder: Holder, around: Surroundings, action: str, context: Context = _NO_CONTEXT
) -> OutsideQuestion | None:
    """Of a role, what its trust policy decides; None of a user. `around`: what bounds its AWS account."""
    if holder.trust is None:
        return None
    said = SaidByResource(holder.trust)
    return OutsideQuestion(action, holder.arn, ResourceSide(around.account_id, around, said, said), context)


def outsiders(
    index: Index,
    action: str,
    resource: str,
    context: Context,
    sides: ResourceSides | None = None,
    is_told: Callable[[str], bool] = nobody,
) -> list[Outsider]:
    """Whom it lets do it, if their own side does; of a pattern, that of any role, or within one resource.

    `is_told`: whether principals of an AWS account, by its id, are told elsewhere.
    """
    best: dict[tuple[str, bool], Outsider] = {}
    for asked in outside_questions(index, action, resource, context, sides):
        for found in _outsiders(asked, is_told):
            key = (found.name, found.is_anonymous)
            known = best.setdefault(key, found)
            if known.verdict.decision is not Decision.ALLOWED and found.verdict.decision is Decision.ALLOWED:
                best[key] = found
    anybody = best.get((EVERYBODY, True))
    if anybody and anybody.verdict.decision is Decision.ALLOWED:  # whoever signs a request may, too
        best.pop((EVERYBODY, False), None)
    return list(best.values())


def outside_questions(
    index: Index,
    action: str,
    resource: str,
    context: Context,
    sides: ResourceSides | None = None,
    beside: frozenset[str] = frozenset(),
) -> Iterator[OutsideQuestion]:
    """What the resource itself decides: a role of the AWS account, or a resource of its own that is held.

    Of a pattern of actions one of each kind is asked about that neither the index nor the action patterns `beside` tell
    apart, and none that everybody may whatever policies say.
    """
    around = index.surroundings
    actions = [each for each in _ASSUMING if each.lower() in ActionPatterns((action,))]
    glob = resource_glob(tuple(tokens(resource)))
    for one in actions if is_pattern(action) else [action] if is_assuming(action, ":role/") else []:
        for holder in index.holders:
            if glob.matches(holder.arn) and (asked := trust_question(holder, around, one, context)):
                yield asked
    if sides is None:
        return
    actions = [one for one in actions_of(index, action, resource, sides, beside) if not _is_everybodys(one, action)]
    pattern = _narrowed(action, actions) if is_pattern(action) else ""
    for one in actions:
        for part, said in _parts(sides, one, resource):
            if said.account_id == around.account_id:
                yield OutsideQuestion(one, part, said, context, pattern)


def _is_everybodys(one: str, asked: str) -> bool:
    return is_pattern(asked) and bool(who_needs_no_policy(one.lower()))


def _narrowed(pattern: str, actions: Sequence[str]) -> str:
    """The pattern within the service, where the actions are of one: of * on a bucket whoever may do something in S3."""
    services = {each.partition(":")[0].lower() for each in actions}
    return f"{services.pop()}:{pattern.partition(':')[2] or '*'}" if len(services) == 1 else pattern


def _parts(sides: ResourceSides, action: str, resource: str) -> Iterator[tuple[str, ResourceSide]]:
    """Of a pattern that stands for several resources those that are held, each with what of the pattern is in it."""
    wide = wide_in(sides, action, resource)
    side = side_in(sides, action, resource)
    if wide is not None:
        yield from wide.parts(action)
    elif side is not None:
        yield resource, side


def _outsiders(asked: OutsideQuestion, is_told: Callable[[str], bool]) -> Iterator[Outsider]:
    for name, caller in _named(asked, is_told):
        is_anonymous = caller.kind is CallerKind.ANONYMOUS
        with_own_side = caller.kind not in (CallerKind.SERVICE, CallerKind.FEDERATED, CallerKind.ANONYMOUS)
        own_side = _OWN_SIDE if with_own_side else frozenset()
        identity = (EVERYTHING,) if own_side else ()
        verdict = asked.verdict(caller, Surroundings(caller.account), identity)
        if verdict.decision in (Decision.ALLOWED, Decision.UNKNOWN):
            not_read = own_side | ({LayerName.RCP} & asked.side.around.not_read.keys())
            yield Outsider(name, verdict, tuple(sorted(not_read)), is_anonymous)


def _named(asked: OutsideQuestion, is_told: Callable[[str], bool]) -> Iterator[tuple[str, Caller]]:
    names = dict.fromkeys(name for each in asked.statements for name in principals_named(each))
    meant = meant_by_conditions(asked)
    if EVERYBODY in names:
        names |= dict.fromkeys(sorted(meant.accounts))
    for name in names:
        account = account_in(name) or (name if name.isdigit() else "")
        is_provider = "-provider/" in name
        is_elsewhere = account and (account == asked.side.account_id or is_told(account))
        if is_elsewhere and not is_provider:
            continue
        for caller in _callers(name, account, meant, is_role=is_assuming(asked.action, asked.resource)):
            yield name, caller


def principals_named(statement: CompiledStatement) -> tuple[str, ...]:
    """Whom a statement that allows names; all but some is everybody."""
    principals = statement.principals
    if not statement.allows or principals is None:
        return ()
    return (EVERYBODY,) if principals.is_not else principals.listed


@dataclass(frozen=True)
class MeantByConditions:
    """Whom the conditions of a policy tell apart: the AWS accounts that they name, and whether principals of any AWS
    account, by their ARN, name or type."""

    accounts: frozenset[str]
    anywhere: bool


def meant_by_conditions(asked: OutsideQuestion) -> MeantByConditions:
    return meant_in(asked.statements)


def meant_in(statements: Sequence[CompiledStatement]) -> MeantByConditions:
    accounts: set[str] = set()
    anywhere = False
    for condition in (each for statement in statements for each in statement.source.conditions):
        if condition.name in _ACCOUNT_KEYS:
            accounts.update(word for word in condition.words if word.isdecimal())
        elif condition.name == _ARN_KEY:
            found = [account_in(word) for word in condition.words]
            accounts.update(filter(None, found))
            anywhere = anywhere or "" in found
        else:
            anywhere = anywhere or condition.name in _KEYS_OF_PRINCIPAL
    return MeantByConditions(frozenset(accounts), anywhere)


def somebody_of(account: str) -> tuple[Caller, Caller]:
    """A role that nothing names, whom what is said to all of the AWS account surely concerns; and one of whom nothing
    is known but the AWS account, who may be any whom a condition means."""
    return caller_of(f"arn:aws:iam::{account}:role/anybody"), Caller(CallerKind.ROLE, account=account)


def _callers(name: str, account: str, meant: MeantByConditions, *, is_role: bool) -> Iterator[Caller]:
    """For an AWS account, or everybody, somebody of it."""
    if name == EVERYBODY:
        if not is_role:
            yield Caller(CallerKind.ANONYMOUS)
        yield from somebody_of(_NO_ACCOUNT) if meant.anywhere else somebody_of(_NO_ACCOUNT)[:1]
        return
    if name == account or name.endswith(":root"):
        yield from somebody_of(account)
        return
    try:
        yield caller_of(name)
    except ValueError:  # the unique id of somebody who is gone
        return
