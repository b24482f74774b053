"""What is held of a resource as a plan would leave it: one function for whoever asks about before and after.

`ResourceSides` with the same changes answers by it, and so do all questions that are asked of that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from policies.holdings import (
    PublicAccessBlockChange,
    ResourceChange,
    ResourcePolicyChange,
    ResourceStatementChange,
)
from policies.models import Document
from resources.governing import governor_of
from resources.operations.blocking import BLOCK, SETTINGS
from resources.operations.function_statements import document_of
from resources.operations.functions import statements_of
from resources.operations.policies import POLICY
from resources.selectors import Held, HeldPolicies, PolicyOnResource


def planned_policies(held: Held, asked: str, changes: Iterable[ResourceChange]) -> Held:
    """`asked`: the ARN that `held` was looked up for (`resources.selectors.policies_for`): of an alias, its own.

    What isn't read stays so, whatever is written: what else stands there isn't known.
    """
    governor = governor_of(asked)
    if not isinstance(held, HeldPolicies) or governor is None:
        return held
    for change in changes:
        if change.resource_arn != governor.arn:
            continue
        if isinstance(change, PublicAccessBlockChange):
            held = replace(held, facts={**held.facts, BLOCK: {name: name in change.settings for name in SETTINGS}})
        elif isinstance(change, ResourcePolicyChange | ResourceStatementChange):
            on = change.on or change.resource_arn
            if on == (governor.on or governor.arn):
                held = _with_document(held, on, _document(held, on, change))
    return held


def planned_as_whole(held: HeldPolicies, changes: Sequence[ResourceChange]) -> HeldPolicies:
    """The same of all that stands on a resource that the mirror has: also of its aliases, its stream.

    `changes`: of any resources.
    """
    if held.resource is None:
        return held
    changes = [each for each in changes if each.resource_arn == held.resource.arn]
    written = (each for each in changes if isinstance(each, ResourcePolicyChange | ResourceStatementChange))
    stand_on = [each.on or each.resource_arn for each in written]
    for on in dict.fromkeys([held.resource.arn, *(each.arn for each in held.policies), *stand_on]):
        found = planned_policies(held, on, changes)
        held = found if isinstance(found, HeldPolicies) else held
    return held


def _document(held: HeldPolicies, on: str, change: ResourcePolicyChange | ResourceStatementChange) -> str | None:
    if isinstance(change, ResourcePolicyChange):
        return change.document
    there = next((each.document.text for each in held.policies if (each.part, each.arn) == (POLICY, on)), None)
    statements = {sid: each for sid, each in statements_of(there).items() if sid != change.sid}
    if change.statement is not None:
        statements[change.sid] = json.loads(change.statement)
    return document_of(statements)


def _with_document(held: HeldPolicies, on: str, document: str | None) -> HeldPolicies:
    others = tuple(each for each in held.policies if (each.part, each.arn) != (POLICY, on))
    if document is None:
        return replace(held, policies=others)
    return replace(held, policies=(PolicyOnResource(POLICY, on, Document(text=document)), *others))
