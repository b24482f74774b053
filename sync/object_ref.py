"""What names one mirrored object: for who reads it, and for who has written it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ObjectRef:
    """One object. `object_id` is AWS's immutable id ("" when it is not known yet), `name` what AWS's calls take.

    `by_arn`: the id is to be looked up (`resolve_arns`).
    """

    kind: str
    object_id: str
    name: str
    arn: str
    region: str = ""
    facet: str = "details"
    former_name: str = ""  # where it may still be, when it was to be renamed to `name`
    by_arn: bool = False
