"""Search for people of user pools: as the lists of their pools find them, and for whom these are to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts.models import Operator
from accounts.roles import SEE_PEOPLE, roles_with
from cognito.models import CognitoUser, UserPool
from cognito.people import reading_log
from cognito.people.display_names import second_of, title_of
from cognito.people.selectors import as_phone, cleaned, is_sub
from iamconsole.web.search import kinds, places
from iamconsole.web.search.asked import SearchQuery
from iamconsole.web.search.kinds import FoundKind, Searcher, SearchHit, best
from iamconsole.web.search.places import PAGES, SearchPlace
from iamconsole.web.trigrams import LEAST, first_with


def find_people(searcher: Searcher, asked: SearchQuery, most: int) -> Sequence[SearchHit]:
    """By a part of the username or of an attribute that is kept, or by the whole `sub`."""
    pools, words = _pools(searcher.operator), cleaned(asked.text)
    if pools == [] or len(words) < LEAST:
        return []
    people = CognitoUser.objects.live().select_related("pool", "aws_account")
    called = people.filter(name_key=words.casefold(), aws_account__in=[each.pk for each in searcher.aws_accounts])
    found = {person.pk: person for person in (called if pools is None else called.filter(pool__in=pools))[:most]}
    for text in dict.fromkeys((words, as_phone(words))):
        for person in first_with(people, text, pools, most) if text else ():
            found[person.pk] = person
    if is_sub(words):
        by_sub = people.filter(aws_id=words, aws_account__in=[each.pk for each in searcher.aws_accounts])
        for person in by_sub if pools is None else by_sub.filter(pool__in=pools):
            found[person.pk] = person
    here = (person for person in found.values() if person.aws_account_id in searcher.by_pk)
    return best((_hit(searcher, person, asked) for person in here), most)


def _pools(operator: Operator) -> list[int] | None:
    """Primary keys of the pools whose people the operator may see; None: of all."""
    held = [grant for grant in operator.held_grants() if grant.role in roles_with(SEE_PEOPLE)]
    if not held:
        return []
    if any(grant.aws_account_id is None and not grant.pool_id for grant in held):
        return None
    seen = Q()
    for grant in held:
        of = Q() if grant.aws_account_id is None else Q(aws_account=grant.aws_account_id)
        seen |= of & Q(aws_id=grant.pool_id) if grant.pool_id else of
    return list(UserPool.objects.filter(seen).values_list("pk", flat=True))


def _hit(searcher: Searcher, person: CognitoUser, asked: SearchQuery) -> SearchHit:
    title, second = title_of(person), second_of(person)
    return SearchHit(
        title,
        reverse("cognito_user", kwargs={"account_id": person.aws_account.account_id, "aws_id": person.aws_id}),
        ", ".join(filter(None, (second, f"in the user pool {person.pool.name}"))),
        str(person.aws_account),
        rank=asked.rank(title, person.name, person.aws_id, second),
        elsewhere=searcher.is_elsewhere(person.aws_account_id),
        about=person.pool,
    )


def _note(request: Any, hits: Sequence[SearchHit]) -> None:
    """Reading people is in the audit trail: whose they are, and not what was typed."""
    for pool in {hit.about.pk: hit.about for hit in hits}.values():
        reading_log.listed(request, pool, ["search"])


# By name, title, address, sort, and more words by which they are found.
_PLACES = (
    SearchPlace(
        "data_protection", "Data protection", "data_protection", PAGES, words="personal data erase subject access gdpr"
    ),
)


def register() -> None:
    places.register(*_PLACES)
    kinds.register(
        FoundKind(
            name="people",
            label="People of user pools",
            icon="circle-user",
            position=65,
            words=("people", "person", "user", "users"),
            find=find_people,
            least=LEAST,
            shown=_note,
        )
    )
