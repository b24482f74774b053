"""The documents that come of the answers: what the role may do, in as few words as that takes."""

from __future__ import annotations

import json
from typing import Any

from guides.roles.answers import RoleAnswers, Touch
from guides.roles.touching import one_or_many, statement_of

VERSION = "2012-10-17"


def permissions_of(answers: RoleAnswers) -> str:
    """The text of the policy; "" where the role may touch nothing."""
    statements = [each for number, touch in enumerate(answers.touches, 1) for each in statements_of(touch, number)]
    once: dict[str, dict[str, Any]] = {}
    for each in statements:
        once.setdefault(_content(each), each)  # such as the sign-in of two repositories
    return laid_out({"Version": VERSION, "Statement": list(once.values())}) if once else ""


def statements_of(touch: Touch, number: int) -> list[dict[str, Any]]:
    """Those of one resource; `number` tells its Sids from those of others."""
    found = [statement_of(permit, touch.values, f"{permit.sid}{number}") for permit in touch.use.permits]
    return [*found, *([key_statement(touch, number)] if touch.key_arn else [])]


def key_statement(touch: Touch, number: int) -> dict[str, Any]:
    """What the use takes of the key, through the service of the resource alone."""
    return {
        "Sid": f"UseKey{number}",
        "Effect": "Allow",
        "Action": one_or_many(sorted(touch.use.with_key)),
        "Resource": touch.key_arn,
        "Condition": {"StringEquals": {"kms:ViaService": via_service(touch)}},
    }


def via_service(touch: Touch) -> str:
    """KMS Developer Guide, "kms:ViaService": "s3.eu-west-1.amazonaws.com". The key is in the Region of the resource."""
    partition, region = touch.key_arn.split(":")[1], touch.key_arn.split(":")[3]
    suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    return f"{touch.touchable.via}.{region}.{suffix}"


def laid_out(document: Any) -> str:
    return json.dumps(document, indent=2)


def _content(statement: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in statement.items() if name != "Sid"}, sort_keys=True)
