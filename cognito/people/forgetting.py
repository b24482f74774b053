"""What plans of old changes have of people who are erased: encrypted values of attributes, usernames, addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q

from sync.models import Step

# Parameters of steps, and what is kept for their reverse; those of maps are emptied and keep their names.
_PERSONAL = ("attributes", "name", "username")


def forget_in_plans(subs: Sequence[str]) -> int:
    """In the caller's transaction. What is left says what was done, by the `sub`, and can't be reversed any more."""
    about = Q(params__sub__in=subs) | Q(kind="cognito.user.create", result__id__in=subs)
    steps = list(Step.objects.filter(about, kind__startswith="cognito.user."))
    for step in steps:
        step.params, step.before = _without(step.params), _without(step.before)
    Step.objects.bulk_update(steps, ["params", "before"], batch_size=200)
    return len(steps)


def _without(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _emptied(value) if name in _PERSONAL else value for name, value in said.items()}


def _emptied(value: Any) -> Any:
    return dict.fromkeys(value, "") if isinstance(value, Mapping) else ""
