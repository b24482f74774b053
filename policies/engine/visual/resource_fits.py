"""Whether a resource of a statement is of a type that its actions take.

Service Authorization Reference: the resource types table of each service, and its "Resource types" column of actions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policies.engine import catalogue
from policies.engine.catalogue import ResourceType

EVERYTHING = "*"
_MOST_ACTIONS = 400  # of more, nothing is said of what they take
_MOST_NAMES = 3


@dataclass(frozen=True)
class ResourceFit:
    """`kinds`: the types it may mean, at most three; `hint`: a sentence where no chosen action takes it."""

    kinds: tuple[str, ...]
    hint: str = ""


def resource_fit(resource: str, actions: Sequence[str]) -> ResourceFit:
    """`actions`: the names or patterns of the statement. Where an action isn't known, nothing is held against it."""
    if resource == EVERYTHING:
        return ResourceFit(())
    taken = types_taken(actions)
    fitting = [kind for kind in taken or () if catalogue.may_match(resource, kind)]
    if fitting:
        return ResourceFit(_names(fitting))
    meant = catalogue.types_of_arn(resource)
    if taken is None or not meant:
        return ResourceFit(_names(meant))
    if not taken:
        return ResourceFit(_names(meant), "The chosen actions take no resource: they are allowed on * only.")
    within = f"{resource}/*"
    inside = [kind for kind in taken if catalogue.may_mean(within, kind)]
    wanted = " or ".join(_names(inside or taken))
    example = within if inside else taken[0].arn
    return ResourceFit(_names(meant), f"No chosen action takes a {_names(meant)[0]}. They take {wanted}: {example}")


def types_taken(actions: Sequence[str]) -> tuple[ResourceType, ...] | None:
    """The types that the actions take; None where there is no telling."""
    names = {name: None for pattern in actions for name in catalogue.actions_matching(pattern)}
    unknown = any(not catalogue.actions_matching(pattern) for pattern in actions)
    if not names or unknown or len(names) > _MOST_ACTIONS:
        return None
    return tuple({kind: None for name in names for kind in catalogue.resource_types(name)})


def _names(kinds: Sequence[ResourceType]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kind.name for kind in kinds))[:_MOST_NAMES]
