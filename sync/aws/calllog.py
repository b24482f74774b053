"""One log line for each call to AWS. Never its parameters, never its answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sync.aws.errors import AwsError
from sync.aws.purpose import SessionPurpose
from sync.aws.translation import SentCall

logger = logging.getLogger("iamconsole.aws")

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
    try:
        yield outcome
        said = "ok"
    except AwsError as error:
        said = type(error).__name__
        outcome.request_id = error.request_id
        raise
    finally:
        duration_ms = round((time.perf_counter() - started) * 1000)
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
                "request_id": outcome.request_id,
                "outcome": said,
                "tries": outcome.tries,
            },
        )
