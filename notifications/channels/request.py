"""A message as a request to the address of a route: a webhook, Slack or Teams."""

from __future__ import annotations

import time
from collections.abc import Sequence
from http import HTTPStatus

from iamconsole.outgoing.addresses import OutgoingRefused
from iamconsole.outgoing.post import OutgoingFailed, PostAnswer, post
from notifications.channels.formats import FORMATS
from notifications.channels.message import Message, Outcome, Result
from notifications.signing import signed_headers

_HEADERS = {"Content-Type": "application/json", "User-Agent": "IAM-Console"}
_LATER = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


def send(message: Message, channel: str, address: str, valid_secrets: Sequence[str]) -> Outcome:
    """Only an answer of 2xx means that it was accepted; whatever else, the same message may come again."""
    body = FORMATS[channel](message)
    headers = {**_HEADERS, **signed_headers(message.message_id, int(time.time()), body, valid_secrets)}
    try:
        return _judged(post(address, body, headers))
    except (OutgoingRefused, OutgoingFailed) as error:
        return Outcome(Result.RETRY, str(error))


def _judged(answer: PostAnswer) -> Outcome:
    """By "Operational considerations" of Standard Webhooks: 410 turns the route off, 429 and 503 ask for a pause."""
    status = answer.status
    if 200 <= status < 300:
        return Outcome(Result.ACCEPTED)
    if 300 <= status < 400:
        return Outcome(Result.RETRY, f"It answered {status}: it redirects, and redirects aren’t followed.")
    if status == HTTPStatus.GONE:
        return Outcome(Result.REFUSED, "It answered 410: it wants no more messages.", gone=True)
    after_s = answer.retry_after_s or 0 if status in _LATER else 0
    return Outcome(Result.RETRY, f"It answered {status}.", after_s=after_s)
