"""Checking the audit trail from a page: a worker does it, one check at a time, and the page shows how far it is."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.audit.chain import GENESIS
from accounts.audit.check import AuditWalk, check_end
from accounts.models import AuditCheck, AuditEntry, AuditHead, Operator
from iamconsole import messages

TASK = "accounts.tasks.check_audit"
LOST_S = 120  # a check whose worker was silent for so long is taken up again when somebody asks
LOOK_UP = 2000  # entries between two signs of life
MOST_SENTENCES = 50
KEPT = 20  # checks

log = logging.getLogger(__name__)

audit.register(
    {
        "audit.check_started": "had the audit trail checked",
        "audit.checked": "had the audit trail checked up to entry {number}: {found}",
    }
)


def last() -> AuditCheck | None:
    return AuditCheck.objects.select_related("asked_by").order_by("-pk").first()


def is_silent(check: AuditCheck) -> bool:
    return check.is_running and check.seen_at < timezone.now() - timedelta(seconds=LOST_S)


def start(*, actor: Operator, request: HttpRequest | None = None) -> AuditCheck:
    """The new check, or the one that is under way; one that lost its worker goes on.

    Raises PermissionDenied unless the actor owns an AWS account.
    """
    if not actor.is_staff:
        raise PermissionDenied("Only owners have the audit trail checked.")
    running = AuditCheck.objects.filter(is_running=True).first()
    if running is not None:
        if is_silent(running):
            messages.send(TASK, running.pk)
        return running
    try:
        with transaction.atomic():
            check = AuditCheck.objects.create(asked_by=actor, previous=GENESIS)
            obj = ("audit_check", check.pk, str(check))
            audit.record("audit.check_started", actor=actor, obj=obj, request=request)
            transaction.on_commit(partial(messages.send, TASK, check.pk))
    except IntegrityError:  # somebody else was faster
        return AuditCheck.objects.filter(is_running=True).first() or AuditCheck.objects.latest("pk")
    return check


def work(pk: int) -> None:
    """Looks on for a while, and has the next message go on from there. Two workers at once only read twice."""
    check = AuditCheck.objects.select_related("asked_by").filter(pk=pk, is_running=True).first()
    if check is None:
        return
    if not check.sealed:
        with suppress(audit.WrongKey):  # then every entry is told of
            audit.seal()  # what was done a moment ago is looked at, too
        check.sealed = AuditHead.objects.filter(pk=1).values_list("number", flat=True).first() or 0
    walk = AuditWalk(
        check.expected, check.previous, check.digest or GENESIS, check.unverified, notes=list(check.notes or [])
    )
    until = time.monotonic() + settings.WORKER_SLICE_S
    _look_on(check, walk)
    while not walk.is_over and time.monotonic() < until:
        _look_on(check, walk)
    if walk.is_over:
        _finish(check)
    else:
        messages.send(TASK, check.pk)


def _look_on(check: AuditCheck, walk: AuditWalk) -> None:
    left = iter(range(LOOK_UP))
    found = [problem.sentence for problem in walk.go(lambda: next(left, None) is None)]
    check.expected, check.previous, check.seen_at = walk.expected, walk.previous, timezone.now()
    check.digest, check.unverified, check.notes = walk.digest, walk.unverified, walk.notes
    _keep(check, found)
    check.save()


def _keep(check: AuditCheck, found: list[str]) -> None:
    check.found += len(found)
    check.problems = [*check.problems, *found][:MOST_SENTENCES]


def _finish(check: AuditCheck) -> None:
    _keep(check, [problem.sentence for problem in check_end(check.sealed, "the note of the head when the check began")])
    if behind := audit.set_back():
        _keep(check, [behind])
    check.is_running, check.finished_at = False, timezone.now()
    with transaction.atomic():
        if not AuditCheck.objects.filter(pk=check.pk, is_running=True).update(is_running=False):
            return  # another worker was faster
        check.save()
        found = f"{check.found} problem{'' if check.found == 1 else 's'}" if check.found else "as it was sealed"
        obj = ("audit_check", check.pk, str(check))
        data = {"found": found, "number": check.looked_at}
        audit.record("audit.checked", actor=check.asked_by, obj=obj, data=data)
        AuditCheck.objects.filter(pk__lte=check.pk - KEPT).delete()


def waiting() -> int:
    """Entries that aren't sealed yet."""
    return AuditEntry.objects.filter(number__isnull=True).count()
