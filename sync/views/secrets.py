"""What AWS says once, shown once: to the operator for whom it was made, until they have it or 15 minutes are over."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import signed_in
from accounts.models import Operator
from iamconsole.web import qr
from iamconsole.web.exports import FORMATS, csv_lines
from iamconsole.web.words import counted
from sync import sealed
from sync.changes.bookkeeping import record
from sync.models import Change, Step
from sync.naming import Names
from sync.operation_mixins import HasSecrets
from sync.operations import Risk, registry
from sync.views.live import fetch_change

_GONE = "There is nothing to show any more: it was taken, or its time is over."


@dataclass(frozen=True)
class WaitingSecrets:
    """What is to be shown of a change: to this operator (`mine`), or to somebody else."""

    operator: Operator
    mine: bool
    count: int
    left: str  # "14 minutes"


@dataclass(frozen=True)
class ShownSecret:
    step: int
    about: str  # what the step did
    arn: str  # of what it did that to
    of: str  # AWS's id of what it made, "" for none
    user_name: str  # where one belongs to it
    name: str
    text: str
    image: str = ""  # the same as a QR code, for an app to scan: a data URI


def waiting_of(change: Change, steps: Iterable[Step], operator: Operator) -> list[WaitingSecrets]:
    """By operator. Asks the database only where one of the change's `steps` can have a secret."""
    if all(step.kind not in registry or registry[step.kind].risk is not Risk.SECRET for step in steps):
        return []
    rows = sealed.to_be_shown(change)
    found = []
    for each in {row.operator_id: row.operator for row in rows}.values():
        theirs = [row for row in rows if row.operator_id == each.pk]
        left = min(row.expires_at for row in theirs) - timezone.now()
        minutes = counted(max(1, math.ceil(left.total_seconds() / 60)), "minute")
        found.append(WaitingSecrets(each, each == operator, len(theirs), minutes))
    return found


@dataclass(frozen=True)
class _Column:
    name: str
    value: Callable[[ShownSecret], Any]


_COLUMNS = [
    _Column("step", lambda each: each.step),
    _Column("what", lambda each: each.about),
    _Column("arn", lambda each: each.arn),
    _Column("id", lambda each: each.of),
    _Column("user_name", lambda each: each.user_name),
    _Column("name", lambda each: each.name),
    _Column("secret", lambda each: each.text),
]


@never_cache
@require_POST
def change_secrets(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change, operator = fetch_change(request, account_id, pk), signed_in(request)
    secrets = _opened(request, change, operator)
    if not secrets:
        return _back(change)
    left = waiting_of(change, change.steps.all(), operator)
    names = Names(operator, change.aws_account).learn(each.about for each in secrets)
    context = {
        "change": change,
        "secrets": secrets,
        "left": next(each.left for each in left if each.mine),
        "names": names,
    }
    return render(request, "sync/secrets.html", context)


@never_cache
@require_POST
def change_secrets_csv(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """The same as a file: what is no formula in a spreadsheet, as all our exports."""
    change, operator = fetch_change(request, account_id, pk), signed_in(request)
    secrets = _opened(request, change, operator, taken_as="CSV")
    if not secrets:
        return _back(change)
    response = HttpResponse("".join(csv_lines(_COLUMNS, iter(secrets))), content_type=FORMATS["csv"][0])
    response["Content-Disposition"] = f'attachment; filename="secrets-of-change-{change.pk}.csv"'
    return response


def _opened(request: HttpRequest, change: Change, operator: Operator, **more: str) -> list[ShownSecret]:
    """What waits for them, with its audit entry. None where nothing does: then a message says so."""
    shown = sealed.show(change, operator)
    if not shown:
        messages.error(request, _GONE)
        return []
    record("secret.shown", change, actor=operator, secrets=len(shown), **more)
    steps = {step.position: step for step in change.steps.all()}
    return [_shown(steps[each.position], each) for each in shown]


@require_POST
def change_secrets_kept(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """Its operator has them: they are erased."""
    change, operator = fetch_change(request, account_id, pk), signed_in(request)
    with transaction.atomic():
        if sealed.erase_shown(change, operator):
            record("secret.acknowledged", change, actor=operator)
            messages.success(request, "Erased here: nobody can see it again.")
        else:
            messages.error(request, _GONE)
    return _back(change)


def _shown(step: Step, each: sealed.RevealedSecret) -> ShownSecret:
    operation = registry[step.kind]
    params, text = operation.parse(step.params), each.secret.open()
    arn = operation.objects(params)[0].partition(":")[2]
    of, user_name = step.result.get("id", ""), step.result.get("user_name", "")
    scanned = operation.scanned(params, each.name, text) if isinstance(operation, HasSecrets) else ""
    image = qr.data_uri(scanned) if scanned else ""
    return ShownSecret(step.position, operation.title(params), arn, of, user_name, each.name, text, image)


def _back(change: Change) -> HttpResponse:
    return redirect("change", account_id=change.aws_account.account_id, pk=change.pk)
