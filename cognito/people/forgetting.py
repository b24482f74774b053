"""What else has something of people who are erased: plans of old changes, and searches that look for them alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from django.db.models import Q

from cognito.models import CognitoUser, SavedSearch
from sync.models import Step

# Parameters of steps, and what is kept for their reverse; those of maps are emptied and keep their names.
_PERSONAL = ("attributes", "name", "subject", "username")
# Attributes that say who somebody is; what others have alike, such as a plan, may go on being looked for.
_IDENTIFYING = ("email", "name", "phone_number", "preferred_username")


def forget_in_plans(subs: Sequence[str]) -> int:
    """In the caller's transaction. What is left says what was done, by the `sub`, and can't be reversed any more."""
    about = Q(params__sub__in=subs) | Q(kind="cognito.user.create", result__id__in=subs)
    steps = list(Step.objects.filter(about, kind__startswith="cognito.user."))
    for step in steps:
        step.params, step.before = _without(step.params), _without(step.before)
    Step.objects.bulk_update(steps, ["params", "before"], batch_size=200)
    return len(steps)


def forget_searches(people: Iterable[CognitoUser]) -> int:
    """Those kept searches that look for one of these people by name or address, in the caller's transaction."""
    people = list(people)
    told = {value.casefold() for person in people for value in _identifying(person) if value}
    kept = SavedSearch.objects.filter(pool__in={person.pool_id for person in people}).values_list("pk", "query")
    due = [pk for pk, query in kept if any(value.strip().casefold() in told for _, value in parse_qsl(query))]
    SavedSearch.objects.filter(pk__in=due).delete()
    return len(due)


def _identifying(person: CognitoUser) -> list[str]:
    return [person.aws_id, person.name, *(str(person.attributes.get(name, "")) for name in _IDENTIFYING)]


def _without(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _emptied(value) if name in _PERSONAL else value for name, value in said.items()}


def _emptied(value: Any) -> Any:
    return dict.fromkeys(value, "") if isinstance(value, Mapping) else ""
