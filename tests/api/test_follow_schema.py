"""Whatever a program sends, no answer is the console's fault, and each is as the OpenAPI document says.

schemathesis makes up requests from the document, right ones and wrong ones, and sends them to a real server with real
data: the same ones each time, as many as the suite has time for.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from requests import Session
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import AwsAccount, Operator
from api.schema import document
from identities.models import IamRole, IamUser
from policies.models import ManagedPolicy
from sync.operations import StepSpec
from tests.cognito.rows import make_person, make_pool
from tests.services.changing import propose
from tests.services.tokens import make_token

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 6  # of right ones, and of wrong ones, for each operation
OPERATIONS = [(method.upper(), path) for path, methods in document()["paths"].items() for method in methods]
_NEEDS_WORDS = ("/who-can", "/people")  # that nobody makes up
SCHEMA = schemathesis.openapi.from_dict(document())


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
    known: dict[str, Any], alice: Operator, live_server: Any, settings: Any
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 100_000
    session = Session()
    session.headers["Authorization"] = f"Bearer {make_token(alice)[1]}"
    answered: Counter[tuple[str, str, bool]] = Counter()
    for method, path in OPERATIONS:
        there = {name: value for name, value in known.items() if f"{{{name}}}" in path}
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            cases = SCHEMA[path][method].as_strategy(mode, path_parameters=there)
            for response in _send_made_up(cases, session, live_server.url):
                answered[(method, path, response.status_code < 300)] += 1
    good = {(method, path) for method, path, is_good in answered if is_good}
    assert good >= {each for each in OPERATIONS if each[0] == "GET" and not each[1].endswith(_NEEDS_WORDS)}


def _send_made_up(cases: Any, session: Session, url: str) -> list[Any]:
    answers = []

    @seed(0)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def send(case: Any) -> None:
        response = case.call(base_url=url, session=session)
        case.validate_response(response, checks=CHECKS)
        answers.append(response)

    send()
    return answers
