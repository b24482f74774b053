"""What policies of resources make of a difference: gained by one's own policies, and denied by the bucket's; lost, and
still given by that of the queue.

Differences compare what principals have. Here the evaluator is asked of each action on each resource that a difference
names and whose policy is held, with all layers, as the plan would leave it. A pattern of actions, of several resources,
or a condition isn't asked about: an example would say nothing of all that it stands for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from access.holders import Holder
from access.lookup import HolderLookup
from access.plans.effects import AffectedPrincipals
from access.plans.holdings import PrincipalHoldings
from access.plans.planned_account import planned_holder
from access.resource_policies import resource_policy_of
from access.situations import Situations, UnanswerableQuestionError
from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from iamconsole.web.words import some
from policies.engine import catalogue
from policies.engine.combine import Decision
from policies.engine.layers import LayerName

MOST_ASKED, MOST_PRINCIPALS = 40, 5
_DENIES = "The {policy} denies {things}{whom} all the same."
_LEAVES_OUT = "The {policy} doesn’t leave {things}{whom} to policies of the AWS account: nothing is gained there."
_ALLOWS = "The {policy} still allows {things}{whom}."
_DENIED = (Decision.EXPLICIT_DENY, Decision.IMPLICIT_DENY)
Pair = tuple[str, str]  # an action, on a resource


def with_notes(
    aws_account: AwsAccount, found: Sequence[AffectedPrincipals], after: PrincipalHoldings, most: int = MOST_ASKED
) -> list[AffectedPrincipals]:
    """`most`: so many questions are asked for all of them."""
    noted = []
    for each in found:
        pairs = {kind: list(_pairs(getattr(each.comparison, kind))) for kind in ("gained", "lost")}
        asked = sum(map(len, pairs.values())) * min(len(each.arns), MOST_PRINCIPALS)
        if not asked or asked > most:
            noted.append(each)
            continue
        most -= asked
        noted.append(replace(each, of_resources=tuple(_notes(aws_account, each.arns, pairs, after))))
    return noted


def _pairs(items: Iterable[Mapping[str, Any]]) -> Iterator[Pair]:
    for item in items:
        if item.get("conditions") or set(item) - {"actions", "resources", "conditions"}:
            continue
        exact = [name for name in item["actions"] if not set("*?") & set(name)]
        yield from (
            (action, resource)
            for action in exact
            for resource in item.get("resources", ())
            if resource != "*" and resource_policy_of(resource) and _takes(action, resource)
        )


def _takes(action: str, resource: str) -> bool:
    return any(catalogue.may_match(resource, kind) for kind in catalogue.resource_types(action))


def _notes(
    aws_account: AwsAccount, arns: Sequence[str], pairs: Mapping[str, Sequence[Pair]], after: PrincipalHoldings
) -> Iterator[str]:
    by_said: dict[tuple[str, str], list[str]] = defaultdict(list)
    told: dict[tuple[str, str], dict[Pair, None]] = defaultdict(dict)
    asked = arns[:MOST_PRINCIPALS]
    for arn in asked:
        owner = after.owners.get(arn)
        holder = planned_holder(owner, after) if owner else None
        for said, pair in _said(aws_account, holder, pairs) if holder else ():
            if arn not in by_said[said]:
                by_said[said].append(arn)
            told[said][pair] = None
    for (policy, sentence), who in by_said.items():
        things = some([f"{action} on {resource.split(':', 5)[-1]}" for action, resource in told[policy, sentence]])
        whom = "" if len(who) == len(arns) else f" to {some([name_of(arn) for arn in who])}"
        yield sentence.format(policy=policy, things=things, whom=whom)


def _said(
    aws_account: AwsAccount, holder: Holder, pairs: Mapping[str, Sequence[Pair]]
) -> Iterator[tuple[tuple[str, str], Pair]]:
    """By which policy of a resource it is otherwise than the difference says."""
    asking = Situations(aws_account, HolderLookup([holder]))
    for kind, listed in pairs.items():
        for action, resource in listed:
            try:
                situation = asking.of(holder.arn, action, resource, {})
            except UnanswerableQuestionError:
                continue
            held = situation.layers.resource
            if situation.of_resource is None or held is None or not held.name:
                continue
            verdict = situation.verdict()
            by_resource = any(reason.layer is LayerName.RESOURCE for reason in verdict.reasons)
            if kind == "gained" and verdict.decision in _DENIED and by_resource:
                denied = verdict.decision is Decision.EXPLICIT_DENY
                yield (held.name, _DENIES if denied else _LEAVES_OUT), (action, resource)
            elif kind == "lost" and verdict.decision is Decision.ALLOWED and by_resource:
                yield (held.name, _ALLOWS), (action, resource)
