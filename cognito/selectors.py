"""Questions about the people of user pools, for lists, searches and exports. Each is answered by an index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTransform

from cognito.models import CognitoGroup, CognitoMembership, CognitoUser, UserPool
from iamconsole.web.search import beginning
from iamconsole.web.trigrams import LEAST, containing

Status = CognitoUser.Status
# Who never finished signing up, and who never took up an invitation.
UNFINISHED = (Status.UNCONFIRMED, Status.FORCE_CHANGE_PASSWORD)
E_MAIL, PHONE, SUB, USERNAME = "email", "phone_number", "sub", "username"
PAGE = 50


@dataclass(frozen=True)
class Wanted:
    """What people are looked for by. What is empty, or None, doesn't matter."""

    words: str = ""  # a part of the username or of an attribute
    attributes: Mapping[str, str] = field(default_factory=dict)  # exact values by name, custom ones too
    group: CognitoGroup | None = None
    statuses: Sequence[str] = ()
    enabled: bool | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    changed_from: datetime | None = None
    changed_before: datetime | None = None


@dataclass(frozen=True)
class After:
    """Where a page ends, and the next one begins."""

    name_key: str
    pk: int

    @classmethod
    def row(cls, person: CognitoUser) -> After:
        return cls(person.name_key, person.pk)


def people_of(pool: UserPool) -> QuerySet[CognitoUser]:
    """Those whom AWS has, as far as we know, by username."""
    return CognitoUser.objects.live().filter(pool=pool).order_by("name_key", "pk")


def matching(people: QuerySet[CognitoUser], wanted: Wanted) -> QuerySet[CognitoUser]:
    if wanted.words.strip():
        people = _with_words(people, wanted.words.strip())
    for name, value in wanted.attributes.items():
        people = with_attribute(people, name, value)
    if wanted.group is not None:
        members = CognitoMembership.objects.filter(group=wanted.group, gone_at__isnull=True)
        people = people.filter(pk__in=members.values("user"))
    if wanted.statuses:
        people = people.filter(status__in=wanted.statuses)
    bounds = {
        "enabled": wanted.enabled,
        "created_at__gte": wanted.created_from,
        "created_at__lt": wanted.created_before,
        "changed_at__gte": wanted.changed_from,
        "changed_at__lt": wanted.changed_before,
    }
    return people.filter(**{name: value for name, value in bounds.items() if value is not None})


def _with_words(people: QuerySet[CognitoUser], words: str) -> QuerySet[CognitoUser]:
    """Anywhere in what is searched; below three characters, at the beginning of the username."""
    return containing(people, words) if len(words) >= LEAST else beginning(people, words)


def with_attribute(people: QuerySet[CognitoUser], name: str, value: str) -> QuerySet[CognitoUser]:
    """Whose attribute has exactly this value; `sub` and `username` are attributes, too. The index finds candidates."""
    if name == SUB:
        return people.filter(aws_id=value)
    if name == USERNAME:
        return people.filter(name_key=value.casefold(), name=value)
    found = people.alias(of_that_name=KeyTransform(name, "attributes")).filter(of_that_name=value)
    return containing(found, value) if len(value) >= LEAST and value not in ("true", "false") else found


def exactly(pool: UserPool, words: str) -> QuerySet[CognitoUser]:
    """Who is meant by a whole `sub`, username, e-mail address or phone number. Addresses have no case."""
    words = words.strip()
    found = Q(aws_id=words) | Q(name_key=words.casefold())
    people = people_of(pool)
    if "@" in words or words.startswith("+"):
        address = KeyTransform(E_MAIL if "@" in words else PHONE, "attributes")
        having = containing(people, words).alias(address=address).filter(address__iexact=words)
        found |= Q(pk__in=having.order_by().values("pk"))
    return people.filter(found)


def page_of(people: QuerySet[CognitoUser], after: After | None = None, size: int = PAGE) -> list[CognitoUser]:
    """The next so many, and one more where there is one."""
    people = people.order_by("name_key", "pk")
    if after is not None:
        later = Q(name_key=after.name_key, pk__gt=after.pk) | Q(name_key__gt=after.name_key)
        people = people.filter(later, name_key__gte=after.name_key)
    return list(people[: size + 1])
