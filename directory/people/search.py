"""Search for people of Identity Center, for who may be told their names (directory/people/names.py)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from directory.models import DirectoryUser
from directory.people import reading_log
from directory.people.names import called, second_of, sees_people
from iamconsole.web.search import kinds, places
from iamconsole.web.search.asked import SearchQuery
from iamconsole.web.search.kinds import FoundKind, Searcher, SearchHit, best
from iamconsole.web.search.places import PAGES, SETTINGS, SearchPlace
from iamconsole.web.trigrams import LEAST, first_with

_ID = re.compile(r"([0-9a-f]{10}-)?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


def find_people(searcher: Searcher, asked: SearchQuery, most: int) -> Sequence[SearchHit]:
    """By a part of what they are called, of their user name or address, or by the whole id."""
    seen = [each.pk for each in searcher.aws_accounts if sees_people(searcher.operator, each)]
    if not seen:
        return []
    people = DirectoryUser.objects.live().filter(erased_at__isnull=True).select_related("aws_account")
    begins = people.filter(aws_account__in=seen, name_key__startswith=asked.key).order_by("name_key", "pk")[:most]
    found = {person.pk: person for person in (*begins, *first_with(people, asked.text, seen, most))}
    if _ID.fullmatch(asked.text):
        found |= {person.pk: person for person in people.filter(aws_account__in=seen, aws_id=asked.text)}
    return best((_hit(searcher, person, asked) for person in found.values()), most)


def _hit(searcher: Searcher, person: DirectoryUser, asked: SearchQuery) -> SearchHit:
    return SearchHit(
        called(person),
        reverse("directory_person", kwargs={"account_id": person.aws_account.account_id, "aws_id": person.aws_id}),
        second_of(person),
        str(person.aws_account),
        rank=asked.rank(called(person), person.name, person.aws_id, person.email),
        elsewhere=searcher.is_elsewhere(person.aws_account_id),
        about=person.aws_account,
    )


def _note(request: Any, hits: Sequence[SearchHit]) -> None:
    """Reading people is in the audit trail: of which directory, and not what was typed."""
    for held_by in {hit.about.pk: hit.about for hit in hits}.values():
        reading_log.listed(request, held_by, ["search"])


# By name, title, address, sort, and more words by which they are found.
_PLACES = (
    SearchPlace("directory_people", "People of Identity Center", "directory_people", PAGES, words="sso users"),
    SearchPlace("directory_groups", "Groups of Identity Center", "directory_groups", PAGES, words="sso"),
    SearchPlace("permission_sets", "Permission sets", "permission_sets", PAGES, words="identity center sso"),
    SearchPlace("assignments", "Assignments of Identity Center", "directory_assignments", PAGES, words="sso"),
    SearchPlace(
        "directory_settings",
        "What is kept of people of Identity Center",
        "directory_people_settings",
        SETTINGS,
        words="sso e-mail erase personal data",
    ),
)


def register() -> None:
    places.register(*_PLACES)
    kinds.register(
        FoundKind(
            name="directory-people",
            label="People of Identity Center",
            icon="circle-user",
            position=50,
            words=("people", "person"),
            find=find_people,
            least=LEAST,
            shown=_note,
        )
    )
