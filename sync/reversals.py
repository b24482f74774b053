"""What brings a mirrored object back to what it was. And the registry of it, by kind and facet.

Operations register it: an app's mirrors only read. Between two contents of an object lie its revisions, so what is
reversed is a drift, a change of our own that is yet to be read, or all since an older revision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from accounts.models import AwsAccount
from sync.mirror import Content
from sync.object_ref import ObjectRef
from sync.operations import StepSpec


@dataclass(frozen=True)
class Reversal:
    """The steps that undo a difference, and sentences for what they leave, or why there are none."""

    steps: tuple[StepSpec, ...] = ()
    left: tuple[str, ...] = ()


class Reverse(Protocol):
    def __call__(self, aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content, /) -> Reversal:
        """What undoes the difference between two contents. `before` is empty where the object wasn't there, `after`
        where it is gone.
        """


_reversals: dict[tuple[str, str], Reverse] = {}
registry: Mapping[tuple[str, str], Reverse] = MappingProxyType(_reversals)  # by kind and facet


def register(kind: str, facet: str, reverse: Reverse) -> None:
    """To be called in an app's `AppConfig.ready()`, with its operations."""
    _reversals[kind, facet] = reverse


def reversal(aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content) -> Reversal:
    """What undoes the difference between two contents of the facet that `ref` names."""
    reverse = registry.get((ref.kind, ref.facet))
    if reverse is None:
        return Reversal(left=("This console has no operation that undoes it yet.",))
    return reverse(aws_account, ref, before, after)
