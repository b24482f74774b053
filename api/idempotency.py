"""Requests with an Idempotency-Key: sent again, they are answered as the first time, and done once.

The key and the answer are written in the transaction in which the thing is done. Of two that come at once the second
waits for the first to end, so there is never one that is done without its answer, nor an answer of what was not done.
The Idempotency-Key HTTP Header Field (draft-ietf-httpapi-idempotency-key-header), "Idempotency Fingerprint".
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Schema
from ninja.responses import NinjaJSONEncoder

from accounts.models import ApiToken
from api.errors import Refused
from api.models import AnsweredRequest
from iamconsole.web.problems import problem
from sync.changes import PlanError
from sync.operations import BadParams, Refusal

JSON = "application/json; charset=utf-8"
KEPT = timedelta(days=1)
_FORM = re.compile(r"[\x21-\x7e]{1,200}")
_ANOTHER = "This Idempotency-Key was sent before with another request: take a new key for a new one."


def json_answer(content: Schema, status: int) -> HttpResponse:
    """As django-ninja writes it where a route gives the content itself."""
    text = json.dumps(content.model_dump(), cls=NinjaJSONEncoder)
    return HttpResponse(text, content_type=JSON, status=status)


def done_once(request: HttpRequest, work: Callable[[], HttpResponse], *, refused_with: int) -> HttpResponse:
    """What `work` answers, or answered to the same request before.

    What the console won't do is answered with the status `refused_with`, and what it keeps of that stays kept. Such an
    answer isn't remembered: sent again, it is tried again. Raises Refused for a key that came with another request.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return _done(work, refused_with)
    if not _FORM.fullmatch(key):
        raise Refused(400, "An Idempotency-Key has 1 to 200 characters of ASCII, without blanks.")
    token: ApiToken = request.api_token  # type: ignore[attr-defined]
    fingerprint = _fingerprint(request)
    with transaction.atomic():
        row, is_new = AnsweredRequest.objects.get_or_create(token=token, key=key, defaults={"fingerprint": fingerprint})
        if not is_new:
            return _again(row, fingerprint)
        answer = _done(work, refused_with)
        if answer.status_code < 300:
            row.status, row.answer = answer.status_code, answer.content.decode()
            row.save(update_fields=["status", "answer"])
        else:
            row.delete()
    return answer


def _done(work: Callable[[], HttpResponse], refused_with: int) -> HttpResponse:
    try:
        return work()
    except (PlanError, Refusal, BadParams) as error:
        return problem(refused_with, str(error), **({"field": error.field} if error.field else {}))


def _again(row: AnsweredRequest, fingerprint: str) -> HttpResponse:
    if row.fingerprint != fingerprint:
        raise Refused(422, _ANOTHER)
    answer = HttpResponse(row.answer, content_type=JSON, status=row.status)
    answer["Idempotency-Replayed"] = "true"
    return answer


def _fingerprint(request: HttpRequest) -> str:
    said = (str(request.method), request.get_full_path(), request.headers.get("If-Match", ""))
    return hashlib.sha256("\n".join(said).encode() + b"\n" + request.body).hexdigest()


def forget_old() -> None:
    """Once a minute."""
    old = AnsweredRequest.objects.filter(at__lt=timezone.now() - KEPT).order_by("pk").values("pk")[:1000]
    AnsweredRequest.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
