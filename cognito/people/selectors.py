"""Questions about the people of user pools, for lists, searches and exports. Each is answered by an index."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import BigIntegerField, BooleanField, DateTimeField, F, Func, Q, QuerySet
from django.db.models.fields.json import KeyTransform

from accounts.models import AwsAccount
from cognito.models import CognitoGroup, CognitoMembership, CognitoUser, UserPool
from cognito.models.people import USUAL
from iamconsole.web.counts import lately
from iamconsole.web.search import beginning
from iamconsole.web.trigrams import LEAST, WithoutIndex, containing

Status = CognitoUser.Status
# Who never finished signing up, and who never signed in with a password of their own.
UNFINISHED = (Status.UNCONFIRMED, Status.FORCE_CHANGE_PASSWORD)
E_MAIL, PHONE, SUB, USERNAME = "email", "phone_number", "sub", "username"
PAGE = 50


@dataclass(frozen=True)
class PeopleQuery:
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
class PeopleCursor:
    """Where a page ends, and the next one begins."""

    name_key: str
    pk: int

    @classmethod
    def row(cls, person: CognitoUser) -> PeopleCursor:
        return cls(person.name_key, person.pk)


def people_of(pool: UserPool) -> QuerySet[CognitoUser]:
    """Those whom AWS has, as far as we know, by username."""
    return CognitoUser.objects.live().filter(pool=pool).order_by("name_key", "pk")


def matching(people: QuerySet[CognitoUser], wanted: PeopleQuery) -> QuerySet[CognitoUser]:
    if wanted.words.strip():
        people = with_words(people, wanted.words)
    for name, value in wanted.attributes.items():
        people = with_attribute(people, name, value)
    if wanted.group is not None:
        members = CognitoMembership.objects.filter(group=wanted.group, gone_at__isnull=True)
        people = people.filter(pk__in=members.values("user"))
    if wanted.statuses:
        people = people.filter(of_status(*wanted.statuses))
    if wanted.enabled is not None:
        people = people.filter(enabled=wanted.enabled)
    bounds = {
        "created_at__gte": wanted.created_from,
        "created_at__lt": wanted.created_before,
        "changed_at__gte": wanted.changed_from,
        "changed_at__lt": wanted.changed_before,
    }
    for lookup, moment in bounds.items():
        if moment is not None:
            people = on_days(people, lookup, moment)
    return people


def on_days(people: QuerySet[CognitoUser], lookup: str, moment: datetime) -> QuerySet[CognitoUser]:
    """`lookup`: "created_at__lt" and the like. By the index of days where few are on them.

    SQLite doesn't know how many are: told to go by the index, it sorts them all. What many have is met along the names,
    of which none is read that isn't among them: where all such people are elsewhere, that would be the whole pool.
    """
    on_them = people.filter(**{lookup: moment})
    if connection.vendor != "sqlite":
        return on_them
    if lately(on_them, most=_MANY) <= _MANY:
        return people.filter(pk__in=on_them.order_by().values("pk"))
    met = f"met_{lookup}"
    along = people.alias(**{met: WithoutIndex(F("pk"), output_field=BigIntegerField())})
    return along.filter(**{f"{met}__in": on_them.order_by().values("pk")})


class _IsUnusual(Func):
    """As the index of what few people are says it, to the letter: SQLite uses it for nothing else."""

    template = f"(NOT (%(expressions)s IN ({', '.join(map(repr, map(str, USUAL)))})))"
    output_field = BooleanField()


def of_status(*statuses: str) -> Q:
    return Q(status__in=statuses) & (Q() if {*statuses} & {*USUAL} else Q(_IsUnusual(F("status"))))


def with_words(people: QuerySet[CognitoUser], words: str) -> QuerySet[CognitoUser]:
    """Anywhere in what is searched; below three characters, at the beginning of the username.

    A phone number is found however it is written; also what has the words as they were typed, such as an id.
    """
    words = cleaned(words)
    if len(words) < LEAST:
        return beginning(people, words)
    phone = as_phone(words)
    if not phone or phone == words:
        return _having(people, words)
    either = (_having(people, each).order_by().values("pk") for each in (words, phone))
    return people.filter(pk__in=next(either).union(next(either)))


def near_on_days(people: QuerySet[CognitoUser], lookup: str, moment: datetime) -> QuerySet[CognitoUser] | None:
    """The same of people who are next to each other, by reading each. None: not faster."""
    if connection.vendor != "sqlite" or lately(people.filter(**{lookup: moment}), most=_MANY) <= _MANY:
        return None
    column, _, compared = lookup.partition("__")
    plain = f"plain_{column}"
    along = people.alias(**{plain: WithoutIndex(F(column), output_field=DateTimeField())})
    return along.filter(**{f"{plain}__{compared}": moment})


def near_with_words(people: QuerySet[CognitoUser], words: str) -> QuerySet[CognitoUser] | None:
    """The same of people who are next to each other, by reading each: what many have is soon met. None: not faster.

    SQLite's LIKE knows no other letters than those of ASCII in either case.
    """
    words = cleaned(words)
    is_one = len(words) >= LEAST and words.isascii() and as_phone(words) in ("", words)
    return people.filter(words__icontains=words) if is_one and _many_have(words) else None


def _having(people: QuerySet[CognitoUser], words: str) -> QuerySet[CognitoUser]:
    """By the index of trigrams. Of what many have, SQLite would sort them all: it goes along the names instead."""
    return containing(people, words, along=_many_have(words))


def _many_have(words: str) -> bool:
    if connection.vendor != "sqlite":
        return False
    return lately(containing(CognitoUser.objects.all(), words), most=_MANY) > _MANY


_MANY = 10_000


def near_with_attribute(people: QuerySet[CognitoUser], name: str, value: str) -> QuerySet[CognitoUser] | None:
    if name in (SUB, USERNAME):
        return None
    met = near_with_words(people, value)
    return None if met is None else met.alias(of_that_name=KeyTransform(name, "attributes")).filter(of_that_name=value)


def with_attribute(people: QuerySet[CognitoUser], name: str, value: str) -> QuerySet[CognitoUser]:
    """Whose attribute has exactly this value; `sub` and `username` are attributes, too. The index finds candidates."""
    if name == SUB:
        return people.filter(pk__in=_with_sub(value).values("pk"))
    if name == USERNAME:
        named = people.filter(name_key=value.casefold(), name=value).order_by().values("pk")
        return people.filter(pk__in=named.union(_with_sub(value).filter(name=value).values("pk")))
    found = people.alias(of_that_name=KeyTransform(name, "attributes")).filter(of_that_name=value)
    return _having(found, value) if len(value) >= LEAST and value not in ("true", "false") else found


def _with_sub(sub: str) -> QuerySet[CognitoUser]:
    """The index of unique ids begins with the AWS account: there are few."""
    return CognitoUser.objects.filter(aws_account__in=AwsAccount.objects.values("pk"), aws_id=sub)


def exactly(pool: UserPool, words: str) -> QuerySet[CognitoUser]:
    """Who is meant by a whole `sub`, username, e-mail address or phone number. Addresses have no case.

    Each is found by its own index, and none of them would be used for "one or the other".
    """
    words = words.strip()
    people = people_of(pool)
    # Of whom the `sub` is the username, the key is what they are called: no whole name of an account.
    by_username = people.filter(name_key=words.casefold()).exclude(name=F("aws_id"))
    found = [people.filter(aws_account=pool.aws_account_id, aws_id=words), by_username]
    if "@" in words or words.startswith("+"):
        address = KeyTransform(E_MAIL if "@" in words else PHONE, "attributes")
        found.append(containing(people, words).alias(address=address).filter(address__iexact=words))
    first, *others = (each.order_by().values("pk") for each in found)
    return people.filter(pk__in=first.union(*others))


def page_of(people: QuerySet[CognitoUser], after: PeopleCursor | None = None, size: int = PAGE) -> list[CognitoUser]:
    """The next so many, and one more where there is one."""
    people = people.order_by("name_key", "pk")
    if after is not None:
        later = Q(name_key=after.name_key, pk__gt=after.pk) | Q(name_key__gt=after.name_key)
        people = people.filter(later, name_key__gte=after.name_key)
    return list(people[: size + 1])


# ---------------------------------------------------------------------------------------------------------------------
# What is typed or pasted to look for somebody, as AWS writes it: an address of a mail, a number on a letter, an id.
_IN_BRACKETS = re.compile(r"[^<>]*<\s*(?:mailto:)?([^<>\s]+@[^<>\s]+)\s*>[\s,;]*")
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)
_SUB = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NUMBER = re.compile(r"(?:tel:)?\s*(\+|00)?[\s()]*\d[\d\s()./-]{5,}\d", re.IGNORECASE)
_NO_DIGIT = re.compile(r"\D")
_LEAST = 7  # digits of a number that is taken for one of a phone
# Around what was copied out of a sentence, a table or a JSON text.
_AROUND = "\u200b\ufeff\"'`“”„’,;"


def cleaned(words: str) -> str:
    """ "Ada <ada@x.example>" → "ada@x.example", "'C100101';" → "C100101", a `sub` in lower case."""
    words = words.strip().strip(_AROUND).strip()
    if found := _IN_BRACKETS.fullmatch(words):
        return found[1]
    words = _MAILTO.sub("", words, count=1) if words[:7].lower() == "mailto:" else words
    return words.lower() if _SUB.fullmatch(words) else words


def is_sub(words: str) -> bool:
    return bool(_SUB.fullmatch(words))


def as_phone(words: str) -> str:
    """ "0049 (170) 123-45 67" → "+491701234567"; a national number without its 0, which is a part of one; "": none."""
    found = _NUMBER.fullmatch(words.strip())
    digits = _NO_DIGIT.sub("", words)
    if not found or len(digits) < _LEAST:
        return ""
    if found[1] == "+":
        return f"+{digits.replace('0', '', 1) if '(0)' in words.replace(' ', '') else digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else digits.removeprefix("0")


def as_aws_writes_it(words: str) -> str:
    words = cleaned(words)
    phone = as_phone(words)
    return phone if phone.startswith("+") else words
