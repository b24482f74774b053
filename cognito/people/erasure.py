"""Erasure: what is personal of people who are gone goes too, some days later; the row stays, with the `sub` alone."""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from cognito.models import CognitoMembership, CognitoUser, PoolPeopleSettings, SavedSearch, UserPool
from cognito.people.person_record import people_settings_by_pool
from sync.changes import free_texts
from sync.models import Step
from sync.models.fields import StepSub

logger = logging.getLogger(__name__)

_AT_ONCE = 1000  # people in one turn; the others wait for the next tick


def erase_due() -> int:
    """Once a minute. Returns how many were erased."""
    erased = 0
    waiting = CognitoUser.objects.filter(gone_at__isnull=False, erased_at__isnull=True)
    pools = list(UserPool.objects.filter(pk__in=waiting.values("pool")))
    cares = people_settings_by_pool(pools)
    for pool in pools:
        due = waiting.filter(pool=pool, gone_at__lte=timezone.now() - _kept(cares[pool.pk]))
        if pks := list(due.order_by("gone_at").values_list("pk", flat=True)[: _AT_ONCE - erased]):
            erased += erase(CognitoUser.objects.filter(pk__in=pks))
        if erased >= _AT_ONCE:
            break
    if erased:
        logger.info("%s people who are gone were erased.", erased)
    return erased


def _kept(people_settings: PoolPeopleSettings) -> timedelta:
    """For how long after they are gone. Of a pool whose people aren't mirrored (any more) nobody is kept."""
    return timedelta(days=people_settings.erase_after_days if people_settings.mirrors_people else 0)


def erase(people: QuerySet[CognitoUser]) -> int:
    """All but the `sub`: here, in the plans of old changes, in what was typed about them, and in kept searches.

    Of somebody whom AWS still has, the next pull would bring everything back.
    """
    with transaction.atomic():
        found = list(people.select_for_update().order_by("aws_id"))
        pks = [person.pk for person in found]
        forget_in_plans([person.aws_id for person in found])
        forget_texts(found)
        forget_searches(found)
        CognitoMembership.objects.filter(user__in=pks).delete()
        return CognitoUser.objects.filter(pk__in=pks).update(
            name="",
            name_key="",
            status="",
            attributes={},
            words="",
            content_hash="",
            created_at=None,
            changed_at=None,
            erased_at=timezone.now(),
        )


# ---------------------------------------------------------------------------------------------------------------------
# What else has something of people who are erased: plans of old changes, texts about them, searches that find them.
# Parameters of steps, and what is kept for their reverse; those of maps are emptied and keep their names.
PERSONAL = ("attributes", "name", "subject", "username")
_WORD = re.compile(r"[\w.@+-]{3,}")  # of a search, or of its name: shorter ones find everybody
_SHORTEST = 3


def forget_in_plans(subs: Sequence[str]) -> int:
    """In the caller's transaction. What is left says what was done, by the `sub`, and can't be reversed any more."""
    about = Q(params__sub__in=subs) | Q(kind="cognito.user.create", result__id__in=subs)
    steps = list(Step.objects.filter(about, kind__startswith="cognito.user."))
    for step in steps:
        step.params, step.before = _without(step.params), _without(step.before)
    Step.objects.bulk_update(steps, ["params", "before"], batch_size=200)
    return len(steps)


def forget_texts(people: Sequence[CognitoUser]) -> None:
    """What operators typed about these people, in the caller's transaction.

    All texts of changes that were about nobody else who is kept, and wherever they are named by what identifies them.
    """
    by_account: defaultdict[int, list[CognitoUser]] = defaultdict(list)
    for person in people:
        by_account[person.aws_account_id].append(person)
    for theirs in by_account.values():
        free_texts.erase_of(_changes_about_them_alone(theirs))
        values = set().union(*map(identifying, theirs))
        free_texts.erase_naming(theirs[0].aws_account, free_texts.names_one_of(values))


def _changes_about_them_alone(people: Sequence[CognitoUser]) -> set[int]:
    subs, aws_account = {person.aws_id for person in people}, people[0].aws_account_id
    steps = Step.objects.filter(change__aws_account=aws_account, kind__startswith="cognito.user.")
    about = steps.alias(about=StepSub("params")).filter(Q(about__in=subs) | Q(result__id__in=subs))
    changes = set(about.values_list("change", flat=True))
    others: defaultdict[int, set[str]] = defaultdict(set)
    for change, params, result in steps.filter(change__in=changes).values_list("change", "params", "result"):
        others[change].add(str(params.get("sub") or result.get("id") or ""))
    of_others = set().union(*others.values()) - subs
    kept = CognitoUser.objects.filter(aws_account=aws_account, aws_id__in=of_others, erased_at=None)
    here = set(kept.values_list("aws_id", flat=True))
    return {change for change in changes if not others[change] & here}


def forget_searches(people: Sequence[CognitoUser]) -> int:
    """Those kept searches that look for one of these people by a part of what identifies them, or are named so.

    What somebody else of the pool has alike, such as a plan or the domain of an address, may go on being looked for. In
    the caller's transaction.
    """
    due = [search.pk for search in searches_for(people)]
    SavedSearch.objects.filter(pk__in=due).delete()
    return len(due)


def searches_for(people: Sequence[CognitoUser]) -> list[SavedSearch]:
    """Those that find one of these people, and nobody else of the pool."""
    values: defaultdict[int, set[str]] = defaultdict(set)
    for person in people:
        values[person.pool_id] |= identifying(person) | {person.aws_id}
    found = []
    for search in SavedSearch.objects.filter(pool__in=values).select_related("operator"):
        others = CognitoUser.objects.filter(pool=search.pool_id).exclude(pk__in=[person.pk for person in people])
        if any(_is_theirs(word, values[search.pool_id], others) for word in _words(search)):
            found.append(search)
    return found


def _words(search: SavedSearch) -> set[str]:
    texts = [search.name, *(value for _, value in parse_qsl(search.query))]
    return {text.strip().casefold() for text in texts} | {
        word for text in texts for word in _WORD.findall(text.casefold())
    }


def _is_theirs(word: str, values: set[str], others: QuerySet[CognitoUser]) -> bool:
    if len(word) < _SHORTEST or not any(word in value for value in values):
        return False
    return not others.filter(words__icontains=word).exists()


def _without(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _emptied(value) if name in PERSONAL else value for name, value in said.items()}


def _emptied(value: Any) -> Any:
    return dict.fromkeys(value, "") if isinstance(value, Mapping) else ""


# ---- By which words somebody can be recognized in a text that an operator typed ------------------------------------
# Attributes that say who somebody is; what many have alike, such as a plan or a language, doesn't.
_SAY_WHO = ("email", "name", "nickname", "phone_number", "preferred_username")
_SHORTEST_NAME = 4  # a shorter text is a word of any sentence
_OWN = re.compile(r"[\d._+-]")  # in the part of an address before the "@" that is nobody else's


def identifying(person: CognitoUser) -> set[str]:
    """In lower case: username, addresses, the full name, and ids that the pool's own attributes hold."""
    return {value.casefold() for value in _values(person) if len(value) >= _SHORTEST_NAME}


def _values(person: CognitoUser) -> Iterator[str]:
    described = {name: str(value) for name, value in person.attributes.items()}
    yield person.name
    for name in _SAY_WHO:
        value = described.get(name, "")
        if name in ("email", "phone_number", "preferred_username") or " " in value.strip():
            yield value
    yield " ".join(filter(None, (described.get("given_name"), described.get("family_name"))))
    local = described.get("email", "").partition("@")[0]
    if _OWN.search(local):
        yield local
    for name, value in described.items():
        if name.startswith("custom:") and any(map(str.isdigit, value)):
            yield value
