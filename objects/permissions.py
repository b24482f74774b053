"""The ARNs of IAM's objects, for what operations on them must be allowed."""

from __future__ import annotations

from sync.aws.permission import NOBODY, ArnsOfKind


def iam_objects(word: str) -> ArnsOfKind:
    """`word` as their ARNs have it: "user", "instance-profile"."""
    return ArnsOfKind(word, f"arn:{{partition}}:iam::*:{word}/*", iam_nobody(word))


def iam_nobody(word: str) -> str:
    """The ARN of one that isn't there, to be asked about."""
    return f"arn:{{partition}}:iam::{{account_id}}:{word}/{NOBODY}"
