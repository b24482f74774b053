"""Two requests with one key at the same moment: the second waits for the first, and is answered as that."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from accounts.models import AwsAccount, Operator
from api.models import AnsweredRequest
from sync.models import Change
from tests.services.tokens import Program, make_token
from tests.services.world import World

HERE = "/aws-accounts/123456789012/changes"


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
def test_it_is_done_once(world: World, alice: Operator, aws_account: AwsAccount) -> None:
    policy, role = world.policy(), world.role()
    body = {"steps": [{"kind": "iam.role.attach", "params": {"arn": role.arn, "policy_arn": policy.arn}}]}
    _, token = make_token(alice)

    def send(number: int) -> Any:
        try:
            return Program(token).send(HERE, body, Idempotency_Key="one")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(send, range(4)))
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert [answer.get("Idempotency-Replayed") for answer in answers].count(None) == 1
    assert (Change.objects.count(), AnsweredRequest.objects.count()) == (1, 1)
