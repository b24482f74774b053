"""Disagreements without the names of people, objects and AWS accounts, to be handed on."""

from __future__ import annotations

from typing import Any

from access.models import AccessDisagreement
from aws_constraints.arn import Arn
from policies.engine.catalogue import spelled

_ACCOUNT, _NAME = "000000000000", "…"


def anonymized(row: AccessDisagreement) -> dict[str, Any]:
    """What there is to learn from: no ARN, no value of a tag or of a condition key is in it."""
    return {
        "principal": anonymized_arn(row.principal),
        "action": row.action,
        "resource": anonymized_arn(row.resource),
        "keys": [_key(key) for key in row.keys],
        "console": row.ours,
        "console_by_what_the_simulator_looks_at": row.alike,
        "aws": row.theirs,
        "missing_keys": [_key(key) for key in row.missing],
        "known_reasons": row.reasons,
        "explained": row.is_explained,
        "mirror": row.mirror_version[:12],
        "day": row.at.date().isoformat(),
    }


def anonymized_arn(text: str) -> str:
    """`arn:aws:iam::000000000000:role/…` of any role; "*" stays."""
    arn = Arn.parse(text)
    if arn is None:
        return "*" if text == "*" else _NAME
    account = _ACCOUNT if arn.account else ""
    if arn.service == "s3":  # what stands first is the name of a bucket
        rest = f"{_NAME}/{_NAME}" if "/" in arn.resource else _NAME
    else:
        rest = f"{arn.resource[: len(arn.kind) + 1]}{_NAME}" if arn.kind != arn.resource else _NAME
    return f"arn:{arn.partition}:{arn.service}:{arn.region}:{account}:{rest}"


def _key(key: str) -> str:
    """Of a tag, without its name."""
    name, slash, _ = key.partition("/")
    return f"{name}/{_NAME}" if slash else spelled(key)
