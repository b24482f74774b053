"""The registry of kinds of safeguards. Apps register theirs in `AppConfig.ready()`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from sync.models import Change, SafeguardVersion


class SafeguardKind(ABC):
    """`noun`: what pages call one, such as "test". `is_for_owners`: only they change one, whether it blocks or not."""

    name: ClassVar[str]
    noun: ClassVar[str]
    is_for_owners: ClassVar[bool] = False

    @abstractmethod
    def loosens(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """Whether `after`, as the content of a version, may let through what `before` doesn't."""

    @abstractmethod
    def is_against(self, version: SafeguardVersion, change: Change) -> bool:
        """Whether the open change doesn't meet it, by the mirror as it is now."""


registry: dict[str, SafeguardKind] = {}


def register(kind: SafeguardKind) -> None:
    if kind.name in registry:
        raise ValueError(f"The kind of safeguards {kind.name} is registered already.")
    registry[kind.name] = kind
