"""A worker at the questions of one AWS account, within its budget: the tick wakes another one for what is left."""

from __future__ import annotations

import logging
import time

from django.conf import settings

from accounts.models import AwsAccount
from sync.activity import questions
from sync.activity.answers import HeldEvents, answer, hold
from sync.aws.client import reader
from sync.aws.errors import AccessDeniedError, AwsError
from sync.models import Authorship, TrailQuestion

logger = logging.getLogger(__name__)

MOST_QUESTIONS = 30  # in one turn: CloudTrail takes one a second from the console, and pulls wait for the same worker
FLOOD = 15  # so many objects are asked about at once: by the writes of that time, fifty a question
State = Authorship.State


def ask(aws_account_id: int, *, urgent: bool = False) -> int:
    """Asks what is due. Returns how many questions. Where a Region doesn't answer, the rest of it waits, too."""
    aws_account = AwsAccount.objects.get(pk=aws_account_id)
    if not aws_account.is_connected or aws_account.resting:
        return 0
    client, until, answered = reader(aws_account, urgent=urgent), time.monotonic() + settings.WORKER_SLICE_S, 0
    held: HeldEvents | None = None
    while (answered < MOST_QUESTIONS or held) and time.monotonic() < until:
        question = questions.next_due(aws_account)
        if question is None:
            break
        try:
            if answered == 0 and questions.count_due(aws_account) >= FLOOD:
                held = hold(client, question)
            answer(client, question, held)
        except AwsError as error:
            _not_answered(aws_account, question, error)
        answered += 1
    return answered


def _not_answered(aws_account: AwsAccount, question: TrailQuestion, error: AwsError) -> None:
    """None of its tries, and no conclusion. Rate and permission are of the Region: all that is asked there waits."""
    after = questions.FAILED_AGAIN_AFTER
    if isinstance(error, AccessDeniedError):
        after = questions.DENIED_AGAIN_AFTER
        waiting = Authorship.objects.filter(aws_account=aws_account, state=State.WAITING)
        waiting.filter(revision__facet__region=question.region).update(state=State.DENIED)
    else:
        logger.info("CloudTrail of %s did not answer: %s", aws_account.account_id, error)
    questions.postpone_region(aws_account, question, after, error.as_json())
