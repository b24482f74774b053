"""Follows one call through botocore, which may send it several times, and logs how it went."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from botocore.client import BaseClient

from iamconsole import tracing
from monitoring import catalogue
from monitoring.counting import count, observe
from sync.aws.errors import AwsError, RateTaken, ThrottlingError
from sync.aws.pacing import Pacing
from sync.aws.purpose import SessionPurpose
from sync.aws.translation import NOT_AGAIN, THROTTLING, SentCall, never_left


@dataclass
class Trace:
    """`status`: of the last answer. `unclear`: a try before the last may have reached AWS and got no clear answer."""

    pace: Pacing | None
    tries: int = 0
    status: int | None = None
    unclear: bool = False
    _last_unclear: bool = False

    def before_send(self) -> None:
        if self.pace is not None:
            self.pace.wait()
        self.unclear = self.unclear or self._last_unclear
        self.tries += 1
        self.status = None
        self._last_unclear = False

    def after(self, error: Exception | None, code: str) -> bool | None:
        """What botocore is told: False = don't try again, None = as you see fit."""
        if code in THROTTLING:
            # Waiting is the client's business: it slows down the others too.
            if self.pace is not None:
                self.pace.throttled()
            return False
        if error is None and self.pace is not None:
            self.pace.answered()
        if code in NOT_AGAIN:
            return False
        fault = self.status is not None and self.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        self._last_unclear = fault or (error is not None and not never_left(error))
        return None


_current: ContextVar[Trace] = ContextVar("trace")


@contextmanager
def traced(pace: Pacing | None) -> Iterator[Trace]:
    """Everything that a watched client sends meanwhile, in this thread, is one call."""
    token = _current.set(Trace(pace))
    try:
        yield _current.get()
    finally:
        _current.reset(token)


def watch(client: BaseClient) -> None:
    events, service = client.meta.events, client.meta.service_model.service_id.hyphenize()
    events.register(f"before-send.{service}", _before_send)
    events.register(f"before-parse.{service}", _before_parse)
    # On the very name that botocore's own handler has, or "first" would still come after it.
    events.register_first(f"needs-retry.{service}", _needs_retry)  # type: ignore[arg-type]  # the stubs know no answers


def _before_send(**_: Any) -> None:
    _current.get().before_send()


def _before_parse(response_dict: dict[str, Any], **_: Any) -> None:
    _current.get().status = response_dict["status_code"]


def _needs_retry(
    response: tuple[Any, dict[str, Any]] | None, caught_exception: Exception | None, **_: Any
) -> bool | None:
    code = response[1].get("Error", {}).get("Code", "") if response else ""
    return _current.get().after(caught_exception, code)


# ---- One log line for each call ------------------------------------------------------------------------------------
# Never its parameters, never its answer.
logger = logging.getLogger("iamconsole.aws")

CALLS = catalogue.counter(
    "aws_calls",
    "Calls of AWS by how they ended: ok, or the error as the console calls it; each try that the console makes is one",
    "service",
    "operation",
    "outcome",
)
CALL_SECONDS = catalogue.histogram(
    "aws_call_seconds", "Seconds that a call of AWS took, its waiting included", "service"
)
THROTTLED = catalogue.counter(
    "aws_throttled", "Calls that AWS refused since too many are made in the AWS account", "aws_account", "service"
)
_THROTTLED = {error.__name__ for error in (ThrottlingError, RateTaken)}

# At DEBUG botocore logs whole requests and answers, secrets and all.
logging.getLogger("botocore").setLevel(logging.INFO)


@dataclass
class CallOutcome:
    """What the line is to say, filled in while the call is under way. `tries`: how often it was sent."""

    request_id: str = ""
    tries: int = 1


@contextmanager
def logged(sending: SentCall, purpose: SessionPurpose) -> Iterator[CallOutcome]:
    outcome, said = CallOutcome(), "exception"
    started = time.perf_counter()
    with tracing.span(sending.name, aws_account=sending.aws_account, tier=purpose.tier) as span:
        try:
            yield outcome
            said = "ok"
        except AwsError as error:
            said = type(error).__name__
            outcome.request_id = error.request_id
            raise
        finally:
            span.rename(sending.name, outcome=said, tries=outcome.tries, aws_request_id=outcome.request_id)
            _told(sending, purpose, outcome, said, time.perf_counter() - started)


def _told(sending: SentCall, purpose: SessionPurpose, outcome: CallOutcome, said: str, seconds: float) -> None:
    """The line of the log, and the figures."""
    duration_ms = round(seconds * 1000)
    logger.log(
        logging.INFO if said in ("ok", "NotFound") else logging.WARNING,
        "%s in %s: %s, %d ms",
        sending.name,
        sending.aws_account,
        said,
        duration_ms,
        extra={
            "aws_account": sending.aws_account,
            "tier": purpose.tier,
            "session": purpose.session_name,
            "service": sending.service,
            "operation": sending.operation,
            "duration_ms": duration_ms,
            "aws_request_id": outcome.request_id,
            "outcome": said,
            "tries": outcome.tries,
        },
    )
    observe(CALL_SECONDS, seconds, sending.service)
    count(CALLS, sending.service, sending.operation, said)
    if said in _THROTTLED:
        count(THROTTLED, sending.aws_account, sending.service)
