"""What a plan lets principals do that a document of the operators' own denies: decided by the engine.

The document reads as a service control policy does. What it denies is compared with what each principal is allowed
before and after; only what a plan adds is against it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from access.guard_rails.state import RailState
from access.guard_rails.violations import Violation
from access.holders import caller_named
from access.plans.comparing import held, seal, text
from access.plans.control_policies import is_bound
from access.plans.holdings import Combination, PrincipalHoldings, is_group
from access.plans.relevant import RelevantStatements, changed_actions
from iamconsole.web.words import some
from policies.engine.diff.report import held_within, lines
from policies.engine.document import compact, load
from policies.engine.of_caller import for_caller, mentions_caller
from policies.engine.statements import document_in

NOBODY = Combination(exists=False)
_TOO_MUCH = "too much to compare: nobody knows whether it lets through what the guard rail denies"
_SHOWN = 2  # things in a sentence


@dataclass(frozen=True)
class RailEffort:
    """How many pairs of combinations are compared, with how many steps each: about a microsecond a step."""

    pairs: int = 200
    steps: int = 200_000


AT_THE_PROPOSAL = RailEffort()
_Pair = tuple[Combination, Combination]
_Question = tuple[str, _Pair]  # what denies, and what somebody has before and after


def against_document(
    document: str, before: RailState | None, after: RailState, effort: RailEffort = AT_THE_PROPOSAL
) -> Iterator[Violation]:
    """`before`: None where everything that is allowed counts, whoever has had it."""
    for number, (question, arns) in enumerate(_groups(document, before, after).items()):
        found = _items(question, effort) if number < effort.pairs else [_NOT_COMPARED]
        for arn in arns:
            yield from (_violation(item, arn, after) for item in found)
    yield from unread_policies(before, after)
    yield from _by_trust(document, before, after, effort)


def _groups(document: str, before: RailState | None, after: RailState) -> Mapping[_Question, Sequence[str]]:
    """Those with the same documents before and after, as far as these bear on what it denies."""
    groups: dict[_Question, list[str]] = defaultdict(list)
    relevant, actions = RelevantStatements(), changed_actions((), [document])
    for was, now in _pairs(before, after):
        arn = after.holdings.taken.get(now, now)
        if not is_bound(arn):
            continue
        pair = relevant.pair(*_pair(before, after, was, now, arn))
        if actions is not None:
            pair = relevant.about(pair[0], actions), relevant.about(pair[1], actions)
        if pair[0] != pair[1]:
            groups[_for(arn, document, pair)].append(now)
    return groups


def _for(arn: str, document: str, pair: _Pair) -> _Question:
    """As all of it reads for this principal; for a whole AWS account as it stands."""
    caller = None if arn.endswith(":root") else caller_named(arn)
    keys = caller.keys if caller else {}

    def read(each: str) -> str:
        return compact(for_caller(each, keys)) if keys and mentions_caller(each) else each

    was, becomes = (
        replace(
            has,
            documents=frozenset(map(read, has.documents)),
            limits=has.limits.read(read),
            boundary=None if has.boundary is None else read(has.boundary),
        )
        for has in pair
    )
    return read(document), (was, becomes)


_NOT_COMPARED: Mapping[str, Any] = {"because": _TOO_MUCH}


def _pairs(before: RailState | None, after: RailState) -> Iterator[tuple[str, str]]:
    holdings = PrincipalHoldings({}, {}) if before is None else before.holdings
    yield from ((was, now) for was, now in holdings.pairs_with(after.holdings) if now and not is_group(now))


def _pair(before: RailState | None, after: RailState, was: str, now: str, arn: str) -> _Pair:
    """Where tags that its policies ask for are others than before, all that these allow counts as new. `arn`: as whom
    control policies see it."""
    had = NOBODY if before is None or not was else before.holdings.combination(was)
    has = after.holdings.combination(now)
    asked = {tag for each in has.documents for tag in text(each).tags}
    if any(key.lower() in asked for key, _ in had.tags ^ has.tags):
        had = NOBODY
    blank: dict[str, Any] = {"tags": frozenset(), "lacks": frozenset(), "limits": after.limits.of(arn)}
    return replace(had, **blank), replace(has, **blank)


def unread_policies(before: RailState | None, after: RailState) -> Iterator[Violation]:
    """Policies that somebody gets and whose text nobody knows."""
    for was, now in _pairs(before, after):
        had = frozenset() if before is None or not was else before.holdings.combination(was).lacks
        for policy in sorted(after.holdings.combination(now).lacks - had):
            says = f"{policy.rpartition('/')[2]}, whose text the mirror doesn’t have"
            yield Violation(now, after.holdings.owners[now].aws_id, says, ("unread", policy), is_sure=False)


def _items(question: _Question, effort: RailEffort) -> list[Mapping[str, Any]]:
    """What is gained against it, as `held_within` has it; those that can't be told have a `because`."""
    denying, (was, becomes) = question
    if was == becomes:
        return []
    found = held_within(held(was), held(becomes), load(denying), effort.steps)
    return [*found["gained"], *found["undecided"]]


def _violation(item: Mapping[str, Any], arn: str, state: RailState) -> Violation:
    owner = state.holdings.owners.get(arn)
    aws_id = owner.aws_id if owner else ""
    return Violation(arn, aws_id, _says(item), ("allowed", seal(dict(item))), is_sure="because" not in item)


def _says(item: Mapping[str, Any]) -> str:
    if "actions" not in item:
        return str(item["because"])
    what = some(item["actions"], len(item["actions"]), shown=_SHOWN)
    beside = [line for line in lines(item) if line not in (f"perhaps {item.get('may_be')}", "on *")]
    return " ".join([f"may do {what}", *beside])


# ---- Whom roles trust -------------------------------------------------------------------------------------------
# A trust policy lets whom it names assume the role, in the same AWS account without any other policy.
def _by_trust(document: str, before: RailState | None, after: RailState, effort: RailEffort) -> Iterator[Violation]:
    for role in after.roles:
        was = None if before is None else before.holdings.owners.get(after.holdings.former.get(role.arn, role.arn))
        had = was.trust if was else ""
        if had == role.trust:
            continue
        for principal, (old, new) in _by_principal(had, role.trust, role.arn).items():
            pair = Combination(frozenset([old])), Combination(frozenset([new]))
            for item in _items(_for(principal, document, pair), effort):
                says = f"{_says(item)}, as it trusts {principal}"
                key = ("trusts", principal, seal(dict(item)))
                yield Violation(role.arn, role.aws_id, says, key, is_sure="because" not in item)


def _by_principal(old: str, new: str, role_arn: str) -> Mapping[str, tuple[str, str]]:
    """By each AWS principal whom the new one names: the statements about them, as identity policies on the role."""
    named = {value for each in _statements(new) for value in _aws(each)}
    return {
        each: (_naming(old, each, role_arn, is_old=True), _naming(new, each, role_arn, is_old=False))
        for each in sorted(named)
    }


def _naming(document: str, principal: str, role_arn: str, *, is_old: bool) -> str:
    """Of denials that only may be about the principal, the old one keeps all and the new one none: more is new so."""
    found = []
    for statement in _statements(document):
        is_about = bool(_aws(statement) & {principal, "*"})
        if is_about or (is_old and statement.get("Effect") == "Deny"):
            own = {name: value for name, value in statement.items() if name not in ("Principal", "NotPrincipal")}
            found.append({**own, "Resource": role_arn})
    return compact({"Version": "2012-10-17", "Statement": found})


def _statements(document: str) -> Sequence[Mapping[str, Any]]:
    return [each.written for each in document_in(document).statements] if document else []


def _aws(statement: Mapping[str, Any]) -> set[str]:
    """ "*" also for all but some: nobody says who that is."""
    if "NotPrincipal" in statement:
        return {"*"} if statement.get("Effect") == "Allow" else set()  # some denials stay out: see `_naming`
    said = statement.get("Principal")
    if said == "*":
        return {"*"}
    values = said.get("AWS", []) if isinstance(said, dict) else []
    return set(values) if isinstance(values, list) else {str(values)}
