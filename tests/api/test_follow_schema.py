"""Whatever a program sends, no answer is the console's fault, and each is as the OpenAPI document says.

schemathesis makes up requests from the document, right ones and wrong ones, and sends them to a real server with real
data: in the suite the same few each time, in `make conformance` thousands of new ones.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from accounts.models import AwsAccount, Operator
from api.schema import document
from identities.models import IamRole, IamUser
from policies.models import ManagedPolicy
from sync.operations import StepSpec
from tests.cognito.rows import make_person, make_pool
from tests.services.api_tester import MEANING, run_schemathesis
from tests.services.changing import propose
from tests.services.tokens import make_token, token_of
from tests.services.web_process import web_process

NAMES = {
    f"{method.upper()} {path}": said["operationId"]
    for path, methods in document()["paths"].items()
    for method, said in methods.items()
}
APPLY = "apply_change"  # takes somebody's approval, which no program gives


@pytest.fixture
def known(iam: Any, aws_account: AwsAccount, alice: Operator) -> dict[str, Any]:
    """What is there: else nearly all that is made up would be about nothing."""
    pool = make_pool(aws_account, pool_id="us-east-1_customers")
    jane = make_person(pool, "jane", words="jane")
    attached = {"arn": IamRole.objects.get(name="exporter").arn, "policy_arn": ManagedPolicy.objects.earliest("pk").arn}
    change = propose(aws_account, alice, [StepSpec("iam.role.attach", attached)])
    return {
        "account_id": aws_account.account_id,
        "kind": "users",
        "object_id": IamUser.objects.get(name="jane").aws_id,
        "pool_id": pool.aws_id,
        "person_id": jane.aws_id,
        "change_id": change.pk,
    }


@pytest.mark.django_db(transaction=True)
def test_answers_are_as_the_document_says(
    known: dict[str, Any], alice: Operator, charlie: Operator, tmp_path: Path
) -> None:
    tokens = {"alice": make_token(alice)[1], "charlie": token_of(charlie)}
    with web_process(tmp_path / "web.log", API_REQUESTS_PER_MINUTE="1000000", ALLOWED_HOSTS="127.0.0.1") as url:
        found = run_schemathesis(tmp_path, url, known, tokens)
    sys.stdout.write(found.said)
    assert found.is_good
    assert {NAMES[each] for each in found.accepted()} == {*NAMES.values()} - {APPLY}


def test_what_is_refused_for_its_meaning_is_an_operation() -> None:
    assert set(MEANING) <= set(NAMES.values())
