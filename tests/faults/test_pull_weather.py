"""AWS in bad weather, read by a real worker: the mirror ends the same, and nothing is taken for gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from identities.models import Attachment, IamGroup, IamRole, IamUser, InlinePolicy, Membership
from policies.models import ManagedPolicy, PolicyVersion
from sync import pull
from sync.models import Revision, Run
from tests.conftest import wait_until
from tests.services.pulling import READ_ONLY, by_hand_only, picture, pulled, seed
from tests.services.statements import allowing
from tests.services.workers import Worker

pytestmark = [pytest.mark.stack, pytest.mark.django_db(transaction=True)]

READ = "GetAccountAuthorizationDetails"
MIRRORED = (IamUser, IamGroup, IamRole, Membership, Attachment, InlinePolicy, ManagedPolicy, PolicyVersion)
PATIENCE_S = 0.25  # of the client
HASTE = {"AWS_READ_TIMEOUT": str(PATIENCE_S), "AWS_RETRY_BASE_S": "0.001"}

THROTTLED = {"code": "Throttling", "status": 400, "message": "Rate exceeded"}
BROKEN = {"code": "ServiceUnavailable", "status": 503, "message": "Service is unavailable."}

PASSING: dict[str, list[dict[str, Any]]] = {
    "throttled 30 %": [{"action": "*", "probability": 0.3, "error": THROTTLED}],
    "unavailable 30 %": [{"action": "*", "probability": 0.3, "error": BROKEN}],
    "connections that break": [{"action": READ, "probability": 0.3, "truncate": True}],
    "truncated XML": [{"action": READ, "when": "after", "probability": 0.3, "truncate": True}],
    "an answer that comes too late": [{"action": READ, "times": 1}, {"action": READ, "times": 1, "delay_s": 1.0}],
    "objects in two parts": [{"action": READ, "listing": "split"}],
    "objects that come twice": [{"action": READ, "listing": "doubled"}],
    "objects in no order": [{"action": READ, "listing": "shuffled"}],
}
LASTING: dict[str, list[dict[str, Any]]] = {
    "truncated XML": [{"action": READ, "times": 1}, {"action": READ, "when": "after", "truncate": True}],
    "answers that come too late": [{"action": READ, "times": 1}, {"action": READ, "hold": True}],
    "unavailable": [{"action": READ, "times": 1}, {"action": READ, "error": BROKEN}],
}


@pytest.fixture
def iam(emulator: Emulator, aws_account: AwsAccount) -> Any:
    """A mirrored AWS account; jane has several of everything, so that she can be cut in two."""
    by_hand_only(aws_account)
    iam = seed(emulator)
    iam.create_group(GroupName="auditors")
    iam.add_user_to_group(GroupName="auditors", UserName="jane")
    for name in ("one", "two", "three"):
        iam.put_user_policy(UserName="jane", PolicyName=name, PolicyDocument=allowing(f"s3:{name}"))
    iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
    pulled(aws_account)
    return iam


def ended(aws_account: AwsAccount) -> Run:
    """A pull by the worker, to its end."""
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.OPERATOR)

    def is_over() -> bool:
        run.refresh_from_db()
        return not run.is_active

    wait_until(is_over)
    return run


def test_weather_that_passes(
    iam: Any, emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker]
) -> None:
    worker("pulls", PULL_PAGE_ITEMS="1", **HASTE)
    before, revised = picture(*MIRRORED), Revision.objects.count()
    plain = ended(aws_account).pages
    emulator.forget_calls()
    for weather, rules in PASSING.items():
        emulator.rules(rules)
        run = ended(aws_account)
        assert (run.state, run.new, run.changed, run.gone) == (Run.State.DONE, 0, 0, 0), (weather, run.error)
        assert picture(*MIRRORED) == before, weather
        assert Revision.objects.count() == revised, weather
        assert "listing" in rules[0] or len(emulator.calls(READ)) > plain, f"{weather} was not met"
        emulator.forget_calls()


def test_weather_that_lasts(
    iam: Any, emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker]
) -> None:
    worker("pulls", PULL_PAGE_ITEMS="2", **{**HASTE, "AWS_READ_TIMEOUT": "0.1"})
    before = picture(*MIRRORED)
    for weather, rules in LASTING.items():
        emulator.rules(rules)
        run = ended(aws_account)
        emulator.release()
        assert (run.state, run.gone, run.error["class"]) == (Run.State.FAILED, 0, "TransientError"), weather
        assert run.error["sentence"]
        assert picture(*MIRRORED) == before, weather
    emulator.rules([])
    assert ended(aws_account).state == Run.State.DONE
