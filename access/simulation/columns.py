"""Which action is asked on which resource: not every pair of them makes sense."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from access.situations import UnanswerableQuestionError, check_action
from policies.engine import catalogue
from policies.engine.somewhere import is_pattern

ANYTHING = "*"


@dataclass(frozen=True)
class AskedPair:
    action: str
    resource: str


@dataclass(frozen=True)
class AskedPairs:
    """`pairs`: the resources in their order, those of one together. `not_asked`: why, in a sentence, of each action
    that is asked on none of them. `left_out`: how many pairs aren't asked, as the action isn't about such a resource.
    """

    pairs: tuple[AskedPair, ...]
    not_asked: Mapping[str, str] = field(default_factory=dict)
    left_out: int = 0


def expanded(actions: Iterable[str]) -> tuple[list[str], list[str]]:
    """Patterns as the actions that they stand for, each once; and sentences for what is wrong with one."""
    found: dict[str, None] = {}
    wrong = []
    for said in actions:
        if not is_pattern(said):
            known = catalogue.action(said)
            found[known.name if known else said] = None
        elif names := catalogue.actions_matching(said):
            found |= dict.fromkeys(names)
        else:
            wrong.append(f"No action that this console knows matches {said}.")
    return list(found), wrong


def spelling(action: str) -> str:
    """A sentence for an action that AWS's documentation doesn't list; "" for others."""
    if is_pattern(action) or catalogue.action(action) or ":" not in action:
        return ""
    service, _, short = action.partition(":")
    known = {name.partition(":")[2].lower(): name for name in catalogue.actions_matching(f"{service}:*")}
    near = get_close_matches(short.lower(), known, n=1, cutoff=0.75)
    meant = f" {known[near[0]]} is one." if near else ""
    return f"{action} is no action that AWS documents: only patterns can allow it.{meant}"


def pairs_of(actions: Iterable[str], resources: Iterable[str]) -> AskedPairs:
    """Actions that take no resource are asked once, on *; others on what they can be about. No patterns of actions."""
    actions, resources = list(actions), list(dict.fromkeys(resources)) or [ANYTHING]
    found: list[AskedPair] = []
    why_not: dict[str, str] = {}
    takes_one = [each for each in actions if not catalogue.takes_no_resource(each)]
    for resource in resources:
        for action in takes_one:
            if why := _why_not(action, resource):
                why_not.setdefault(action, why)
            else:
                found.append(AskedPair(action, resource))
    found += [AskedPair(each, ANYTHING) for each in actions if catalogue.takes_no_resource(each)]
    asked = {pair.action for pair in found}
    return AskedPairs(
        tuple(found),
        {action: why for action, why in why_not.items() if action not in asked},
        len(takes_one) * len(resources) + len(actions) - len(takes_one) - len(found),
    )


def _why_not(action: str, resource: str) -> str:
    try:
        check_action(action, resource)
    except UnanswerableQuestionError as problem:
        return str(problem)
    known = catalogue.action(action)
    if known is None:
        return ""
    if resource == ANYTHING:
        if any(use.required for use in known.uses):
            return f"{known.name} is asked on a resource: add its ARN, or a pattern of ARNs."
        return ""
    if any(catalogue.may_match(resource, use.type) for use in known.uses):
        return ""
    return f"{known.name} isn’t asked on {resource}: it takes no resource of that type."
