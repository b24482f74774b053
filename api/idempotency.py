"""Requests with an Idempotency-Key: sent again, they are done once, and answered with the same change.

The key and the number of the change are written in the transaction in which the thing is done. Of two that come at once
the second waits for the first to end, so there is never one that is done without its answer, nor an answer of what was
not done. The Idempotency-Key HTTP Header Field (draft-ietf-httpapi-idempotency-key-header), "Idempotency Fingerprint".

What was said of the change isn't kept: it may name people, whom the token may not see any more.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Schema
from ninja.responses import NinjaJSONEncoder

from accounts.access import signed_in
from accounts.models import ApiToken, AwsAccount
from api.errors import Refused
from api.models import AnsweredRequest
from api.request_headers import KEY_FORM
from iamconsole.web.problems import problem
from sync.changes import PlanError
from sync.models import Change
from sync.naming import Names
from sync.operations import BadParams, Refusal

JSON = "application/json; charset=utf-8"
KEPT = timedelta(days=1)
_FORM = re.compile(KEY_FORM)
_ANOTHER = "This Idempotency-Key was sent before with another request: take a new key for a new one."


def json_answer(content: Schema, status: int) -> HttpResponse:
    """As django-ninja writes it where a route gives the content itself."""
    text = json.dumps(content.model_dump(), cls=NinjaJSONEncoder)
    return HttpResponse(text, content_type=JSON, status=status)


@dataclass(frozen=True)
class Doing:
    """What a request is to have done: `work` makes a change or goes on with one, `answer` says how that one is now, as
    far as who asks may know it: with the number of the change and a status. `done`, `refused`: these statuses.
    """

    aws_account: AwsAccount
    work: Callable[[], Change]
    answer: Callable[[int, int], HttpResponse]
    done: int
    refused: int


def done_once(request: HttpRequest, doing: Doing) -> HttpResponse:
    """The answer of what is done now, or was by the same request before.

    What the console won't do is answered with the status `refused`, and what it keeps of that stays kept. Such an
    answer isn't remembered: sent again, it is tried again. Raises Refused for a key that came with another request.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return _done(request, doing)[0]
    if not _FORM.fullmatch(key):
        raise Refused(400, "An Idempotency-Key has 1 to 200 characters of ASCII, without blanks.")
    token: ApiToken = request.api_token  # type: ignore[attr-defined]
    fingerprint = _fingerprint(request)
    with transaction.atomic():
        row, is_new = AnsweredRequest.objects.get_or_create(token=token, key=key, defaults={"fingerprint": fingerprint})
        if not is_new:
            return _again(row, fingerprint, doing)
        answer, change = _done(request, doing)
        if change is None:
            row.delete()
        else:
            row.status, row.answer = answer.status_code, json.dumps({"id": change.pk})
            row.save(update_fields=["status", "answer"])
    return answer


def _done(request: HttpRequest, doing: Doing) -> tuple[HttpResponse, Change | None]:
    """No change where it is refused."""
    try:
        change = doing.work()
    except (PlanError, Refusal, BadParams) as error:
        sentence = Names(signed_in(request), doing.aws_account).said(str(error))
        return problem(doing.refused, sentence, **({"field": error.field} if error.field else {})), None
    return doing.answer(change.pk, doing.done), change


def _again(row: AnsweredRequest, fingerprint: str, doing: Doing) -> HttpResponse:
    if row.fingerprint != fingerprint:
        raise Refused(422, _ANOTHER)
    answer = doing.answer(json.loads(row.answer)["id"], row.status)
    answer["Idempotency-Replayed"] = "true"
    return answer


def _fingerprint(request: HttpRequest) -> str:
    said = (str(request.method), request.get_full_path(), request.headers.get("If-Match", ""))
    return hashlib.sha256("\n".join(said).encode() + b"\n" + request.body).hexdigest()


def forget_old() -> None:
    """Once a minute."""
    old = AnsweredRequest.objects.filter(at__lt=timezone.now() - KEPT).order_by("pk").values("pk")[:1000]
    AnsweredRequest.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
