"""What owners decide of how people of Identity Center are kept, and erasing one now."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import Operator
from directory.models import DirectorySettings, DirectoryUser
from directory.people.erasure import erase

audit.register(
    {
        "directory.people_settings_changed": "changed what is kept of the people of Identity Center",
        "directory.person_erased": "erased what was kept of the person {object} of Identity Center",
    }
)
FIELDS = ("mirrors_people", "keeps_email", "erase_after_days")


@transaction.atomic
def change(
    settings: DirectorySettings,
    before: Mapping[str, object],
    *,
    actor: Operator,
    request: HttpRequest | None = None,
) -> None:
    """Saves what was edited; `before` has the old values of FIELDS.

    Where people aren't to be kept any more, all of them count as gone: they are erased from the next tick on.
    """
    changes = audit.differences(before, {name: getattr(settings, name) for name in FIELDS})
    if not changes:
        return
    settings.save()
    if not settings.mirrors_people:
        live = DirectoryUser.objects.live().filter(aws_account=settings.aws_account)
        live.update(gone_at=timezone.now())
    about = ("sso.directory", settings.aws_account.account_id, settings.aws_account.name)
    audit.record(
        "directory.people_settings_changed",
        actor=actor,
        aws_account=settings.aws_account,
        obj=about,
        data={"changes": changes},
        request=request,
    )


@transaction.atomic
def erase_now(person: DirectoryUser, *, actor: Operator, request: HttpRequest | None = None) -> None:
    """Of somebody who is gone. Of others the next pull would bring everything back: ValueError."""
    if person.gone_at is None:
        raise ValueError("AWS still has this person: who is deleted there is erased here.")
    erase(DirectoryUser.objects.filter(pk=person.pk))
    audit.record(
        "directory.person_erased",
        actor=actor,
        aws_account=person.aws_account,
        obj=(person.kind, person.aws_id, person.aws_id),
        data={},
        request=request,
    )
