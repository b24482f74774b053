"""Block Public Access of a bucket, after the steps of a plan, and of its AWS account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from policies.engine.truth import MAYBE, NO, YES, Truth
from resources.models import Resource
from resources.selectors import s3_settings
from sync.plan_draft import Draft

BLOCK = "public_access_block"
# Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", "Block public access settings".
SETTINGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
Block = Mapping[str, Any]


def block_part(arn: str) -> str:
    """As steps call what they write."""
    return f"{BLOCK} of a resource:{arn}"


def blocks_of(draft: Draft, row: Resource) -> Sequence[tuple[str, Block | None]]:
    """Whose they are, in words, and which settings are on; None where that isn't read."""
    held = None if BLOCK in row.not_read else {BLOCK: row.facts.get(BLOCK) or {}}
    planned = draft.expects(block_part(row.arn), held)
    settings = s3_settings(draft.aws_account)
    of_account = settings[BLOCK] or {} if settings is not None and BLOCK in settings else None
    return (
        (f"Block Public Access of {row.name}", planned and planned[BLOCK]),
        ("Block Public Access of the AWS account", of_account),
    )


def blocked_by(setting: str, blocks: Sequence[tuple[str, Block | None]]) -> tuple[str, Truth]:
    """Whose block has the setting on, and whether one surely has."""
    for whose, block in blocks:
        if block and block.get(setting):
            return whose, YES
    return "", MAYBE if any(block is None for _, block in blocks) else NO
