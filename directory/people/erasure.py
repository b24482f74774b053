"""Erasure: what is personal of people who are gone goes too, some days later; the row stays, with the id alone.

Plans, audit entries, assignments and memberships have the id only; what operators typed is looked through.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import AwsAccount
from directory.models import DirectoryUser
from directory.people.person_record import settings_of
from sync.changes import free_texts

logger = logging.getLogger(__name__)
_AT_ONCE = 1000  # people in one turn; the others wait for the next tick
_SHORTEST_NAME = 4  # a shorter text is a word of any sentence


def erase_due() -> int:
    """Once a minute. Returns how many were erased."""
    waiting = DirectoryUser.objects.filter(gone_at__isnull=False, erased_at__isnull=True)
    erased = 0
    for aws_account in AwsAccount.objects.filter(pk__in=waiting.values("aws_account")):
        settings = settings_of(aws_account)
        kept = timedelta(days=settings.erase_after_days if settings.mirrors_people else 0)
        due = waiting.filter(aws_account=aws_account, gone_at__lte=timezone.now() - kept).order_by("gone_at")
        if pks := list(due.values_list("pk", flat=True)[: _AT_ONCE - erased]):
            erased += erase(DirectoryUser.objects.filter(pk__in=pks))
    if erased:
        logger.info("%s people of Identity Center who are gone were erased.", erased)
    return erased


def forget_all(aws_account: AwsAccount) -> int:
    """Where people aren't to be kept any more: all of them count as gone, and are erased."""
    people = DirectoryUser.objects.filter(aws_account=aws_account, erased_at__isnull=True)
    people.filter(gone_at__isnull=True).update(gone_at=timezone.now())
    return erase(people)


def erase(people: QuerySet[DirectoryUser]) -> int:
    """All but the id. Of somebody whom AWS still has, the next pull would bring everything back."""
    with transaction.atomic():
        found = list(people.select_for_update().order_by("aws_id"))
        names = free_texts.names_one_of(set().union(*map(identifying, found)))
        for aws_account in AwsAccount.objects.all() if found else ():  # people get to all of them
            free_texts.erase_naming(aws_account, names)
        return DirectoryUser.objects.filter(pk__in=[person.pk for person in found]).update(
            name="",
            name_key="",
            display_name="",
            email="",
            status="",
            issuer="",
            words="",
            content_hash="",
            created_at=None,
            changed_at=None,
            erased_at=timezone.now(),
        )


def identifying(person: DirectoryUser) -> set[str]:
    """In lower case, by what somebody is recognized in a text: user name, address, full name."""
    full = person.display_name if " " in person.display_name.strip() else ""
    return {value.casefold() for value in (person.name, person.email, full) if len(value) >= _SHORTEST_NAME}
