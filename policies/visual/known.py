"""What is suggested for a statement: resources of the types that its actions take, and principals.

The mirrors hold users, roles, policies and user pools; of other types it is the shape of their ARNs, in this AWS
account.
Each operator is told of what they may see, and of nothing else (policies/completion/mirrored_objects.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from policies.completion.mirrored_objects import held_types, objects_of
from policies.editor_views import EditedText
from policies.engine import catalogue
from policies.engine.visual import VisualStatement
from policies.engine.visual.resource_fits import types_taken

MOST_TYPES = 12
_NAME = re.compile(r"\$\{([^}]*)\}")
_PARTS = 6
_PRINCIPALS = ("iam:role", "iam:user")


@dataclass(frozen=True)
class SuggestedArn:
    arn: str
    words: str


def suggested_resources(statement: VisualStatement, edited: EditedText) -> tuple[Sequence[SuggestedArn], str]:
    """What is suggested, and what the actions take in words; () and "" where there is no telling."""
    patterns = statement.read.action_words if statement.read and "NotAction" not in statement.written else ()
    taken = types_taken(patterns) if patterns else None
    if taken is None:
        return (), ""
    if not taken:
        return (SuggestedArn("*", "everything"),), "The actions take no resource: they are allowed on * only."
    names = list(dict.fromkeys(each.name for each in taken))
    listed = ", ".join(names[:MOST_TYPES]) + (" …" if len(names) > MOST_TYPES else "")
    held = set(held_types())
    types = [each for each in map(_type_of, taken) if each in held]
    found = [SuggestedArn(each.arn, each.word) for each in objects_of(edited.operator, edited.aws_account, types, "")]
    shapes = [SuggestedArn(_shape(each, edited), f"any {each.name}") for each in taken[:MOST_TYPES]]
    return (*found, *shapes), f"The actions take: {listed}."


def suggested_principals(edited: EditedText) -> Sequence[SuggestedArn]:
    return [
        SuggestedArn(each.arn, each.word) for each in objects_of(edited.operator, edited.aws_account, _PRINCIPALS, "")
    ]


def _type_of(kind: catalogue.ResourceType) -> str:
    """ "iam:role", as the kinds of the mirrors have it."""
    parts = kind.arn.split(":", _PARTS - 1)
    return f"{parts[2]}:{re.split('[:/]', parts[-1])[0]}" if len(parts) == _PARTS else ""


def _shape(kind: catalogue.ResourceType, edited: EditedText) -> str:
    """Every resource of the type in the AWS account: names are `*`."""
    known = {"Partition": edited.aws_account.partition, "Account": edited.aws_account.account_id}
    return _NAME.sub(lambda match: known.get(match[1], "*"), kind.arn)
