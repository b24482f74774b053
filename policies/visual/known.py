"""Resources to choose from: the shapes of the ARNs that the actions of a statement take, in this AWS account."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import AwsAccount
from policies.engine import catalogue
from policies.engine.visual import VisualStatement
from policies.engine.visual.resource_fits import types_taken

MOST_TYPES = 12
_NAME = re.compile(r"\$\{([^}]*)\}")


@dataclass(frozen=True)
class KnownResource:
    arn: str
    words: str


def known_resources(statement: VisualStatement, aws_account: AwsAccount) -> tuple[Sequence[KnownResource], str]:
    """What is suggested, and what the actions take in words; () and "" where there is no telling."""
    patterns = statement.read.action_words if statement.read and "NotAction" not in statement.written else ()
    taken = types_taken(patterns) if patterns else None
    if taken is None:
        return (), ""
    if not taken:
        return (KnownResource("*", "everything"),), "The actions take no resource: they are allowed on * only."
    names = list(dict.fromkeys(each.name for each in taken))
    listed = ", ".join(names[:MOST_TYPES]) + (" …" if len(names) > MOST_TYPES else "")
    shapes = [KnownResource(_shape(each, aws_account), each.name) for each in taken[:MOST_TYPES]]
    return shapes, f"The actions take: {listed}."


def _shape(kind: catalogue.ResourceType, aws_account: AwsAccount) -> str:
    """Every resource of the type in the AWS account: names are `*`."""
    known = {"Partition": aws_account.partition, "Account": aws_account.account_id}
    return _NAME.sub(lambda match: known.get(match[1], "*"), kind.arn)
